"""What threatens a condor: a short strike near the money, a loss in multiples of the credit; and since when."""

from __future__ import annotations

import math

from alvh.conventions import root_spec
from alvh.decision.held_condor import HeldCondor
from alvh.diagnosis.held import life
from alvh.market.observe import View
from alvh.values import Campaign

DELTA = 5
"""Column of the delta in `alvh.diagnosis.held.Held`."""


def alarm(view: View, campaign: Campaign) -> tuple[float, float, float]:
    """Return |delta| of the short put and of the short call, and the campaign's profit in USD, at today's marks.

    Asked of every condor every day, so in one pass; NaN where there is no such leg or its mark has no volatility.
    """
    put = call = math.nan
    value = 0.0
    for contract, position in campaign.positions.items():
        value += position.quantity * view.mark(contract)
        if position.quantity < 0:
            rows = life(view, contract, position.opened)
            if not len(rows):
                continue
            if contract.right == "P":
                put = abs(rows.item(-1, DELTA))
            else:
                call = abs(rows.item(-1, DELTA))
    multiplier = root_spec(next(iter(campaign.positions)).root).multiplier if campaign.positions else 0
    return put, call, value * multiplier + campaign.cash_cents / 100.0


def threatened_by(
    put_delta: float, call_delta: float, profit_usd: float, credit_usd: float, threat_delta: float, threat_loss: float
) -> str:
    """Return what threatens a condor: a short strike's |delta|, or a loss in multiples of the credit; or nothing."""
    if put_delta >= threat_delta:
        return f"short put at {100.0 * put_delta:.0f} delta"
    if call_delta >= threat_delta:
        return f"short call at {100.0 * call_delta:.0f} delta"
    if credit_usd > 0.0 and profit_usd <= -threat_loss * credit_usd:
        return f"a loss of {-profit_usd / credit_usd:.1f} x the credit"
    return ""


def sessions_beyond(view: View, campaign: Campaign, threat_delta: float) -> int:
    """Return for how many sessions in a row, today included, a short strike's |delta| has been at a threshold."""
    longest = 0
    for contract, position in campaign.positions.items():
        if position.quantity < 0:
            rows = life(view, contract, position.opened)
            n = 0
            while n < len(rows) and abs(rows.item(len(rows) - 1 - n, DELTA)) >= threat_delta:
                n += 1
            longest = max(longest, n)
    return longest


def rested(view: View, campaign: Campaign) -> int:
    """Return how many sessions have passed since a campaign was last adjusted."""
    if campaign.changed is None:
        return view.i + 1
    i = view.i
    while i > 0 and view.calendar[i] > campaign.changed:
        i -= 1
    return view.i - i


def typical_price(view: View) -> float:
    """Return (high + low + close) / 3 of the SPX session; NaN where one is missing."""
    return float(view.past("SPX.high")[-1] + view.past("SPX.low")[-1] + view.past("SPX")[-1]) / 3.0


def underlying_of(condor: HeldCondor) -> str:
    """Return what a condor's options are listed on."""
    return "XSP" if condor.root == "XSP" else "SPX"
