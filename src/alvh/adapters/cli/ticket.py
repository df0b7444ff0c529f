"""`alvh ticket`: the standing plan on fresh quotes, before the close."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from alvh.adapters.cli.options import Date, Dollars, json_option, print_json, store_option
from alvh.adapters.cli.progress import progress_bar
from alvh.adapters.errors import UserError

NEW_YORK = ZoneInfo("America/New_York")
DELAYED = "delayed"


class Moment(click.ParamType):  # type: ignore[type-arg]  # generic in newer click only
    """A minute of the New York wall clock, written ``2026-01-06T15:40``."""

    name = "moment"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        """Read a minute, or say what is expected."""
        try:
            read = dt.datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a time; write it like 2026-01-06T15:40 (New York)", param, ctx)
        return read.astimezone(NEW_YORK).replace(tzinfo=None) if read.tzinfo else read


@click.command(
    epilog="""\b
Example:
  alvh ticket --quotes delayed
  alvh ticket --quotes _SPX.json --quotes _VIX.json --out tickets
  alvh ticket --quotes delayed --book mine --broker ibkr"""
)
@click.option(
    "--quotes", "quotes", multiple=True, required=True, metavar="FILE|delayed", help="Fresh quotes; may repeat."
)
@click.option("--policy", default="alvh", show_default=True, help="A shipped policy or a TOML file.")
@click.option("--date", type=Date(), help="Session whose plan stands (default: the store's last).")
@click.option("--book", default="flat", show_default=True, help="flat, mine or replay.")
@click.option("--nav", "nav_usd", type=Dollars(min=1.0), default=5_000_000.0, show_default=True, help="USD.")
@click.option(
    "--broker", default="generic", show_default=True, help="Fees and margin rules: generic, tastytrade, ibkr."
)
@click.option("--fill", default="half", show_default=True, help="What limits concede: mid, q25, half, q75 or cross.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=".", show_default=True, help="Folder.")
@click.option("--base-url", help="Another host for the delayed quotes.")
@click.option("--now", type=Moment(), help="The New York clock to judge quotes by (default: this moment).")
@store_option
@json_option
def ticket(
    quotes: tuple[str, ...],
    policy: str,
    date: dt.date | None,
    book: str,
    nav_usd: float,
    broker: str,
    fill: str,
    out: Path,
    base_url: str | None,
    now: dt.datetime | None,
    store_path: Path | None,
    as_json: bool,
) -> int:
    """Solve the standing plan again on fresh quotes and write tickets for IBKR and thinkorswim. Sends nothing.

    Exit status 0: there is something to send by hand; 1: nothing; 2: bad input, quotes older than 20 minutes among it.
    """
    from alvh.adapters.store import Store  # noqa: PLC0415
    from alvh.adapters.ticket import make_ticket, pull_quotes, read_quotes, write_files  # noqa: PLC0415
    from alvh.adapters.tonight import Asked, evening  # noqa: PLC0415

    if not out.is_dir():
        raise UserError(f"--out {out}: no such folder")
    if DELAYED in quotes and len(quotes) > 1:
        raise UserError("--quotes delayed stands alone; or name files only")
    clock = now or dt.datetime.now(NEW_YORK).replace(tzinfo=None, microsecond=0)
    fresh = pull_quotes(clock, base_url) if quotes == (DELAYED,) else read_quotes([Path(q) for q in quotes], clock)
    store = Store(Store.locate(store_path))
    with progress_bar() as tell:
        standing = evening(store, Asked(policy, date, book, "auto", fill, nav_usd, broker), tell)
    made = make_ticket(store, standing, fresh, clock)
    written = write_files(made, out)
    if as_json:
        from alvh.reports.card.card import plain  # noqa: PLC0415

        print_json({**plain(made), "files": [str(path) for path in written], "sent": False})
    else:
        from alvh.adapters.render.ticket import print_ticket  # noqa: PLC0415

        print_ticket(made, written)
    return 0 if made.good else 1
