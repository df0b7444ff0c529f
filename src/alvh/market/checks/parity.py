"""Put-call parity: whether the calls and puts of an expiry agree on one forward and one discount factor."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from alvh.market.checks.facts import Facts
from alvh.market.checks.finding import FILE, ROW, found, nothing

EUROPEAN = ("SPX", "SPXW", "SPXPM", "XSP", "VIX", "VIXW")
"""Roots of European options. American ones do not obey parity; an unknown root may mix two series."""

BAND_SPX, BAND_VIX = 0.05, 0.30
"""Strikes used, as a share of the forward on either side: VIX lists few strikes and moves more."""
FEWEST_STRIKES = 5
FEWEST_DAYS = 2

_GROUP = ["quote_date", "snapshot_ts", "source", "symbol", "root", "expiry"]


def parity(tables: Mapping[str, pl.DataFrame], _facts: Facts) -> pl.DataFrame:
    """Find expiries whose median parity residual is larger than their median half-spread; `value` is that residual.

    Inside the half-spread the prices may all be right and only the mids disagree; beyond it they cannot be. The row
    is the call that fits worst.
    """
    if "chains" not in tables:
        return nothing()
    fits = parity_residuals(tables["chains"]).filter(pl.col("residual_points") > pl.col("half_spread_points"))
    return found(
        fits,
        "parity_residual",
        "chains",
        "warning",
        date="quote_date",
        symbol="symbol",
        detail=pl.format("{} {}", pl.col("root"), "expiry"),
        value="residual_points",
        why=pl.format(
            "median parity residual {} over half-spread {} points at {} strikes, forward {}",
            pl.col("residual_points").round(3),
            pl.col("half_spread_points").round(3),
            "strikes",
            pl.col("forward_points").round(2),
        ),
    )


def parity_residuals(chains: pl.DataFrame) -> pl.DataFrame:
    """Regress call mid minus put mid on strike, expiry by expiry, near the money.

    Parameters
    ----------
    chains : DataFrame
        Rows of the table ``chains`` with `FILE` and `ROW`.

    Returns
    -------
    DataFrame
        One row a (quote_date, snapshot_ts, source, symbol, root, expiry) of a European root with two days or more to
        go and five strikes or more in the band: ``strikes``, ``discount`` (minus the slope), ``forward_points``,
        ``residual_points`` (median absolute residual), ``half_spread_points`` (median half-spread of the same quotes),
        `FILE` and `ROW` of the call that fits worst.
    """
    pairs = _pairs(chains)
    nearest = pl.col("__y").abs().arg_min()
    rough = pl.col("strike").get(nearest) + pl.col("__y").get(nearest)
    band = pl.when(pl.col("symbol").cast(pl.String) == "VIX").then(BAND_VIX).otherwise(BAND_SPX)
    near = pairs.with_columns(__rough=rough.over(_GROUP)).filter(
        (pl.col("strike") / pl.col("__rough") - 1).abs() <= band
    )
    centred_k = pl.col("strike") - pl.col("strike").mean().over(_GROUP)
    centred_y = pl.col("__y") - pl.col("__y").mean().over(_GROUP)
    fitted = (
        near.with_columns(__k=centred_k, __dy=centred_y)
        .with_columns(
            __slope=(pl.col("__k") * pl.col("__dy")).sum().over(_GROUP) / (pl.col("__k") ** 2).sum().over(_GROUP)
        )
        .with_columns(__residual=(pl.col("__dy") - pl.col("__slope") * pl.col("__k")).abs())
    )
    worst = pl.col("__residual").arg_max()
    slope = pl.col("__slope").first()
    return (
        fitted.group_by(_GROUP, maintain_order=True)
        .agg(
            pl.len().alias("strikes"),
            (-slope).alias("discount"),
            (pl.col("strike").mean() - pl.col("__y").mean() / slope).alias("forward_points"),
            pl.col("__residual").median().alias("residual_points"),
            pl.col("__half").median().alias("half_spread_points"),
            pl.col(FILE, ROW).get(worst),
        )
        .filter(pl.col("strikes") >= FEWEST_STRIKES)
    )


def _pairs(chains: pl.DataFrame) -> pl.DataFrame:
    """Return one row a strike with both sides quoted: ``__y`` = call mid - put mid, ``__half`` = mean half-spread."""
    quoted = chains.filter(
        pl.col("root").cast(pl.String).is_in(EUROPEAN)
        & (pl.col("bid") > 0)
        & (pl.col("ask") >= pl.col("bid"))
        & ((pl.col("expiry") - pl.col("quote_date")).dt.total_days() >= FEWEST_DAYS)
    ).select(
        *_GROUP,
        "strike",
        pl.col("right").cast(pl.String),
        ((pl.col("bid") + pl.col("ask")) / 2).alias("__mid"),
        ((pl.col("ask") - pl.col("bid")) / 2).alias("__half"),
        FILE,
        ROW,
    )
    calls = quoted.filter(pl.col("right") == "C")
    puts = quoted.filter(pl.col("right") == "P").select(
        *_GROUP, "strike", pl.col("__mid").alias("__put"), pl.col("__half").alias("__put_half")
    )
    paired = calls.join(puts, on=[*_GROUP, "strike"], how="inner", nulls_equal=True, maintain_order="left")
    return paired.select(
        *_GROUP,
        "strike",
        (pl.col("__mid") - pl.col("__put")).alias("__y"),
        ((pl.col("__half") + pl.col("__put_half")) / 2).alias("__half"),
        FILE,
        ROW,
    )
