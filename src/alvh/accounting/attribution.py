"""The daily identity: Greek terms + settlement + costs + residual = change in equity, by layer, the residual shown.

From one close to the next a held option is repriced with the Greeks of the earlier close: its forward moved (delta,
gamma), its own volatility moved (vega), both together (vanna, volga), and time passed (theta, which holds the interest on
its value). What is left is the residual: third-order terms, and what a mark did that no Greek explains.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from alvh.accounting.ledger import Ledger, LegLife, revaluation_cents
from alvh.conventions import root_spec
from alvh.market.quotes import QuoteSource
from alvh.maths import black
from alvh.values import Floats, Ints

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
    rows = [_leg_rows(ledger, leg, quotes) for leg in ledger.legs]
    held, forward, years, discount, vol, strike, gained, scale = (
        np.concatenate([r[k] for r in rows]) for k in range(8)
    )
    call = np.concatenate([r[8] for r in rows])
    settled = np.concatenate([r[9] for r in rows])
    session = np.concatenate([r[10] for r in rows])
    layer = np.concatenate([r[11] for r in rows])
    before = np.maximum(np.arange(len(held)) - 1, 0)
    usd = held * scale
    greeks = black.greeks_many(
        forward[before], strike[before], years[before], vol[before], discount[before], call[before]
    )
    # A mark at intrinsic has no volatility of its own (0): the move into or out of it is no move of a volatility.
    both = (vol > 0.0) & (vol[before] > 0.0)
    d_forward, d_vol, d_years = forward - forward[before], np.where(both, vol - vol[before], 0.0), years[before] - years
    terms = {
        "delta": greeks[:, 1] * d_forward,
        "gamma": 0.5 * greeks[:, 2] * d_forward**2,
        "vega": greeks[:, 3] * d_vol,
        "theta": greeks[:, 4] * d_years,
        "vanna_volga": greeks[:, 5] * d_forward * d_vol + 0.5 * greeks[:, 6] * d_vol**2,
    }
    carried = (held != 0) & ~settled
    explained = np.zeros(len(held))
    slot = layer * ledger.sessions + session
    size = len(ledger.layers) * ledger.sessions

    def add(term: str, values: Floats) -> None:
        total = np.bincount(slot, weights=values, minlength=size).reshape(len(ledger.layers), ledger.sessions)
        for row, name in enumerate(ledger.layers):
            out[name][term] += total[row]

    for term, values in terms.items():
        # Where a volatility does not solve, nothing is explained and the move stays in the residual.
        part = np.where(carried & np.isfinite(values), values * usd, 0.0)
        explained += part
        add(term, part)
    gained_usd = gained / 100.0
    add("settlement", np.where(settled, gained_usd, 0.0))
    add("residual", np.where(settled, 0.0, gained_usd - explained))


def _leg_rows(ledger: Ledger, leg: LegLife, quotes: QuoteSource) -> tuple[np.ndarray, ...]:  # type: ignore[type-arg]
    """Return the columns of one leg-life: quantity held into the session, what its mark means, and what it gained."""
    n = len(leg.quantity)
    contract = ledger.contracts[leg.contract]
    held = np.concatenate(([0], leg.quantity[:-1])).astype(np.float64)
    forward, years, discount, vol = quotes.meaning(contract, leg.life, leg.offset, n)
    settled = np.zeros(n, dtype=bool)
    settled[-1] = leg.settled
    gained: Ints = revaluation_cents(leg)
    return (
        held,
        forward,
        years,
        discount,
        vol,
        np.full(n, contract.strike),
        gained.astype(np.float64),
        np.full(n, float(root_spec(contract.root).multiplier)),
        np.full(n, contract.right == "C"),
        settled,
        np.arange(leg.first, leg.first + n),
        np.full(n, leg.layer),
    )
