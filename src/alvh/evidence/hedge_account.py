"""What a hedge layer was paid and paid: premium, decay, rolls, gains taken, and what it took off the losses."""

from __future__ import annotations

from typing import NamedTuple


class HedgeAccount(NamedTuple):
    """One hedge layer over a run, USD; see the fields.

    `premium_usd` paid for long contracts (positive) before fees; `decay_usd` theta of what was held (negative for a
    buyer); `roll_cost_usd` slippage and fees of roll fills (positive = paid); `monetised_usd` proceeds of sales that
    took a gain, less what those contracts had cost; `costs_usd` all slippage and fees; `pnl_usd` after costs.
    """

    premium_usd: float
    decay_usd: float
    roll_cost_usd: float
    monetised_usd: float
    costs_usd: float
    pnl_usd: float
