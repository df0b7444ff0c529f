"""The page of a trader's own record: what it came to, how sure that is, and what it does not show."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

from alvh.evidence.record_evidence import Certainty, Estimate, RecordEvidence
from alvh.evidence.record_trades import TradeEvidence
from alvh.evidence.records import Record
from alvh.evidence.sharpe_tests import CONFIDENCE
from alvh.reports.backtest import DISCLAIMER
from alvh.reports.blocks import (
    Block,
    Cell,
    Column,
    CountedList,
    Disclaimer,
    Figure,
    Glossary,
    Group,
    Num,
    Report,
    Section,
    Sentence,
    Series,
    Table,
    TimeSeries,
    Unit,
    Verdict,
)
from alvh.reports.glossary import used_terms
from alvh.reports.json_form import json_form
from alvh.reports.words import dollars, number, percent, plural
from alvh.values import Missing

TRADES_SAID = {
    "pays": "The trades made money beyond what luck explains.",
    "does not pay": "The trades lost money beyond what luck explains.",
    "cannot tell": "Whether the trades make money cannot be told from luck.",
}
PERIODS = {252.0: "session", 52.0: "week", 12.0: "month"}


def record_report(record: Record, found: RecordEvidence, remarks: Sequence[str] = ()) -> Report:
    """Put the page of a record together.

    Parameters
    ----------
    record : Record
    found : RecordEvidence
    remarks : sequence of str
        What was not known beside the record: no store, no bill yields.
    """
    sections = (
        Section("Verdict", "verdict", _verdict(record, found), brief=True),
        Section("How sure", "sure", _sure(record, found), brief=True),
        Section("Over time", "curve", (_curve(record),)),
        *((Section("Trades", "trades", trade_blocks(found.trades), brief=True),)
          if not isinstance(found.trades, Missing) else ()),
        Section("By regime", "regimes", _regimes(record, found)),
        Section("Episodes", "episodes", _episodes(record, found)),
        Section("How it was read", "read", _read(record, remarks), brief=True),
    )  # fmt: skip
    glossary = Section("Glossary", "glossary", (Glossary(used_terms(sections)),))
    end = Section("What this is not", "disclaimer", (Disclaimer(DISCLAIMER),), brief=True)
    unit = PERIODS[record.periods_per_year]
    subtitle = (
        f"{record.dates[0]} to {record.dates[-1]}, {plural(record.dates.size, unit)} · {record.basis} · "
        f"read as {record.source}"
    )
    return Report(f"{record.name}: your own record", subtitle, (*sections, glossary, end))


def headline(record: Record, found: RecordEvidence) -> str:
    """Return what the record allows to say, in one sentence."""
    known = found.certainty
    if isinstance(known, Missing):
        return f"Too little to tell skill from luck: {known.why}."
    flattered = " P&L stands on exits, which flatters it." if record.flattered else ""
    tried = f"the best of {known.trials:,} trials without skill" if known.trials > 1 else "zero"
    if known.psr >= CONFIDENCE and found.verdict != "pays":
        return (
            f"It cannot be told from luck: the formula gives {_odds(known.psr)} above zero, but its blocks drawn "
            f"again and its parts do not bear that out.{flattered}"
        )
    if known.dsr >= CONFIDENCE:
        return f"Its Sharpe ratio is above {tried} with a probability of {_odds(known.dsr)}.{flattered}"
    if known.psr >= CONFIDENCE:
        return (
            f"Its Sharpe ratio is above zero with a probability of {_odds(known.psr)}, but above {tried} with only "
            f"{_odds(known.dsr)}.{flattered}"
        )
    if found.sharpe.value <= 0.0:
        return f"It lost against doing nothing: a Sharpe ratio of {found.sharpe.value:.2f}.{flattered}"
    years = known.min_track_years
    longer = "" if isinstance(years, Missing) else f"; at this rate it takes {years:,.1f} years to tell"
    sure = f"{_odds(known.psr)} above zero after {found.years:.1f} years"
    return f"It cannot be told from luck: {sure}{longer}.{flattered}"


def _odds(probability: float) -> str:
    """Return a probability without calling it certain."""
    return "over 99.9 %" if probability > 0.999 else percent(probability, 1)


def _verdict(record: Record, found: RecordEvidence) -> tuple[Block, ...]:
    figures = (
        _figure("Growth a year", found.cagr, "percent"),
        _figure("[[Sharpe|Sharpe ratio]]", found.sharpe, "ratio"),
        _figure("Deepest [[drawdown]]", found.max_drawdown, "percent"),
    )
    caveats = list(record.notes)
    if not found.over_cash:
        caveats.append("What cash earned is not known here, so the Sharpe ratio is of the return itself: too high.")
    low = found.drawdown
    said = (
        f"The deepest fall ended on {low.trough}, "
        + (f"and was made good on {low.recovered}." if low.recovered else "and has not been made good since.")
        if low.trough
        else "It never fell below its high."
    )
    return (Verdict(headline(record, found), figures, (said,), tuple(caveats)),)


def _figure(label: str, one: Estimate, unit: Unit) -> Figure:
    return Figure(label, Num(one.value, unit), None, _interval_words(one, unit), None)


def _interval_words(one: Estimate, unit: Unit) -> str:
    if isinstance(one.interval, Missing):
        return one.interval.why
    low, high = (number(Num(end, unit)) for end in one.interval)
    return f"95 %: {low} to {high}"


def _sure(record: Record, found: RecordEvidence) -> tuple[Block, ...]:
    unit = PERIODS[record.periods_per_year]
    rows: list[tuple[Cell, ...]] = [
        ("Growth a year", Num(found.cagr.value, "percent"), *_ends(found.cagr, "percent")),
        ("Volatility a year", Num(found.vol_annual, "percent"), *_none(2, "not resampled")),
        ("[[Sharpe|Sharpe ratio]]", Num(found.sharpe.value, "ratio"), *_ends(found.sharpe, "ratio")),
        ("Deepest [[drawdown]]", Num(found.max_drawdown.value, "percent"), *_ends(found.max_drawdown, "percent")),
        (f"Average of the worst 5 % of {unit}s", Num(found.cvar95.value, "percent"), *_ends(found.cvar95, "percent")),
    ]
    table = Table(
        "What it came to",
        (Column("Measure"), Column("As it happened"), Column("95 % from"), Column("to")),
        tuple(rows),
        note=f"Intervals by a stationary block bootstrap with a mean block of {found.mean_block:.0f} {unit}s, never "
        "shorter than the median holding of the trades; the Sharpe ratio's by its standard error.",
    )
    if isinstance(found.certainty, Missing):
        return (table, Sentence(f"Nothing is said of luck and skill: {found.certainty.why}."))
    return (table, _certainty(found.certainty, unit))


def _certainty(known: Certainty, unit: str) -> Table:
    years = known.min_track_years
    needed = years if isinstance(years, Missing) else Num(years, "ratio")
    return Table(
        "Luck or skill",
        (Column("Question"), Column("Answer")),
        (
            (f"Independent {unit}s in it", Num(known.independent, "count")),
            ("Probability that the true Sharpe ratio is above 0 ([[PSR]])", Num(known.psr, "share")),
            ("Trials behind it, as you say", Num(known.trials, "count")),
            ("What the best of them shows by luck, Sharpe ratio a year", Num(known.benchmark_annual, "ratio")),
            ("Probability that it is above that ([[DSR]])", Num(known.dsr, "share")),
            ("Years such a record needs to be above 0 at 95 %", needed),
        ),
        note="How many strategies were tried before this one was kept only you know (--trials). Trials without skill "
        "are taken to scatter by the sampling error of one of them.",
    )


def trade_blocks(one: TradeEvidence | Missing) -> tuple[Block, ...]:
    """Return the trades: how many won, how many have to win, and how far they lie over each other."""
    if isinstance(one, Missing):
        return (Sentence(one.why),)
    rows: tuple[tuple[Cell, ...], ...] = (
        ("Closed trades", Num(one.closed, "count"), *_none(2, "a count")),
        ("Share that won", Num(one.win_rate, "share"), *_range(one.win_rate_interval, "share")),
        ("Share that has to win", Num(one.break_even_rate, "share"), *_none(2, "of this record's averages")),
        ("P&L a trade, USD", Num(one.mean_pnl_usd, "usd"), *_range(one.mean_pnl_interval, "usd")),
        ("Average win, USD", Num(one.average_win_usd, "usd"), *_none(2, "not resampled")),
        ("Average loss, USD", Num(one.average_loss_usd, "usd"), *_none(2, "not resampled")),
        ("Worst trade at its end, USD", Num(one.worst_usd, "usd"), *_none(2, "one trade")),
        ("Worst open P&L of a trade, USD", Num(one.worst_open_usd, "usd"), *_none(2, "as the log tells")),
        ("Premium kept", Num(one.premium_kept, "share"), *_none(2, "not resampled")),
    )
    said = (
        f"Half of the trades were held {plural(one.median_holding_sessions, 'session')} or longer, "
        f"{percent(one.held_overnight, 0)} of them overnight; up to {one.most_open} were open at once and "
        f"{percent(one.overlapping, 0)} shared a day with another. They are not that many independent bets: intervals "
        f"take blocks of {one.mean_block:.0f}."
    )
    if isinstance(one.mean_pnl_interval, tuple):
        said += f" {TRADES_SAID[one.verdict]}"
    if math.isfinite(one.break_even_rate):
        said += (
            f" With an average win of {dollars(one.average_win_usd)} against {dollars(-one.average_loss_usd)} lost, "
            f"{percent(one.break_even_rate, 0)} have to win; a loss larger than any so far raises that."
        )
    table = Table("Trades", (Column("Measure"), Column("As it happened"), Column("95 % from"), Column("to")), rows)
    return (table, Sentence(said))


def _curve(record: Record) -> TimeSeries:
    known = math.isfinite(record.nav_start_usd)
    grown = float(record.equity[-1]) / record.start - 1.0
    return TimeSeries(
        "Value of the account" if known else "Value of 1 USD",
        record.dates,
        (Series(record.name, "policy1", record.equity),),
        "usd" if known else "ratio",
        f"From {record.dates[0]} to {record.dates[-1]} the account changed by {percent(grown)}"
        + (", each trade booked at its exit." if record.basis == "closed trades" else "."),
        "record",
    )


def _regimes(record: Record, found: RecordEvidence) -> tuple[Block, ...]:
    if isinstance(found.regimes, Missing):
        return (Sentence(f"Not told: {found.regimes.why}."),)
    rows: list[tuple[Cell, ...]] = []
    for one in found.regimes:
        exits = Missing("P&L stands on exits, which may lie in another regime")
        rows.append(
            (
                one.name,
                Num(one.periods, "count"),
                exits if math.isnan(one.growth) else Num(one.growth, "percent"),
                *((Num(one.trades, "count"), Num(one.won, "count"), Num(one.pnl_usd, "usd")) if record.trades else ()),
            )
        )
    columns = (
        Column("VX curve"), Column("Sessions"), Column("Growth in them"),
        *((Column("Trades opened"), Column("won"), Column("their [[P&L]], USD")) if record.trades else ()),
    )  # fmt: skip
    return (
        Table("By [[regime]]", columns, tuple(rows), note="The regime of a session is read at the close before it."),
    )


def _episodes(record: Record, found: RecordEvidence) -> tuple[Block, ...]:
    if not found.episodes:
        return (
            Sentence("The record holds none of the named episodes whole, so how it stands a crash it does not show."),
        )
    rows = tuple(
        (one.episode.name, one.episode.why, Num(one.growth, "percent"), Num(one.max_drawdown, "percent"))
        for one in found.episodes
    )
    note = "From the high before the fall to 21 sessions after its low."
    if record.flattered:
        note += " P&L stands on exits: falls within a trade do not show."
    columns = (Column("Episode"), Column("What it was"), Column("Growth"), Column("Deepest fall"))
    return (Table("Named episodes", columns, rows, note=note),)


def _read(record: Record, remarks: Sequence[str]) -> tuple[Block, ...]:
    groups = tuple(
        Group(str(k), "context", one.why, len(one.lines), tuple(f"line {line}" for line in one.lines))
        for k, one in enumerate(record.dropped, 1)
    )
    return (CountedList("Left out", groups, "Every row of the file is in it."), *(Sentence(text) for text in remarks))


def _ends(one: Estimate, unit: Unit) -> tuple[Cell, Cell]:
    return _range(one.interval, unit)


def _range(interval: tuple[float, float] | Missing, unit: Unit) -> tuple[Cell, Cell]:
    if isinstance(interval, Missing):
        return interval, interval
    return Num(interval[0], unit), Num(interval[1], unit)


def _none(times: int, why: str) -> tuple[Cell, ...]:
    return (Missing(why),) * times


def record_dict(record: Record, found: RecordEvidence, remarks: Sequence[str] = ()) -> dict[str, Any]:
    """Return the same as JSON knows it: rates are decimals, what is missing says why."""
    return {
        "name": record.name,
        "source": record.source,
        "basis": record.basis,
        "flattered": record.flattered,
        "from": str(record.dates[0]),
        "to": str(record.dates[-1]),
        "periods": int(record.dates.size),
        "periods_per_year": record.periods_per_year,
        "nav_start_usd": json_form(record.nav_start_usd),
        "headline": headline(record, found),
        **{field.name: json_form(getattr(found, field.name)) for field in dataclasses.fields(found)},
        "dropped": [{"why": one.why, "lines": list(one.lines)} for one in record.dropped],
        "notes": [*record.notes, *remarks],
    }
