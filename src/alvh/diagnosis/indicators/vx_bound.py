"""The bound that links VX to SPX options: a future on the VIX is worth no more than the root of forward variance.

VX_T <= sqrt(FV_T), FV_T the variance the S&P 500 is priced to have in the 30 days after T (`methodology.md` section 7;
`concepts.md`, "Conversion/Reversal"). The slack is the convexity the market pays for, not a profit: there is no parity
between the two. Total variance is taken as linear in calendar days between the published indices of the day, so a
slack within a few tenths of a point of zero says nothing.
"""

from __future__ import annotations

import math

import numpy as np

from alvh.market.history import History
from alvh.market.smile_inputs import NODES
from alvh.maths.kernel import kernel
from alvh.values import Floats, Indicator

VIX_DAYS = 30.0
MONTHS = 4
INDICATORS = tuple(Indicator(f"vx_bound_slack_{k}", "vol points") for k in range(1, MONTHS + 1))


def prepare(history: History, name: str) -> Floats:
    """Return sqrt(FV) - F_k at each close; below 0 the bound is broken.

    FV is the forward variance over [T_k, T_k + 30 days] between the nodes that exist that day (VIX9D 9, VIX 30,
    VIX3M 93, VIX6M 184, VIX1Y 365 days). NaN where the window leaves the nodes, an input is missing, or total variance
    falls over the window.
    """
    k = int(name.removeprefix("vx_bound_slack_"))
    totals = history.derive("total variance at the nodes", node_totals)
    days = history.vx.nearby_days(k) - history.days
    out = np.empty(len(history))
    forward_loop(days, np.array([days for _, days in NODES]), totals, out)
    return out - history.vx.nearby(k)


def node_totals(history: History) -> Floats:
    """Return variance times days to each node, vol points squared, one row a session."""
    return np.stack([history.column(index) ** 2 * days for index, days in NODES], axis=1)


@kernel
def forward_loop(days: Floats, node_days: Floats, totals: Floats, out: Floats) -> None:
    """Fill `out` with the root of forward variance over the 30 days that begin in `days` days, vol points."""
    for i in range(out.size):
        near = total_at(days[i], node_days, totals[i])
        far = total_at(days[i] + VIX_DAYS, node_days, totals[i])
        out[i] = math.sqrt((far - near) / VIX_DAYS) if far >= near else math.nan


@kernel
def total_at(days: float, node_days: Floats, totals: Floats) -> float:
    """Return total variance at `days`, linear between the known nodes around it; NaN outside them."""
    before, after = -1, -1
    for j in range(len(node_days)):
        if math.isfinite(totals[j]):
            if node_days[j] <= days:
                before = j
            elif after < 0:
                after = j
    if before < 0 or not math.isfinite(days):
        return math.nan
    if node_days[before] == days:
        return float(totals[before])
    if after < 0:
        return math.nan
    weight = (days - node_days[before]) / (node_days[after] - node_days[before])
    return float(totals[before] + weight * (totals[after] - totals[before]))
