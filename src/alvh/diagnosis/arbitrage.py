"""The arbitrage watch: conversion, reversal and box on SPX and VIX after all costs, and the bound between VX and SPX.

Always shown, never traded. A conversion sells the synthetic forward and buys the real one; a reversal does the
opposite; a box is two synthetics against each other and so a loan. Formulas and their test numbers: `methodology.md`
section 10 (parity F = K + e^{rT}(C - P); conversion rate; box rate). An edge counts only when it is left after the
quoted spreads, the fees and the other side's cost (`concepts.md`, "Conversion/Reversal": never auto-traded).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from alvh import conventions
from alvh.diagnosis.diagnose import Readings
from alvh.diagnosis.indicators.vx_bound import MONTHS
from alvh.market.observe import View
from alvh.market.quotes import Series
from alvh.values import Contract, Missing, Quote

TARGET_DAYS = 45
"""The expiry nearest to it is watched: the one condors are sold in."""
BOX_SHARE = 0.03
"""The strikes of the box stand so far from the forward on either side, as a share of it."""
FORWARD_COST_POINTS = {"SPX": 0.25, "VIX": 0.05}
"""One tick of the hedge: ES (0.25 points) and VX (0.05 points), CME and CFE contract specifications."""


class Charges(Protocol):
    """What a broker charges a contract (`alvh.policies.brokers.Broker`)."""

    def fee_cents(self, root: str, price_points: float, opening: bool) -> int:
        """Return the fee of one contract, cents."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One relation between prices, as it stands.

    Attributes
    ----------
    kind : {"conversion", "reversal", "box", "bound"}
    name : str
        What it is made of, as a trader reads it.
    edge_points : float
        What it would earn at the quotes, before fees and the cost of the other side; negative: what it costs.
    cost_points : float
        Fees, and one tick of the other side.
    net_points : float
        Edge less costs.
    rate : float
        Financing rate it implies at mid, continuous decimal a year; NaN where it is none (VIX, the bound).
    open : bool
        Whether anything is left after all costs. Shown, never traded.
    sentence : str
    """

    kind: str
    name: str
    edge_points: float
    cost_points: float
    net_points: float
    rate: float
    open: bool
    sentence: str


def parity_forward(strike: float, call: float, put: float, years: float, rate: float) -> float:
    """Return the forward that a call and a put of one strike imply: K + e^{rT}(C - P), points."""
    return strike + math.exp(rate * years) * (call - put)


def conversion_rate(spot: float, strike: float, call: float, put: float, dividend_yield: float, years: float) -> float:
    """Return the financing rate a conversion implies: -ln[(S e^{-qT} - C + P) / K] / T, decimal a year."""
    paid = spot * math.exp(-dividend_yield * years) - call + put
    return -math.log(paid / strike) / years if paid > 0.0 and years > 0.0 else math.nan


def box_rate(width: float, price: float, years: float) -> float:
    """Return the rate at which a long box lends: ln(width / price) / T, decimal a year."""
    return math.log(width / price) / years if price > 0.0 and years > 0.0 else math.nan


def conversion_edge(call_bid: float, put_ask: float, forward: float, strike: float, discount: float) -> float:
    """Return what selling the call, buying the put and buying the forward locks in: C - P - e^{-rT}(F - K), points."""
    return call_bid - put_ask - discount * (forward - strike)


def reversal_edge(call_ask: float, put_bid: float, forward: float, strike: float, discount: float) -> float:
    """Return what buying the call, selling the put and selling the forward locks in, points."""
    return discount * (forward - strike) - (call_ask - put_bid)


def arbitrage_watch(
    view: View, readings: Readings, charges: Charges, dividend_yield: float, rate_of: Callable[[float], float]
) -> tuple[Watch | Missing, ...]:
    """Return every relation that is watched at a view's close.

    Parameters
    ----------
    view : View
    readings : Readings
        For the slack of the bound (``vx_bound_slack_1``..).
    charges : Charges
        Fees of the account's broker.
    dividend_yield : float
        Of the index, continuous, decimal a year.
    rate_of : callable
        Continuous Treasury rate to a tenor in calendar days, decimal a year; NaN where none is known.
    """
    out: list[Watch | Missing] = []
    for underlying in ("SPX", "VIX"):
        found = _watched(view, underlying)
        if isinstance(found, Missing):
            out.append(found)
            continue
        rate = rate_of(float(found.days))
        if math.isnan(rate):
            out.append(Missing(f"{underlying}: no Treasury rate on {view.date}"))
        else:
            out += _synthetics(view, underlying, found, rate, dividend_yield, charges)
            out.append(_box(view, found, rate, charges))
    out += bounds(readings)
    return tuple(out)


def bounds(readings: Readings) -> list[Watch | Missing]:
    """Return the slack of VX <= sqrt(forward variance), future by future."""
    out: list[Watch | Missing] = []
    for k in range(1, MONTHS + 1):
        slack = readings.value(f"vx_bound_slack_{k}")
        if math.isnan(slack):
            out.append(Missing(f"F{k} against forward variance: an input is missing, or its window leaves the nodes"))
            continue
        said = f"F{k} stands {abs(slack):.2f} points {'below' if slack >= 0.0 else 'ABOVE'} its bound"
        said += "; within a few tenths of zero that says nothing" if abs(slack) < 0.3 else ""
        out.append(Watch("bound", f"F{k} <= sqrt(FV)", -slack, 0.0, -slack, math.nan, slack < -0.3, said))
    return out


def _watched(view: View, underlying: str) -> Series | Missing:
    """Return the expiry that is watched."""
    listed = [s for s in view.series(underlying) if s.days >= 7]
    if not listed:
        return Missing(f"{underlying}: no expiry is listed a week or more out")
    return min(listed, key=lambda s: (abs(s.days - TARGET_DAYS), s.days))


def _synthetics(
    view: View, underlying: str, series: Series, rate: float, dividend_yield: float, charges: Charges
) -> list[Watch | Missing]:
    """Return the conversion and the reversal at the strike nearest the forward."""
    years = conventions.years_to_settlement(series.root, series.expiry, view.date)
    spot = view.spot(underlying)
    # The forward of SPX is carried from the close, not read off the options: parity against itself says nothing.
    carried = spot * math.exp((rate - dividend_yield) * years)
    forward = carried if underlying == "SPX" else view.forward(series)
    strike = view.strike_near(series, "C", forward)
    pair = quotes_of(view, [Contract(series.root, series.expiry, strike, right) for right in ("C", "P")])
    if isinstance(pair, Missing):
        return [pair]
    call, put = pair
    discount = math.exp(-rate * years)
    cost = FORWARD_COST_POINTS[underlying] + fees_points(series.root, (call.mid, put.mid), charges)
    implied = conversion_rate(spot, strike, call.mid, put.mid, dividend_yield, years)
    if underlying == "VIX":
        implied = math.nan
    at = f"{series.root} {series.expiry} {strike:g}"
    made = []
    for kind, edge in (
        ("conversion", conversion_edge(call.bid, put.ask, forward, strike, discount)),
        ("reversal", reversal_edge(call.ask, put.bid, forward, strike, discount)),
    ):
        made.append(watch(kind, at, edge, cost, implied, call.origin))
    return [*made]


def _box(view: View, series: Series, rate: float, charges: Charges) -> Watch | Missing:
    """Return the box around the forward: what one lends at by buying it, against the bill."""
    years = conventions.years_to_settlement(series.root, series.expiry, view.date)
    forward = view.forward(series)
    low = view.strike_near(series, "C", forward * (1.0 - BOX_SHARE))
    high = view.strike_near(series, "C", forward * (1.0 + BOX_SHARE))
    if not high > low:
        return Missing(f"{series.root} {series.expiry}: no two strikes for a box")
    legs = [Contract(series.root, series.expiry, k, right) for k in (low, high) for right in ("C", "P")]
    quotes = quotes_of(view, legs)
    if isinstance(quotes, Missing):
        return quotes
    low_call, low_put, high_call, high_put = quotes
    mid = low_call.mid - low_put.mid - high_call.mid + high_put.mid
    ask = low_call.ask - low_put.bid - high_call.bid + high_put.ask
    edge = (high - low) * math.exp(-rate * years) - ask
    cost = fees_points(series.root, [q.mid for q in quotes], charges)
    at = f"{series.root} {series.expiry} {low:g}/{high:g}"
    return watch("box", at, edge, cost, box_rate(high - low, mid, years), low_call.origin)


def watch(kind: str, name: str, edge: float, cost: float, rate: float, origin: str) -> Watch:
    """Return a relation with its sentence."""
    net = edge - cost
    said = f"{kind} of {name}: {edge:+.2f} points at the quotes, {cost:.2f} of costs"
    said += f", financing at {rate:.2%}" if math.isfinite(rate) else ""
    if origin == "modelled":
        said += "; modelled quotes hold parity by construction"
    return Watch(kind, name, edge, cost, net, rate, net > 0.0 and origin == "market", said)


def quotes_of(view: View, contracts: Sequence[Contract]) -> list[Quote] | Missing:
    """Return the quotes of some contracts, or which has none."""
    out = []
    for contract in contracts:
        if math.isnan(contract.strike):
            return Missing(f"{contract.root} {contract.expiry}: no listed strike near the forward")
        quote = view.quote(contract)
        if isinstance(quote, Missing):
            return quote
        out.append(quote)
    return out


def fees_points(root: str, prices: Sequence[float], charges: Charges) -> float:
    """Return the fees of one contract of each leg, in points of the root."""
    cents = sum(charges.fee_cents(root, price, opening=True) for price in prices)
    return cents / 100.0 / conventions.root_spec(root).multiplier
