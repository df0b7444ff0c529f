"""Cboe's strategy indices CNDR, BXM, PUT and PPUT, rebuilt by the shipped policies of those names.

The rules are in `methodology.md`, section 5. No chains of those years are at hand: the options are modelled, the index
of the roll window and the opening settlement are proxies (`alvh.market.roll`, `alvh.market.history.soq_proxy`). What
the rules leave open, and every other choice that was tried, is a variant.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl

from alvh.accounting.statement import Statement
from alvh.conventions import sessions
from alvh.evidence.replication import Desk, Row, Target
from alvh.values import Floats, Missing

NAV_USD: Final = 1e9
"""So many dollars that whole contracts do not matter: the first lot is below 2 hundredths of a per cent of a month."""
FIRST: Final = dt.date(2006, 9, 15)
"""The roll before the first published value of CNDR; SPX smiles can be modelled from March 2006 on."""
DAYS_A_YEAR: Final = 365.25
MIN_MONTHS: Final = 24


@dataclass(frozen=True)
class Strategy:
    """One index: its thresholds, and the variants that were tried.

    Attributes
    ----------
    symbol, about : str
    since : datetime.date
        First published value that is compared.
    freq : {"D", "M"}
        Of the published series.
    growth_threshold, deviation_threshold : float
        Per cent points a year, and per cent a month.
    in_bills : bool
        Whether what stands behind the options is bills.
    growth_note, deviation_note : str
        Why the threshold is missed, where it is.
    variants : mapping of words -> overrides of the policy
    """

    symbol: str
    about: str
    since: dt.date
    freq: str
    growth_threshold: float
    deviation_threshold: float
    in_bills: bool = False
    growth_note: str = ""
    deviation_note: str = ""
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Compared(NamedTuple):
    """Ours beside theirs: growth a year in per cent, and the standard deviation of the monthly difference in per cent.

    `trimmed` is that deviation without its two largest months: a mark that one series had on one evening comes and goes
    in two. `worst` are the months of the largest differences, ``2008-09 -1.8``.
    """

    first: dt.date
    last: dt.date
    ours: float
    theirs: float
    deviation: float
    trimmed: float
    correlation: float
    months: int
    worst: tuple[str, ...]


def run(strategy: Strategy, desk: Desk) -> Sequence[Row] | Missing:
    """Rebuild one index and compare: growth, monthly tracking, and every variant."""
    published = desk.read("benchmarks", symbol=strategy.symbol, freq=strategy.freq).drop_nulls("close").sort("date")
    published = published.filter(pl.col("date") >= strategy.since)
    if published.height < MIN_MONTHS:
        return Missing(f"{published.height} published values of {strategy.symbol} in the store")
    last: dt.date = published["date"][-1]
    made = rebuilt(desk, strategy, last)
    compared = compare(made, published["date"].to_list(), published["close"].to_numpy())
    if isinstance(compared, Missing):
        return compared
    source = ", ".join(sorted({str(name) for name in published["source"].to_list()}))
    rows = _rows(strategy, compared, source, made.modelled_share)
    for words, overrides in strategy.variants.items():
        other_settings = {"fill": overrides["fill"]} if "fill" in overrides else {}
        replaced = {key: value for key, value in overrides.items() if key != "fill"}
        varied = rebuilt(desk, strategy, last, replaced, **other_settings)
        other = compare(varied, published["date"].to_list(), published["close"].to_numpy())
        if not isinstance(other, Missing):
            rows += _variant(strategy, words, other, source, varied.modelled_share)
    bills = bill_gap(desk, compared.first, compared.last)
    if strategy.in_bills and not isinstance(bills, Missing):
        rows.append(
            Row(
                strategy.symbol.lower(), "interest: one-month less three-month bill, mean", compared.first,
                compared.last, None, None, bills[0], "% points a year", None, "Treasury constant maturities", bills[1],
                note="the account earns the three-month bill on all its cash; what the index's own bills would change",
            )
        )  # fmt: skip
    return rows


def rebuilt(
    desk: Desk, strategy: Strategy, last: dt.date, overrides: Mapping[str, Any] | None = None, **settings: Any
) -> Statement:
    """Run the policy of an index, at the mid and without fees: an index trades at average prices and pays nobody."""
    chosen = {"quotes": "modelled", "fill": "mid", "broker": "none", "nav_usd": NAV_USD, **settings}
    return desk.backtest(strategy.symbol.lower(), FIRST, last, overrides=overrides, **chosen)


def compare(made: Statement, dates: Sequence[dt.date], closes: Floats) -> Compared | Missing:
    """Compare the equity of a run with published levels: growth between the ends, returns between month ends."""
    axis = made.sessions.astype("datetime64[D]")
    asked = np.array(dates, dtype="datetime64[D]")
    where = np.searchsorted(axis, asked, side="right") - 1
    # A month-end file may carry the calendar's last day; a session of ours must not be older than a long weekend.
    near = (where >= 0) & ((asked - axis[np.maximum(where, 0)]).astype(int) < 5)
    ours, theirs = made.equity_usd[where[near]], closes[near]
    kept = [date for date, ok in zip(dates, near.tolist(), strict=True) if ok]
    ends = month_ends(kept)
    if len(ends) < MIN_MONTHS:
        return Missing(f"{len(ends)} month ends in common")
    years = (kept[-1] - kept[0]).days / DAYS_A_YEAR
    mine, published = (values[ends[1:]] / values[ends[:-1]] - 1.0 for values in (ours, theirs))
    off = 100.0 * (mine - published)
    worst = np.argsort(-np.abs(off))[:3]
    return Compared(
        kept[0],
        kept[-1],
        100.0 * (float(ours[-1] / ours[0]) ** (1.0 / years) - 1.0),
        100.0 * (float(theirs[-1] / theirs[0]) ** (1.0 / years) - 1.0),
        float(off.std(ddof=1)),
        float(np.delete(off, worst[:2]).std(ddof=1)),
        float(np.corrcoef(mine, published)[0, 1]) if mine.std() > 0.0 and published.std() > 0.0 else np.nan,
        len(off),
        tuple(f"{kept[ends[k + 1]]:%Y-%m} {off[k]:+.1f}" for k in worst.tolist()),
    )


def month_ends(dates: Sequence[dt.date]) -> list[int]:
    """Return the positions of the dates that end a month: the last of each, if no session of it follows.

    >>> month_ends([dt.date(2019, 1, 30), dt.date(2019, 1, 31), dt.date(2019, 2, 27)])
    [1]
    """
    out = []
    for k, date in enumerate(dates):
        following = dates[k + 1] if k + 1 < len(dates) else None
        if following is not None and (following.year, following.month) == (date.year, date.month):
            continue
        first_of_next = dt.date(date.year + date.month // 12, date.month % 12 + 1, 1)
        if not len(sessions(date + dt.timedelta(1), first_of_next - dt.timedelta(1))):
            out.append(k)
    return out


def bill_gap(desk: Desk, first: dt.date, last: dt.date) -> tuple[float, int] | Missing:
    """Return what one-month bills yielded above three-month ones, mean of % points a year, and the days compared."""
    one, three = (
        desk.read("rates", series=name).drop_nulls("value").select("date", pl.col("value").alias(name))
        for name in ("DGS1MO", "DGS3MO")
    )
    both = one.join(three, on="date").filter(pl.col("date").is_between(first, last))
    if both.is_empty():
        return Missing("no one-month and three-month bills on one day")
    gap: Any = (both["DGS1MO"] - both["DGS3MO"]).mean()
    return float(gap), both.height


def _rows(strategy: Strategy, one: Compared, source: str, modelled: float) -> list[Row]:
    """Return the rows with thresholds, and the correlation."""
    name, months = strategy.symbol.lower(), f"largest differences: {'; '.join(one.worst)}"
    growth = one.ours - one.theirs
    missed_growth = strategy.growth_note if abs(growth) > strategy.growth_threshold else ""
    missed_deviation = strategy.deviation_note if one.deviation > strategy.deviation_threshold else ""
    return [
        Row(name, "growth a year, %", one.first, one.last, one.ours, one.theirs, growth, "% points a year",
            strategy.growth_threshold, source, one.months, modelled, missed_growth),
        Row(name, "monthly tracking deviation", one.first, one.last, None, None, one.deviation, "%",
            strategy.deviation_threshold, source, one.months, modelled,
            f"{missed_deviation}; {months}" if missed_deviation else months),
        Row(name, "monthly tracking deviation without its two largest months", one.first, one.last, None, None,
            one.trimmed, "%", None, source, one.months, modelled),
        Row(name, "correlation of monthly returns", one.first, one.last, None, None, one.correlation, "correlation",
            None, source, one.months, modelled),
    ]  # fmt: skip


def _variant(strategy: Strategy, words: str, one: Compared, source: str, modelled: float) -> list[Row]:
    name = strategy.symbol.lower()
    return [
        Row(name, f"growth a year, %: {words}", one.first, one.last, one.ours, one.theirs, one.ours - one.theirs,
            "% points a year", None, source, one.months, modelled, "variant"),
        Row(name, f"monthly tracking deviation: {words}", one.first, one.last, None, None, one.deviation, "%", None,
            source, one.months, modelled, "variant"),
    ]  # fmt: skip


_WINDOW: Final[Mapping[str, Mapping[str, Any]]] = {
    "volatility of the close before": {"roll.vols": "previous_close"},
    "volatility moved to the VIX's open": {"roll.vols": "open"},
    "volatility moved as the VIX's open and close": {"roll.vols": "blend"},
    "volatility of the close (looks ahead)": {"roll.vols": "close"},
    "roll price half open, half close": {"roll.open_weight": 0.5},
    "roll price at the open": {"roll.open_weight": 1.0},
    "opening not brought into the day's range": {"roll.within_range": False},
    "filled at bid and ask": {"fill": "cross"},
}
_CALL, _PUT = ({"right": right, "ratio": -1, "moneyness": 1.0, "strike": "nearest"} for right in ("C", "P"))
_LONG_PUT = {"right": "P", "ratio": 1, "moneyness": 0.95}
STRATEGIES: Final = (
    Strategy(
        symbol="CNDR",
        about="Iron Condor Index: monthly 20-delta shorts, 5-delta wings",
        since=dt.date(2006, 9, 18),
        freq="D",
        growth_threshold=0.8,
        deviation_threshold=0.50,
        in_bills=True,
        growth_note="half of it falls on roll days, half on the days between, most of that in 2012, 2014 and 2016-2018:"
        " the modelled smile overprices a condor's credit in calm markets, as it does against real chains",
        deviation_note="four modelled options at every month end, with a model error that follows the calm",
        variants={
            **_WINDOW,
            "collateral 10 x (wing less credit)": {"condor.net_of_credit": True},
            "collateral 9 x wing": {"condor.collateral": 9.0},
            "collateral 11 x wing": {"condor.collateral": 11.0},
        },
    ),
    Strategy(
        symbol="BXM",
        about="BuyWrite Index: the index, monthly calls sold",
        since=dt.date(2006, 12, 29),
        freq="D",
        growth_threshold=0.6,
        deviation_threshold=0.45,
        growth_note="the proxy of the opening settlement, most likely: PUT, with the same volatilities, is not too"
        " high, and a true opening above SPY's open would lower BXM and raise PUT",
        deviation_note="modelled month-end marks, and the proxy of the opening settlement",
        variants={**_WINDOW, "strike nearest to the index": {"calls.legs": [_CALL]}},
    ),
    Strategy(
        symbol="PUT",
        about="PutWrite Index: monthly at-the-money puts against bills",
        since=dt.date(2007, 1, 31),
        freq="M",
        growth_threshold=0.6,
        deviation_threshold=0.35,
        in_bills=True,
        deviation_note="the roll price of single mornings with a gap, and modelled month-end marks: with the volatility"
        " of the close, which is not known then, it would be at the threshold",
        variants={**_WINDOW, "strike nearest to the index": {"puts.legs": [_PUT]}},
    ),
    Strategy(
        symbol="PPUT",
        about="5% Put Protection Index: the index, monthly 5 % puts bought",
        since=dt.date(2007, 1, 31),
        freq="M",
        growth_threshold=0.6,
        deviation_threshold=0.32,
        deviation_note="the published value of 30 September 2011 fell with the index although its put was in the money,"
        " and came back a month later; without these two months it is inside",
        variants={
            **_WINDOW,
            "strike nearest to 95 % of the index": {"puts.legs": [{**_LONG_PUT, "strike": "nearest"}]},
            "first strike above 95 % of the index": {"puts.legs": [{**_LONG_PUT, "strike": "above"}]},
        },
    ),
)
TARGETS: Final = tuple(
    Target(one.symbol.lower(), f"{one.symbol}: Cboe S&P 500 {one.about}", partial(run, one)) for one in STRATEGIES
)
