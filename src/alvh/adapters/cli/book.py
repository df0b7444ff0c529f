"""`alvh book`: what is really held, from a broker's file, and plan against reality."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alvh.adapters.cli.groups import NearestGroup
from alvh.adapters.cli.options import Date, Dollars, json_option, print_json, store_option
from alvh.adapters.cli.progress import progress_bar

if TYPE_CHECKING:
    from alvh.accounting.compare import Row
    from alvh.adapters.comparing import Compared
    from alvh.adapters.my_book import Saved
    from alvh.values import Fill

AUTO = "auto"


@click.group(
    cls=NearestGroup,
    epilog="\b\nExample:\n  alvh book import ibkr activity.csv\n  alvh book compare --trades t.csv --from 2025-01-02",
)
def book() -> None:
    """Bring in what you really hold, show it, and compare plan with reality. Nothing is sent to a broker."""


@book.command(
    "import",
    epilog="\b\nExample:\n  alvh book import ibkr activity.csv\n"
    "  alvh book import tastytrade positions.csv --cash 250000 --date 2025-11-20",
)
@click.argument("broker", metavar="BROKER")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--policy", "policy_name", default="alvh", show_default=True, help="Whose layers the legs belong to.")
@click.option("--cash", "cash_usd", type=Dollars(), help="Cash balance in USD, where the file gives none.")
@click.option("--date", "as_of", type=Date(), help="Day of the list (default: the file's, else today).")
@click.option("--leave", multiple=True, metavar="SYMBOL", help="Leave this symbol out (may be repeated).")
@store_option
@json_option
def import_(
    broker: str,
    file: Path,
    policy_name: str,
    cash_usd: float | None,
    as_of: dt.date | None,
    leave: tuple[str, ...],
    store_path: Path | None,
    as_json: bool,
) -> int:
    """Match a broker's positions to campaigns and layers; BROKER is ibkr, tastytrade, schwab, csv or auto.

    The book is replaced, the former one kept. A leg that belongs to no campaign is named with its line, and nothing is
    written then.
    """
    from alvh.adapters.backtesting import find_policy  # noqa: PLC0415
    from alvh.adapters.brokers import broker_named, recognised  # noqa: PLC0415
    from alvh.adapters.my_book import matched, save  # noqa: PLC0415
    from alvh.adapters.store import Store  # noqa: PLC0415

    root = Store.locate(store_path)
    policy = find_policy(policy_name)
    found = recognised(file) if broker == AUTO else broker_named(broker)
    today = as_of or dt.datetime.now().astimezone().date()
    positions = found.positions(file, today)
    day = as_of or positions.as_of or today
    saved = matched(positions, policy, file, found.name, as_of=day, cash_usd=cash_usd, leave=leave)
    former = save(root, saved)
    if as_json:
        print_json({**saved_dict(saved), "former": former})
        return 0
    _print_saved(saved)
    if former is not None:
        click.echo(f"The former book is kept: {former}")
    return 0


@book.command(epilog="\b\nExample:\n  alvh book show --store S")
@store_option
@json_option
def show(store_path: Path | None, as_json: bool) -> int:
    """Show the book that was imported: campaigns by layer, cash, and what is odd about it."""
    from alvh.adapters.my_book import read  # noqa: PLC0415
    from alvh.adapters.store import Store  # noqa: PLC0415

    saved = read(Store.locate(store_path))
    if as_json:
        print_json(saved_dict(saved))
    else:
        _print_saved(saved)
    return 0


@book.command(
    epilog="\b\nExample:\n  alvh book compare --trades history.csv --from 2025-01-02 --to 2025-06-30 --policy alvh"
)
@click.option("--trades", "file", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Broker's file.")
@click.option("--from", "first", type=Date(), required=True, help="First session: the plan starts flat here.")
@click.option("--to", "last", type=Date(), help="Last session (default: the store's last).")
@click.option("--broker", default=AUTO, show_default=True, help="Format of the file: ibkr, tastytrade, schwab, csv.")
@click.option("--policy", "policy_name", default="alvh", show_default=True, help="The plan.")
@click.option("--fill", default="half", show_default=True, help="How the plan fills: mid, q25, half, q75 or cross.")
@click.option(
    "--quotes", type=click.Choice(["market", "modelled", "auto"]), default=AUTO, show_default=True, help="Of the plan."
)
@click.option("--nav", "nav_usd", type=Dollars(min=1.0), default=5_000_000.0, show_default=True, help="USD.")
@click.option("--fees", default="generic", show_default=True, help="Fees of the plan: generic, tastytrade, ibkr, none.")
@store_option
@json_option
def compare(
    file: Path,
    first: dt.date,
    last: dt.date | None,
    broker: str,
    policy_name: str,
    fill: str,
    quotes: Any,
    nav_usd: float,
    fees: str,
    store_path: Path | None,
    as_json: bool,
) -> int:
    """Split the P&L between plan and reality into fills, skips, size and discretion, to the cent.

    The plan is the policy run from a flat book on the first session. Both sides are valued at the last session; what
    expired before, at its final value. Interest is on neither side.
    """
    from alvh.adapters import backtesting, comparing  # noqa: PLC0415
    from alvh.adapters.brokers import broker_named, recognised  # noqa: PLC0415
    from alvh.adapters.store import Store  # noqa: PLC0415

    found = recognised(file) if broker == AUTO else broker_named(broker)
    policy = backtesting.find_policy(policy_name)
    request = backtesting.Request(first, last, fill, quotes, nav_usd, fees)
    backtesting.execution(policy, request)
    trades = found.trades(file, last or first)
    with progress_bar() as tell:
        tell("loading", 0, 1)
        bench = backtesting.prepare(Store(Store.locate(store_path)), [policy], request)
        tell(policy.name, 0, 1)
        compared = comparing.compare(bench, policy, request, trades, file)
    if as_json:
        print_json(compared_dict(compared))
    else:
        _print_compared(compared)
    return 0


def saved_dict(saved: Saved) -> dict[str, Any]:
    """Return a book for JSON: money in USD."""
    return {
        "broker": saved.broker,
        "source": saved.source,
        "as_of": saved.as_of,
        "policy": saved.policy,
        "cash": saved.cash_cents / 100.0,
        "campaigns": [
            {
                "layer": fill.layer,
                "campaign": fill.campaign,
                "opened": fill.session,
                "credit": credit_cents(fill) / 100.0,
                "max_loss": fill.max_loss_cents / 100.0,
                "dte": (fill.legs[0].contract.expiry - saved.as_of).days,
                "legs": [{**leg.contract._asdict(), "quantity": leg.quantity, "price": leg.price} for leg in fill.legs],
            }
            for fill in saved.fills
        ],
        "odd": list(saved.odd),
        "left_out": list(saved.left),
    }


def compared_dict(compared: Compared) -> dict[str, Any]:
    """Return a comparison for JSON: money in USD, to the cent."""
    return {
        "policy": compared.policy,
        "from": compared.first,
        "to": compared.last,
        **_amounts(compared.comparison.total),
        "campaigns": [
            {"layer": row.layer, "campaign": row.campaign, **_amounts(row)} for row in compared.comparison.rows
        ],
        "left_out": compared.left_out,
    }


def _amounts(row: Row) -> dict[str, float]:
    cents = {
        "plan": row.plan_cents,
        "real": row.real_cents,
        "difference": row.difference_cents,
        "fills": row.fills_cents,
        "skips": row.skips_cents,
        "size": row.size_cents,
        "discretion": row.discretion_cents,
        "residual": row.residual_cents,
    }
    return {name: value / 100.0 for name, value in cents.items()}


def credit_cents(fill: Fill) -> int:
    """Return the cash of an opening fill, received positive, in cents."""
    from alvh.accounting.book import paid_cents  # noqa: PLC0415

    return -sum(paid_cents(leg) for leg in fill.legs)


def _print_saved(saved: Saved) -> None:
    """Print a book: one line a campaign, then what is odd."""
    legs = sum(len(fill.legs) for fill in saved.fills)
    counted = f"{legs} legs in {len(saved.fills)} campaigns of policy {saved.policy}"
    click.echo(f"{saved.source} ({saved.broker}), {saved.as_of}: {counted}")
    for fill in saved.fills:
        days, cash = (fill.legs[0].contract.expiry - saved.as_of).days, credit_cents(fill) / 100.0
        money = (
            f"credit {cash:,.2f}, at most {fill.max_loss_cents / 100.0:,.2f} lost"
            if cash > 0.0
            else f"cost {-cash:,.2f}"
        )
        held = ", ".join(f"{leg.quantity:+d} {leg.contract}" for leg in fill.legs)
        click.echo(f"  {fill.campaign:24} {days:>4} DTE  {money}: {held}")
    click.echo(f"Cash {saved.cash_cents / 100.0:,.2f} USD.")
    for line in saved.odd:
        click.echo(f"Odd: {line}")
    for symbol in saved.left:
        click.echo(f"Left out: {symbol}")


def _print_compared(compared: Compared) -> None:
    """Print a comparison as a table, the total below."""
    names = list(_amounts(compared.comparison.total))[:-1]
    click.echo(f"{compared.policy}, {compared.first} to {compared.last}, USD")
    click.echo(f"{'campaign':26}" + "".join(f"{name:>14}" for name in names))
    for row in (*compared.comparison.rows, compared.comparison.total):
        click.echo(f"{row.campaign:26}" + "".join(f"{_amounts(row)[name]:>14,.2f}" for name in names))
    click.echo("difference = fills + skips + size + discretion, to the cent")
    for why, count in compared.left_out.items():
        click.echo(f"Left out: {count} x {why}")
