"""The stress table of the card: one line on the first screen, layer by layer with ``--all``."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table as Grid
from rich.text import Text

from alvh.decision.stress import Spread
from alvh.reports.card.stress import EngineRow, ReplayRow, Stress
from alvh.reports.words import DASH, dollars, percent
from alvh.values import Missing


def stress_lines(stress: Stress) -> Iterator[RenderableType]:
    """Yield the whole table: what it is, the replays, the engines, and why a number is missing."""
    if not stress.layers:
        yield Text("nothing is held or planned: nothing to stress", style="dim")
        return
    yield Text(f"{stress.note}; {dollars(stress.capital_usd)} tied up", style="dim")
    known = [row for row in stress.replays if isinstance(row, ReplayRow)]
    if known:
        yield _replays(stress, known)
    for row in stress.engines:
        if isinstance(row, EngineRow):
            yield _engine(stress, row)
            yield _earned(row)
    yield from (Text(why, style="red") for why in reasons(stress))


def reasons(stress: Stress) -> list[str]:
    """Return why rows and layers have no number, each reason once."""
    said = [row.why for row in (*stress.replays, *stress.engines) if isinstance(row, Missing)]
    for row in (*stress.replays, *stress.engines):
        parts = {} if isinstance(row, Missing) else row.pnl_usd if isinstance(row, ReplayRow) else row.layers
        said += [f"{layer}: {part.why}" for layer, part in parts.items() if isinstance(part, Missing)]
    return list(dict.fromkeys(said))


def _replays(stress: Stress, known: list[ReplayRow]) -> RenderableType:
    """Lay replays out side by side: what the market did, what each layer made of it, the lowest close on the way."""
    grid = _grid(("tonight's book", *(row.name for row in known)))
    sessions = (f"{row.sessions}" + f" of {row.whole}" * (row.whole > row.sessions) for row in known)
    grid.add_row("sessions", *sessions)
    for name, moves in (
        ("SPX", [r.spx for r in known]),
        ("VX", [r.vx for r in known]),
        ("VVIX", [r.vvix for r in known]),
    ):
        grid.add_row(name, *(f"{move * 100:+.0f} %" for move in moves))
    for layer in stress.layers:
        grid.add_row(layer, *(_usd(row.pnl_usd[layer]) for row in known))
    grid.add_row("total", *(_usd(row.total_usd) for row in known), style="bold")
    grid.add_row("of equity", *(_signed(row.of_equity) for row in known))
    grid.add_row("lowest close", *(_usd(row.low_usd) for row in known), style="bold")
    grid.add_row("of equity", *(_signed(row.low_of_equity) for row in known))
    grid.add_row("on day", *(str(row.low_session) if row.low_session else DASH for row in known))
    return grid


def _engine(stress: Stress, row: EngineRow) -> RenderableType:
    """Lay percentiles and the mean of one engine out, a row a layer; each layer's percentiles are its own."""
    grid = _grid((f"{row.paths:,} {row.name} paths", "5 %", "50 %", "95 %", "mean"))
    for layer in stress.layers:
        grid.add_row(layer, *(_part(row.layers[layer], k) for k in range(4)))
    grid.add_row("total", *(_part(row.total, k) for k in range(4)), style="bold")
    return grid


def _earned(row: EngineRow) -> Text:
    earned = f"{percent(row.irr, 1)} +/- {percent(row.irr_error, 1)} a year expected on what is tied up; "
    return Text(f"{earned if math.isfinite(row.irr) else ''}{row.horizon} sessions; {row.what}", style="dim")


def _part(spread: Spread | Missing, k: int) -> str:
    return DASH if isinstance(spread, Missing) else _usd(spread[k])


def _usd(value: float | Missing) -> str:
    return DASH if isinstance(value, Missing) or not math.isfinite(value) else f"{round(value):+,}"


def _signed(share: float) -> str:
    return f"{share * 100:+.1f} %" if math.isfinite(share) else DASH


def _grid(names: tuple[str, ...]) -> Grid:
    grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for k, name in enumerate(names):
        grid.add_column(name, justify="right" if k else "left", no_wrap=True)
    return grid
