"""Rows judge themselves, targets are found by their files, and what cannot run says why."""

from __future__ import annotations

import math

import polars as pl
import pytest

from alvh.adapters.schema import TABLES
from alvh.evidence.replication import Row, Target, replicate, targets
from alvh.values import Missing


class EmptyDesk:
    """A store without a row."""

    def read(self, table: str, **_equal: object) -> pl.DataFrame:
        return TABLES[table].empty()

    def backtest(self, *_args: object, **_settings: object) -> None:
        raise AssertionError("nothing to run on")


def row(error: float, threshold: float | None) -> Row:
    return Row("x", "m", None, None, 1.0, 1.0, error, "bp", threshold, "nowhere", 1)


@pytest.mark.parametrize(
    ("error", "threshold", "passed"),
    [
        (1.0, 1.0, True),
        (-1.01, 1.0, False),
        (0.0, 0.0, True),
        (math.nan, 1.0, False),
        (math.inf, 1.0, False),
        (5.0, None, None),
    ],
)
def test_a_row_judges_itself(error, threshold, passed) -> None:
    assert row(error, threshold).passed is passed


def test_the_targets_of_this_version() -> None:
    assert {"vix", "vix9d", "vix3m", "vix6m", "vvix", "vxx", "vxz", "vixy", "vixm", "uvxy", "svxy"} <= set(targets())
    assert all(name == target.name == name.lower() and target.about for name, target in targets().items())


def test_every_target_says_why_it_cannot_run_on_an_empty_store() -> None:
    chosen = list(targets().values())
    made = replicate(EmptyDesk(), chosen)
    assert made.rows == ()
    assert [name for name, _ in made.not_run] == [target.name for target in chosen]
    assert all(why for _, why in made.not_run)


def test_rows_keep_their_order_and_failures_are_found() -> None:
    chosen = [
        Target("a", "first", lambda _desk: [row(0.0, 1.0), row(2.0, 1.0)]),
        Target("b", "second", lambda _desk: Missing("no data")),
        Target("c", "third", lambda _desk: [row(9.0, None)]),
    ]
    heard: list[tuple[str, int, int]] = []
    made = replicate(EmptyDesk(), chosen, lambda *told: heard.append(told))
    assert [one.error for one in made.rows] == [0.0, 2.0, 9.0]
    assert made.not_run == (("b", "no data"),)
    assert [one.error for one in made.failed] == [2.0]
    assert heard == [("a", 0, 3), ("b", 1, 3), ("c", 2, 3), ("c", 3, 3)]
