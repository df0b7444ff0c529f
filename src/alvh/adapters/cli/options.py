"""Options that several commands share, and how results are printed."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from alvh.adapters.errors import UserError

if TYPE_CHECKING:
    from alvh.reports.blocks import Report

F = TypeVar("F", bound=Callable[..., Any])


class Date(click.ParamType):  # type: ignore[type-arg]  # generic in newer click only
    """A calendar date, written YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Read a date, or say what is expected."""
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a date; write it like 2020-03-16", param, ctx)


class Dollars(click.FloatRange):
    """An amount of USD: a number, so neither ``nan`` nor ``inf``, which a range alone lets pass."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the amount, or fail with a sentence."""
        usd = super().convert(value, param, ctx)
        if not math.isfinite(usd):
            self.fail(f"{value} is no amount of USD", param, ctx)
        return usd


def store_option(command: F) -> F:
    """Add ``--store``."""
    return click.option(
        "--store",
        "store_path",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of the store; else ALVH_STORE, else the platform's user-data folder.",
    )(command)


def run_options(command: F) -> F:
    """Add the settings of a run: ``--from``, ``--to``, ``--fill``, ``--quotes``, ``--nav`` and ``--broker``."""
    added = (
        click.option("--from", "first", type=Date(), help="First session (default 2007-01-03, or the store's first)."),
        click.option("--to", "last", type=Date(), help="Last session (default: the store's last)."),
        click.option("--fill", default="half", show_default=True, help="mid, q25, half, q75 or cross."),
        click.option(
            "--quotes",
            type=click.Choice(["market", "modelled", "auto"]),
            default="auto",
            show_default=True,
            help="The one source of quotes of every run.",
        ),
        click.option("--nav", "nav_usd", type=Dollars(min=1.0), default=5_000_000.0, show_default=True, help="USD."),
        click.option(
            "--broker", default="generic", show_default=True, help="Fee profile: generic, tastytrade, ibkr or none."
        ),
    )
    # The last one applied is listed first.
    for option in reversed(added):
        command = option(command)
    return command


def json_option(command: F) -> F:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(command)


def print_json(value: Any) -> None:
    """Print a result as JSON; dates and paths as text."""
    click.echo(json.dumps(value, indent=2, default=str, allow_nan=False))


def writable(path: Path) -> Path:
    """Return a path a file can be written to, or say why not before any work is done."""
    folder = path.absolute().parent
    if path.is_dir():
        raise UserError(f"{path} is a folder; name a file")
    if not folder.is_dir():
        raise UserError(f"{path}: the folder {folder} does not exist")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise UserError(f"{path} cannot be written: permission denied")
    return path


def write_page(page: Report, path: Path) -> None:
    """Write a report as one HTML file, or say in a sentence why not."""
    from alvh.adapters.render.html import write_html  # noqa: PLC0415 - templates, which only a page needs

    try:
        write_html(page, path)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from None
