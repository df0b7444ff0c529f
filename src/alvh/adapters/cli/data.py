"""`alvh data`: import vendor files, download public ones, check and list what the store holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alvh.adapters.cli.groups import NearestGroup
from alvh.adapters.cli.options import Date, json_option, print_json, store_option
from alvh.adapters.cli.progress import progress_bar
from alvh.adapters.errors import UserError

if TYPE_CHECKING:
    from alvh.adapters.pull.report import PullReport
    from alvh.adapters.sources.importing import ImportReport
    from alvh.adapters.store_merge import MergeReport

SHOWN = 12
"""Lines of a listing shown in the terminal; `--json` has them all."""


@click.group(cls=NearestGroup, epilog="\b\nExample:\n  alvh data import auto FOLDER\n  alvh data check")
def data() -> None:
    """Import, download, check and list market data."""


@data.command(
    "import", epilog="\b\nExample:\n  alvh data import canonical FOLDER --store S\n  alvh data import auto *.csv"
)
@click.argument("format_name", metavar="FORMAT")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option("--replace", is_flag=True, help="Let new rows win over rows of the store that say otherwise.")
@store_option
@json_option
def import_(format_name: str, paths: tuple[Path, ...], replace: bool, store_path: Path | None, as_json: bool) -> int:
    """Bring vendor files into the store; FORMAT may be `auto`. A second import of the same file adds nothing."""
    from alvh.adapters.sources.importing import import_paths  # noqa: PLC0415
    from alvh.adapters.store import Store  # noqa: PLC0415

    store = Store(Store.locate(store_path))
    with progress_bar() as tell:
        report = import_paths(store, format_name, paths, tell, replace=replace)
    if as_json:
        print_json(import_dict(report))
    else:
        _print_import(report, store.root)
    return 0


@data.command(epilog="\b\nExample:\n  alvh data pull cboe --since 2024-01-01")
@click.argument("source")
@click.option("--since", type=Date(), help="Take rows from this date on.")
@click.option("--base-url", help="Another host for the same paths.")
@click.option("--cache", "cache_dir", type=click.Path(path_type=Path, file_okay=False), help="Folder of downloads.")
@store_option
@json_option
def pull(
    source: str,
    since: dt.date | None,
    base_url: str | None,
    cache_dir: Path | None,
    store_path: Path | None,
    as_json: bool,
) -> int:
    """Download public files: cboe, treasury, sofr or delayed. Resumes, caches, and lets only good files in."""
    from alvh.adapters.pull.run import pull as pull_source  # noqa: PLC0415
    from alvh.adapters.store import Store  # noqa: PLC0415

    store = Store(Store.locate(store_path))
    with progress_bar("of files") as tell:
        report = pull_source(source, store, base_url=base_url, since=since, cache_dir=cache_dir, progress=tell)
    if as_json:
        print_json(pull_dict(report))
    else:
        _print_pull(report)
    return report.exit_status


@data.command(epilog="\b\nExample:\n  alvh data check --json > findings.json")
@click.option("--only", multiple=True, help="Run only this check (may be repeated).")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Findings listed of a kind.")
@store_option
@json_option
def check(only: tuple[str, ...], limit: int, store_path: Path | None, as_json: bool) -> int:
    """Look for gaps, crossed and stale quotes, parity residuals, curve holes, splits. Nothing is repaired.

    Exits with 1 when there is a finding of severity `error`.
    """
    from alvh.adapters.check_store import check_store  # noqa: PLC0415
    from alvh.adapters.store import Store  # noqa: PLC0415

    store = Store(Store.locate(store_path))
    if not store.tables():
        raise UserError(f"the store {store.root} is empty: there is nothing to check")
    report = check_store(store, limit=limit, only=only)
    if as_json:
        print_json(report.to_dicts())
        return int(report.severe("error") > 0)
    for (name, table, severity), count in sorted(report.counts.items()):
        click.echo(f"{severity:8} {name:24} {table:14} {count:>9,}")
    for finding in report.findings[:SHOWN]:
        where = f"{finding.file} row {finding.row}" if finding.row is not None else finding.file
        click.echo(f"  {finding.date} {finding.symbol} {finding.detail}: {finding.why} ({where})")
    if len(report.findings) > SHOWN:
        click.echo(f"  and {len(report.findings) - SHOWN} more; --json lists them")
    click.echo(f"{sum(report.rows.values()):,} rows looked at, {report.severe('error')} errors. Nothing was changed.")
    return int(report.severe("error") > 0)


@data.command("list", epilog="\b\nExample:\n  alvh data list --store S")
@store_option
@json_option
def list_(store_path: Path | None, as_json: bool) -> int:
    """List what the store holds: tables, rows, dates, names."""
    from alvh.adapters.store import Store  # noqa: PLC0415

    store = Store(Store.locate(store_path))
    tables = store.tables()
    if as_json:
        print_json([asdict(table) for table in tables])
        return 0
    if not tables:
        click.echo(f"The store {store.root} is empty. Fill it: alvh data import auto FOLDER")
        return 0
    for table in tables:
        names = ", ".join(table.names[:8]) + (f" and {len(table.names) - 8} more" if len(table.names) > 8 else "")
        click.echo(f"{table.name:16} {table.rows:>11,} rows  {table.first} .. {table.last}  {names}")
    click.echo(f"{store.root}: {sum(t.bytes for t in tables) / 1e6:,.1f} MB")
    return 0


def import_dict(report: ImportReport) -> dict[str, Any]:
    """Return an import report for JSON."""
    return {
        "rows": report.rows,
        "added": report.added,
        "already": report.already,
        "conflicts": report.conflicts,
        "seconds": round(report.seconds, 3),
        "files": [
            {
                "path": str(file.path),
                "format": file.format,
                "rows": file.rows,
                "tables": {name: counted(merged) for name, merged in file.tables.items()},
                "drops": file.drops,
                "left_aside": file.aside or None,
            }
            for file in report.files
        ],
        "conflicting": [asdict(conflict) for conflict in report.conflicting],
    }


def counted(merged: MergeReport) -> dict[str, int]:
    """Return the counts of what was merged into one table."""
    return {"added": merged.added, "already": merged.already, "conflicts": merged.conflicts}


def pull_dict(report: PullReport) -> dict[str, Any]:
    """Return a pull report for JSON."""
    return {
        "source": report.source,
        "added": report.added,
        "files": [asdict(item) for item in report.items],
        "tables": {name: asdict(merged) for name, merged in report.tables.items()},
        "drops": report.drops,
    }


def _print_import(report: ImportReport, root: Path) -> None:
    """Print what an import did: each file in a line, drops and conflicts listed."""
    for file in report.files:
        if file.aside:
            click.echo(f"{file.path.name}: left aside, {file.aside}")
            continue
        told = ", ".join(f"{n} +{m.added:,}" for n, m in file.tables.items()) or "nothing"
        click.echo(f"{file.path.name}: {file.format}, {file.rows:,} rows -> {told}")
        for why, count in file.drops.items():
            click.echo(f"    dropped {count:,}: {why}")
    for conflict in report.conflicting[:SHOWN]:
        click.echo(f"    conflict: {conflict}")
    click.echo(
        f"{report.rows:,} rows read, {report.added:,} added, {report.already:,} known, "
        f"{report.conflicts:,} in conflict ({report.seconds:.1f} s) -> {root}"
    )


def _print_pull(report: PullReport) -> None:
    """Print what a pull did: counts by status, then every file that is absent or failed."""
    counts: dict[str, int] = {}
    for item in report.items:
        counts[item.status] = counts.get(item.status, 0) + 1
    click.echo(f"{report.source}: " + ", ".join(f"{n} {status}" for status, n in sorted(counts.items())))
    for item in report.items:
        if item.why:
            click.echo(f"  {item.status}: {item.name}: {item.why}")
    click.echo(f"{report.added:,} rows added")
