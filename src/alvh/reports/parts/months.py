"""Monthly returns as a heat map."""

from __future__ import annotations

from alvh.accounting.statement import Statement
from alvh.evidence.measure import monthly_returns
from alvh.reports.blocks import HeatMap

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def month_map(statement: Statement) -> HeatMap:
    """Return the return of every month and year."""
    table = monthly_returns(statement.equity_usd, statement.nav_start_usd, statement.sessions)
    return HeatMap(
        f"Monthly returns, {statement.policy}",
        tuple(str(year) for year in table.years),
        MONTHS,
        table.months,
        table.totals,
        "Year",
        "percent",
        note="Percent of the value at the end of the month before. The first and the last month hold only their "
        "sessions of this window.",
    )
