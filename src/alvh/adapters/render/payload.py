"""The numbers of a page's charts, packed once as compact JSON: every session, none left out.

Values are rounded to what can be read off a chart (whole dollars, a thousandth of a percent); sessions are stored once
an axis, as the day of the first and the steps to the others.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from alvh.reports.blocks import TimeSeries, Unit
from alvh.reports.glossary import plain
from alvh.values import Dates, Floats

_PLACES: dict[Unit, int] = {"usd": 0, "percent": 3, "share": 2, "points": 2, "ratio": 3, "count": 0}


class Payload:
    """Collects the charts of one page in the order in which the template meets them."""

    def __init__(self) -> None:
        self._axes: list[list[int]] = []
        self._sessions: list[Dates] = []
        self._charts: list[dict[str, Any]] = []

    def add(self, chart: TimeSeries) -> int:
        """Take a chart in and return its number on the page."""
        self._charts.append(
            {
                "axis": self._axis(chart.sessions),
                "title": plain(chart.title),
                "unit": chart.unit,
                "group": chart.group,
                "filled": chart.filled,
                "windows": [[name, _day(first), _day(last)] for name, first, last in chart.windows],
                "series": [
                    {
                        "name": line.name,
                        "tone": line.tone,
                        "secondary": line.secondary,
                        "values": packed(line.values, chart.unit),
                    }
                    for line in chart.series
                ],
            }
        )
        return len(self._charts) - 1

    def json(self) -> str:
        """Return everything as JSON that may stand inside a script element."""
        text = json.dumps({"axes": self._axes, "charts": self._charts}, separators=(",", ":"), allow_nan=False)
        # '<' cannot end the element or open a comment when it is written as an escape.
        return text.replace("<", "\\u003c")

    def _axis(self, sessions: Dates) -> int:
        for number, known in enumerate(self._sessions):
            if known is sessions or np.array_equal(known, sessions):
                return number
        days = sessions.astype("datetime64[D]").astype(np.int64)
        self._sessions.append(sessions)
        self._axes.append(np.diff(days, prepend=0).tolist())
        return len(self._axes) - 1


def packed(values: Floats, unit: Unit) -> list[float | int | None]:
    """Round values for a chart; percent and share become percent, NaN and infinity become null."""
    places = _PLACES[unit]
    scaled = values * 100.0 if unit in ("percent", "share") else values
    rounded = np.round(scaled, places) + 0.0
    known = np.isfinite(rounded)
    numbers = rounded.astype(np.int64, copy=False).tolist() if places == 0 and known.all() else rounded.tolist()
    if known.all():
        return list(numbers)
    return [number if good else None for number, good in zip(numbers, known.tolist(), strict=True)]


def _day(day: Any) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))
