"""The trades of a record: how many won, how many have to, and how much they lie over each other."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from alvh.evidence.effects import FEWEST_BLOCKS, mean_effect
from alvh.evidence.records import Record
from alvh.evidence.verdicts import Verdict
from alvh.maths.bootstrap import draw_blocks
from alvh.values import Floats, Ints, Missing

Interval = tuple[float, float]
CANNOT_TELL: Verdict = "cannot tell"


class TradeEvidence(NamedTuple):
    """Trades of a record; USD, decimals, NaN where not known.

    `win_rate` is the share with a P&L above zero; `break_even_rate` the share that has to win at the record's own
    average win and loss; their intervals, and that of the mean P&L, come from blocks of trades by opening, as long
    as the trades that were opened within one median holding (`alvh.evidence.effects.mean_effect`). `verdict` says
    whether the trades made money. `most_open` trades were open at one close;
    `overlapping` is the share of trades that shared a session with another. `worst_open_usd` is the worst open P&L
    that the log tells of, `premium_kept` all P&L over all premium received.
    """

    closed: int
    won: int
    win_rate: float
    win_rate_interval: Interval | Missing
    break_even_rate: float
    average_win_usd: float
    average_loss_usd: float
    mean_pnl_usd: float
    mean_pnl_interval: Interval | Missing
    verdict: Verdict
    worst_usd: float
    worst_open_usd: float
    premium_kept: float
    median_holding_sessions: int
    held_overnight: float
    most_open: int
    overlapping: float
    mean_block: float


def trade_evidence(record: Record, seed: int, draws: int) -> TradeEvidence | Missing:
    """Return what the trades of a record say; Missing for a series without trades."""
    trades = record.trades
    if not trades:
        return Missing("a series of returns has no trades")
    pnl = np.array([trade.pnl_usd for trade in trades])
    wins, losses = pnl[pnl > 0.0], pnl[pnl <= 0.0]
    block = trade_block(record)
    rate: Interval | Missing = Missing(
        f"{pnl.size} trades are fewer than {FEWEST_BLOCKS} blocks of {block:.0f}: no interval"
    )
    mean, verdict = rate, CANNOT_TELL
    if pnl.size >= FEWEST_BLOCKS * block:
        blocks = draw_blocks(seed, draws, pnl.size, block)
        won = mean_effect((pnl > 0.0).astype(np.float64), blocks)
        made = mean_effect(pnl, blocks)
        rate, mean, verdict = (max(0.0, won.low), min(1.0, won.high)), (made.low, made.high), made.verdict
    first, last = _spans(record)
    known = np.array([trade.worst_usd for trade in trades])
    premium = np.array([trade.premium_usd for trade in trades])
    received = float(premium.sum())
    return TradeEvidence(
        closed=pnl.size,
        won=wins.size,
        win_rate=wins.size / pnl.size,
        win_rate_interval=rate,
        break_even_rate=break_even_rate(_mean(wins), _mean(losses)),
        average_win_usd=_mean(wins),
        average_loss_usd=_mean(losses),
        mean_pnl_usd=float(pnl.mean()),
        mean_pnl_interval=mean,
        verdict=verdict,
        worst_usd=float(pnl.min()),
        worst_open_usd=float(np.nanmin(known)) if np.isfinite(known).any() else math.nan,
        premium_kept=float(pnl.sum()) / received if received > 0.0 else math.nan,
        median_holding_sessions=record.median_holding_sessions,
        held_overnight=sum(trade.overnight for trade in trades) / pnl.size,
        most_open=most_open(first, last),
        overlapping=overlapping(first, last),
        mean_block=block,
    )


def break_even_rate(average_win_usd: float, average_loss_usd: float) -> float:
    """Return the share of trades that has to win: L / (W + L), with the average loss L as a positive number.

    NaN without a win or without a loss: an average of none is not known.
    """
    lost = -average_loss_usd
    total = average_win_usd + lost
    return lost / total if total > 0.0 else math.nan


def trade_block(record: Record) -> float:
    """Return the mean block in trades: those opened within one median holding, at least one."""
    sessions = max(1, record.dates.size) if record.daily else 1
    return max(1.0, len(record.trades) / sessions * record.median_holding_sessions)


def most_open(first: Ints, last: Ints) -> int:
    """Return the most trades that shared a day; `first` and `last` are days, both counted."""
    starts, ends = np.sort(first), np.sort(last)
    open_then = np.arange(1, starts.size + 1) - np.searchsorted(ends, starts, side="left")
    return int(open_then.max())


def overlapping(first: Ints, last: Ints) -> float:
    """Return the share of trades that shared a day with another; `first` and `last` are days, both counted."""
    starts, ends = np.sort(first), np.sort(last)
    begun = np.searchsorted(starts, last, side="right")
    ended = np.searchsorted(ends, first, side="left")
    # Trades that began by its end and had not ended before it began; one of them is itself.
    return float(np.mean(begun - ended > 1))


def _spans(record: Record) -> tuple[Ints, Ints]:
    days = [
        np.array([getattr(trade, name) for trade in record.trades], dtype="datetime64[D]").astype(np.int64)
        for name in ("opened", "closed")
    ]
    return days[0], days[1]


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else math.nan
