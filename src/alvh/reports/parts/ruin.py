"""Simulated years in words: how often a fifth was lost, and what to expect of one."""

from __future__ import annotations

from collections.abc import Mapping

from alvh.evidence.odds import Odds
from alvh.evidence.ruin import LOSS
from alvh.reports.blocks import Block, Cell, Column, Num, Sentence, Table
from alvh.reports.words import percent, plural
from alvh.values import Missing

ENGINE = (
    "History's own rows, drawn in blocks and rebuilt from today's state, with stress drawn more often than it happened "
    "and weighted back. Every price is modelled; a market that history never held is not among them."
)


def ruin_blocks(made: Mapping[str, Odds | Missing]) -> tuple[Block, ...]:
    """Return the odds of every policy that was simulated."""
    if not made:
        return (Sentence("No year was simulated."),)
    horizon = next((one.horizon for one in made.values() if isinstance(one, Odds)), 0)
    rows: list[tuple[Cell, ...]] = [(name, *_cells(one)) for name, one in made.items()]
    return (
        Table(
            f"{plural(horizon, 'session')} from today's state" if horizon else "From today's state",
            (
                Column("Policy"),
                Column(f"Lost {percent(LOSS, 0)} from its high"),
                Column("95 % interval"),
                Column("Expected return a year"),
                Column("95 % interval"),
                Column("Worst 5 % of years end below"),
                Column("Half end below"),
                Column("Paths"),
                Column("worth"),
            ),
            tuple(rows),
            note=ENGINE,
        ),
    )


def ruin_sentence(made: Mapping[str, Odds | Missing]) -> str:
    """Say how often the first policy lost a fifth within a simulated year; empty where that is not known."""
    name, one = next(iter(made.items()), ("", Missing("")))
    if isinstance(one, Missing):
        return ""
    return (
        f"In simulated years {name} lost {percent(LOSS, 0)} from its high with a probability of "
        f"{percent(one.lost.value, 1)} ({percent(one.lost.low, 1)} to {percent(one.lost.high, 1)})."
    )


def _cells(one: Odds | Missing) -> tuple[Cell, ...]:
    if isinstance(one, Missing):
        return (one,) * 8
    worst, middle, _ = one.returns
    return (
        Num(one.lost.value, "share"),
        f"{percent(one.lost.low, 1)} to {percent(one.lost.high, 1)}",
        Num(one.irr.value, "percent"),
        f"{percent(one.irr.low)} to {percent(one.irr.high)}",
        Num(worst, "percent"),
        Num(middle, "percent"),
        Num(float(one.lost.paths), "count"),
        Num(one.lost.effective, "count"),
    )
