"""Equity and drawdown over time, with and without the hedge, above the VIX of the same days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import reduce

import numpy as np

from alvh.accounting.statement import Statement
from alvh.evidence.measure import Drawdown, day_of, drawdowns, max_drawdown
from alvh.evidence.pairing import Pair
from alvh.reports.blocks import Series, TimeSeries, Window
from alvh.reports.parts.tones import policy_tone
from alvh.reports.words import dollars, listed, percent
from alvh.values import Dates, Floats

GROUP = "history"

STRESS = (
    Window("2008", dt.date(2008, 8, 15), dt.date(2009, 3, 31)),
    Window("Aug 2011", dt.date(2011, 7, 15), dt.date(2011, 10, 31)),
    Window("Feb 2018", dt.date(2018, 1, 16), dt.date(2018, 3, 29)),
    Window("4Q 2018", dt.date(2018, 9, 17), dt.date(2019, 1, 31)),
    Window("Mar 2020", dt.date(2020, 2, 10), dt.date(2020, 5, 29)),
    Window("2022", dt.date(2022, 1, 3), dt.date(2022, 10, 31)),
    Window("Aug 2024", dt.date(2024, 7, 15), dt.date(2024, 9, 13)),
)
"""Episodes that tell hedges apart (`methodology.md`, sections 7 and 8): spikes, a grind, and reversals."""


def curves(statements: Sequence[Statement], pair: Pair | None) -> tuple[TimeSeries, ...]:
    """Return the charts of equity, of drawdown, and of the VIX where it is known."""
    axis = common_axis(statements)
    lines = [_Line(one.policy, policy_tone(at), one.sessions, one.nav_start_usd, one.equity_usd)
             for at, one in enumerate(statements)]  # fmt: skip
    if pair and not pair.control:
        hedged = pair.hedged
        tone = policy_tone(len(statements))
        lines.append(_Line(pair.name_without, tone, hedged.sessions, hedged.nav_start_usd, pair.equity_without_usd))
    names = listed([line.name for line in lines])
    charts = [
        TimeSeries(
            "[[NAV|Value of the account]], USD",
            axis,
            tuple(line.series(axis, line.equity_usd) for line in lines),
            "usd",
            f"Value of the account for {names}: " + "; ".join(line.ends() for line in lines) + ".",
            GROUP,
            windows=stress_windows(axis),
        ),
        TimeSeries(
            "[[drawdown|Drawdown]]",
            axis,
            tuple(line.series(axis, drawdowns(line.equity_usd, line.start_usd)) for line in lines),
            "percent",
            "Fall from the highest value so far: " + "; ".join(line.deepest() for line in lines) + ".",
            GROUP,
            filled=True,
        ),
    ]
    vix = statements[0].market.get("VIX")
    if vix is not None and not np.isnan(vix).all():
        summary = f"VIX between {np.nanmin(vix):.1f} and {np.nanmax(vix):.1f} points."
        series = Series("VIX", "context", on_axis(axis, statements[0].sessions, vix))
        charts.append(TimeSeries("[[VIX]], points", axis, (series,), "points", summary, GROUP))
    return tuple(charts)


class _Line:
    """One account on the charts."""

    def __init__(self, name: str, tone: str, sessions: Dates, start_usd: float, equity_usd: Floats) -> None:
        self.name, self.tone, self.sessions = name, tone, sessions
        self.start_usd, self.equity_usd = start_usd, equity_usd

    def series(self, axis: Dates, values: Floats) -> Series:
        return Series(self.name, self.tone, on_axis(axis, self.sessions, values), secondary=self.tone != "policy1")

    def ends(self) -> str:
        end_usd = float(self.equity_usd[-1]) if self.equity_usd.size else self.start_usd
        return f"{self.name} goes from {dollars(self.start_usd)} to {dollars(end_usd)}"

    def deepest(self) -> str:
        fall: Drawdown = max_drawdown(self.equity_usd, self.start_usd, self.sessions)
        return f"{self.name} {percent(fall.depth)} at its lowest" + (f" on {fall.trough}" if fall.trough else "")


def common_axis(statements: Sequence[Statement]) -> Dates:
    """Return every session of any of the statements, in order."""
    return reduce(np.union1d, [one.sessions for one in statements[1:]], statements[0].sessions)


def on_axis(axis: Dates, sessions: Dates, values: Floats) -> Floats:
    """Place values on an axis that holds all their sessions; NaN where they have none."""
    if axis.size == sessions.size:
        return values
    placed = np.full(axis.size, np.nan)
    placed[np.searchsorted(axis, sessions)] = values
    return placed


def stress_windows(axis: Dates) -> tuple[Window, ...]:
    """Return the named episodes that lie wholly within the sessions."""
    if axis.size == 0:
        return ()
    first, last = day_of(axis, 0), day_of(axis, -1)
    return tuple(window for window in STRESS if first <= window.first and window.last <= last)
