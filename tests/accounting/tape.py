"""A quote source that plays given marks: what the ledger and the attribution ask of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from alvh.market.quotes import Life, carried, window
from alvh.maths import black
from alvh.values import Contract, Floats

NAN = float("nan")


class Tape:
    """Marks of each contract from axis position 0 on; NaN where nothing was quoted.

    `moved` gives forward, years, discount and volatility behind the marks of a contract instead, which are then Black's
    prices; a NaN volatility leaves the mark missing.
    """

    def __init__(
        self,
        marks: Mapping[Contract, Sequence[float]] | None = None,
        moved: Mapping[Contract, Sequence[tuple[float, float, float, float]]] | None = None,
        modelled: Mapping[Contract, Sequence[bool]] | None = None,
    ) -> None:
        self.lives: dict[Contract, Life] = {}
        for contract, mids in (marks or {}).items():
            self._keep(contract, np.array(mids), np.full((len(mids), 4), NAN), modelled)
        for contract, rows in (moved or {}).items():
            means = np.array(rows, dtype=np.float64)
            forward, years, discount, vol = means.T
            mids = black.price_many(forward, contract.strike, years, vol, discount, contract.right == "C")
            self._keep(contract, mids, means, modelled)

    def _keep(self, contract: Contract, mids: Floats, means: Floats, modelled: object) -> None:
        mid, stale = carried(mids)
        flags = modelled.get(contract) if isinstance(modelled, Mapping) else None
        made = np.ones(len(mid), dtype=bool) if flags is None else np.array(flags)
        forward, years, discount, vol = np.ascontiguousarray(means.T)
        half = np.where(stale, NAN, 0.0)
        self.lives[contract] = Life(contract, 0, mid, half, forward, years, discount, vol, vol, made, stale)

    def life(self, contract: Contract, i: int) -> Life:
        return self.lives[contract]

    def meaning(self, contract: Contract, life: Life, offset: int, n: int) -> tuple[Floats, Floats, Floats, Floats]:
        forward, years, discount, vol = (
            window(values, offset, n) for values in (life.forward, life.years, life.discount, life.vol)
        )
        return forward, years, discount, vol
