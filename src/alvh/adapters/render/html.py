"""One self-contained page: style, script, charts and numbers inlined, so that it opens without a network for ever."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from alvh.adapters.render.bars import stacked
from alvh.adapters.render.forest import panels
from alvh.adapters.render.heat import shades
from alvh.adapters.render.payload import Payload
from alvh.adapters.render.text import bar_widths, cell_html, figure_widths, money, rich, right_columns, slug
from alvh.reports.blocks import Num, Report
from alvh.reports.glossary import plain
from alvh.reports.words import number

HERE = Path(__file__).parent


def render_html(report: Report) -> str:
    """Return the page of a report. The same report gives the same bytes."""
    payload = Payload()
    page = _environment().get_template("report.html.j2")
    body = page.render(report=report, payload=payload, **_assets())
    # The charts are collected while the template runs, so their numbers are set in afterwards.
    return body.replace("@@PAYLOAD@@", payload.json())


def write_html(report: Report, path: Path) -> Path:
    """Write the page of a report beside `path` first and then move it there, so that no half page is ever left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_text(render_html(report), encoding="utf-8")
    beside.replace(path)
    return path


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(rich=rich, cell=cell_html, money=money, slug=slug, plain=plain, number=number)
    environment.globals.update(
        kind=lambda block: type(block).__name__,
        Num=Num,
        right_columns=right_columns,
        bar_widths=bar_widths,
        figure_widths=figure_widths,
        stacked=stacked,
        panels=panels,
        shades=shades,
        unknown_block=_unknown_block,
    )
    return environment


def _unknown_block(name: str) -> NoReturn:
    raise TypeError(f"this renderer has no way to draw a {name}")


@cache
def _assets() -> dict[str, Any]:
    def read(name: str) -> str:
        return (HERE / "assets" / name).read_text(encoding="utf-8")

    return {
        "uplot_css": read("uPlot.min.css"),
        "uplot_js": read("uPlot.iife.min.js"),
        "uplot_licence": read("uPlot.LICENSE"),
        "css": read("report.css"),
        "js": read("report.js"),
    }
