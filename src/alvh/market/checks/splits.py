"""Share splits of the volatility funds: whether a series is on one share basis, and jumps where no split was."""

from __future__ import annotations

import math
from collections.abc import Mapping

import polars as pl

from alvh.market.checks.facts import Facts
from alvh.market.checks.finding import found, nothing

USUAL_FACTORS = (0.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 20.0)
"""Price factors a split of such a fund could have. Halving is the only forward split among them."""
NEAR = 0.1
"""Log distance at which a day's change of price is taken for one of them: room for the market's own move that day."""

_NONE = "none"


def share_splits(tables: Mapping[str, pl.DataFrame], facts: Facts) -> pl.DataFrame:
    """Find closes of split funds that jump by a split.

    - ``split_unadjusted`` (info): on the first session of a split in `Facts.splits` the close changed by the split's
      factor, so the series is as traded there. A split-adjusted series has none.
    - ``split_mixed`` (error): the series is as traded at some of its splits and adjusted at others.
    - ``split_unknown`` (warning): a jump by a usual factor on a day that is no split of the fund.

    ``value`` is the close divided by the close before. A symbol counts as its fund up to the first dot
    (``VXX.IEX`` is VXX).
    """
    if "underlyings" not in tables:
        return nothing()
    known = {split.symbol for split in facts.splits}
    rows = (
        tables["underlyings"]
        .with_columns(__fund=pl.col("symbol").cast(pl.String).str.split(".").list.first())
        .filter(pl.col("__fund").is_in(known) & (pl.col("close") > 0))
        .sort("symbol", "date")
        .with_columns(
            __ratio=pl.col("close") / pl.col("close").shift(1).over("symbol"),
            __before=pl.col("date").shift(1).over("symbol"),
        )
        .drop_nulls("__ratio")
    )
    table = pl.DataFrame(
        {
            "__fund": [split.symbol for split in facts.splits],
            "__split": [split.date for split in facts.splits],
            "__factor": [split.price_factor for split in facts.splits],
        },
        schema={"__fund": pl.String, "__split": pl.Date, "__factor": pl.Float64},
    )
    # The row that steps over a split is the first on or after it, wherever the row before lies.
    over = rows.join(table, on="__fund", how="inner").filter(
        (pl.col("date") >= pl.col("__split")) & (pl.col("__before") < pl.col("__split"))
    )
    log, factor = pl.col("__ratio").log(), pl.col("__factor").log()
    over = over.with_columns(__traded=(log - factor).abs() < log.abs())
    return pl.concat([_unadjusted(over), _mixed(over), _unknown(rows, over)])


def _unadjusted(over: pl.DataFrame) -> pl.DataFrame:
    return found(
        over.filter("__traded"),
        "split_unadjusted",
        "underlyings",
        "info",
        date="date",
        symbol="symbol",
        detail=pl.format("split of {}", "__split"),
        value="__ratio",
        why=pl.format("close times {} where the split makes {}: as traded", pl.col("__ratio").round(3), "__factor"),
    )


def _mixed(over: pl.DataFrame) -> pl.DataFrame:
    both = over.filter(pl.col("__traded").any().over("symbol") & ~pl.col("__traded").all().over("symbol"))
    return found(
        both.filter("__traded"),
        "split_mixed",
        "underlyings",
        "error",
        date="date",
        symbol="symbol",
        detail=pl.format("split of {}", "__split"),
        value="__ratio",
        why=pl.format("as traded at the split of {}, adjusted at other splits of the same series", "__split"),
    )


def _unknown(rows: pl.DataFrame, over: pl.DataFrame) -> pl.DataFrame:
    at_splits = over.select("symbol", "date").unique()
    log = pl.col("__ratio").log()
    near = pl.coalesce(
        pl.when((log - math.log(factor)).abs() < NEAR).then(pl.lit(f"{factor:g}")) for factor in USUAL_FACTORS
    )
    jumps = rows.join(at_splits, on=["symbol", "date"], how="anti").with_columns(__like=near.fill_null(_NONE))
    return found(
        jumps.filter(pl.col("__like") != _NONE),
        "split_unknown",
        "underlyings",
        "warning",
        date="date",
        symbol="symbol",
        value="__ratio",
        why=pl.format(
            "close times {}: like a split of factor {}, but none is known", pl.col("__ratio").round(3), "__like"
        ),
    )
