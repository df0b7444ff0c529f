"""A headline number beside everything that could make it another one: model, fills, credits, years of data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alvh.accounting.statement import Statement
from alvh.evidence.credit_band import CreditBand
from alvh.evidence.data_years import Part
from alvh.evidence.fill_break_even import BreakEven
from alvh.evidence.model_band import Band, outcome
from alvh.reports.blocks import Block, Cell, Column, Num, Sentence, Table
from alvh.reports.words import listed, percent
from alvh.values import Missing


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """What is known of the uncertainty of one run; None for what was not run.

    `fills` are the statements at other fills by name, only for their drawdown and hedge cost; growth comes from
    `break_even`.
    """

    base: Statement
    band: Band | None = None
    break_even: BreakEven | None = None
    fills: Sequence[Statement] = ()
    credits: CreditBand | None = None
    parts: Sequence[Part] = ()


def uncertainty_blocks(one: Uncertainty) -> tuple[Block, ...]:
    """Return the table of bands and the sentences that go with it."""
    said: list[Block] = [uncertainty_table(one)]
    if one.break_even is not None:
        said.append(Sentence(break_even_sentence(one.break_even)))
    said.append(Sentence(signs_sentence(one)))
    return tuple(said)


def uncertainty_table(one: Uncertainty) -> Table:
    """Return lowest and highest growth, drawdown and hedge cost under each kind of doubt, the run itself first."""
    own = outcome(one.base)
    rows: list[tuple[Cell, ...]] = [
        ("the run itself", *_pair(own.cagr), *_pair(own.max_drawdown), *_pair(own.hedge_cost_per_year), one.base.fill)
    ]
    if one.band is not None:
        growth, fall, cost = one.band.cagr, one.band.max_drawdown, one.band.hedge_cost_per_year
        said = f"{one.band.draws} draws of the measured error of modelled quotes"
        rows.append(("error of the model", *_span(growth), *_span(fall), *_span(cost), said))
    else:
        rows.append(_not_run("error of the model", "no draw of the model's error was run"))
    rows.append(_fills_row(one))
    if one.credits is not None:
        said = f"every condor brought {percent(one.credits.share, 0)} less, or more, when it was opened"
        rows.append(("credits", *_span(one.credits.cagr), *_span(one.credits.max_drawdown), *_missing(2, said), said))
    rows += [
        (f"only {part.name}", *_pair(part.cagr), *_pair(part.max_drawdown), *_pair(part.hedge_cost_per_year),
         f"{part.sessions:,} sessions: these years of the run")
        for part in one.parts
    ]  # fmt: skip
    return Table(
        "How sure is the number",
        (
            Column("What is varied"),
            Column("Growth a year, lowest"),
            Column("highest"),
            Column("Deepest [[drawdown]]"),
            Column("mildest"),
            Column("[[hedge cost|Hedge cost]] a year, lowest"),
            Column("highest"),
            Column("How"),
        ),
        tuple(rows),
        note="Lowest and highest of what was run: no confidence intervals. Each row varies one thing and leaves the "
        "others as the run has them.",
    )


def _fills_row(one: Uncertainty) -> tuple[Cell, ...]:
    if one.break_even is None or not one.break_even.rungs:
        return _not_run("fills", "no other fill was run")
    rungs = one.break_even.rungs
    growth = [rung.cagr for rung in rungs]
    outcomes = [outcome(statement) for statement in one.fills]
    said = f"{rungs[0].fill} to {rungs[-1].fill}"
    if not outcomes:
        return ("fills", *_span((min(growth), max(growth))), *_missing(4, "only growth was kept"), said)
    falls = [found.max_drawdown for found in outcomes]
    costs = [found.hedge_cost_per_year for found in outcomes]
    return ("fills", *_span((min(growth), max(growth))), *_span((min(falls), max(falls))),
            *_span((min(costs), max(costs))), said)  # fmt: skip


def break_even_sentence(one: BreakEven) -> str:
    """Return both break-even fills in words."""
    return (
        f"Break-even fill: growth {falls(one.growth)}; growth beyond cash {falls(one.beyond_cash)}. "
        "0 % of the half-spread is mid, 100 % the far side of the quote."
    )


def falls(value: float | Missing) -> str:
    """Say at which fill something falls to zero, or why that is not known."""
    if isinstance(value, Missing):
        return f"is {value.why}" if value.why.startswith(("negative", "positive")) else f"is not known ({value.why})"
    return f"falls to zero at {percent(value, 0)} of the half-spread"


def signs_sentence(one: Uncertainty) -> str:
    """Say whether any doubt changes the sign of the growth: the one thing a reader has to know of the bands."""
    own = outcome(one.base).cagr
    spans = {"the model's error": one.band.cagr if one.band else None,
             "the credits": one.credits.cagr if one.credits else None}  # fmt: skip
    if one.break_even is not None and one.break_even.rungs:
        growth = [rung.cagr for rung in one.break_even.rungs]
        spans["the fill"] = (min(growth), max(growth))
    if one.parts:
        spans["the choice of years"] = (min(p.cagr for p in one.parts), max(p.cagr for p in one.parts))
    known = {name: span for name, span in spans.items() if span is not None}
    turning = [name for name, (low, high) in known.items() if (low < 0.0 if own >= 0.0 else high >= 0.0)]
    if not known:
        return "Nothing but the run itself was run: how sure its number is cannot be said."
    if not turning:
        return f"Within every band that was run it {'grows' if own >= 0.0 else 'loses'}."
    named = listed(turning)
    return f"{named[0].upper()}{named[1:]} can turn the sign of the {percent(own)} a year."


def _pair(value: float) -> tuple[Cell, Cell]:
    return Num(value, "percent"), Num(value, "percent")


def _span(values: tuple[float, float]) -> tuple[Cell, Cell]:
    return Num(values[0], "percent"), Num(values[1], "percent")


def _missing(count: int, why: str) -> tuple[Cell, ...]:
    return (Missing(why),) * count


def _not_run(what: str, why: str) -> tuple[Cell, ...]:
    return (what, *_missing(6, why), why)
