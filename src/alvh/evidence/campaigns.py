"""Campaigns of a layer in one line: how often they won, what they brought, how they ended."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from alvh.accounting.statement import CampaignLine
from alvh.evidence.reasons import common, family


class ExitLine(NamedTuple):
    """Campaigns that ended for one kind of reason, how many of them won, and their P&L in USD."""

    reason: str
    campaigns: int
    won: int
    pnl_usd: float


class CampaignSummary(NamedTuple):
    """All campaigns of one layer.

    `win_rate` is the share of closed campaigns with a P&L above zero after costs; averages are over closed campaigns,
    USD; NaN where there is none. `credit_per_lot_usd` is positive for a credit. `pnl_usd` and `costs_usd` include what
    is still open.
    """

    layer: str
    opened: int
    closed: int
    win_rate: float
    credit_per_lot_usd: float
    average_pnl_usd: float
    average_win_usd: float
    average_loss_usd: float
    best_usd: float
    worst_usd: float
    average_days: float
    pnl_usd: float
    costs_usd: float
    exits: tuple[ExitLine, ...]


def campaign_summaries(campaigns: Sequence[CampaignLine], layers: Iterable[str]) -> tuple[CampaignSummary, ...]:
    """Summarise the campaigns of each of `layers` that has any, in that order."""
    return tuple(_summary(layer, lines) for layer in layers if (lines := [c for c in campaigns if c.layer == layer]))


def _summary(layer: str, lines: Sequence[CampaignLine]) -> CampaignSummary:
    closed = [line for line in lines if line.closed is not None]
    pnl = [line.pnl_usd for line in closed]
    lots = sum(line.lots for line in lines)
    return CampaignSummary(
        layer=layer,
        opened=len(lines),
        closed=len(closed),
        win_rate=_mean([float(value > 0.0) for value in pnl]),
        credit_per_lot_usd=sum(line.credit_usd for line in lines) / lots if lots else math.nan,
        average_pnl_usd=_mean(pnl),
        average_win_usd=_mean([value for value in pnl if value > 0.0]),
        average_loss_usd=_mean([value for value in pnl if value <= 0.0]),
        best_usd=max(pnl, default=math.nan),
        worst_usd=min(pnl, default=math.nan),
        average_days=_mean([float((line.closed - line.opened).days) for line in closed if line.closed]),
        pnl_usd=sum(line.pnl_usd for line in lines),
        costs_usd=sum(line.costs_usd for line in lines),
        exits=_exits(lines),
    )


def _exits(lines: Sequence[CampaignLine]) -> tuple[ExitLine, ...]:
    """Group by kind of reason, the most frequent first, then by name."""
    kinds: dict[str, list[CampaignLine]] = defaultdict(list)
    for line in lines:
        kinds[family(line.exit)].append(line)
    return tuple(
        ExitLine(
            common([line.exit for line in members])[0],
            len(members),
            sum(line.pnl_usd > 0.0 for line in members),
            sum(line.pnl_usd for line in members),
        )
        for _, members in sorted(kinds.items(), key=lambda item: (-len(item[1]), item[0]))
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan
