"""Quality of stored market data: frames in, findings out. Nothing is repaired, dropped or filled.

`check` runs every member of `CHECKS`, counts everything and lists so many findings of each kind. The frames are those
of the store, with the two columns ``file`` and ``row`` that say where a row stands (`alvh.adapters.check_store` adds
them); a frame without them is taken as one nameless file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, cast

import polars as pl

from alvh.market.checks.duplicates import duplicate_keys
from alvh.market.checks.expiry import no_final_settlement, quotes_after_expiry, settled_that_morning
from alvh.market.checks.facts import Facts
from alvh.market.checks.finding import SEVERITIES, CheckReport, Finding, Severity, located
from alvh.market.checks.ohlc import bar_order
from alvh.market.checks.parity import parity, parity_residuals
from alvh.market.checks.quotes import bad_quotes
from alvh.market.checks.sessions import missing_sessions, not_a_session
from alvh.market.checks.splits import share_splits
from alvh.market.checks.stale import stale_chains, stale_opens, stale_values
from alvh.market.checks.vx_curve import vx_contract_gaps, vx_curve_holes

__all__ = ["CHECKS", "COLUMNS", "CheckReport", "Facts", "Finding", "Severity", "check", "parity_residuals"]

Check: TypeAlias = Callable[[Mapping[str, pl.DataFrame], Facts], pl.DataFrame]

CHECKS: dict[str, Check] = {
    "missing_sessions": missing_sessions,
    "not_a_session": not_a_session,
    "quotes": bad_quotes,
    "stale_values": stale_values,
    "stale_opens": stale_opens,
    "stale_chains": stale_chains,
    "duplicates": duplicate_keys,
    "parity": parity,
    "vx_curve": vx_curve_holes,
    "vx_gaps": vx_contract_gaps,
    "after_expiry": quotes_after_expiry,
    "settled": settled_that_morning,
    "final_settlement": no_final_settlement,
    "splits": share_splits,
    "bars": bar_order,
}
"""Every check, in the order of the listing. A new one is a new file and a line here."""

COLUMNS: dict[str, tuple[str, ...] | None] = {
    "chains": (
        "quote_date", "snapshot_ts", "source", "symbol", "root", "expiry", "right", "strike", "bid", "ask", "settle",
    ),
    "vx_futures": None,
    "vol_indices": None,
    "underlyings": None,
    "rates": None,
    "benchmarks": None,
    "breadth": None,
    "flows": None,
}  # fmt: skip
"""The tables that are looked at and the columns that are needed of them; None is all."""


def check(
    tables: Mapping[str, pl.DataFrame], facts: Facts, *, limit: int = 50, only: tuple[str, ...] = ()
) -> CheckReport:
    """Run the checks over stored tables.

    Parameters
    ----------
    tables : dict of table -> DataFrame
        Canonical columns (`COLUMNS`), with ``file`` and ``row`` where they come from a store. Tables that are not there
        are not asked for.
    facts : Facts
        The sessions, the keys, the splits and the limits.
    limit : int
        Findings listed of each kind (check, table, severity); all are counted.
    only : tuple of str
        Names of `CHECKS` to run; all when empty.

    Returns
    -------
    CheckReport
        Findings in the order of the checks, the gravest first, then by table, date, symbol and place. The same tables
        give the same report.

    Raises
    ------
    ValueError
        For a name that is no check.
    """
    unknown = [name for name in only if name not in CHECKS]
    if unknown:
        raise ValueError(f"no checks {unknown}; there are {list(CHECKS)}")
    placed = {name: located(frame) for name, frame in tables.items()}
    counts: dict[tuple[str, str, Severity], int] = {}
    listed: list[Finding] = []
    for name, run in CHECKS.items():
        if only and name not in only:
            continue
        findings = run(placed, facts)
        kinds = findings.group_by("check", "table", "severity").len()
        for kind, of, severity, n in sorted(kinds.iter_rows(), key=_rank):
            counts[kind, of, cast("Severity", severity)] = n
        listed += _listed(findings, limit)
    return CheckReport(tuple(listed), counts, {name: frame.height for name, frame in tables.items()})


def _rank(kind: tuple[str, str, str, int]) -> tuple[int, str, str]:
    return SEVERITIES.index(cast("Severity", kind[2])), kind[1], kind[0]


def _listed(findings: pl.DataFrame, limit: int) -> list[Finding]:
    """Return the first `limit` findings of each kind, sorted."""
    order = pl.col("severity").replace_strict({name: n for n, name in enumerate(SEVERITIES)}, return_dtype=pl.Int8)
    kind = ["check", "table", "severity"]
    first = (
        findings.with_columns(__order=order)
        .sort("__order", "table", "check", "date", "symbol", "detail", "file", "row")
        .filter(pl.int_range(pl.len()).over(kind) < limit)
        .drop("__order")
    )
    return [Finding(**row) for row in first.iter_rows(named=True)]
