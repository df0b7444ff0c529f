"""The reconstructed surfaces of every day as rows of a target: arbitrage, the strip, and the bound on VX futures."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final

import numpy as np

from alvh import conventions
from alvh.diagnosis.indicators import vx_bound
from alvh.evidence.arbitrage_free import surfaces
from alvh.evidence.replication import Row
from alvh.market.history import History
from alvh.market.smile_inputs import SmileInputs
from alvh.values import Floats

FROM: Final = dt.date(2007, 1, 3)
STRIP_POINTS: Final = 0.05
_OWN: Final = "the reconstruction itself: no published number"


def surface_rows(target: str, history: History, inputs: SmileInputs) -> list[Row]:
    """Return what was found in the reconstructed surfaces of every session since 2007; no row without a smile."""
    first = history.first_at_or_after(FROM)
    close = np.array([conventions.close_instant("SPXW", day) for day in history.dates])
    made = surfaces(inputs, close)
    there = made.there.copy()
    there[:first] = False
    if not there.any():
        return []
    made = replace(made, there=there)
    at = np.flatnonzero(there)
    n, absent = len(at), len(history) - first - len(at)
    days = (history.dates[at[0]], history.dates[at[-1]])
    apart = np.abs(made.strip - made.target)[there]
    gap = (made.target - made.published)[there]

    def row(measure: str, error: float, unit: str, limit: float | None, note: str = "") -> Row:
        return Row(target, measure, *days, None, None, error, unit, limit, _OWN, n, 1.0, note)

    least_g, rise = float(np.min(made.least_g[there])), float(np.min(made.least_rise[there]))
    rows = [
        row("surfaces with butterfly arbitrage", float(made.butterflies), "sessions", 0.0,
            f"smallest g {least_g:.3f}; {absent} sessions of the window have no smile, for want of an input"),
        row("surfaces with calendar arbitrage", float(made.calendars), "sessions", 0.0,
            f"smallest rise of total variance from one tenor to the next {rise:.2%}"),
        row("surfaces with a node raised to the one before it", float(np.sum(inputs.raised[there])), "sessions", None),
        row("|30-day strip less the scaled target|, largest", float(np.max(apart)), "points", STRIP_POINTS),
        row("scaled target less published VIX, median", float(np.median(gap)), "points", None, _gap(gap)),
    ]  # fmt: skip
    return rows + _bound(target, history, first)


def _gap(gap: Floats) -> str:
    low, high = np.quantile(gap, [0.05, 0.95])
    return f"5 % below {low:+.2f}, 5 % above {high:+.2f}: the level follows SKEW"


def _bound(target: str, history: History, first: int) -> list[Row]:
    """Return how often a VX future lies above the root of forward variance, month by month."""
    rows = []
    for k in range(1, vx_bound.MONTHS + 1):
        slack = vx_bound.prepare(history, f"vx_bound_slack_{k}")[first:]
        known = np.flatnonzero(np.isfinite(slack))
        if len(known):
            broken = slack[known] < 0.0
            days = (history.dates[first + int(known[0])], history.dates[first + int(known[-1])])
            least = f"median slack {np.median(slack[known]):+.2f}, least {slack[known].min():+.2f}"
            note = f"{int(broken.sum())} sessions; {least}"
            rows.append(
                Row(target, f"VX month {k} above the root of forward variance", *days, None, None,
                    100.0 * float(broken.mean()), "% of sessions", None, "settlements of VX and published indices",
                    len(known), 0.0, note)
            )  # fmt: skip
    return rows
