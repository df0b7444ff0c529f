"""The S&P 500 from close to close against what was expected of it: what one-day shorts live on."""

from __future__ import annotations

import datetime as dt

import numpy as np

from alvh.evidence.claims.claim import Material
from alvh.values import Bools, Floats

ALL_WEEKDAYS = dt.date(2022, 5, 11)
"""From here on SPX options expire every weekday (Thursdays, the last to come)."""


def next_moves(material: Material) -> tuple[Floats, Floats, Bools]:
    """Return the move to the next close and the expected range before it, percent, and where both are known."""
    closes = material.history.column("SPX")
    moves = np.full(len(closes), np.nan)
    moves[:-1] = 100.0 * (closes[1:] / closes[:-1] - 1.0)
    expected = material.reading("edr")
    return moves, expected, np.isfinite(moves) & np.isfinite(expected)
