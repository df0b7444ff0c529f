"""The daily identity: Greek terms + settlement + costs + residual = change in equity, by leg, the residual shown.

From one close to the next a held option is repriced with the Greeks of the earlier close: its forward moved (delta,
gamma), its own volatility moved (vega), both together (vanna, volga), and time passed (theta, which holds the interest
on its value). What is left is the residual: third-order terms, and what a mark did that no Greek explains.
A future is all delta.

It is made once, for every leg on every session. Campaigns, layers, sessions and regimes are sums of it, and all of it
together is what the account gained: the interest on cash is a row without a campaign or a contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from alvh.accounting.ledger import NONE, Ledger, LegLife
from alvh.conventions import root_spec
from alvh.market.quotes import QuoteSource
from alvh.maths import black
from alvh.values import Bools, Floats, Ints

TERMS = ("delta", "gamma", "vega", "theta", "vanna_volga", "settlement", "interest", "costs", "residual")
GREEKS = TERMS[:5]


class LegTerms(NamedTuple):
    """The terms of every leg on every session it was held or traded, one row a leg-day; then the interest of each day.

    Attributes
    ----------
    session, layer, campaign, contract : arrays (rows,)
        As in `LegDays`: sessions count from the run's first, ids index the names of the `Ledger`. The rows of interest
        are of the layer ``cash``, and `NONE` is their campaign and contract.
    terms : mapping of str -> array (rows,)
        `TERMS` in their order, USD, never NaN. A row's terms add up to its P&L after costs.
    """

    session: Ints
    layer: Ints
    campaign: Ints
    contract: Ints
    terms: Mapping[str, Floats]


def attribute(ledger: Ledger, quotes: QuoteSource) -> Mapping[str, Mapping[str, Floats]]:
    """Return the terms of each layer on each session, USD; those of a layer add up to its P&L.

    Parameters
    ----------
    ledger : Ledger
    quotes : QuoteSource
        The source that marked it: it knows the forward and the volatility behind every mark.
    """
    return by_layer(ledger, attribute_legs(ledger, quotes))


def attribute_legs(ledger: Ledger, quotes: QuoteSource) -> LegTerms:
    """Return the terms of each leg on each session; all of them together are the change in equity.

    Parameters
    ----------
    ledger : Ledger
    quotes : QuoteSource
        The source that marked it: it knows the forward and the volatility behind every mark.
    """
    days = ledger.days
    earned = np.flatnonzero(ledger.interest_cents)
    found = _explained(ledger, quotes) if ledger.legs else {}
    # A cent less a cent is no minus nothing: 0 - 0 rather than -0.
    found["costs"] = 0.0 - days.cost_cents / 100.0
    none = np.zeros(len(days.session))
    after = np.zeros(len(earned))
    terms = {term: np.concatenate((found.get(term, none), after)) for term in TERMS}
    terms["interest"][len(none) :] = ledger.interest_cents[earned] / 100.0
    nowhere = np.full(len(earned), NONE)
    return LegTerms(
        np.concatenate((days.session, earned)),
        np.concatenate((days.layer, np.full(len(earned), len(ledger.layers) - 1))),
        np.concatenate((days.campaign, nowhere)),
        np.concatenate((days.contract, nowhere)),
        terms,
    )


def by_layer(ledger: Ledger, legs: LegTerms) -> dict[str, dict[str, Floats]]:
    """Return layer -> term -> array (sessions,), USD: legs added up by layer and session."""
    shape = len(ledger.layers), ledger.sessions
    slot = legs.layer * ledger.sessions + legs.session
    totals = {term: values.reshape(shape) for term, values in summed(legs.terms, slot, shape[0] * shape[1]).items()}
    # Cents are added before they are divided: a sum of costs is a number of cents.
    totals["costs"] = 0.0 - (ledger.slippage_cents + ledger.fee_cents) / 100.0
    return {name: {term: totals[term][row] for term in TERMS} for row, name in enumerate(ledger.layers)}


def by_campaign(ledger: Ledger, legs: LegTerms) -> dict[str, Floats]:
    """Return term -> array (campaigns,), USD over the run, in the order of the ledger's campaigns."""
    # The rows of interest, of no campaign, come first and are left out.
    totals = summed(legs.terms, legs.campaign - NONE, len(ledger.campaigns) + 1)
    return {term: values[1:] for term, values in totals.items()}


def summed(terms: Mapping[str, Floats], slot: Ints, size: int) -> dict[str, Floats]:
    """Return each term added up by slot (0 to `size` - 1, one a row), arrays (size,)."""
    return {
        term: np.bincount(slot, weights=values, minlength=size).astype(np.float64, copy=False)
        for term, values in terms.items()
    }


def _explained(ledger: Ledger, quotes: QuoteSource) -> dict[str, Floats]:
    """Return the Greek terms, settlements and residuals of every leg-day, USD."""
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
    found: dict[str, Floats] = {}
    for term, values in terms.items():
        # Where a volatility does not solve, nothing is explained and the move stays in the residual.
        found[term] = np.where(explicable & np.isfinite(values), values * held * multiplier, 0.0)
    explained = sum(found.values(), np.zeros(len(call)))
    gained_usd = days.gained_cents / 100.0
    moved = np.where(future & ~settled, gained_usd, 0.0)
    found["delta"] += moved
    found["settlement"] = np.where(settled, gained_usd, 0.0)
    found["residual"] = np.where(settled, 0.0, gained_usd - explained - moved)
    return found


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
