"""The daily identity: Greek terms + settlement + costs + residual = change in equity, by layer, the residual shown.

From one close to the next a held option is repriced with the Greeks of the earlier close: its forward moved (delta,
gamma), its own volatility moved (vega), both together (vanna, volga), and time passed (theta, which holds the interest
on its value). What is left is the residual: third-order terms, and what a mark did that no Greek explains.
A future is all delta.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from alvh.accounting.ledger import Ledger, LegLife
from alvh.conventions import root_spec
from alvh.market.quotes import QuoteSource
from alvh.maths import black
from alvh.values import Bools, Floats, Ints

TERMS = ("delta", "gamma", "vega", "theta", "vanna_volga", "settlement", "interest", "costs", "residual")
GREEKS = TERMS[:5]


def attribute(ledger: Ledger, quotes: QuoteSource) -> Mapping[str, Mapping[str, Floats]]:
    """Return the terms of each layer on each session, USD; those of a layer add up to its P&L.

    Parameters
    ----------
    ledger : Ledger
    quotes : QuoteSource
        The source that marked it: it knows the forward and the volatility behind every mark.
    """
    out = {name: {term: np.zeros(ledger.sessions) for term in TERMS} for name in ledger.layers}
    if ledger.legs:
        _add_greeks(ledger, quotes, out)
    for row, name in enumerate(ledger.layers):
        out[name]["costs"] -= (ledger.slippage_cents[row] + ledger.fee_cents[row]) / 100.0
    out["cash"]["interest"] += ledger.interest_cents / 100.0
    return out


def _add_greeks(ledger: Ledger, quotes: QuoteSource, out: Mapping[str, Mapping[str, Floats]]) -> None:
    """Add the Greek terms, settlements and residuals of every leg-day."""
    days = ledger.days
    size = np.array([len(leg.quantity) for leg in ledger.legs])
    meanings = [
        quotes.meaning(ledger.contracts[leg.contract], leg.life, leg.offset, len(leg.quantity)) for leg in ledger.legs
    ]
    forward, years, discount, vol = (np.concatenate([m[k] for m in meanings]) for k in range(4))
    contracts = [ledger.contracts[leg.contract] for leg in ledger.legs]
    # A future and a held index have no strike; any will do where no Greek is asked for: all they gain is delta.
    future = np.array([not c.right for c in contracts], dtype=bool).repeat(size)
    strike = np.where(future, 1.0, np.array([c.strike for c in contracts]).repeat(size))
    call = np.array([c.right == "C" for c in contracts]).repeat(size)
    multiplier = np.array([float(root_spec(c.root).multiplier) for c in contracts]).repeat(size)
    ends = np.cumsum(size) - 1
    begin = ends - size + 1
    settled = np.zeros(len(call), dtype=bool)
    settled[ends] = [leg.settled for leg in ledger.legs]
    fresh = ~np.concatenate([carried_marks(leg) for leg in ledger.legs])
    vol = implied_by_intrinsic(forward, strike, vol, call)
    # What is held into a session is what was held after the one before; into its first session a leg holds nothing.
    held = days.quantity[np.maximum(np.arange(len(call)) - 1, 0)].astype(np.float64)
    held[begin] = 0.0
    # A move is counted from the last mark that was not carried: on the days in between nothing moved.
    last_fresh = np.maximum.accumulate(np.where(fresh, np.arange(len(call)), -1))
    before = np.concatenate(([-1], last_fresh[:-1]))
    explicable = (held != 0) & ~future & ~settled & fresh & (before >= begin.repeat(size))
    terms = greek_terms(forward, strike, years, vol, discount, call, np.maximum(before, 0))
    slot = days.layer * ledger.sessions + days.session
    explained = np.zeros(len(call))
    for term, values in terms.items():
        # Where a volatility does not solve, nothing is explained and the move stays in the residual.
        part = np.where(explicable & np.isfinite(values), values * held * multiplier, 0.0)
        explained += part
        _add(ledger, slot, out, term, part)
    gained_usd = days.gained_cents / 100.0
    moved = np.where(future & ~settled, gained_usd, 0.0)
    explained += moved
    _add(ledger, slot, out, "delta", moved)
    _add(ledger, slot, out, "settlement", np.where(settled, gained_usd, 0.0))
    _add(ledger, slot, out, "residual", np.where(settled, 0.0, gained_usd - explained))


def carried_marks(leg: LegLife) -> Bools:
    """Return which marks of a leg were carried from the session before, for want of a quote or a settlement."""
    n = len(leg.quantity)
    stale = leg.life.stale[leg.offset : leg.offset + n]
    return np.concatenate((stale, np.ones(n - len(stale), dtype=bool)))


def implied_by_intrinsic(forward: Floats, strike: Floats, vol: Floats, call: Bools) -> Floats:
    """Return volatilities with 0 where a mark in the money has none: it stands at intrinsic and moves with the forward.

    Quotes deep in the money lie within their spread of intrinsic, and their mid may lie below it.
    """
    in_the_money = np.where(call, forward > strike, forward < strike)
    return np.where(np.isnan(vol) & in_the_money, 0.0, vol)


def greek_terms(
    forward: Floats, strike: Floats, years: Floats, vol: Floats, discount: Floats, call: Bools, before: Ints
) -> dict[str, Floats]:
    """Return what each Greek of the row `before` explains of one contract's move to this row, points.

    A mark at intrinsic has no volatility of its own (0): the move into or out of it is no move of a volatility.
    """
    greeks = black.greeks_many(
        forward[before], strike[before], years[before], vol[before], discount[before], call[before]
    )
    both = (vol > 0.0) & (vol[before] > 0.0)
    d_forward, d_years = forward - forward[before], years[before] - years
    d_vol = np.where(both, vol - vol[before], 0.0)
    return {
        "delta": greeks[:, 1] * d_forward,
        "gamma": 0.5 * greeks[:, 2] * d_forward**2,
        "vega": greeks[:, 3] * d_vol,
        "theta": greeks[:, 4] * d_years,
        "vanna_volga": greeks[:, 5] * d_forward * d_vol + 0.5 * greeks[:, 6] * d_vol**2,
    }


def _add(ledger: Ledger, slot: Ints, out: Mapping[str, Mapping[str, Floats]], term: str, usd: Floats) -> None:
    """Add one term of every leg-day to its layer and session."""
    size = len(ledger.layers) * ledger.sessions
    total = np.bincount(slot, weights=usd, minlength=size).reshape(len(ledger.layers), ledger.sessions)
    for row, name in enumerate(ledger.layers):
        out[name][term] += total[row]
