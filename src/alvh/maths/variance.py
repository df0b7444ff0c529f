"""The variance strip of Cboe's VIX: model-free variance of one expiry from its quotes, with every intermediate kept.

Source: Cboe, "VIX White Paper" (2009, 2014, 2019) and "Mathematics Methodology" (2022), whose worked examples are in
the tests. Times are years of 525,600 minutes; rates continuous; strikes, quotes and forward in index points.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from alvh.values import Floats, Missing

MINUTES_A_YEAR: Final = 525_600.0
MINUTES_A_MONTH: Final = 43_200.0
"""30 days, the term of VIX."""

CentreRule = Literal["at or below", "below"]


@dataclass(frozen=True)
class Chain:
    """One expiry's quotes by strike, ascending; a bid of 0 is no bid, an ask of 0 or NaN no quote.

    Attributes
    ----------
    strikes, call_bid, call_ask, put_bid, put_ask
        Arrays of one length, index points.
    """

    strikes: Floats
    call_bid: Floats
    call_ask: Floats
    put_bid: Floats
    put_ask: Floats


@dataclass(frozen=True)
class Strip:
    """One expiry's variance and what it is made of.

    Attributes
    ----------
    years, rate
        As given.
    parity_strike
        The strike K* whose call and put mids are closest.
    forward
        K* + exp(rT) (call - put).
    centre
        K0: where puts end and calls begin.
    strikes, quotes, contributions
        The strikes kept, their mids Q(K) (call and put averaged at K0), and dK/K^2 exp(rT) Q(K), ascending.
    sum_term
        2/T times the sum of the contributions.
    forward_term
        (F/K0 - 1)^2 / T.
    variance
        Annual variance: `sum_term` - `forward_term`.
    """

    years: float
    rate: float
    parity_strike: float
    forward: float
    centre: float
    strikes: Floats
    quotes: Floats
    contributions: Floats
    sum_term: float
    forward_term: float
    variance: float


def parity(chain: Chain, years: float, rate: float) -> tuple[float, float] | Missing:
    """Return the parity strike, among strikes quoted on both sides, and the forward."""
    quoted = (chain.call_bid > 0) & (chain.put_bid > 0)
    quoted &= (chain.call_ask >= chain.call_bid) & (chain.put_ask >= chain.put_bid)
    if not quoted.any():
        return Missing("no strike is quoted on both sides")
    gap = 0.5 * (chain.call_bid + chain.call_ask - chain.put_bid - chain.put_ask)
    at = int(np.argmin(np.where(quoted, np.abs(gap), np.inf)))
    strike = float(chain.strikes[at])
    return strike, strike + math.exp(rate * years) * float(gap[at])


def kept_outwards(bids: Floats) -> list[int]:
    """Return the positions kept walking outwards: those with a bid, until two in a row have none."""
    kept: list[int] = []
    for i, bid in enumerate(bids):
        if bid > 0:
            kept.append(i)
        elif i > 0 and not bids[i - 1] > 0:
            break
    return kept


def widths(strikes: Floats) -> Floats:
    """Return dK: half the distance between the neighbours kept, at the ends the one gap."""
    result = np.empty_like(strikes)
    result[1:-1] = 0.5 * (strikes[2:] - strikes[:-2])
    result[0], result[-1] = strikes[1] - strikes[0], strikes[-1] - strikes[-2]
    return result


def strip(chain: Chain, years: float, rate: float, centre_rule: CentreRule = "at or below") -> Strip | Missing:
    """Return the variance strip of one expiry.

    Parameters
    ----------
    chain
        Quotes of the expiry.
    years
        Time to settlement, minutes / 525,600.
    rate
        Continuous annual rate to that settlement.
    centre_rule
        K0 is the highest listed strike at or below the forward; older texts say below. The two differ only where the
        forward is itself a strike.

    Returns
    -------
    Strip or Missing
        Missing when there is no parity, no strike at K0, fewer than three strikes, or when a quote that is needed is
        crossed or has no ask: Cboe rejects the series, too.
    """
    found = parity(chain, years, rate)
    if isinstance(found, Missing):
        return found
    parity_strike, forward = found
    side: Literal["left", "right"] = "right" if centre_rule == "at or below" else "left"
    at = int(np.searchsorted(chain.strikes, forward, side=side)) - 1
    if at < 0:
        return Missing(f"no strike {centre_rule} the forward {forward:.2f}")
    puts = [at - 1 - i for i in kept_outwards(chain.put_bid[:at][::-1])][::-1]
    calls = [at + 1 + i for i in kept_outwards(chain.call_bid[at + 1 :])]
    for name, bid, ask, used in (
        ("put", chain.put_bid, chain.put_ask, [*puts, at]),
        ("call", chain.call_bid, chain.call_ask, [at, *calls]),
    ):
        bad = [i for i in used if not (ask[i] > 0 and ask[i] >= bid[i])]
        if bad:
            i = bad[0]
            return Missing(f"the {name} at {chain.strikes[i]:g} is quoted {bid[i]:g} at {ask[i]:g}")
    if len(puts) + len(calls) < 2:
        return Missing(f"only {len(puts) + len(calls) + 1} strike(s) have a bid")
    put_mid, call_mid = 0.5 * (chain.put_bid + chain.put_ask), 0.5 * (chain.call_bid + chain.call_ask)
    used_strikes = chain.strikes[[*puts, at, *calls]]
    quotes = np.concatenate([put_mid[puts], [0.5 * (put_mid[at] + call_mid[at])], call_mid[calls]])
    contributions = widths(used_strikes) / used_strikes**2 * math.exp(rate * years) * quotes
    centre = float(chain.strikes[at])
    sum_term = 2.0 / years * float(contributions.sum())
    forward_term = (forward / centre - 1.0) ** 2 / years
    return Strip(
        years, rate, parity_strike, forward, centre, used_strikes, quotes, contributions, sum_term, forward_term,
        sum_term - forward_term,
    )  # fmt: skip


def near_weight(near_minutes: float, next_minutes: float) -> float:
    """Return the weight of the near expiry that makes 30 days of the two: (N2 - N30) / (N2 - N1)."""
    return (next_minutes - MINUTES_A_MONTH) / (next_minutes - near_minutes)


def vix(near: Strip, later: Strip) -> float:
    """Return the index in points from the strips of the two expiries around 30 days; NaN for a negative variance."""
    near_minutes, later_minutes = near.years * MINUTES_A_YEAR, later.years * MINUTES_A_YEAR
    weight = near_weight(near_minutes, later_minutes)
    total = near.years * near.variance * weight + later.years * later.variance * (1.0 - weight)
    annual = total * MINUTES_A_YEAR / MINUTES_A_MONTH
    return 100.0 * math.sqrt(annual) if annual >= 0.0 else math.nan


def skewness(strip: Strip) -> float:
    """Return the risk-neutral skewness of the log return, from the same strip: Cboe's S.

    Source: Cboe, "The CBOE Skew Index" (2010); the correction terms epsilon as in methodology.md section 6.
    """
    log_strike = np.log(strip.strikes / strip.forward)
    share, log_centre = strip.forward / strip.centre, math.log(strip.centre / strip.forward)
    first = -float(strip.contributions.sum()) - (1.0 - log_centre - share)
    second = float((2.0 * (1.0 - log_strike) * strip.contributions).sum())
    second += 2.0 * log_centre * (share - 1.0) + 0.5 * log_centre**2
    third = float((3.0 * (2.0 * log_strike - log_strike**2) * strip.contributions).sum())
    third += 3.0 * log_centre**2 * (log_centre / 3.0 - 1.0 + share)
    spread = second - first**2
    return (third - 3.0 * first * second + 2.0 * first**3) / math.pow(spread, 1.5)


def skew(near: Strip, later: Strip) -> float:
    """Return the SKEW index: 100 - 10 S, S interpolated between the two expiries like VIX."""
    weight = near_weight(near.years * MINUTES_A_YEAR, later.years * MINUTES_A_YEAR)
    return 100.0 - 10.0 * (weight * skewness(near) + (1.0 - weight) * skewness(later))
