"""The four strikes of a condor: shorts by delta, by standard deviations, by credit or by distance; wings by width."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from alvh.market.observe import View
from alvh.market.quotes import Series
from alvh.maths import black
from alvh.values import Contract, Missing, Quote, Right

if TYPE_CHECKING:
    from alvh.decision.layers.condor import CondorParams

CREDIT_DELTAS = (0.45, 0.40, 0.35, 0.30, 0.25, 0.20, 0.18, 0.16, 0.14, 0.12, 0.10, 0.08, 0.06, 0.05, 0.04, 0.03)
"""Deltas tried from the money outwards when a credit is asked for."""
LEAST_STRIKE = 0.01
"""Points. A target below it is what rounding leaves of a strike at nothing."""


class CondorStrikes(NamedTuple):
    """Strikes in points; ``long_put < short_put < short_call < long_call``."""

    long_put: float
    short_put: float
    short_call: float
    long_call: float


def choose_strikes(view: View, series: Series, p: CondorParams) -> CondorStrikes | Missing:
    """Return the strikes of a condor in one expiry, or why there are none.

    A realised wing of 0, or wider than `max_width_ratio` times its target, is refused (`decisions.md`).
    """
    spot, wing = view.spot(p.underlying), wing_points(view, p)
    if math.isnan(wing):
        return Missing(f"no {p.underlying} on {view.date}")
    if p.shorts == "credit":
        return _by_credit(view, series, p, wing)
    shorts = _shorts(view, series, p, spot)
    return shorts if isinstance(shorts, Missing) else with_wings(view, series, p, *shorts, wing)


def wing_points(view: View, p: CondorParams) -> float:
    """Return the width wanted of each wing, points: one in points needs no spot, one in percent does (NaN without)."""
    return p.wing_points if p.wing_points is not None else view.spot(p.underlying) * p.wing_percent / 100.0


def _shorts(view: View, series: Series, p: CondorParams, spot: float) -> tuple[float, float] | Missing:
    """Return the short put and call by every rule but the credit."""
    if p.shorts == "delta":
        put = view.strike_at_delta(series, "P", p.short, vendor=p.vendor_delta)
        call = view.strike_at_delta(series, "C", p.short, vendor=p.vendor_delta)
    else:
        if p.shorts == "sd":
            vol = at_the_money_vol(view, series)
            distance = p.short * spot * vol * math.sqrt(series.days / 365.0)
        else:
            distance = p.short if p.shorts == "width_points" else spot * p.short / 100.0
        put = put_strike(view, series, spot - distance)
        call = view.strike_near(series, "C", spot + distance)
    if math.isnan(put) or math.isnan(call):
        by = "vendor's delta" if p.vendor_delta and p.shorts == "delta" else p.shorts
        return Missing(f"no short strike by {by} {p.short:g} in {series.root} {series.expiry}")
    return put, call


def with_wings(
    view: View, series: Series, p: CondorParams, short_put: float, short_call: float, wing: float
) -> CondorStrikes | Missing:
    """Add the wings, each on the grid nearest its target."""
    long_put = put_strike(view, series, short_put - wing)
    long_call = view.strike_near(series, "C", short_call + wing)
    strikes = CondorStrikes(long_put, short_put, short_call, long_call)
    if any(math.isnan(k) for k in strikes):
        return Missing(f"no wing strike in {series.root} {series.expiry}")
    if not short_put < short_call:
        return Missing(f"the shorts {short_put:g} and {short_call:g} cross")
    for side, width in (("put", short_put - long_put), ("call", long_call - short_call)):
        if width <= 0.0 or width > p.max_width_ratio * wing:
            return Missing(f"the {side} wing would be {width:g} wide, {wing:.1f} is wanted")
    return strikes


def put_strike(view: View, series: Series, target: float) -> float:
    """Return the listed put nearest `target`; NaN where that is no price an index can have."""
    return view.strike_near(series, "P", target) if target >= LEAST_STRIKE else math.nan


def _by_credit(view: View, series: Series, p: CondorParams, wing: float) -> CondorStrikes | Missing:
    """Return the strikes whose mid credit is nearest `short` points, trying equal deltas from the money outwards.

    A credit that no delta tried comes to, above or below, is refused: the nearest one would be another trade.
    """
    found: list[tuple[float, CondorStrikes]] = []
    for delta in CREDIT_DELTAS:
        put, call = (view.strike_at_delta(series, right, delta, vendor=p.vendor_delta) for right in ("P", "C"))
        strikes = with_wings(view, series, p, put, call, wing) if put < call else Missing("crossed")
        if isinstance(strikes, Missing):
            continue
        credit = credit_points(view, series, strikes)
        if math.isfinite(credit):
            found.append((credit, strikes))
    if not found:
        return Missing(f"no condor in {series.root} {series.expiry} has quotes on all legs")
    low, high = min(found)[0], max(found)[0]
    if not low <= p.short <= high:
        return Missing(f"a credit of {p.short:g} is outside {low:.2f} to {high:.2f} in {series.root} {series.expiry}")
    return min(found, key=lambda one: abs(one[0] - p.short))[1]


def credit_points(view: View, series: Series, strikes: CondorStrikes) -> float:
    """Return the credit at mid, points; NaN where a leg has no quote."""
    total = 0.0
    rights: tuple[Right, ...] = ("P", "P", "C", "C")
    for strike, right, sign in zip(strikes, rights, (-1.0, 1.0, 1.0, -1.0), strict=True):
        quote = view.quote(Contract(series.root, series.expiry, strike, right))
        if not isinstance(quote, Quote):
            return math.nan
        total += sign * quote.mid
    return total


def at_the_money_vol(view: View, series: Series) -> float:
    """Return the Black volatility of the call nearest the forward, annual decimal; NaN where it has no quote."""
    forward = view.forward(series)
    strike = view.strike_near(series, "C", forward)
    quote = view.quote(Contract(series.root, series.expiry, strike, "C")) if math.isfinite(strike) else None
    if not isinstance(quote, Quote):
        return math.nan
    # Rates move an at-the-money volatility of a few weeks by less than a tick: discounting is left out.
    return black.implied_vol(quote.mid, forward, strike, series.days / 365.0, 1.0, call=True)
