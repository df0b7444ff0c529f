"""Histories of columns typed by hand, as they stand in a `History` after it was built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from alvh.market.history import History
from diagnosis.indicators.handmade import FIRST, made


def standing(
    series: Mapping[str, Sequence[float]] | None = None,
    rates: Mapping[str, Sequence[float]] | None = None,
    first: Any = FIRST,
    **fields: Any,
) -> History:
    """Return a history whose series and rates are exactly these; all of one length, from `first` on."""
    given = {**(series or {}), **(rates or {})}
    length = max([len(values) for values in given.values()], default=fields.pop("sessions", 10))
    plain = made({"SPX": [2800.0] * length}, first=first)
    columns = {name: np.array(values, dtype=np.float64) for name, values in (series or {}).items()}
    decimals = {name: np.array(values, dtype=np.float64) for name, values in (rates or {}).items()}
    return replace(plain, series=columns, rates=decimals, **fields)
