"""`alvh sweep`: a file of policies, run in parallel, every one of them counted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alvh.adapters.cli.options import json_option, print_json, store_option, writable, write_page
from alvh.adapters.cli.progress import progress_bar
from alvh.adapters.errors import UserError, in_file

if TYPE_CHECKING:
    from alvh.adapters.sweeping.run import SweepRun
    from alvh.evidence.sweep import Searched, SweepEvidence


@click.command(
    epilog="""\b
Example:
  alvh sweep condors.toml --report sweep.html
  alvh sweep condors.toml --workers 8 --out condors.sweep --json

\b
A sweep file:
  policy = "condor-only"
  from = 2012-01-03
  [parameters]
  "condor.short" = [0.10, 0.16, 0.22]
  "condor.dte_target" = {low = 35, high = 55, step = 10}"""
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--workers", type=click.IntRange(min=1), help="Processes (default: one a core).")
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the results and of what a later call need not run again (default: FILE with .sweep).",
)
@click.option("--report", "report", type=click.Path(path_type=Path), help="Write the report to this HTML file.")
@store_option
@json_option
def sweep(
    file: Path,
    workers: int | None,
    folder: Path | None,
    report: Path | None,
    store_path: Path | None,
    as_json: bool,
) -> int:
    """Run every policy of FILE: a grid, or drawn combinations, of parameters of layers and rules.

    Called again it runs only what has no result yet. Every policy counts as a trial: the best is told together with how
    likely it is luck.
    """
    from alvh.adapters.store import Store  # noqa: PLC0415
    from alvh.adapters.sweeping.plan import read_plan  # noqa: PLC0415
    from alvh.adapters.sweeping.run import run_sweep  # noqa: PLC0415
    from alvh.adapters.sweeping.search import searched  # noqa: PLC0415
    from alvh.adapters.sweeping.tables import write_tables  # noqa: PLC0415
    from alvh.adapters.sweeping.trying import count_trials  # noqa: PLC0415
    from alvh.adapters.work import cores  # noqa: PLC0415
    from alvh.evidence.sweep import judge_sweep  # noqa: PLC0415

    if report is not None:
        writable(report)
    plan = read_plan(file)
    out = folder or file.with_suffix(".sweep")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise in_file(out, f"cannot be made: {error.strerror}") from None
    root = Store.locate(store_path)
    with progress_bar() as tell:
        made = run_sweep(plan, root, out, workers or cores(), tell)
        if not made.runs:
            why = next(iter(made.failed.values()))
            raise UserError(f"none of {len(made.failed)} policies has a result; the first: {why}")
        tables = write_tables(made, out)
        tell("judging", 1, 1)
        found = searched(made, count_trials(made, root, dt.datetime.now(dt.UTC)))
        judged = judge_sweep(found)
    _show(found, judged, report, as_json, _facts(made, tables, report))
    return 0


def _facts(made: SweepRun, tables: tuple[Path, ...], report: Path | None) -> dict[str, Any]:
    """Return what a call did, apart from what it found."""
    return {
        "had_a_result": made.cached,
        "run_now": len(made.runs) - made.cached,
        "quotes": made.quotes,
        "data_hash": made.data_hash,
        "files": [str(path) for path in tables],
        "report": None if report is None else str(report.absolute()),
        "seconds": round(made.seconds, 2),
    }


def _show(found: Searched, judged: SweepEvidence, report: Path | None, as_json: bool, facts: dict[str, Any]) -> None:
    """Print the result, and write the page where one is asked for."""
    from alvh.adapters.render.terminal import print_report  # noqa: PLC0415
    from alvh.reports.sweep import sweep_report  # noqa: PLC0415
    from alvh.reports.sweep_json import sweep_dict  # noqa: PLC0415

    page = sweep_report(found, judged)
    if report is not None:
        write_page(page, report)
    if as_json:
        print_json({**sweep_dict(found, judged), **facts})
        return
    print_report(page)
    again = f"{facts['had_a_result']} had a result already" if facts["had_a_result"] else "none had a result before"
    click.echo(f"{facts['run_now']} policies run now in {facts['seconds']:.0f} s; {again}.")
    click.echo(f"Results: {Path(facts['files'][0]).parent.absolute()}")
    if report is not None:
        click.echo(f"Report: {report.absolute()}")
