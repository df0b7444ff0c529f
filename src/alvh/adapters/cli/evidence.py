"""`alvh evidence`: does each piece pay, how sure is that, and what did the public claims get wrong."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from alvh.adapters.cli.evidence_record import evidence_record
from alvh.adapters.cli.groups import NearestGroup
from alvh.adapters.cli.options import json_option, print_json, run_options, store_option, writable, write_page
from alvh.adapters.cli.progress import progress_bar
from alvh.adapters.errors import UserError

POLICY = "policy"


class EvidenceGroup(NearestGroup):
    """A group whose first word is one of its commands, or the policy that is to be judged."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read ``evidence alvh --quick`` as ``evidence policy alvh --quick``."""
        own = {*self.list_commands(ctx), *ctx.help_option_names}
        if args and args[0] not in own:
            args = [POLICY, *args]
        return super().parse_args(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name, and for a policy's name what judges it."""
        return super().get_command(ctx, cmd_name) or super().get_command(ctx, POLICY)


@click.group(
    cls=EvidenceGroup,
    subcommand_metavar="POLICY|COMMAND [ARGS]...",
    epilog="""\b
Example:
  alvh evidence alvh --store S --report e.html
  alvh evidence alvh --quick
  alvh evidence claims --json
  alvh evidence record my-trades.csv --trials 30

POLICY is a shipped name (`alvh policy list`) or the path of a TOML file; `alvh evidence POLICY --help` lists what it
takes.""",
)
def evidence() -> None:
    """Say which piece of a policy pays, in which regime, at what cost, and how sure that is.

    Every layer and rule is run off and alone; every number has an interval; the public claims are put to the test.
    What is finished is kept: after an interruption the same command goes on where it stopped.
    """


@evidence.command(
    POLICY,
    epilog="""\b
Example:
  alvh evidence policy alvh --store S --report e.html
  alvh evidence my-policy.toml --from 2015-01-02 --quick""",
)
@click.argument("policy")
@click.option("--quick", is_flag=True, help="Fewer draws, no rule off, no piece alone, no account sizes.")
@run_options
@click.option("--set", "overrides", multiple=True, metavar="LAYER.KEY=VALUE", help="Replace one parameter.")
@click.option("--workers", type=click.IntRange(min=1), help="Runs at a time (default: one a core).")
@click.option("--report", type=click.Path(path_type=Path), help="Write the page to this HTML file.")
@store_option
@json_option
def of_policy(
    policy: str,
    quick: bool,
    first: dt.date | None,
    last: dt.date | None,
    fill: str,
    quotes: Any,
    nav_usd: float,
    broker: str,
    overrides: tuple[str, ...],
    workers: int | None,
    report: Path | None,
    store_path: Path | None,
    as_json: bool,
) -> int:
    """Judge one policy: which piece pays, in which regime, at what cost, and how sure that is."""
    from alvh.adapters import backtesting  # noqa: PLC0415
    from alvh.adapters.cli.backtest import parse_overrides  # noqa: PLC0415
    from alvh.adapters.evidence import evidence_on  # noqa: PLC0415
    from alvh.adapters.render.terminal import print_report  # noqa: PLC0415
    from alvh.adapters.store import Store  # noqa: PLC0415
    from alvh.adapters.studying import Desk  # noqa: PLC0415
    from alvh.adapters.work import cores  # noqa: PLC0415
    from alvh.reports.evidence import evidence_report  # noqa: PLC0415
    from alvh.reports.evidence_json import dossier_dict  # noqa: PLC0415

    if report is not None:
        writable(report)
    found = backtesting.find_policy(policy, parse_overrides(overrides))
    request = backtesting.Request(first, last, fill, quotes, nav_usd, broker)
    backtesting.execution(found, request)
    desk = Desk(Store.locate(store_path), request, workers or cores())
    with progress_bar() as tell:
        made = evidence_on(desk, found, quick=quick, tell=tell)
    page = evidence_report(made)
    if report is not None:
        write_page(page, report)
    if as_json:
        print_json(dossier_dict(made))
    else:
        print_report(page)
        if report is not None:
            click.echo(f"Report: {report.absolute()}")
    return 0


@evidence.command(
    "claims",
    epilog="""\b
Example:
  alvh evidence claims
  alvh evidence claims --json --report claims.html""",
)
@click.option("--workers", type=click.IntRange(min=1), help="Runs at a time (default: one a core).")
@click.option("--quick", is_flag=True, help="Fewer bootstrap draws behind every interval.")
@click.option("--report", type=click.Path(path_type=Path), help="Write the table to this HTML file.")
@click.option(
    "--markdown", type=click.Path(path_type=Path, dir_okay=False), help="Write the table as Markdown to this file."
)
@store_option
@json_option
def of_claims(
    workers: int | None,
    quick: bool,
    report: Path | None,
    markdown: Path | None,
    store_path: Path | None,
    as_json: bool,
) -> int:
    """Test every public claim about the method: the nearest computable statement, our number, interval and verdict."""
    from alvh.adapters.backtesting import Request  # noqa: PLC0415
    from alvh.adapters.evidence import claims_on  # noqa: PLC0415
    from alvh.adapters.store import Store  # noqa: PLC0415
    from alvh.adapters.studying import Desk  # noqa: PLC0415
    from alvh.adapters.work import cores  # noqa: PLC0415
    from alvh.reports.claims import claims_dict, claims_lines, claims_markdown  # noqa: PLC0415
    from alvh.reports.evidence import claims_report  # noqa: PLC0415

    for path in (report, markdown):
        if path is not None:
            writable(path)
    desk = Desk(Store.locate(store_path), Request(quotes="modelled"), workers or cores())
    with progress_bar() as tell:
        made = claims_on(desk, quick=quick, tell=tell)
    if report is not None:
        write_page(claims_report(made.judged, made.checks), report)
    if markdown is not None:
        _write_text(claims_markdown(made.judged, made.checks), markdown)
    if as_json:
        print_json({**claims_dict(made.judged, made.checks), "failed": dict(made.failed)})
        return 0
    for line in claims_lines(made.judged, made.checks):
        click.echo(line)
    for label, why in made.failed.items():
        click.echo(f"The run {label} broke: {why}")
    for path in (report, markdown):
        if path is not None:
            click.echo(f"Written: {path.absolute()}")
    return 0


def _write_text(text: str, path: Path) -> None:
    """Write a text, or say why not."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from None


evidence.add_command(evidence_record, "record")
