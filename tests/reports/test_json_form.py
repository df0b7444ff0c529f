"""Results as JSON: gaps keep their reason, and long arrays stay out."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np
import pytest

from alvh.reports.json_form import LONGEST, json_form
from alvh.values import Missing


class Pair(NamedTuple):
    one: float
    other: float | Missing


def test_gaps_are_null_or_say_why() -> None:
    assert json_form(Pair(float("nan"), Missing("why"))) == {"one": None, "other": {"missing": "why"}}
    assert json_form((float("inf"), np.float64(1.5), np.int64(2), True, "x")) == [None, 1.5, 2, True, "x"]
    assert json_form(dt.date(2024, 8, 5)) == dt.date(2024, 8, 5)


def test_long_arrays_are_left_out_and_short_ones_kept() -> None:
    assert json_form({"a": np.zeros(LONGEST + 1), "b": np.zeros(LONGEST), 3: np.array([1.0])}) == {
        "b": [0.0] * LONGEST,
        "3": [1.0],
    }


def test_what_has_no_form_is_refused() -> None:
    with pytest.raises(TypeError, match="has no JSON form"):
        json_form(object())
