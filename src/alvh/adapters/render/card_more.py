"""The lower part of the card in a terminal: regime, what rules said, arbitrage, and with ``--all`` all readings."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from alvh.adapters.render.card_stress import stress_lines
from alvh.diagnosis.arbitrage import Watch
from alvh.reports.card.card import Card
from alvh.reports.card.inputs import InputRow
from alvh.reports.card.readings import ReadingRow
from alvh.reports.card.regime import RegimeCard
from alvh.reports.card.topics import Topic, Voice
from alvh.values import Missing

LABEL_COLUMNS = 10
STYLE = {"fresh": "", "stale": "red", "missing": "red"}


def more(card: Card, *, everything: bool) -> Iterator[RenderableType]:
    """Yield what stands below the first screen."""
    yield section("REGIME", [*regime_lines(card.regime), _oldest(card)])
    for topic in card.topics:
        if everything or not all(voice.silent or not voice.said for voice in topic.voices):
            yield section(short_title(topic.title), [_voices(topic, everything=everything)])
    if everything:
        yield section("STRESS", list(stress_lines(card.stress)))
    yield section("ARBITRAGE", list(_arbitrage(card.arbitrage, everything=everything)))
    if everything:
        yield Text("Inputs", style="bold")
        yield inputs_table(card.inputs)
        yield Text("")
        yield Text("Readings", style="bold")
        yield readings_table(card.readings)
        yield Text("")
    else:
        known = sum(not isinstance(row.value, Missing) for row in card.readings)
        said = (
            f"{known} of {len(card.readings)} readings are known today. --all shows each of them with percentile and "
            "age, and everything the rules said (+n), refused and counted."
        )
        yield Text(said, style="dim")


def section(label: str, lines: Sequence[RenderableType]) -> RenderableType:
    """Lay lines out beside their label, quieter than the first screen."""
    grid = Grid.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=LABEL_COLUMNS - 1)
    grid.add_column(ratio=1)
    grid.add_row(Text(label, style="dim bold"), Group(*lines))
    return Padding(grid, (0, 0, 1, 0))


def short_title(title: str) -> str:
    """Return a subject as a label."""
    return {"Market health": "HEALTH"}.get(title, title.partition(" ")[0].upper())


def regime_lines(regime: RegimeCard) -> Iterator[Text]:
    """Yield the regime and the curve."""
    line = Text(regime.name, style="bold")
    line.append(f"   {regime.sentence}", style="")
    yield line
    curve = "   ".join(
        f"{month} {'–' if isinstance(level, Missing) else f'{level:.2f}'}" for month, level in regime.curve
    )
    yield Text(curve)


def _oldest(card: Card) -> Text:
    """Say how old the inputs are, in one line."""
    fresh = [row for row in card.inputs if row.state == "fresh"]
    dated = [row for row in fresh if row.age_days]
    said = f"{len(fresh)} of {len(card.inputs)} inputs are of {card.date}"
    if dated:
        oldest = max(dated, key=lambda row: row.age_days or 0)
        said = f"{len(fresh)} of {len(card.inputs)} inputs are fresh, the oldest {oldest.name} of {oldest.as_of}"
    return Text(said, style="dim" if not card.troubles else "")


def _voices(topic: Topic, *, everything: bool) -> RenderableType:
    """Return each voice beside its name: what it said first, or, with everything, all of it."""
    grid = Grid.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=max(len(voice.source) for voice in topic.voices) + 1)
    grid.add_column(ratio=1)
    for voice in topic.voices:
        lines = list(_lines(voice)) if everything else [Text(voice.said[0])] if voice.said else []
        if len(voice.said) > 1 and not everything:
            lines[0].append(f"  (+{len(voice.said) - 1})", style="dim")
        if lines:
            grid.add_row(Text(voice.source, style="dim"), Group(*lines))
    return grid


def _lines(voice: Voice) -> Iterator[Text]:
    """Yield everything a voice said, refused and counted."""
    yield from (Text(said) for said in voice.said)
    yield from (Text(f"not taken: {said}", style="dim") for said in voice.rejected)
    if voice.numbers:
        own = f"{voice.source}."
        numbers = ", ".join(f"{name.removeprefix(own)} {value:,.4g}" for name, value in voice.numbers.items())
        yield Text(numbers, style="dim")
    elif voice.silent:
        yield Text("nothing to say", style="dim")


def _arbitrage(watches: Sequence[Watch | Missing], *, everything: bool) -> Iterator[Text]:
    known = [w for w in watches if isinstance(w, Watch)]
    yield from (Text(w.sentence, style="bold yellow") for w in known if w.open and (everything or w.kind != "bound"))
    best = max((w for w in known if w.kind != "bound"), key=lambda w: w.net_points, default=None)
    if everything:
        yield from (Text(w.sentence) for w in known if not w.open)
    elif best is not None:
        boxes = [w for w in known if w.kind == "box" and math.isfinite(w.rate)]
        rate = f"; the SPX box lends at {boxes[0].rate:.2%}" if boxes else ""
        yield Text(f"nothing is left after costs (nearest: {best.kind} of {best.name}, {best.net_points:+.2f}){rate}")
        line = Text("slack of VX under forward variance:")
        for w in known:
            if w.kind == "bound":
                line.append(
                    f"  {w.name.partition(' ')[0]} {-w.edge_points:+.2f}", style="bold yellow" if w.open else ""
                )
        yield line
    yield from (Text(w.why, style="red") for w in watches if isinstance(w, Missing) and (everything or not known))
    yield Text("shown, never traded", style="dim")


def inputs_table(rows: Sequence[InputRow]) -> RenderableType:
    """Return every input with its date and age; what is stale or missing in red."""
    grid = _table(("input", "value", "unit", "of", "age", ""), right=("value", "age"))
    for row in rows:
        value = (
            "–"
            if isinstance(row.value, Missing)
            else f"{row.value:,.4g}"
            if abs(row.value) < 1e6
            else f"{row.value:,.0f}"
        )
        age = "–" if row.age_days is None else f"{row.age_days} d"
        grid.add_row(row.name, value, row.unit, str(row.as_of or "–"), age, "" if row.state == "fresh" else row.state,
                     style=STYLE[row.state])  # fmt: skip
    return grid


def readings_table(rows: Sequence[ReadingRow], since: Mapping[str, str] | None = None) -> RenderableType:
    """Return every reading: value, unit, percentile of the year, age; and since when it exists, where that is given."""
    names = ("reading", "value", "unit", "percentile", "sessions old", *(("exists since",) if since else ()))
    grid = _table(names, right=("value", "percentile", "sessions old"))
    for row in rows:
        absent = isinstance(row.value, Missing)
        value = "–" if isinstance(row.value, Missing) else row.text or _significant(row.value)
        share = "–" if row.percentile is None else f"{row.percentile:.0%}"
        age = "never" if row.age_sessions is None else "–" if row.age_sessions == 0 else f"{row.age_sessions}"
        grid.add_row(
            row.name, value, row.unit, share, age, *([since[row.name]] if since else []), style="red" if absent else ""
        )
    return grid


def _significant(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:,.2f}" if abs(value) >= 10 else f"{value:.4g}"


def _table(names: Sequence[str], right: Sequence[str]) -> Grid:
    grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in names:
        grid.add_column(name, justify="right" if name in right else "left", no_wrap=True)
    return grid
