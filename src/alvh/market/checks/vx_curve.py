"""The VX curve: enough monthly contracts on every day, and no day missing inside a contract's life."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from alvh.market.checks.facts import Facts
from alvh.market.checks.finding import FILE, ROW, found, nothing
from alvh.market.checks.sessions import holes


def vx_curve_holes(tables: Mapping[str, pl.DataFrame], facts: Facts) -> pl.DataFrame:
    """Find sessions with fewer unexpired monthly settles than `Facts.vx_monthlies`; `value` counts them.

    A row on its own expiry is a final settlement value and no part of the curve. Days without any row are missing
    sessions and are found as such. The row is the farthest contract that is there.
    """
    if "vx_futures" not in tables:
        return nothing()
    days = (
        tables["vx_futures"]
        .filter(pl.col("date") >= facts.vx_from)
        .with_columns(
            __on=(pl.col("kind") == "monthly") & (pl.col("date") < pl.col("expiry")) & pl.col("settle").is_not_null()
        )
        .sort("date", "expiry")
        .group_by("date", maintain_order=True)
        .agg(
            pl.col("expiry").filter("__on").n_unique().alias("__n"),
            pl.col("expiry").filter("__on").max().alias("__far"),
            pl.col(FILE, ROW).last(),
        )
        .filter(pl.col("__n") < facts.vx_monthlies)
    )
    return found(
        days,
        "vx_curve_hole",
        "vx_futures",
        "warning",
        date="date",
        symbol=pl.lit("VX"),
        detail=pl.format("farthest {}", pl.col("__far").cast(pl.String).fill_null("none")),
        value="__n",
        why=pl.format("{} unexpired monthly contracts with a settle, at least {} are due", "__n", facts.vx_monthlies),
    )


def vx_contract_gaps(tables: Mapping[str, pl.DataFrame], facts: Facts) -> pl.DataFrame:
    """Find runs of NYSE sessions without a settle between a contract's first and last one; `value` counts sessions."""
    if "vx_futures" not in tables:
        return nothing()
    rows = (
        tables["vx_futures"]
        .filter(pl.col("settle").is_not_null())
        .select("date", "expiry", "kind", "contract", FILE, ROW)
    )
    gaps = holes(rows, facts.sessions, ["expiry", "kind"], "date", sparse=True)
    return found(
        gaps,
        "vx_contract_gap",
        "vx_futures",
        "warning",
        date="from",
        symbol="contract",
        detail=pl.format("{} to {}", "from", "to"),
        value="missing",
        why=pl.format("sessions without a settle inside the contract's life: {}", "missing"),
    )
