"""Any result as JSON knows it: every number, and for each that is missing the reason."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from alvh.values import Missing

LONGEST = 64
"""Longer arrays behind a number are left out."""


def json_form(value: Any) -> Any:  # noqa: PLR0911 - one answer a kind of value
    """Return a value as JSON knows it: NaN is null, what is missing says why, and long arrays are left out.

    Dates stay dates, for whoever writes the text. TypeError for what has no JSON form.
    """
    if isinstance(value, Missing):
        return {"missing": value.why}
    if value is None or isinstance(value, str | bool | dt.date):
        return value
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): json_form(found) for key, found in value.items() if not _long(found)}
    if dataclasses.is_dataclass(value):
        return json_form({one.name: getattr(value, one.name) for one in dataclasses.fields(value)})
    if hasattr(value, "_asdict"):
        return json_form(value._asdict())
    if isinstance(value, Sequence | np.ndarray):
        return [json_form(one) for one in value]
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def _long(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.size > LONGEST
