"""`alvh demo`: the embedded market, the hedge against the control, the verdict and a report."""

from __future__ import annotations

import time
from pathlib import Path

import click

from alvh.adapters.cli.options import json_option, print_json, writable
from alvh.adapters.cli.progress import progress_bar


@click.command(epilog="\b\nExample:\n  alvh demo --report demo.html")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    default=Path("alvh-demo.html"),
    show_default=True,
    help="Where the report is written.",
)
@json_option
def demo(report: Path, as_json: bool) -> int:
    """Run policy `alvh` against `condor-only` on real S&P 500 and VIX closes of 2014-2018.

    The closes ship with the Python package arch; the VX curve, VVIX and all option quotes are reconstructed and
    labelled so. No network, no key, no files of yours.
    """
    begun = time.perf_counter()
    from alvh.adapters.backtesting import Request, bench_of, find_policy  # noqa: PLC0415
    from alvh.adapters.cli.run import run_and_show  # noqa: PLC0415
    from alvh.adapters.sources.demo import demo_tables  # noqa: PLC0415
    from alvh.market.history import build_history  # noqa: PLC0415

    writable(report)
    policies = [find_policy("alvh"), find_policy("condor-only")]
    request = Request(quotes="modelled")
    with progress_bar() as tell:
        tell("compiling kernels (once)", 0, 1)
        bench = bench_of(build_history(demo_tables()), policies, request, begun)
        results = run_and_show(bench, policies, request, report, tell)
    if as_json:
        print_json(results.as_json())
        return 0
    click.echo("Demo market: real S&P 500 and VIX closes; VX curve, VVIX and every option quote reconstructed.")
    results.print()
    return 0
