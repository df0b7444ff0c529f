"""`roll()`: which of the condors on offer a threatened one may be moved into, and why the others may not.

`concepts.md`, "Time-Shift": the same lots, no side wider than the original, a largest loss never above the original, a
net credit of at least what it costs. Pure: numbers in, numbers out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from alvh.decision.condor_shape import Strikes, breakevens, symmetry
from alvh.decision.held_condor import Wing

TINY_USD = 1e-6


class RollTerms(NamedTuple):
    """What a roll has to keep to. USD for the whole campaign.

    Attributes
    ----------
    lots, multiplier : int
    width_points : float
        No side may be wider.
    max_loss_usd : float
        Largest loss of the campaign as it was sized.
    cash_usd : float
        Paid to the campaign so far.
    closing_usd : float
        What closing the old legs brings at mid (a debit is negative).
    closing_half_usd : float
        Summed half-spreads of the old legs.
    cost_share : float
        Share of all half-spreads a roll is expected to pay.
    fees_usd : float
    cushion_usd : float
        Net credit beyond costs.
    max_delta : float
        Of a new short strike.
    max_symmetry : float or None
        Bound of |B| of the campaign's break-evens; None for none.
    """

    lots: int
    multiplier: int
    width_points: float
    max_loss_usd: float
    cash_usd: float
    closing_usd: float
    closing_half_usd: float
    cost_share: float
    fees_usd: float
    cushion_usd: float
    max_delta: float
    max_symmetry: float | None


class Rolled(NamedTuple):
    """A feasible roll.

    Attributes
    ----------
    put, call : Wing
    net_usd : float
        Cash at mid, closing and opening together, before fees.
    limit_usd : float
        Cash at which it may still be filled: fees are paid, and the largest loss stays within the original.
    max_loss_usd : float
        Of the campaign, at mid.
    symmetry : float
    """

    put: Wing
    call: Wing
    net_usd: float
    limit_usd: float
    max_loss_usd: float
    symmetry: float


def feasible(
    puts: Sequence[Wing], calls: Sequence[Wing], terms: RollTerms, spot: float, deviation: float
) -> tuple[list[Rolled], Counter[str]]:
    """Return the feasible rolls into one expiry, the farthest strikes first, and why the others are not, counted.

    Parameters
    ----------
    puts, calls : sequences of Wing
        Spreads on offer; every put with every call is a candidate.
    terms : RollTerms
    spot : float
    deviation : float
        vol_atm sqrt(T) of the expiry.

    Returns
    -------
    rolls : list of Rolled
        By the sum of the short deltas, ascending; of two, the dearer first.
    reasons : Counter
        Rejected candidates by reason.
    """
    found: list[Rolled] = []
    reasons: Counter[str] = Counter()
    for put in puts:
        for call in calls:
            made = judged(put, call, terms, spot, deviation)
            if isinstance(made, str):
                reasons[made] += 1
            else:
                found.append(made)
    found.sort(key=lambda r: (round(r.put.delta + r.call.delta, 6), -r.net_usd))
    return found, reasons


def judged(  # noqa: PLR0911 - one return a reason
    put: Wing, call: Wing, terms: RollTerms, spot: float, deviation: float
) -> Rolled | str:
    """Return one candidate as a roll, or the reason against it."""
    scale = terms.lots * terms.multiplier
    if not put.short < call.short:
        return "the shorts cross"
    if max(put.width, call.width) > terms.width_points:
        return "wider than the original"
    if not max(put.delta, call.delta) <= terms.max_delta:
        return "the short delta"
    net = terms.closing_usd + (put.credit + call.credit) * scale
    half = terms.closing_half_usd + (put.half_spread + call.half_spread) * scale
    if not net - terms.cost_share * half >= terms.fees_usd + terms.cushion_usd - TINY_USD:
        return "no net credit"
    width_usd = max(put.width, call.width) * scale
    needed = width_usd - terms.cash_usd - terms.max_loss_usd
    if net - terms.cost_share * half < needed - TINY_USD:
        return "the largest loss"
    strikes = Strikes(put.long, put.short, call.short, call.long)
    b = symmetry(*breakevens(strikes, (terms.cash_usd + net) / scale), spot, deviation)
    # Without two break-evens one side cannot lose, and there is nothing to balance.
    if terms.max_symmetry is not None and not math.isnan(b) and abs(b) > terms.max_symmetry:
        return "the symmetry"
    return Rolled(put, call, net, max(needed, terms.fees_usd), width_usd - terms.cash_usd - net, b)


def shared_limit(own_usd: float, net_usd: float, limit_usd: float) -> float:
    """Return one of two tickets' limit: its own mid less half of what the pair may give up."""
    return own_usd - 0.5 * (net_usd - limit_usd)
