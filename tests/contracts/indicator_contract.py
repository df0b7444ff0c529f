"""What every indicator promises. One test class runs it over every name that a file of indicators offers."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl

from alvh.diagnosis.diagnose import diagnose, indicators
from alvh.market.history import History, build_history
from alvh.market.observe import View
from alvh.market.reconstruct import ModelledQuotes
from alvh.values import Floats, Missing
from tiny_market import TinySpec

SPEC = TinySpec(seed=5, sessions=420, first=dt.date(2018, 1, 3), shock_at=(200, 330))
FORKS = (60, 270, 333, 400)
FROM_SPX_ALONE = {"SPX", "hv20", "ad_divergence"}
"""Names that the closes of the S&P 500 alone can decide; a divergence at a high is ruled out far from the high."""


@cache
def history(fork: int | None = None, last: int | None = None) -> History:
    """Return a market; another from `fork` on, or known only until session `last`."""
    spec = SPEC if fork is None else replace(SPEC, fork=(fork, 99))
    until = spec.axis()[last].item() if last is not None else None
    return build_history(spec.tables(), last=until)


def values(name: str, of: History) -> Floats:
    return indicators()[name][1].prepare(of, name)


class IndicatorContract:
    """Any indicator: one number a session, from the past alone, NaN where the world gave none."""

    def test_it_has_a_name_and_a_unit(self, name: str) -> None:
        indicator, module = indicators()[name]
        assert indicator.name == name
        assert indicator.unit
        assert indicator in module.INDICATORS

    def test_it_has_one_number_a_session(self, name: str) -> None:
        found = values(name, history())
        assert found.shape == (len(history()),)
        assert found.dtype == np.float64
        assert not np.isinf(found).any()
        assert np.isfinite(found).any(), "the market of the contract never shows it"

    def test_it_changes_nothing_that_it_reads(self, name: str) -> None:
        market = build_history(SPEC.tables())
        before = {key: column.copy() for key, column in market.series.items()}
        settle = market.vx.settle.copy()
        values(name, market)
        assert all(np.array_equal(column, before[key], equal_nan=True) for key, column in market.series.items())
        assert np.array_equal(settle, market.vx.settle, equal_nan=True)

    def test_altering_the_future_alters_nothing_before_it(self, name: str) -> None:
        known = values(name, history())
        for fork in FORKS:
            assert np.array_equal(known[:fork], values(name, history(fork=fork))[:fork], equal_nan=True)

    def test_known_only_until_tonight_it_reads_the_same_tonight(self, name: str) -> None:
        known = values(name, history())
        # Every session of two expiry cycles, since what changes at an expiry is easily seen too early.
        for last in range(260, 302):
            tonight = values(name, history(last=last))
            assert np.array_equal(known[: last + 1], tonight, equal_nan=True), f"it differs when the data end at {last}"

    def test_without_data_it_is_missing_and_not_a_number(self, name: str) -> None:
        # Only the S&P 500 is left, so that there is an axis; and what it can decide.
        tables = SPEC.tables()
        spx = tables["underlyings"].filter(pl.col("symbol") == "SPX")
        bare = build_history({"underlyings": spx})
        found = values(name, bare)
        assert found.shape == (len(bare),)
        assert name in FROM_SPX_ALONE or np.isnan(found).all()

    def test_it_is_read_by_its_name(self, name: str) -> None:
        market = history()
        quotes = ModelledQuotes(market)
        known = values(name, market)
        for i in (0, 130, len(market) - 1):
            readings = diagnose(View(market, quotes, i))
            if math.isnan(known[i]):
                assert isinstance(readings[name], Missing)
                assert math.isnan(readings.value(name))
            else:
                assert readings[name].value == readings.value(name) == known[i]
                assert readings[name].as_of == market.dates[i]
