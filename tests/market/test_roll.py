"""The roll window: its proxy by hand, what it may not know, and the clock it prices by."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh import conventions
from alvh.market.history import build_history
from alvh.market.index_quotes import NEVER
from alvh.market.reconstruct import ModelledQuotes
from alvh.market.roll import (
    RollWindow,
    at_the_window,
    elasticity,
    lagged,
    roll_history,
    roll_level,
    roll_minutes,
    roll_view,
    vol_move,
)
from alvh.values import Contract, Instant, Phase
from market.plainmarket import plain_history, plain_tables


def opened(spx=(2990.0, 3000.0, 3030.0), opens=(2985.0, 3020.0, 3015.0), vix=(16.0, 17.0, 18.0), vix_open=16.5):
    """Return three sessions of an index with an open of its own, a range, and a VIX with an open."""
    frames = plain_tables(sessions=len(spx), SPX=list(spx), VIX=list(vix))
    frames["underlyings"] = frames["underlyings"].with_columns(
        open=pl.Series(list(opens)), low=pl.col("close") - 12.0, high=pl.col("close") + 12.0
    )
    frames["vol_indices"] = frames["vol_indices"].with_columns(
        open=pl.when(pl.col("symbol") == "VIX").then(pl.lit(vix_open)).otherwise(pl.col("close"))
    )
    return build_history(frames)


def test_the_level_is_open_and_close_weighted():
    # Second session: SET is the index's own open, 3020, brought into its range, 2988 to 3012: 3012.
    # 0.65 x 3012 + 0.35 x 3000 = 1957.8 + 1050.0 = 3007.8; not brought into it 0.65 x 3020 + 1050 = 3013.
    history = opened()
    assert history.set_proxy[1] == "spx_open"
    assert roll_level(history, RollWindow())[1] == pytest.approx(3007.8)
    assert roll_level(history, RollWindow(within_range=False))[1] == pytest.approx(3013.0)
    assert roll_level(history, RollWindow(open_weight=1.0, within_range=False))[1] == pytest.approx(3020.0)


def test_a_stale_open_is_not_used():
    # The printed open of the second session is the close before, 2990, and there is no SPY: SET says previous close.
    history = opened(opens=(2985.0, 2990.0, 3015.0))
    assert history.set_proxy[1] == "previous_close"


@pytest.mark.parametrize(
    ("vols", "move"),
    # VIX 16.0 at the close before, 16.5 at the open, 17.0 at the close: 16.5/16; (0.65 x 16.5 + 0.35 x 17)/16; 17/16.
    [("previous_close", 1.0), ("open", 1.03125), ("blend", 1.0421875), ("close", 1.0625)],
)
def test_the_level_of_volatility_moves_as_it_is_told(vols, move):
    history = opened()
    assert vol_move(history, RollWindow(vols=vols))[1] == pytest.approx(move)
    made = roll_history(history, RollWindow(vols=vols))
    assert made.column("VIX")[1] == pytest.approx(16.0 * move)
    assert made.column("VIX3M")[1] == pytest.approx(18.0 * move)
    assert made.column("VVIX")[1] == 95.0


def made_of(slope: float, sessions: int = 300):
    """Return a market whose VIX moves by exactly `slope` of what its index moves, in logarithms."""
    steps = 0.01 * np.sin(np.arange(sessions) * 1.7)
    spx = 3000.0 * np.exp(np.cumsum(steps))
    return plain_history(sessions=sessions, SPX=spx.tolist(), VIX=(16.0 * (spx / 3000.0) ** slope).tolist())


def test_the_slope_of_the_vix_is_found_where_it_is_exact():
    history = made_of(-4.0)
    found = elasticity(history)
    assert np.isnan(found[:252]).all()
    assert found[252:] == pytest.approx(-4.0)
    # With an index that opens where it closed before, the level stands between the two closes:
    # 0.65 x before + 0.35 x close, and the VIX moves by the fourth power downwards.
    window = RollWindow(within_range=False)
    close = history.column("SPX")
    level = 0.65 * close[298] + 0.35 * close[299]
    assert vol_move(history, window)[299] == pytest.approx((level / close[298]) ** -4.0)


def test_before_a_year_of_closes_the_close_before_stands():
    assert vol_move(opened(), RollWindow(vols="spot")).tolist() == [1.0, 1.0, 1.0]


def test_of_its_session_a_view_knows_the_level_alone():
    frames = plain_tables(sessions=60, SPX=np.linspace(2900.0, 3100.0, 60).tolist(), VIX=[16.0] * 59 + [30.0])
    history = build_history(frames)
    view = roll_view(history, 59, RollWindow())
    assert view.instant == Instant(history.dates[59], Phase.ROLL)
    assert view.instant < Instant(history.dates[59], Phase.CLOSE)
    # The open is stale (there is none), so SET is the close before: 0.65 x 3096.61 + 0.35 x 3100 = 3097.7966.
    assert view.spot("SPX") == pytest.approx(0.65 * 3096.610169 + 0.35 * 3100.0)
    assert view.spot("VIX") == 16.0
    assert np.nanmax(view.past("VIX")) == 16.0
    # A VX future settles at the close: what is known is the settlement of the evening before.
    expiry = view.series("VX")[0].expiry
    assert view.mark(Contract("VX", expiry)) == history.vx.settle[58, history.vx.column_of(days_of(expiry))]
    assert not history.chains


def days_of(expiry: dt.date) -> int:
    return expiry.toordinal() - dt.date(1970, 1, 1).toordinal()


@given(st.floats(10.0, 60.0), st.floats(60.0, 140.0))
def test_closes_of_the_session_other_than_the_index_move_nothing(vix, vvix):
    def quoted(last_vix, last_vvix):
        frames = plain_tables(sessions=60, VIX=[16.0] * 59 + [last_vix], VVIX=[95.0] * 59 + [last_vvix])
        view = roll_view(build_history(frames), 59, RollWindow())
        series = next(s for s in view.series("SPX") if s.root == "SPX")
        return view.strike_at_delta(series, "P", 0.20), view.quote(Contract("SPX", series.expiry, 3000.0, "P"))

    assert quoted(vix, vvix) == quoted(16.0, 95.0)


def test_options_are_priced_at_the_window_not_at_the_close():
    history = plain_history()
    i = 10
    # 10:30 in Chicago on 2019-01-16: days since 1970 x 1440 + 630.
    assert history.dates[i] == dt.date(2019, 1, 16)
    assert roll_minutes(history)[i] == days_of(dt.date(2019, 1, 16)) * 1440 + 630
    inputs = at_the_window(history)
    assert inputs.clock[i] == pytest.approx(float(conventions.clock_at(days_of(dt.date(2019, 1, 16)) + 0.4375)))
    view, close = roll_view(history, i, RollWindow()), ModelledQuotes(history)
    contract = Contract("SPX", dt.date(2019, 2, 15), 3000.0, "P")
    # The same index and the same volatility, four and a half hours more to run.
    assert view.quote(contract).mid > close.quote(i, contract).mid
    assert view.quote(contract).mid == pytest.approx(close.quote(i, contract).mid, rel=0.02)


def test_the_total_return_of_the_window_is_that_of_the_close_but_for_the_index():
    spx = np.linspace(3000.0, 3059.0, 60)
    history = plain_history(SPX=spx.tolist())
    held = Contract("SPXTR", NEVER)
    close = ModelledQuotes(history)
    view = roll_view(history, 40, RollWindow())
    # The first session has no window, for want of a close before it: a day of 1.9 % a year, 5.2e-5, is missing.
    missing = np.exp(0.019 / 365.0)
    assert missing * view.quote(held).mid / view.spot("SPX") == pytest.approx(close.quote(40, held).mid / spx[40])


def test_what_goes_ex_in_the_morning_is_known_in_it():
    # A step of the adjusted over the traded close on the session itself stands in the window's history too.
    history = plain_history(SPX=3000.0)
    spy, adjusted = np.full(60, 300.0), np.full(60, 300.0)
    spy[30:] = 297.0
    history = replace(history, series={**history.series, "SPY": spy, "SPY.adj_close": adjusted}, _memo={})
    made = roll_history(history, RollWindow())
    paid = np.log(made.column("SPY.adj_close") / made.column("SPY"))
    assert paid[29] == 0.0
    assert paid[30] == pytest.approx(math.log(300.0 / 297.0))


def test_lagged_is_the_row_before():
    assert lagged(np.array([1.0, 2.0, 3.0]))[1:].tolist() == [1.0, 2.0]
    assert math.isnan(lagged(np.array([1.0]))[0])
