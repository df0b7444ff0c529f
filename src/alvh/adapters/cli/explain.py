"""`alvh explain`: why and why not, rule by rule."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from alvh.adapters.cli.options import Date, Dollars, json_option, print_json, store_option
from alvh.adapters.cli.progress import progress_bar


@click.command(epilog="\b\nExample:\n  alvh explain 2020-03-16\n  alvh explain 2018-02-05 --policy alvh --book replay")
@click.argument("date", type=Date())
@click.option("--policy", default="alvh", show_default=True, help="A shipped policy or a TOML file.")
@click.option("--book", default="flat", show_default=True, help="flat, mine or replay.")
@click.option("--nav", "nav_usd", type=Dollars(min=1.0), default=5_000_000.0, show_default=True, help="USD.")
@click.option(
    "--quotes", type=click.Choice(["market", "modelled", "auto"]), default="auto", show_default=True, help="As `today`."
)
@click.option("--set", "overrides", multiple=True, metavar="LAYER.KEY=VALUE", help="Replace one parameter.")
@store_option
@json_option
def explain(
    date: dt.date,
    policy: str,
    book: str,
    nav_usd: float,
    quotes: Any,
    overrides: tuple[str, ...],
    store_path: Path | None,
    as_json: bool,
) -> int:
    """Explain the decision of a DATE: each order, each refusal, each rule, each alternative not taken, each input."""
    from alvh.adapters.cli.backtest import parse_overrides  # noqa: PLC0415
    from alvh.adapters.store import Store  # noqa: PLC0415
    from alvh.adapters.tonight import Asked, evening  # noqa: PLC0415
    from alvh.reports.card.card import plain  # noqa: PLC0415
    from alvh.reports.card.explanation import make_explanation  # noqa: PLC0415

    asked = Asked(policy, date, book, quotes, nav_usd=nav_usd, overrides=parse_overrides(overrides))
    with progress_bar() as tell:
        made = make_explanation(evening(Store(Store.locate(store_path)), asked, tell).facts, book=book)
    if as_json:
        print_json(plain(made))
    else:
        from alvh.adapters.render.why import print_explanation  # noqa: PLC0415

        print_explanation(made)
    return 0
