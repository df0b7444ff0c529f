"""`alvh evidence record`: the same evidence on a trader's own record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from alvh.adapters.cli.options import Dollars, json_option, print_json, store_option, writable, write_page

if TYPE_CHECKING:
    from alvh.evidence.records import Record
    from alvh.values import Floats


@click.command(
    "record",
    epilog="""\b
Example:
  alvh evidence record trades.csv --trials 30
  alvh evidence record trades.csv --daily-log daily.csv --store S --report mine.html
  alvh evidence record returns.parquet --format returns --json""",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "name",
    default="auto",
    show_default=True,
    help="auto, option-omega, tradeblocks, daily-log or returns.",
)
@click.option("--trials", type=click.IntRange(min=1), default=1, show_default=True,
              help="Strategies you tried before keeping this one, itself included.")  # fmt: skip
@click.option(
    "--nav", "nav_usd", type=Dollars(min=1.0), help="Account before the first trade, USD, where the file does not say."
)
@click.option(
    "--daily-log", type=click.Path(path_type=Path), help="Value of the account by day, beside a log of trades."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the bootstrap.")
@click.option("--report", type=click.Path(path_type=Path), help="Write the page to this HTML file.")
@store_option
@json_option
def evidence_record(
    file: Path,
    name: str,
    trials: int,
    nav_usd: float | None,
    daily_log: Path | None,
    seed: int,
    report: Path | None,
    store_path: Path | None,
    as_json: bool,
) -> int:
    """Judge your own record: a log of trades (Option Omega, tradeblocks) or any series of returns.

    FILE is a CSV or a Parquet file. With a store, regimes are told and what bills earned is taken off.

    Exit status 0: done, whatever the verdict; 2: bad input.
    """
    from alvh.adapters.records import Given, read_record  # noqa: PLC0415
    from alvh.evidence.record_evidence import record_evidence  # noqa: PLC0415
    from alvh.reports.record import record_dict, record_report  # noqa: PLC0415

    if report is not None:
        writable(report)
    record = read_record(file, name, Given(nav_usd, daily_log))
    regimes, cash, remarks = _market(record, store_path)
    made = record_evidence(record, trials=trials, cash_returns=cash, regimes=regimes, seed=seed)
    page = record_report(record, made, remarks)
    if report is not None:
        write_page(page, report)
    if as_json:
        print_json(record_dict(record, made, remarks))
        return 0
    from alvh.adapters.render.terminal import print_report  # noqa: PLC0415

    print_report(page)
    if report is not None:
        click.echo(f"Report: {report.absolute()}")
    return 0


def _market(record: Record, store_path: Path | None) -> tuple[tuple[str, ...] | None, Floats | None, list[str]]:
    """Return regimes, what cash earned, and what is to be said of both; nothing without a store."""
    from alvh.adapters.load import load_history  # noqa: PLC0415
    from alvh.adapters.records.market import beside  # noqa: PLC0415
    from alvh.adapters.store import Store  # noqa: PLC0415
    from alvh.values import Missing  # noqa: PLC0415

    if store_path is None:
        return None, None, []
    found = beside(record, load_history(Store(Store.locate(store_path))))
    if isinstance(found, Missing):
        return None, None, [f"Of the store nothing was used: {found.why}."]
    if not record.includes_interest:
        return found.regimes, None, []
    if isinstance(found.cash_returns, Missing):
        return found.regimes, None, [f"Interest could not be taken off: {found.cash_returns.why}."]
    said = f"On {found.without_yield:,} days no bill yield is known, and none is taken off."
    return found.regimes, found.cash_returns, [said] if found.without_yield else []
