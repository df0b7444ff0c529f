"""A desk on which a test also writes what held contracts have meant: rows of `alvh.diagnosis.held.Held`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from alvh.diagnosis.held import COLUMNS, Held
from alvh.values import Contract
from decision.desk import Desk


class LivedDesk(Desk):
    """`lives` are rows by contract, oldest first; what is not named has none."""

    lives: Mapping[Contract, Sequence[Held]]

    def lived(self, key, contract, opened, compute):
        return np.array([list(row) for row in self.lives.get(contract, ())]).reshape(-1, COLUMNS)


def lived_desk(lives=None, **desk) -> LivedDesk:
    made = LivedDesk(**desk)
    made.lives = dict(lives or {})
    return made


def row(delta: float = 0.1, vega: float = 0.0, extrinsic: float = 0.0, decay: float = 0.0, **other: float) -> Held:
    base = {"mark": 1.0, "forward": 2800.0, "years": 0.1, "discount": 1.0, "vol": 0.15} | other
    return Held(delta=delta, vega=vega, extrinsic=extrinsic, decay=decay, **base)
