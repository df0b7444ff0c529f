"""`alvh today`: the decision card."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from alvh.adapters.cli.options import Date, Dollars, json_option, print_json, store_option
from alvh.adapters.cli.progress import progress_bar


@click.command(
    epilog="""\b
Example:
  alvh today
  alvh today --date 2020-03-16 --book replay --all
  alvh today --policy condor-only --nav 250000 --broker ibkr --json"""
)
@click.option("--policy", default="alvh", show_default=True, help="A shipped policy or a TOML file.")
@click.option("--date", type=Date(), help="Session to decide at (default: the store's last).")
@click.option(
    "--book",
    default="flat",
    show_default=True,
    help="flat: an empty account; mine: the imported one; replay: what the policy would hold since 2007; paper.",
)
@click.option("--all", "everything", is_flag=True, help="Every input and reading, every alternative not taken.")
@click.option("--nav", "nav_usd", type=Dollars(min=1.0), default=5_000_000.0, show_default=True, help="USD.")
@click.option(
    "--broker", default="generic", show_default=True, help="Fees and margin rules: generic, tastytrade, ibkr."
)
@click.option(
    "--quotes",
    type=click.Choice(["market", "modelled", "auto"]),
    default="auto",
    show_default=True,
    help="auto: the market where the store has that session's chains.",
)
@click.option("--fill", default="half", show_default=True, help="What limits concede: mid, q25, half, q75 or cross.")
@click.option("--notify", metavar="CMD", help="Run CMD once for each alert level crossed since the close before.")
@click.option("--set", "overrides", multiple=True, metavar="LAYER.KEY=VALUE", help="Replace one parameter.")
@store_option
@json_option
def today(
    policy: str,
    date: dt.date | None,
    book: str,
    everything: bool,
    nav_usd: float,
    broker: str,
    quotes: Any,
    fill: str,
    notify: str | None,
    overrides: tuple[str, ...],
    store_path: Path | None,
    as_json: bool,
) -> int:
    """Decide one evening: act or skip, strikes, prices, sizes, each hedge layer, what voids it, and why.

    Exit status 0: act; 1: nothing to do; 2: bad input.
    """
    from alvh.adapters.cli.backtest import parse_overrides  # noqa: PLC0415
    from alvh.adapters.store import Store  # noqa: PLC0415
    from alvh.adapters.tonight import Asked, evening  # noqa: PLC0415

    if notify is not None:
        from alvh.adapters.notify import command_of  # noqa: PLC0415

        command_of(notify)
    asked = Asked(policy, date, book, quotes, fill, nav_usd, broker, parse_overrides(overrides))
    with progress_bar() as tell:
        card = evening(Store(Store.locate(store_path)), asked, tell).card(thorough=everything or as_json)
    if as_json:
        from alvh.reports.card.card import card_dict  # noqa: PLC0415

        print_json(card_dict(card))
    else:
        from alvh.adapters.render.card import print_card  # noqa: PLC0415

        print_card(card, everything=everything)
    if notify is not None:
        from alvh.adapters.notify import notify_all  # noqa: PLC0415

        notify_all(notify, card.crossed)
    return 0 if card.action.acts else 1
