"""Campaigns: how often they won, what they brought, how they ended."""

from __future__ import annotations

from collections.abc import Mapping

from alvh.accounting.statement import Statement
from alvh.evidence.campaigns import CampaignSummary, campaign_summaries
from alvh.reports.blocks import Cell, Column, Num, Table, Tag, Tone


def campaign_table(statement: Statement, tones: Mapping[str, Tone]) -> Table:
    """Return one line a layer."""
    return Table(
        f"[[campaign|Campaigns]] of {statement.policy}, USD",
        (
            Column("Layer"),
            Column("Opened"),
            Column("Closed"),
            Column("Won"),
            Column("[[credit|Credit]] a lot"),
            Column("Average"),
            Column("Average win"),
            Column("Average loss"),
            Column("Best"),
            Column("Worst"),
            Column("Days held"),
        ),
        tuple(_line(one, tones) for one in campaign_summaries(statement.campaigns, statement.layers)),
        note="Won, averages and days are of closed campaigns, after slippage and fees. A credit below zero is a "
        "premium that was paid. A win rate alone says nothing about profit.",
    )


def exit_table(statement: Statement, tones: Mapping[str, Tone]) -> Table:
    """Return how campaigns ended, by layer and kind of reason; figures that differ within a reason read as …."""
    rows: list[tuple[Cell, ...]] = [
        (Tag(one.layer, tones[one.layer]), line.reason, Num(line.campaigns, "count"),
         Num(line.won / line.campaigns, "share"), Num(line.pnl_usd, "usd"), Num(line.pnl_usd / line.campaigns, "usd"))
        for one in campaign_summaries(statement.campaigns, statement.layers)
        for line in one.exits
    ]  # fmt: skip
    return Table(
        f"How they ended, {statement.policy}",
        (
            Column("Layer"),
            Column("Reason"),
            Column("Campaigns"),
            Column("In profit"),
            Column("[[P&L]], USD", bar=True),
            Column("Average, USD"),
        ),
        tuple(rows),
    )


def _line(one: CampaignSummary, tones: Mapping[str, Tone]) -> tuple[Cell, ...]:
    return (
        Tag(one.layer, tones[one.layer]),
        Num(one.opened, "count"),
        Num(one.closed, "count"),
        Num(one.win_rate, "share"),
        Num(one.credit_per_lot_usd, "usd"),
        Num(one.average_pnl_usd, "usd"),
        Num(one.average_win_usd, "usd"),
        Num(one.average_loss_usd, "usd"),
        Num(one.best_usd, "usd"),
        Num(one.worst_usd, "usd"),
        Num(one.average_days, "count"),
    )
