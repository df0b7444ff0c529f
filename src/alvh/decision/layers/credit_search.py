"""The search for a credit: from a multiple of the expected daily range, a strike at a time, wing after wing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from alvh.decision.layers import condor_strikes as at
from alvh.market.observe import View
from alvh.market.quotes import Series
from alvh.maths import black
from alvh.values import Contract, Missing, Quote, Right

if TYPE_CHECKING:
    from alvh.decision.layers.condor import CondorParams

SIDES: tuple[Right, Right] = ("P", "C")
SEARCH_STEPS = 200
"""Steps after which a search is given up."""
STEP_POINTS = 5.0
"""Shorts move by five points (`concepts.md`, "RSAi, Premium Gauge")."""
NEXT_STRIKE_REACH = 20
"""Steps of five points within which the next listed strike is looked for."""


def by_daily_range(view: View, series: Series, p: CondorParams, distance: float) -> at.CondorStrikes | Missing:
    """Return the strikes whose mid credit comes to `p.short`, sought from `distance` points on either side of spot.

    Too large a credit moves the shorts outwards, too small a one inwards, one wing after the other, the less skewed
    first (the one whose short has the lower volatility); no short comes nearer the money than `p.max_short_delta`. The
    search ends where the credit is within the tolerance, or where a step has passed it by: the nearest credit found is
    then taken where it is within the tolerance, and refused where it is not.
    """
    if math.isnan(distance):
        return Missing("no expected daily range to start from")
    spot, wing = view.spot(p.underlying), at.wing_points(view, p)
    put, call = at.put_strike(view, series, spot - distance), view.strike_near(series, "C", spot + distance)
    limit = tuple(view.strike_at_delta(series, right, p.max_short_delta) for right in SIDES)
    if any(math.isnan(k) for k in (put, call, *limit)):
        return Missing(f"no short strike {distance:.1f} points from spot in {series.root} {series.expiry}")
    put, call = min(put, limit[0]), max(call, limit[1])
    best, nearest, outwards = None, math.inf, None
    turns = alternating(less_skewed(view, series, put, call))
    for _ in range(SEARCH_STEPS):
        strikes = at.with_wings(view, series, p, put, call, wing)
        credit = math.nan if isinstance(strikes, Missing) else at.credit_points(view, series, strikes)
        if isinstance(strikes, Missing) or math.isnan(credit):
            break
        if abs(credit - p.short) < nearest:
            best, nearest = strikes, abs(credit - p.short)
        out = credit > p.short
        passed = outwards is not None and out != outwards
        if nearest <= p.credit_tolerance_points or passed:
            break
        outwards = out
        moved = step(view, series, (put, call), limit, next(turns), out=out) or step(
            view, series, (put, call), limit, next(turns), out=out
        )
        if moved is None:
            break
        put, call = moved
    if best is None or nearest > p.credit_tolerance_points:
        found = "none was found" if best is None else f"the nearest misses it by {nearest:.2f}"
        return Missing(f"no credit of {p.short:g} within {p.credit_tolerance_points:g} points: {found}")
    return best


def step(
    view: View,
    series: Series,
    shorts: tuple[float, float],
    limit: tuple[float, ...],
    right: Right,
    *,
    out: bool,
) -> tuple[float, float] | None:
    """Return the shorts with one of them moved by a strike, or None where it may not or cannot move."""
    put, call = shorts
    if right == "P":
        moved = next_strike(view, series, "P", put, -1 if out else 1)
        return (moved, call) if moved <= limit[0] else None
    moved = next_strike(view, series, "C", call, 1 if out else -1)
    return (put, moved) if moved >= limit[1] else None


def alternating(first: Right) -> Iterator[Right]:
    """Return the sides to be moved, one after the other, for ever."""
    while True:
        yield first
        first = "C" if first == "P" else "P"


def less_skewed(view: View, series: Series, put: float, call: float) -> Right:
    """Return the side whose short has the lower volatility, to be moved first; the call where neither is known."""
    forward, years = view.forward(series), max(series.days, 1) / 365.0

    def vol(strike: float, right: Right) -> float:
        quote = view.quote(Contract(series.root, series.expiry, strike, right))
        mid = quote.mid if isinstance(quote, Quote) else math.nan
        return black.implied_vol(mid, forward, strike, years, 1.0, call=right == "C")

    return "P" if vol(put, "P") < vol(call, "C") else "C"


def next_strike(view: View, series: Series, right: Right, strike: float, way: int) -> float:
    """Return the listed strike after `strike`, upwards (1) or downwards (-1); NaN where there is none nearby."""
    for k in range(1, NEXT_STRIKE_REACH + 1):
        target = strike + way * STEP_POINTS * k
        found = view.strike_near(series, right, target) if target >= at.LEAST_STRIKE else math.nan
        if (found - strike) * way > 0.0:
            return found
    return math.nan
