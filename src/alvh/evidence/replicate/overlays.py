"""VIX calls beside the S&P 500, rebuilt as policies: Cboe's VXTH by quarter, and a published ladder of calls.

Both run over modelled VIX calls: no history of their quotes is free. The index trades at 10:00 Chicago on the
morning its calls settle; the engine knows closes, and trades at that day's. What the close before would have made is a
variant beside it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from alvh.accounting.statement import Statement
from alvh.evidence.replication import Desk, Row, Target
from alvh.values import Floats, Missing

FIRST: Final = dt.date(2006, 3, 22)
"""The first roll of the index: VIX options were listed on 24 February 2006, and its base is 31 March."""
NAV_USD: Final = 1e9
"""So much that whole contracts make no difference."""
CBOE_TABLE: Final = "https://www.cboe.com/us/index_protection/"
CBOE_1Q24: Final = (
    "https://www.cboe.com/insights/posts/first-quarter-gains-of-more-than-8-for-cboes-pput-bxmd-vxth-bxmh-indices/"
)
CBOE_5Y: Final = (
    "https://res.cboe.com/insights/posts/cboe-vxth-index-had-5-year-gain-of-98-6-and-did-well-in-a-60-40-allocation/"
)
ACG: Final = "https://it.scribd.com/document/261294391/Asset-Consulting-Group-Tail-Risk-March-7-Final"
LADDER: Final = "https://bsiranosian.com/blog/vix-call-update/"
QUARTER_THRESHOLD: Final = 1.5
FIRST_QUARTER_2020_THRESHOLD: Final = 10.0
CAGR_THRESHOLD: Final = 0.5
SHARPE_THRESHOLD: Final = 0.05


class Window(NamedTuple):
    """A published return of VXTH, %, from the close of `first` to the close of `last`."""

    measure: str
    first: dt.date
    last: dt.date
    published: float
    threshold: float | None
    source: str
    note: str = ""


_ONE_TRADE = (
    "one trade decides: calls bought on 2020-02-19 and settled at VRO 69.76; a strike up or down, or a few cents of "
    "the modelled price, is worth several points"
)
VXTH: Final = (
    Window("4Q08", dt.date(2008, 9, 30), dt.date(2008, 12, 31), 0.2, QUARTER_THRESHOLD, CBOE_TABLE,
           "one trade decides: calls bought on the morning of 2008-09-17, between closes of VX at 25.17 and 26.61; the "
           "variant at the close before stands on the other side of what was published"),
    Window("3Q11", dt.date(2011, 6, 30), dt.date(2011, 9, 30), -6.8, QUARTER_THRESHOLD, CBOE_TABLE),
    Window("1Q20", dt.date(2019, 12, 31), dt.date(2020, 3, 31), 54.9, FIRST_QUARTER_2020_THRESHOLD, CBOE_TABLE,
           _ONE_TRADE),
    Window("2Q22", dt.date(2022, 3, 31), dt.date(2022, 6, 30), -18.2, QUARTER_THRESHOLD, CBOE_TABLE),
    Window("1Q24", dt.date(2023, 12, 29), dt.date(2024, 3, 28), 8.4, QUARTER_THRESHOLD, CBOE_1Q24),
    Window("2008", dt.date(2007, 12, 31), dt.date(2008, 12, 31), -19.3, None, ACG, "holds 4Q08"),
    Window("five years to October 2023", dt.date(2018, 10, 31), dt.date(2023, 10, 31), 98.6, None, CBOE_5Y,
           "holds 1Q20"),
)  # fmt: skip
"""Thresholds: each quarter 1.5 points but 1Q20 10; none was set for the longer windows, which hold those quarters."""
VXTH_VARIANTS: Final[dict[str, dict[str, Any]]] = {
    "bought at the close before": {"overrides": {"calls.rebuy": "vix_expiry_eve"}},
    "bought at mid": {"fill": "mid"},
    "25 delta": {"overrides": {"calls.delta": 0.25}},
    "35 delta": {"overrides": {"calls.delta": 0.35}},
    "1 % and 0.5 % swapped": {"overrides": {"calls.shares": [0.0, 0.005, 0.01, 0.0]}},
    "no calls": {"overrides": {"calls.shares": [0.0, 0.0, 0.0, 0.0]}},
}
"""The swap is what one source says (`methodology.md`, section 5); without calls it is the S&P 500 total return."""


class Study(NamedTuple):
    """A line of the published table: growth a year and volatility, %, and their ratio, by span of years."""

    name: str
    settings: dict[str, Any]
    full: tuple[float, float, float]
    late: tuple[float, float, float]


_30_DELTA = {"calls.delta": 0.30}
_SINGLE = {"calls.delta": 0.30, "calls.tenors_days": [30]}
LADDER_30_60_90: Final = Study("", {}, (8.94, 14.15, 0.64), (8.41, 14.44, 0.58))
OTHER_STUDIES: Final = (
    Study("30 delta", {"overrides": _30_DELTA}, (9.45, 17.96, 0.53), (7.09, 14.61, 0.48)),
    Study("30 days alone, 30 delta", {"overrides": _SINGLE}, (9.23, 17.66, 0.53), (5.23, 14.47, 0.35)),
    Study("no calls", {"overrides": {"calls.shares": [0.0] * 4}}, (8.57, 15.30, 0.56), (12.72, 15.67, 0.82)),
    Study("bought and sold across the spread", {"fill": "cross"}, (8.94, 14.15, 0.64), (8.41, 14.44, 0.58)),
)
FULL: Final = (FIRST, dt.date(2025, 12, 31))
LATE: Final = (dt.date(2020, 12, 31), dt.date(2025, 12, 31))
LADDER_NOTE: Final = (
    "the page names neither days nor fills: from 2006-03-22, the first day of the author's earlier data, to the end of "
    "2025, at mid as in his earlier code, spending VXTH's shares of equity; every call is modelled"
)


def equity_return(made: Statement, first: dt.date, last: dt.date) -> float:
    """Return what equity gained from one close to another, %; NaN where the run covers too little.

    A date without a session stands for the session before it.
    """
    days = made.sessions.astype("datetime64[D]")
    ends = np.searchsorted(days, np.array([first, last], dtype="datetime64[D]"), side="right") - 1
    if ends[0] < 0 or days[-1] < np.datetime64(last):
        return math.nan
    return 100.0 * (float(made.equity_usd[ends[1]]) / float(made.equity_usd[ends[0]]) - 1.0)


class Growth(NamedTuple):
    """Growth a year and volatility of monthly returns a year, %, their ratio, and the months."""

    cagr: float
    vol: float
    sharpe: float
    months: int


def growth(made: Statement, first: dt.date, last: dt.date) -> Growth | Missing:
    """Return the statistics of the study between two closes.

    Volatility is the standard deviation of whole months' returns times the root of 12, and the Sharpe ratio growth over
    volatility, with no rate taken off: that is what the published table's columns divide to (8.57 / 15.30 = 0.56).
    """
    days = made.sessions.astype("datetime64[D]")
    begin, end = np.searchsorted(days, np.array([first, last], dtype="datetime64[D]"), side="right") - 1
    if begin < 0 or days[-1] < np.datetime64(last):
        return Missing(f"the run does not cover {first} to {last}")
    months = days.astype("datetime64[M]")
    ends = np.append(np.flatnonzero(months[1:] != months[:-1]), len(days) - 1)
    closes: Floats = made.equity_usd[ends[(ends >= begin) & (ends <= end)]]
    if len(closes) < 3:
        return Missing(f"fewer than two whole months between {first} and {last}")
    years = (last - first).days / 365.25
    cagr = 100.0 * ((float(made.equity_usd[end]) / float(made.equity_usd[begin])) ** (1.0 / years) - 1.0)
    vol = 100.0 * float(np.std(closes[1:] / closes[:-1] - 1.0, ddof=1)) * math.sqrt(12.0)
    return Growth(cagr, vol, cagr / vol if vol > 0.0 else math.nan, len(closes) - 1)


def _backtest(desk: Desk, policy: str, fill: str, **settings: object) -> Statement:
    """Run a policy as its target does: modelled quotes, no fees, one large account."""
    chosen: dict[str, object] = {"fill": fill, "quotes": "modelled", "broker": "none", "nav_usd": NAV_USD, **settings}
    return desk.backtest(policy, FIRST, None, **chosen)


def _lacking(desk: Desk) -> Missing | None:
    """Return what the store lacks for a run."""
    for table, symbol in (("underlyings", "SPX"), ("vol_indices", "VVIX")):
        if desk.read(table, symbol=symbol).is_empty():
            return Missing(f"no {symbol} in the store")
    return Missing("no VX settlements in the store") if desk.read("vx_futures", kind="monthly").is_empty() else None


def vxth(desk: Desk) -> Sequence[Row] | Missing:
    """Rebuild VXTH, bought at the ask, over every published window; and its variants."""
    lacking = _lacking(desk)
    if lacking is not None:
        return lacking
    rows = _vxth_rows(_backtest(desk, "vxth", "cross"), "")
    for name, settings in VXTH_VARIANTS.items() if rows else ():
        rows += _vxth_rows(_backtest(desk, "vxth", **{"fill": "cross", **settings}), name)
    return rows or Missing("the store covers none of the published windows")


def _vxth_rows(made: Statement, variant: str) -> list[Row]:
    """Return a row for each published window that a run covers."""
    rows = []
    for window in VXTH:
        ours = equity_return(made, window.first, window.last)
        if math.isnan(ours):
            continue
        inside = (made.sessions > np.datetime64(window.first)) & (made.sessions <= np.datetime64(window.last))
        rows.append(
            Row(
                "vxth", _named(f"return of {window.measure}, %", variant), window.first, window.last, ours,
                window.published, ours - window.published, "% points", None if variant else window.threshold,
                window.source, int(inside.sum()), made.modelled_share, "variant" if variant else noted(window.note),
            )
        )  # fmt: skip
    return rows


def ladder(desk: Desk) -> Sequence[Row] | Missing:
    """Rebuild the ladder of calls and the other lines of its table, at mid; and the ladder across the spread."""
    lacking = _lacking(desk)
    if lacking is not None:
        return lacking
    rows: list[Row] = []
    for study in (LADDER_30_60_90, *OTHER_STUDIES):
        made = _backtest(desk, "ladder-30-60-90", **{"fill": "mid", **study.settings})
        for window, published in ((FULL, study.full), (LATE, study.late)):
            rows += _ladder_rows(made, study.name, window, published)
    return rows or Missing("the store covers neither 2006-2025 nor 2021-2025")


def _ladder_rows(
    made: Statement, variant: str, window: tuple[dt.date, dt.date], published: tuple[float, float, float]
) -> list[Row]:
    """Return growth, volatility and Sharpe ratio of a run over a window beside the published ones."""
    found = growth(made, *window)
    if isinstance(found, Missing):
        return []
    judged = not variant and window == FULL
    columns = (
        ("growth a year, %", found.cagr, published[0], "% points", CAGR_THRESHOLD),
        ("volatility of months, % a year", found.vol, published[1], "% points", None),
        ("Sharpe ratio", found.sharpe, published[2], "ratio", SHARPE_THRESHOLD),
    )
    return [
        Row(
            "ladder-30-60-90", _named(measure, variant), *window, ours, theirs, ours - theirs, unit,
            threshold if judged else None, LADDER, found.months, made.modelled_share,
            "variant" if variant else LADDER_NOTE,
        )
        for measure, ours, theirs, unit, threshold in columns
    ]  # fmt: skip


def noted(note: str) -> str:
    """Return a note with what holds of every row: the calls are modelled, whatever share of all marks that is."""
    return "; ".join(part for part in (note, "every call is modelled, the index is not") if part)


def _named(measure: str, variant: str) -> str:
    return f"{measure} ({variant})" if variant else measure


TARGETS = (
    Target("vxth", "Cboe's VIX Tail Hedge index by published quarter", vxth),
    Target("ladder-30-60-90", "A ladder of 50-delta VIX calls beside the S&P 500, 2006-2025", ladder),
)
