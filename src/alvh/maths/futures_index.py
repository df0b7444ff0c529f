"""Rolling indices of VX futures: contract roll weights, their daily return, the bill return on the cash behind them.

Source: S&P Dow Jones Indices, "S&P 500 VIX Futures Indices Methodology" (`methodology.md` section 5). A position is
counted in contracts, not dollars: every session of a roll period moves 1/dt of the contracts one month on.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from alvh.values import Floats, Ints

BILL_DAYS: Final = 91.0
BILL_YEAR: Final = 360.0
FEE_YEAR: Final = 365.0
SHORT_TERM: Final = (1,)
"""First months of the short-term index: month 1 rolls into month 2."""
MID_TERM: Final = (4, 5, 6)
"""Months of the mid-term index: 4 rolls into 7; 5 and 6 are held whole."""


def contract_return(weights: Floats, before: Floats, after: Floats) -> float:
    """Return the day's return of a basket of contracts: sum(w P_t) / sum(w P_{t-1}) - 1 (CDR).

    Parameters
    ----------
    weights : array
        Contracts of each month (CRW) as of the session before; those with weight 0 need no price.
    before, after : array
        Settlements of the same contracts on the session before and on this one, VIX points.

    Returns
    -------
    float
        Decimal; NaN where a price that is needed is missing.
    """
    held = weights != 0.0
    paid, got = float((weights[held] * before[held]).sum()), float((weights[held] * after[held]).sum())
    return got / paid - 1.0


def bill_return(discount_rate: float, days: float) -> float:
    """Return what a 91-day bill earns over `days` calendar days: [1 / (1 - 91/360 y)]^(days/91) - 1 (TBR).

    `discount_rate` is the bill's discount rate, decimal a year.
    """
    return float((1.0 / (1.0 - BILL_DAYS / BILL_YEAR * discount_rate)) ** (days / BILL_DAYS) - 1.0)


def fee_factor(fee_annual: float, days: float) -> float:
    """Return what is left of 1 after the fee of so many calendar days: (1 - fee/365)^days."""
    return float((1.0 - fee_annual / FEE_YEAR) ** days)


def fund_return(contracts: float, bill: float, leverage: float, fee_annual: float, days: float) -> float:
    """Return the day of a fund that resets to `leverage` every day and keeps all its assets in bills.

    (1 + leverage CDR + TBR) (1 - fee/365)^days - 1. The bills are not multiplied: futures need no cash but margin.
    """
    return (1.0 + leverage * contracts + bill) * fee_factor(fee_annual, days) - 1.0


def roll_weights(months: tuple[int, ...], share: float) -> Floats:
    """Return the contracts of consecutive months from the first of `months` on, `share` = dr/dt of the roll left.

    The first month holds `share`, the month after the last one 1 - `share`, those between them 1 each (a common factor
    drops out of every return).
    """
    return np.array([share, *([1.0] * (len(months) - 1)), 1.0 - share])


def roll_position(row: int, front: int, expiry_rows: Ints) -> tuple[int, float]:
    """Return month 1 (a column) and the share dr/dt as of the close of session `row`.

    Parameters
    ----------
    row : int
        Position of the session.
    front : int
        First column that settles after it.
    expiry_rows : array
        Axis position of every settlement, counted on beyond the axis.

    Returns
    -------
    (int, float)
        dt is the number of sessions from one settlement (included) to the next (excluded); dr those left after `row`.
        On the session before a settlement the expiring month is gone and the next roll begins with a share of 1.
    """
    left = int(expiry_rows[front]) - row - 1
    if left == 0:
        return front + 1, 1.0
    return front, left / float(expiry_rows[front] - expiry_rows[front - 1])


def roll_returns(settle: Floats, front: Ints, expiry_rows: Ints, months: tuple[int, ...]) -> Floats:
    """Return the daily contract return (CDR) of a rolling index over a whole axis.

    Parameters
    ----------
    settle : array (sessions, expiries)
        Settlements, VIX points, NaN where none.
    front : array (sessions,)
        First column that settles after each session.
    expiry_rows : array (expiries,)
        Axis position of every settlement.
    months : tuple of int
        `SHORT_TERM` or `MID_TERM`.

    Returns
    -------
    array (sessions,)
        The return from the session before, which knows nothing later; NaN for the first one and where the roll period
        or a settlement is not known.
    """
    out = np.full(len(settle), np.nan)
    for t in range(1, len(settle)):
        if not 0 < front[t - 1] < len(expiry_rows):
            continue
        first, share = roll_position(t - 1, int(front[t - 1]), expiry_rows)
        low, high = first + months[0] - 1, first + months[-1] + 1
        if high <= settle.shape[1]:
            weights = roll_weights(months, share)
            out[t] = contract_return(weights, settle[t - 1, low:high], settle[t, low:high])
    return out
