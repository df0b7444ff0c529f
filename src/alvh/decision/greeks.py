"""Greeks of what can be quoted, at each option's own volatility, in USD: what rules weigh against each other."""

from __future__ import annotations

import math
from typing import NamedTuple

from alvh import conventions
from alvh.market.observe import View
from alvh.market.quotes import Series
from alvh.maths import black
from alvh.values import Contract, Quote


class ContractGreeks(NamedTuple):
    """Of one contract: USD a point of its forward, USD a volatility point, USD for a day that passes."""

    delta_usd: float
    vega_usd: float
    theta_usd: float
    vol: float


UNKNOWN = ContractGreeks(math.nan, math.nan, math.nan, math.nan)


def greeks_of(view: View, contract: Contract) -> ContractGreeks:
    """Return the Greeks of one contract at today's mid; NaN where it has no quote or no volatility solves it.

    Black on the forward of its expiry (for VIX options the VX future); no discounting, which is worth less than a
    tick over the few months concerned. A future has its multiplier as delta and nothing else.
    """
    spec = conventions.root_spec(contract.root)
    if not contract.right:
        return ContractGreeks(float(spec.multiplier), 0.0, 0.0, math.nan)
    quote = view.quote(contract)
    if not isinstance(quote, Quote):
        return UNKNOWN
    days = (contract.expiry - view.date).days
    forward = view.forward(Series(contract.root, contract.expiry, days))
    years = max(days, 1) / 365.0
    call = contract.right == "C"
    vol = black.implied_vol(quote.mid, forward, contract.strike, years, 1.0, call=call)
    if not math.isfinite(vol):
        return UNKNOWN
    greeks = black.greeks(forward, contract.strike, years, vol, 1.0, call)
    return ContractGreeks(
        greeks[1] * spec.multiplier, greeks[3] * spec.multiplier / 100.0, greeks[4] * spec.multiplier / 365.0, vol
    )
