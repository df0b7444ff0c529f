"""View -> readings. Indicators are computed once for a whole history and indexed by day."""

from __future__ import annotations

import math
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

import alvh.diagnosis.indicators
from alvh.market.history import History
from alvh.market.observe import View
from alvh.values import Floats, Indicator, Missing, Reading


class IndicatorModule(Protocol):
    """What a file in ``diagnosis/indicators`` offers: its indicators, and each one's values over a history."""

    INDICATORS: tuple[Indicator, ...]

    def prepare(self, history: History, name: str) -> Floats:
        """Return the indicator called `name` over the whole axis; entry t reads nothing later than t."""


@cache
def indicators() -> dict[str, tuple[Indicator, IndicatorModule]]:
    """Return every indicator by name, with the file of ``diagnosis/indicators`` that computes it.

    Raises
    ------
    ValueError
        When two files offer one name.
    """
    package = alvh.diagnosis.indicators
    out: dict[str, tuple[Indicator, IndicatorModule]] = {}
    for file in sorted(found.name for found in iter_modules(package.__path__)):
        module = cast("IndicatorModule", import_module(f"{package.__name__}.{file}"))
        for indicator in module.INDICATORS:
            if indicator.name in out:
                message = f"the indicator {indicator.name!r} of {file}.py has another file already"
                raise ValueError(message)
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
