"""Money over time: interest in whole cents, and the internal rate of return of dated cash flows."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final

from alvh.values import Missing

DAYS_A_YEAR: Final = 365
RATE_LOW: Final = -0.999999
RATE_HIGH: Final = 1e9
HALVINGS: Final = 200


def interest_cents(principal_cents: int, rate: float, days: int, basis_days: int = DAYS_A_YEAR) -> int:
    """Return simple interest for `days` calendar days, to the nearest cent, ties to the even one.

    Parameters
    ----------
    principal_cents
        Signed: a debit balance pays.
    rate
        Simple annual rate, decimal.
    days
        Calendar days, not negative.
    basis_days
        Days of the rate's year: 365 for a bond-equivalent yield, 360 for money-market and discount rates.

    Raises
    ------
    ValueError
        When `days` is negative, `basis_days` is not positive, or `rate` is not finite.
    """
    if days < 0 or basis_days <= 0 or not math.isfinite(rate):
        raise ValueError(f"interest needs a finite rate and days >= 0, not {rate} over {days}/{basis_days} days")
    # Exact in rationals: the cent does not hang on the order of two float multiplications.
    return round(Fraction(rate) * principal_cents * days / basis_days)


def present_value(rate: float, amounts: Sequence[float], years: Sequence[float]) -> float:
    """Return the sum of amounts discounted by (1 + rate)^years."""
    return math.fsum(amount * math.pow(1.0 + rate, -t) for amount, t in zip(amounts, years, strict=True))


def xirr(dates: Sequence[dt.date], amounts: Sequence[float]) -> float | Missing:
    """Return the annual rate at which dated cash flows are worth nothing together, years of 365 days.

    Parameters
    ----------
    dates
        Date of each flow, in any order.
    amounts
        The flows, USD: paid negative, received positive.

    Returns
    -------
    float or Missing
        Decimal rate. Missing when the flows in date order do not change sign exactly once, for then there is no rate or
        there may be several, or when the rate lies outside -99.9999 % to a billion.

    Raises
    ------
    ValueError
        When the lengths differ or a flow is not finite.
    """
    if len(dates) != len(amounts) or not all(map(math.isfinite, amounts)):
        raise ValueError(f"{len(dates)} dates need as many finite amounts, not {list(amounts)}")
    flows: dict[dt.date, float] = {}
    for day, amount in sorted(zip(dates, amounts, strict=True)):
        flows[day] = flows.get(day, 0.0) + amount
    dated = [(day, amount) for day, amount in flows.items() if amount != 0.0]
    signs = [amount > 0 for _, amount in dated]
    changes = sum(a != b for a, b in pairwise(signs))
    if changes != 1:
        return Missing(f"the cash flows change sign {changes} times: a rate needs exactly one change")
    years = [(day - dated[0][0]).days / DAYS_A_YEAR for day, _ in dated]
    values = [amount for _, amount in dated]
    # One change of sign means one rate above -1 (Descartes), so halving cannot miss it; in logarithms of growth.
    low, high = math.log1p(RATE_LOW), math.log1p(RATE_HIGH)
    rising = present_value(math.expm1(high), values, years) > 0
    if (present_value(math.expm1(low), values, years) > 0) == rising:
        return Missing("no rate between -99.9999 % and a billion balances the cash flows")
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if (present_value(math.expm1(middle), values, years) > 0) == rising:
            high = middle
        else:
            low = middle
    return math.expm1(0.5 * (low + high))
