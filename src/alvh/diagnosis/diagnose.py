"""View -> readings. Indicators are computed once for a whole history and indexed by day."""

from __future__ import annotations

import math
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from alvh.market.history import History
from alvh.market.observe import View
from alvh.values import Floats, Indicator, Missing, Reading


class IndicatorModule(Protocol):
    """What a file in ``diagnosis/indicators`` offers: its indicators, and each one's values over a history."""

    INDICATORS: tuple[Indicator, ...]

    def prepare(self, history: History, name: str) -> Floats:
        """Return the indicator called `name` over the whole axis; entry t reads nothing later than t."""


FILES = ("indices", "vx_curve", "regime", "vx_beta")
"""The indicator files of this package, in the order reports list them."""


@cache
def indicators() -> dict[str, tuple[Indicator, IndicatorModule]]:
    """Return every indicator by name, with the file that computes it."""
    out: dict[str, tuple[Indicator, IndicatorModule]] = {}
    for file in FILES:
        module = cast("IndicatorModule", import_module(f"alvh.diagnosis.indicators.{file}"))
        for indicator in module.INDICATORS:
            out[indicator.name] = (indicator, module)
    return out


class Readings:
    """The readings of one view, computed when asked for.

    A name that no indicator has is a programmer's error (KeyError); a value the world did not give is `Missing`.
    """

    __slots__ = ("_view",)

    def __init__(self, view: View) -> None:
        self._view = view

    def value(self, name: str) -> float:
        """Return a reading as a number, NaN where missing: for arithmetic that carries NaN on."""
        module = indicators()[name][1]
        return self._view.prepared(name, lambda history: module.prepare(history, name))

    def __getitem__(self, name: str) -> Reading | Missing:
        """Return a reading, or why there is none."""
        value = self.value(name)
        return Missing(f"no {name} on {self._view.date}") if math.isnan(value) else Reading(value, self._view.date)


def diagnose(view: View) -> Readings:
    """Return the readings of a view."""
    return Readings(view)
