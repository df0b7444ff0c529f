"""An indicator is computed once, for another indicator and for a view alike."""

from __future__ import annotations

import numpy as np

from alvh.diagnosis.diagnose import diagnose
from alvh.diagnosis.indicators import vx_curve
from alvh.diagnosis.once import once
from alvh.market.history import History, build_history
from alvh.market.observe import View
from alvh.market.reconstruct import ModelledQuotes
from alvh.values import Floats
from tiny_market import TinySpec


def test_it_is_computed_once_under_the_name_that_views_use() -> None:
    history = build_history(TinySpec(sessions=40).tables())
    asked: list[str] = []

    def prepare(whole: History, name: str) -> Floats:
        asked.append(name)
        return vx_curve.prepare(whole, name)

    first = once(history, prepare, "vx_slope")
    assert once(history, prepare, "vx_slope") is first
    assert asked == ["vx_slope"]
    view = View(history, ModelledQuotes(history), 20)
    assert diagnose(view).value("vx_slope") == first[20]
    assert np.array_equal(first, vx_curve.prepare(history, "vx_slope"), equal_nan=True)
