"""Modelled VIX calls beside quoted ones: the error of the price at a delta, by tenor.

The forward is the settlement of the VX future of the same expiry, and VVIX that day's close, as in the product.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from alvh.evidence.chain_quotes import GROUP
from alvh.market.history import EPOCH, History
from alvh.maths.vix_call import call_price, displacement, shape, vvix_term

DELTAS: Final = (0.30, 0.50)
DELTA_MISS: Final = 0.07
"""A call may be so far from the delta asked for, by the market's own volatility; else the expiry has none."""
CENT: Final = 0.01


@dataclass(frozen=True, slots=True)
class CallError:
    """One call: model over market less 1, and in half-spreads."""

    session: dt.date
    days: float
    delta: float
    share: float
    half_spreads: float


def call_errors(quotes: pl.DataFrame, history: History) -> list[CallError]:
    """Return the error of the call nearest each delta in every expiry that has a VX settlement that day.

    `quotes` as of `alvh.evidence.chain_quotes.quoted`; of several captures of a session the last is taken.
    """
    out: list[CallError] = []
    place = {day: i for i, day in enumerate(history.dates)}
    latest = quotes.filter(
        pl.col("snapshot").is_null() | (pl.col("snapshot") == pl.col("snapshot").max().over("session"))
    )
    for key, rows in latest.filter("call").group_by(*GROUP, maintain_order=True):
        session, expiry = key[0], key[-1]
        if not (isinstance(session, dt.date) and isinstance(expiry, dt.date)) or session not in place:
            continue
        i = place[session]
        j = history.vx.column_of(expiry.toordinal() - EPOCH)
        future = history.vx.settle.item(i, j) if j >= 0 else math.nan
        vvix = history.column("VVIX").item(i)
        if math.isfinite(future + vvix):
            out += _expiry_errors(session, rows, future, vvix)
    return out


def _expiry_errors(session: dt.date, rows: pl.DataFrame, future: float, vvix: float) -> Sequence[CallError]:
    years, discount = float(rows["years"][0]), float(rows["discount"][0])
    a, s = displacement(future, years), shape(future, years, vvix / 100.0 * vvix_term(years))
    out = []
    for delta in DELTAS:
        call = rows.sort((pl.col("abs_delta") - delta).abs(), "strike").row(0, named=True)
        model = discount * call_price(future, call["strike"], a, s, years)
        if abs(call["abs_delta"] - delta) <= DELTA_MISS and math.isfinite(model):
            off = model - call["mid"]
            out.append(CallError(session, 365.0 * years, delta, off / call["mid"], off / call["half"]))
    return out


def last_trades(chains: pl.DataFrame) -> pl.DataFrame:
    """Return rows of sessions without any quote whose option traded, quoted a cent around the last trade.

    A last trade may be hours old: such a session says less than a quoted one, and is shown apart.
    """
    quoted = chains.filter(pl.col("bid") > 0.0)["quote_date"].unique().to_list()
    return (
        chains.filter(~pl.col("quote_date").is_in(quoted) & (pl.col("last") > CENT) & (pl.col("volume") > 0))
        .with_columns(bid=pl.col("last") - CENT, ask=pl.col("last") + CENT)
    )  # fmt: skip
