"""A ticket in a terminal, plain in a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console, RenderableType
from rich.text import Text

from alvh.adapters.baskets.ibkr import WARNING
from alvh.adapters.baskets.package import Package
from alvh.adapters.baskets.thinkorswim import order_line
from alvh.adapters.render.card_more import section
from alvh.adapters.render.terminal import PIPE_WIDTH
from alvh.adapters.ticket import SENDS_NOTHING, Ticket
from alvh.reports.card.hedges import package_text


def print_ticket(made: Ticket, written: Sequence[Path], console: Console | None = None) -> None:
    """Print a ticket to `console`; by default to the standard output."""
    out = console or Console(highlight=False)
    if console is None and not out.is_terminal:
        out = Console(width=PIPE_WIDTH, color_system=None, highlight=False)
    for piece in _pieces(made, written):
        out.print(piece)


def _pieces(made: Ticket, written: Sequence[Path]) -> Iterator[RenderableType]:
    yield Text(f"Ticket of {made.policy}, decided at the close of {made.decided}", style="bold")
    yield Text(f"quotes of {made.taken:%Y-%m-%d %H:%M} New York, {made.age_minutes:.0f} minutes old", style="dim")
    yield Text("")
    if made.void:
        yield section("VOID", [Text(why, style="bold red") for why in made.void])
    for package in made.packages:
        yield section(package.layer, list(_package(package, void=bool(made.void))))
    if made.dropped:
        yield section("NO TICKET", [Text(why, style="yellow") for why in made.dropped])
    if not made.packages and not made.dropped:
        yield Text("The plan has no orders: nothing to ticket.", style="yellow")
    for path in written:
        yield Text(f"Wrote {path}")
    if written:
        yield Text(WARNING, style="yellow")
    yield Text(SENDS_NOTHING, style="bold")
    yield Text(made.disclaimer, style="italic dim")


def _package(package: Package, *, void: bool) -> Iterator[Text]:
    yield Text(package_text(package.legs, package.lots), style="bold")
    prices = package.prices
    word = "credit" if prices.limit >= 0.0 else "debit"
    line = Text(f"limit {word} ")
    line.append(f"{abs(prices.limit):.2f}", style="bold green")
    line.append(f"   {'walk away below' if word == 'credit' else 'no worse than'} ")
    line.append(f"{abs(prices.walk_away):.2f}", style="bold yellow")
    line.append(f"   mid {abs(prices.mid):.2f}, half-spreads {prices.spread:.2f}")
    yield line
    if package.changed:
        yield Text(f"since the plan: {package.changed}", style="dim")
    yield from (Text(f"VOID: {why}", style="bold red") for why in package.void)
    if not (void or package.void):
        yield Text(order_line(package))
