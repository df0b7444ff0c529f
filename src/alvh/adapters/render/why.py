"""A diagnosis and an explanation in a terminal, plain in a pipe."""

from __future__ import annotations

import io
from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from alvh.adapters.render.card_more import inputs_table, readings_table, regime_lines, section
from alvh.adapters.render.terminal import PIPE_WIDTH
from alvh.reports.card.diagnosis import Diagnosis
from alvh.reports.card.explanation import Explanation
from alvh.reports.card.hedges import day_text
from alvh.reports.card.topics import Voice


def print_diagnosis(made: Diagnosis, console: Console | None = None) -> None:
    """Print a diagnosis to `console`; by default to the standard output."""
    _print(_diagnosis(made), made.disclaimer, console)


def print_explanation(made: Explanation, console: Console | None = None) -> None:
    """Print an explanation to `console`; by default to the standard output."""
    _print(_explanation(made), made.disclaimer, console)


def plain_text(made: Diagnosis | Explanation, *, width: int = 100) -> str:
    """Return a diagnosis or an explanation as plain text."""
    sheet = io.StringIO()
    console = Console(file=sheet, width=width, color_system=None, force_terminal=False, highlight=False)
    _print(_diagnosis(made) if isinstance(made, Diagnosis) else _explanation(made), made.disclaimer, console)
    return sheet.getvalue()


def _print(pieces: Iterator[RenderableType], disclaimer: str, console: Console | None) -> None:
    out = console or Console(highlight=False)
    if console is None and not out.is_terminal:
        out = Console(width=PIPE_WIDTH, color_system=None, highlight=False)
    for piece in pieces:
        out.print(piece)
    out.print(Text(disclaimer, style="italic dim"))


def _diagnosis(made: Diagnosis) -> Iterator[RenderableType]:
    yield Text(f"Diagnosis of {day_text(made.date)}, at the close", style="bold")
    yield Text("")
    yield section("REGIME", list(regime_lines(made.regime)))
    if made.troubles:
        yield section("MISSING", [Text(said, style="red") for said in made.troubles])
    since = {row.name: str(row.since or "never") for row in made.coverage}
    yield readings_table(made.readings, since=since)
    yield Text("")
    yield inputs_table(made.inputs)
    yield Text("")


def _explanation(made: Explanation) -> Iterator[RenderableType]:
    yield Text(f"Why {made.policy} decided so on {day_text(made.date)} ({made.book} book)", style="bold")
    yield Text(made.headline, style="bold yellow" if made.headline.startswith("SKIP") else "bold green")
    yield Text("")
    if made.done:
        yield section("DONE", [_line(f"{one.layer} {one.kind}", f"{one.what}: {one.why}") for one in made.done])
    if made.not_done:
        yield section("NOT DONE", [_line(one.layer, one.why) for one in made.not_done])
    yield Text("Rule by rule", style="bold")
    for voice in made.voices:
        yield _voice(voice)
    yield Text("")
    yield Text("Readings the layers and rules lean on", style="bold")
    yield readings_table(made.used)
    yield Text("")
    yield Text("Inputs", style="bold")
    yield inputs_table(made.inputs)
    yield Text("")
    yield from (Text(said, style="red") for said in made.troubles)


def _line(who: str, what: str) -> Text:
    line = Text(f"{who}: ", style="bold")
    line.append(what, style="")
    return line


def _voice(voice: Voice) -> RenderableType:
    grid = Grid.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=22)
    grid.add_column(ratio=1)
    body = Text()
    for said in voice.said:
        body.append(("\n" if body else "") + said)
    for said in voice.rejected:
        body.append(("\n" if body else "") + f"not taken: {said}", style="dim")
    if voice.numbers:
        numbers = ", ".join(
            f"{name.removeprefix(voice.source + '.')} {value:,.4g}" for name, value in voice.numbers.items()
        )
        body.append(("\n" if body else "") + numbers, style="dim")
    if voice.silent:
        body.append("nothing to say", style="dim")
    grid.add_row(Text(f"  {voice.source}"), body)
    return grid
