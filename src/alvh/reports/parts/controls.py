"""What else the money of a hedge could have bought: the controls of equal cost, and hedges held at random times."""

from __future__ import annotations

import math

from alvh.evidence.ablation import Ablation, Alternative, RandomTiming
from alvh.evidence.verdicts import Effect
from alvh.reports.blocks import Cell, Column, Num, Sentence, Table, Tag
from alvh.reports.parts.pieces import LEVEL_SAID, MEASURES, PLAIN
from alvh.reports.words import listed, percent
from alvh.values import Missing


def alternatives_table(ablation: Ablation, own: tuple[float, float, float]) -> Table | None:
    """Return the hedge beside everything else its money could have bought.

    `own` is growth, drawdown and tail of the hedge beside the same condors (`Ablation.beside_usd`).
    """
    if not ablation.alternatives:
        return None
    rows: list[tuple[Cell, ...]] = [
        (Tag("the hedge", "total"), *(Num(value, "percent") for value in own), "", "", "", "its own daily returns")
    ]
    rows += [_alternative(one) for one in ablation.alternatives]
    return Table(
        "What the same money could have bought",
        (
            Column("Beside the same condors"),
            Column("Growth a year"),
            Column("Deepest [[drawdown]]"),
            Column("[[CVaR 95|Worst 5 % of days]]"),
            Column("The hedge grew"),
            Column("its drawdown"),
            Column("its worst days"),
            Column("What it is"),
        ),
        tuple(rows),
        note=f"The hedge cost {percent(ablation.cost_per_year)} a year by the mean of its daily shares of equity "
        "(the hedge accounts divide by the average [[NAV]]); other hedges, and the condors of equal cost, were scaled "
        "after the fact to cost the same. Every row adds daily returns to those of the same condors, so that only the "
        "hedges differ; the account as it was run is another number, for its lots did not shrink with it. "
        "The three columns before the last say whether the hedge did better than the control, "
        f"where a {LEVEL_SAID} interval can tell.",
    )


def _alternative(one: Alternative) -> tuple[Cell, ...]:
    control, made = one.control, one.margin
    name = control.name
    if isinstance(control.equity_usd, Missing):
        gap: Cell = control.equity_usd
        return (name, gap, gap, gap, gap, gap, gap, f"{control.about}: {control.equity_usd.why}")
    scale = f" (x {control.scale:.2f})" if math.isfinite(control.scale) else ""
    verdicts: tuple[Cell, ...] = (
        (made,) * 3 if isinstance(made, Missing) else tuple(_better(made.whole[metric]) for metric in MEASURES)
    )
    return (
        name,
        Num(one.cagr, "percent"),
        Num(one.drawdown, "percent"),
        Num(one.cvar95, "percent"),
        *verdicts,
        f"{control.about}{scale}",
    )


def _better(one: Effect | Missing) -> Cell:
    if isinstance(one, Missing):
        return one
    return {"pays": "better", "does not pay": "worse", "cannot tell": "cannot tell"}[one.verdict]


def random_sentence(one: RandomTiming | Missing) -> Sentence:
    """Say whether the timing of the hedge was better than chance."""
    if isinstance(one, Missing):
        return Sentence(f"Random timing was not compared: {one.why}.", quiet=True)
    shares = [one.at_least_as_good[metric] for metric in MEASURES]
    said = listed([f"{percent(share, 0)} of them on {name}" for share, name in zip(shares, PLAIN, strict=True)])
    return Sentence(
        f"Against chance: of {one.draws.count} hedges of the same average cost held at random times, at least as good "
        f"as this one were {said}. Below 5 % the timing would be hard to call luck."
    )
