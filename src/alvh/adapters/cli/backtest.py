"""`alvh backtest`: one or several policies over history, side by side."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from alvh.adapters.cli.options import json_option, print_json, run_options, store_option, writable
from alvh.adapters.cli.progress import progress_bar


@click.command(
    epilog="""\b
Example:
  alvh backtest alvh condor-only --from 2007-01-03 --to 2026-07-08 --report r.html
  alvh backtest condor-only --from 2019-04-25 --to 2019-06-28 --quotes market --fill cross
  alvh backtest my-policy.toml --set condor.short=0.10"""
)
@click.argument("policies", nargs=-1, required=True, metavar="POLICY...")
@run_options
@click.option("--same-close", is_flag=True, help="Fill on the close that decided (a named choice, not the default).")
@click.option("--set", "overrides", multiple=True, metavar="LAYER.KEY=VALUE", help="Replace one parameter.")
@click.option(
    "--band",
    "draws",
    type=click.IntRange(min=1),
    is_flag=False,
    flag_value=16,
    metavar="[DRAWS]",
    help="Rerun over draws of the modelled quotes' error (16 when no number is given): lowest and highest result.",
)
@click.option("--report", "report", type=click.Path(path_type=Path), help="Write the report to this HTML file.")
@store_option
@json_option
def backtest(
    policies: tuple[str, ...],
    first: dt.date | None,
    last: dt.date | None,
    fill: str,
    quotes: Any,
    nav_usd: float,
    broker: str,
    same_close: bool,
    overrides: tuple[str, ...],
    draws: int | None,
    report: Path | None,
    store_path: Path | None,
    as_json: bool,
) -> int:
    """Run policies over history: daily marks of everything, exact accounts, every skip listed.

    POLICY is a shipped name (`alvh policy list`) or the path of a TOML file.
    """
    from alvh.adapters import backtesting  # noqa: PLC0415
    from alvh.adapters.cli.run import run_and_show  # noqa: PLC0415
    from alvh.adapters.store import Store  # noqa: PLC0415
    from alvh.adapters.trials import count_runs  # noqa: PLC0415

    if report is not None:
        writable(report)
    changed = parse_overrides(overrides)
    found = backtesting.find_policies(policies, changed)
    request = backtesting.Request(first, last, fill, quotes, nav_usd, broker, same_close)
    for policy in found:
        backtesting.execution(policy, request)
    with progress_bar() as tell:
        tell("loading", 0, 1)
        root = Store.locate(store_path)
        bench = backtesting.prepare(Store(root), found, request)
        results = run_and_show(bench, found, request, report, tell, draws or 0)
    counted = count_runs(root, results.statements, kind="backtest", when=dt.datetime.now(dt.UTC))
    if as_json:
        print_json(results.as_json())
    else:
        results.print()
        click.echo(counted)
    return 0


def parse_overrides(pairs: tuple[str, ...]) -> dict[str, Any]:
    """Read ``layer.key=value`` pairs, the values as TOML."""
    import tomllib  # noqa: PLC0415

    out: dict[str, Any] = {}
    for pair in pairs:
        path, equals, text = pair.partition("=")
        if not equals or "." not in path:
            raise click.BadParameter(f"{pair!r} is not LAYER.KEY=VALUE", param_hint="--set")
        try:
            out[path.strip()] = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            out[path.strip()] = text.strip()
    return out
