"""The card in a terminal: what to do on the first screen, what it stands on below; plain in a pipe.

Renders only: every number and sentence comes from `alvh.reports.card.card`.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console, Group, JustifyMethod, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from alvh.adapters.render.card_more import more
from alvh.adapters.render.terminal import PIPE_WIDTH
from alvh.reports.card.card import Card
from alvh.reports.card.condor import OpenCondor, ProposedCondor
from alvh.reports.card.hedges import HedgeRow, day_text
from alvh.reports.card.levels import Level
from alvh.reports.card.prices import Prices
from alvh.reports.words import dollars, plural
from alvh.values import Missing

LABEL_COLUMNS = 10
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DIM, BAD, WARN, GOOD = "dim", "red", "yellow", "green"


def print_card(card: Card, console: Console | None = None, *, everything: bool = False) -> None:
    """Print a card to `console`; by default to the standard output, plain where it is a pipe."""
    out = console or Console(highlight=False)
    if console is None and not out.is_terminal:
        # Without the blanks that fill a line of the terminal.
        out.file.write(card_text(card, width=PIPE_WIDTH, everything=everything))
        return
    for piece in pieces(card):
        out.print(piece)
    for piece in more(card, everything=everything):
        out.print(piece)
    out.print(Text(card.disclaimer, style="italic dim"))


def card_text(card: Card, *, width: int = 100, everything: bool = False) -> str:
    """Return a card as plain text."""
    sheet = io.StringIO()
    console = Console(file=sheet, width=width, color_system=None, force_terminal=False, highlight=False)
    print_card(card, console, everything=everything)
    return "".join(f"{line.rstrip()}\n" for line in sheet.getvalue().splitlines())


def pieces(card: Card) -> Iterator[RenderableType]:
    """Yield the first screen from top to bottom."""
    yield _title(card)
    yield Text(card.action.headline, style=f"bold {GOOD if card.action.acts else WARN}")
    yield Text("")
    for condor in card.condors:
        yield block("CONDOR", _condor(card, condor))
    if not card.condors and card.action.acts and card.action.condor_because:
        yield block("CONDOR", [Text(f"none: {'; '.join(card.action.condor_because)}")])
    for condor in card.refused:
        yield block("REFUSED", _refused(condor), style="bold dim")
    if card.held:
        yield block("OPEN", [line for held in card.held for line in _held(held)])
    if card.hedges:
        yield block("HEDGES", [_hedges(card.hedges), *_refusals(card.hedges)])
    yield from _below_the_orders(card)


def _below_the_orders(card: Card) -> Iterator[RenderableType]:
    """Yield what to watch once the orders stand."""
    if card.stress.headline:
        yield block("STRESS", [Text(card.stress.headline)])
    if card.voids:
        yield block("VOID IF", [joined(card.voids)])
    if card.alerts:
        yield block("ALERTS", _alerts(card.alerts))
    if card.accounts:
        yield block("ACCOUNTS", [_accounts(card)])
    if card.troubles:
        yield block("MISSING", [Text(said, style=BAD) for said in card.troubles], style=f"bold {BAD}")


def block(label: str, lines: Iterable[RenderableType], *, style: str = "bold cyan") -> RenderableType:
    """Lay lines out beside their label."""
    grid = Grid.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=LABEL_COLUMNS - 1)
    grid.add_column(ratio=1)
    grid.add_row(Text(label, style=style), Group(*lines))
    return Padding(grid, (0, 0, 1, 0))


def _title(card: Card) -> RenderableType:
    left = Text(f"{card.policy} tonight", style="bold")
    left.append(f"   {WEEKDAYS[card.date.weekday()]} {day_text(card.date)} close", style="")
    account = card.account
    right = f"{account.book} book {dollars(account.equity_usd)} · {account.broker} · {card.quotes} quotes"
    grid = Grid.grid(expand=True)
    grid.add_column(ratio=1)
    grid.add_column(justify="right")
    grid.add_row(left, Text(right, style=DIM))
    return grid


def _condor(card: Card, condor: ProposedCondor | Missing) -> Iterator[Text]:
    if isinstance(condor, Missing):
        yield Text(condor.why, style=BAD)
        return
    k = condor.strikes
    line = f"sell {condor.lots} x {condor.root} {day_text(condor.expiry)}   {k.long_put:g}/{k.short_put:g} P"
    yield Text(f"{line}   {k.short_call:g}/{k.long_call:g} C   {plural(condor.days, 'day')}", style="bold")
    yield _prices(condor, condor.prices)
    low, high = condor.break_evens
    down, up = condor.break_even_percent
    put, call = condor.short_deltas
    balance = f"   B {condor.symmetry:+.2f}" if condor.symmetry is not None else ""
    line = f"break-evens {low:,.2f} ({down * 100:+.1f} %) and {high:,.2f} ({up * 100:+.1f} %){balance}"
    yield Text(f"{line}   deltas {put:.2f} and {call:+.2f}")
    odds = f"POP {condor.pop:.0%}" if condor.pop is not None else "POP unknown"
    expected = "" if condor.expected_pnl_usd is None else f"   E[P&L] {dollars(condor.expected_pnl_usd)} a lot at EDR"
    share = condor.max_loss_usd / card.account.equity_usd if card.account.equity_usd > 0.0 else math.nan
    loss = f"max loss {dollars(condor.max_loss_usd)} ({share:.1%} of equity)"
    yield Text(f"{odds}{expected}   {loss}   fees {dollars(condor.fees_usd)}")
    power = card.buying_power
    yield Text(
        f"buying power {dollars(power.before_usd)} -> {dollars(power.after_usd)}, hedges included; "
        f"margin {dollars(condor.margin_usd)} ({card.account.broker})"
    )


def _refused(condor: ProposedCondor | Missing) -> Iterator[Text]:
    """Yield what a refused condor would have been, a lot of it, so that a trader can judge the refusal."""
    if isinstance(condor, Missing):
        yield Text(condor.why, style=BAD)
        return
    k, (low, high) = condor.strikes, condor.break_evens
    line = f"would have been {condor.root} {day_text(condor.expiry)}   {k.long_put:g}/{k.short_put:g} P"
    yield Text(f"{line}   {k.short_call:g}/{k.long_call:g} C   {plural(condor.days, 'day')}, a lot:", style=DIM)
    odds = f"POP {condor.pop:.0%}" if condor.pop is not None else "POP unknown"
    line = f"limit {condor.prices.limit:.2f}   mid {condor.prices.mid:.2f}, half-spreads {condor.prices.spread:.2f}"
    yield Text(
        f"{line}   break-evens {low:,.2f} and {high:,.2f}   {odds}   max loss {dollars(condor.max_loss_usd)}", style=DIM
    )


def _prices(condor: ProposedCondor, prices: Prices) -> Text:
    line = Text("limit ")
    line.append(f"{prices.limit:.2f}", style=f"bold {GOOD}")
    line.append("   walk away below ")
    line.append(f"{prices.walk_away:.2f}", style=f"bold {WARN}")
    line.append(f"   mid {prices.mid:.2f}, half-spreads {prices.spread:.2f}   credit {dollars(condor.credit_usd)}")
    if condor.floor is not None:
        line.append(f"   floor {condor.floor:.2f}")
    return line


def _held(held: OpenCondor | Missing) -> Iterator[Text]:
    if isinstance(held, Missing):
        yield Text(held.why, style=BAD)
        return
    k = held.strikes
    head = f"{held.lots} x {held.root} {day_text(held.expiry)}   {k.long_put:g}/{k.short_put:g} P"
    line = Text(f"{head}   {k.short_call:g}/{k.long_call:g} C")
    line.append(f"   P&L {dollars(held.profit_usd)}", style=GOOD if held.profit_usd >= 0.0 else BAD)
    line.append(f" ({held.kept * 100:+.0f} % of the credit)" if math.isfinite(held.kept) else "")
    yield line
    put, call = held.short_deltas
    rolled = f", rolled {plural(held.rolls, 'time')}" if held.rolls else ""
    line = Text(held.action, style="bold" if held.action != "hold" else "")
    deltas = f"delta {put:.2f} and {call:+.2f}" if math.isfinite(put + call) else "no quote today"
    since = f"since {held.opened}{rolled}, max loss {dollars(held.max_loss_usd)}"
    line.append(f"   {plural(held.days, 'day')}, {deltas}, {since}", style=DIM)
    yield line


def _hedges(rows: Sequence[HedgeRow]) -> RenderableType:
    grid = Grid(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style=DIM, expand=True)
    names = ("", "tonight", "target", "held", "after", "error", "weight", "days", "rolls in")
    for name in names:
        side: JustifyMethod = "left" if name in ("", "tonight") else "right"
        wide = name == "tonight"
        grid.add_column(name, justify=side, ratio=1 if wide else None, no_wrap=not wide)
    for row in rows:
        grid.add_row(
            Text(row.layer, style="bold"),
            _tonight(row),
            _number(row.target, ".1f"),
            f"{row.held}",
            f"{row.planned}",
            _number(row.error, "+.1f"),
            _number(row.weight, ".2f"),
            f"{row.days}" if row.days is not None else "–",
            f"{row.days_to_roll} d" if row.days_to_roll is not None else "–",
        )
    return grid


def _tonight(row: HedgeRow) -> Text:
    if not row.orders:
        return Text(f"hold {row.holds}" if row.holds else "nothing held", style=DIM if not row.holds else "")
    out = Text()
    for order in row.orders:
        out.append("\n" if out else "")
        out.append(order.text, style="bold")
        if isinstance(order.prices, Prices):
            buys = order.prices.limit < 0.0
            out.append(f" {'for' if buys else 'at'} {abs(order.prices.limit):.2f}", style=GOOD)
            if order.prices.walk_away != order.prices.limit:
                out.append(f", {'at most' if buys else 'at least'} {abs(order.prices.walk_away):.2f}", style=DIM)
        else:
            out.append(f" {order.prices.why}", style=BAD)
    return out


def _refusals(rows: Sequence[HedgeRow]) -> Iterator[Text]:
    for row in rows:
        for why in row.why:
            yield Text(f"{row.layer} {why}", style=WARN)


def _number(value: float | None, form: str) -> str:
    return "–" if value is None or not math.isfinite(value) else f"{value:{form}}"


def _alerts(levels: Sequence[Level]) -> Iterator[Text]:
    """Yield a line for each thing that levels belong to; rolls stand in the table of hedges already."""
    abouts = dict.fromkeys(level.about for level in levels if level.on is None)
    for about in abouts:
        mine = [level for level in levels if level.about == about and level.on is None]
        yield joined(mine, front="" if mine[0].told == mine[0].sentence else f"{about}: ")
    yield from (Text(level.sentence) for level in levels if level.about == "events")


def joined(levels: Sequence[Level], front: str = "") -> Text:
    """Return some levels in one flowing line; a crossed one stands out."""
    out = Text(front)
    for k, level in enumerate(levels):
        out.append("  ·  " if k else "", style=DIM)
        out.append(level.sentence, style=f"bold {WARN}" if level.crossed else "")
        if level.crossed:
            out.append(" CROSSED TODAY", style=f"bold {BAD}")
    return out


def _accounts(card: Card) -> Text:
    parts = []
    for row in card.accounts:
        lots = f"{row.spx_lots} SPX" if row.spx_lots else (f"{row.xsp_lots} XSP" if row.xsp_lots else "none")
        parts.append(f"{short_money(row.nav_usd)} {lots}")
    return Text(f"{'  ·  '.join(parts)}   (condors an empty account may hold; XSP is a tenth)")


def short_money(usd: float) -> str:
    """Return a round amount in short: ``25k``, ``1M``."""
    return f"{usd / 1e6:g}M" if usd >= 1e6 else f"{usd / 1e3:g}k"
