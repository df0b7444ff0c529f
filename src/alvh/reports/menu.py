"""Every report there is, one line each (`docs/adding/report.md`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from alvh.accounting.statement import Statement
from alvh.reports.backtest import backtest_report
from alvh.reports.blocks import Report

Build = Callable[[Sequence[Statement]], Report]

REPORTS: Mapping[str, Build] = {
    "backtest": backtest_report,
}
