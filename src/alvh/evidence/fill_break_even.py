"""How much of the half-spread may be paid before a result is gone: the break-even fill."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from alvh.accounting.statement import Statement
from alvh.evidence.measure import cagr
from alvh.evidence.pairing import cash_returns
from alvh.execution.fills.spread_fraction import FRACTIONS
from alvh.values import Floats, Missing


class FillRung(NamedTuple):
    """One fill: its share of the half-spread paid, growth a year, and growth a year beyond that of cash (decimals)."""

    fill: str
    fraction: float
    cagr: float
    excess: float


class BreakEven(NamedTuple):
    """Share of the half-spread at which growth, and growth beyond cash, falls to zero; Missing where it never does.

    `rungs` run from the kindest fill to the harshest.
    """

    growth: float | Missing
    beyond_cash: float | Missing
    rungs: tuple[FillRung, ...]


def break_even(statements: Mapping[str, Statement]) -> BreakEven:
    """Return the break-even fills of one policy.

    Parameters
    ----------
    statements : mapping of fill -> Statement
        The same policy at each fill, by the names of `FRACTIONS`; others are passed over. What a fill decides of lots
        and exits differs from rung to rung, so the runs differ by more than their costs.
    """
    named = sorted((FRACTIONS[fill], fill) for fill in statements if fill in FRACTIONS)
    rungs = tuple(rung(fill, fraction, statements[fill]) for fraction, fill in named)
    paid = [one.fraction for one in rungs]
    return BreakEven(crossing(paid, [one.cagr for one in rungs]), crossing(paid, [one.excess for one in rungs]), rungs)


def rung(fill: str, fraction: float, one: Statement) -> FillRung:
    """Return what one fill came to."""
    growth = cagr(one.equity_usd, one.nav_start_usd, one.sessions)
    return FillRung(fill, fraction, growth, growth - cash_cagr(one))


def cash_cagr(one: Statement) -> float:
    """Growth a year of an account that holds nothing but what this one's cash earned, decimal; 0 without interest."""
    earned = cash_returns(one)
    if earned is None or not earned.size:
        return 0.0
    grown: Floats = np.cumprod(1.0 + earned, dtype=np.float64)
    return cagr(grown, 1.0, one.sessions)


def crossing(fractions: Sequence[float], values: Sequence[float]) -> float | Missing:
    """Return where a value first falls through zero, linear between its points.

    Parameters
    ----------
    fractions : sequence of float
        Ascending.
    values : sequence of float
        One a fraction; NaN makes the answer Missing, because nothing is known between.
    """
    if len(values) < 2:
        return Missing(f"{len(values)} fill(s) were run: two are needed")
    if any(not math.isfinite(value) for value in values):
        return Missing("the account did not survive every fill")
    if values[0] < 0.0:
        return Missing(f"negative already {_at(fractions[0])}")
    for k in range(1, len(values)):
        if values[k] < 0.0:
            fall = values[k - 1] - values[k]
            return fractions[k - 1] + (fractions[k] - fractions[k - 1]) * values[k - 1] / fall
    return Missing(f"positive even {_at(fractions[-1])}")


def _at(fraction: float) -> str:
    """Return how a fill is called: ``at mid``, ``at cross``, or by its share."""
    name = next((name for name, share in FRACTIONS.items() if share == fraction), "")
    return f"at {name}" if name else f"at {fraction:.2f} of the half-spread"
