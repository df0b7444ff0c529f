"""How numbers are written, once for every renderer. Plain ASCII: renderers may set a proper minus."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

from alvh.reports.blocks import Cell, Code, Num, Tag
from alvh.values import Missing

DASH = "–"
_PLACES = {"usd": 0, "percent": 2, "share": 1, "points": 2, "ratio": 2, "count": 0}
_PERCENT = ("percent", "share")


def number(num: Num) -> str:
    """Write a number: USD in whole dollars without a sign for the currency, decimals as percent; a dash for NaN."""
    value, unit, signed = num
    if not math.isfinite(value):
        return DASH if math.isnan(value) else ("-∞" if value < 0 else "∞")
    places = _PLACES[unit]
    text = f"{value * 100 if unit in _PERCENT else value:{'+' if signed else ''},.{places}f}"
    if not text.strip("+-0.,"):
        # What rounds to nothing has no sign.
        text = text.lstrip("+-")
    return text + (" %" if unit in _PERCENT else "")


def cell(value: Cell) -> str:
    """Write a cell of a table; what is missing is a dash (its reason belongs beside it)."""
    if isinstance(value, Num):
        return number(value)
    if isinstance(value, Missing):
        return DASH
    if isinstance(value, Tag | Code):
        return value.text
    return value.isoformat() if isinstance(value, dt.date) else value


def percent(value: float, places: int = 2) -> str:
    """Write a decimal as percent: 0.0184 is ``1.84 %``."""
    return f"{value * 100:.{places}f} %" if math.isfinite(value) else "an unknown share"


def dollars(value: float) -> str:
    """Write whole dollars for a sentence: ``$92,000`` or ``-$92,000``."""
    if not math.isfinite(value):
        return "an unknown amount"
    whole = round(value)
    return f"{'-' if whole < 0 else ''}${abs(whole):,}"


def plural(count: int, one: str, many: str = "") -> str:
    """Write a count with its noun: ``1 session``, ``4,909 sessions``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(names: list[str]) -> str:
    """Write a list as a person would: ``a``, ``a and b``, ``a, b and c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "nothing"


def setting(value: Any) -> str:
    """Write the value of a parameter: a switch as on or off, numbers as short as they are."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def combination(config: Mapping[str, Any]) -> str:
    """Write a combination of parameters: ``condor.short 0.16, L2 off``."""
    return ", ".join(f"{path} {setting(value)}" for path, value in config.items())


def same_when_written(one: float, other: float) -> bool:
    """Whether two decimals are the same percent at two places: a difference nobody can see is not reported as one."""
    return f"{one * 100:.2f}" == f"{other * 100:.2f}"
