"""Today's book on given moves: profits worked by hand, what is missing and why, and percentiles that weigh."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.decision.book_after import Units
from alvh.decision.stress import (
    REPLAYS,
    PastMoves,
    Replay,
    StressedBook,
    book_after_plan,
    in_blocks,
    of_model,
    replayed,
    spread_of,
    stressed_book,
)
from alvh.diagnosis.scenarios import COLUMNS, SPX_COLUMN, VVIX_COLUMN
from alvh.market.engines.named_replays import EPISODES
from alvh.market.engines.quintic_paths import ForwardVariance, draw_paths
from alvh.maths.bootstrap import draw_blocks
from alvh.values import Contract, Leg, Missing, Order, Plan
from decision.desk import MONDAY, Desk, account, hold

FAR = dt.date(2019, 8, 21)  # 135 days
NEAR = MONDAY + dt.timedelta(4)
FUTURE = Contract("VX", FAR, 0.0, "")
VIX_CALL = Contract("VIX", FAR, 18.0, "C")
SPX_PUT = Contract("SPXW", NEAR, 2750.0, "P")
FUND_CALL = Contract("VXX0", NEAR, 30.0, "C")
MIDS = {FUTURE: 16.0, VIX_CALL: 2.0, SPX_PUT: 8.0, FUND_CALL: 1.0}
DAYS = tuple(MONDAY - dt.timedelta(7 * k) for k in range(6, 0, -1))


def units(**layers) -> Units:
    made = Units()
    for layer, held in layers.items():
        for contract, n in held.items():
            made.add(layer, contract, n)
    return made


def ready(horizon: int = 2, vvix: float = 90.0, **layers) -> StressedBook:
    desk = Desk(forwards={FAR: 16.0, NEAR: 2800.0})
    return stressed_book(desk, units(**layers), MIDS, 0.0, vvix, horizon)  # type: ignore[arg-type]


def rows(n: int, spx: float = 0.0, vx: float = 0.0, vvix: float = 0.0) -> np.ndarray:
    made = np.zeros((n, COLUMNS))
    made[:, SPX_COLUMN], made[:, 1:VVIX_COLUMN], made[:, VVIX_COLUMN] = spx, vx, vvix
    return made


# -- moves of the past -------------------------------------------------------------------------------------------------


def test_a_replay_is_its_own_sessions_in_their_order() -> None:
    past = PastMoves(DAYS, np.arange(6.0)[:, None] * np.ones(COLUMNS))
    found = past.of(Replay("x", DAYS[1], DAYS[4]))
    assert not isinstance(found, Missing)
    assert found[:, 0].tolist() == [2.0, 3.0, 4.0]


def test_a_replay_that_is_not_known_says_why() -> None:
    holes = rows(6)
    holes[3, VVIX_COLUMN] = math.nan
    past = PastMoves(DAYS, holes)
    assert past.of(Replay("x", DAYS[1], DAYS[4])) == Missing("x: 1 of 3 sessions lack a move of SPX, VX or VVIX")
    later = past.of(Replay("x", DAYS[4], MONDAY))
    assert isinstance(later, Missing)
    assert "after what is known" in later.why
    first = past.of(Replay("x", DAYS[0] - dt.timedelta(1), DAYS[2]))
    assert isinstance(first, Missing)
    assert "before the moves" in first.why
    assert isinstance(PastMoves((), np.zeros((0, COLUMNS))).of(REPLAYS[0]), Missing)


def test_the_named_replays_are_those_of_the_engine() -> None:
    assert [r.name for r in REPLAYS] == list(EPISODES)
    assert {"oct-2008", "feb-2018", "1q20", "grind-2022", "aug-2024"} <= set(EPISODES)
    assert all(r.eve < r.last for r in REPLAYS)


# -- the book ----------------------------------------------------------------------------------------------------------


def test_a_replay_of_two_sessions_by_hand() -> None:
    """VX up 10 % twice in logs: three futures gain 3 x 16,000 (e^0.2 - 1); SPX down 2 % twice: 2,690.21.

    The put of 2,750 lives on, so it costs its seller more than the 59.79 it is in the money, less the 8 received.
    """
    book = ready(hedge={FUTURE: 3.0}, condor={SPX_PUT: -1.0})
    made = book.pnl(replayed(rows(2, spx=-0.02, vx=0.1)))
    assert book.layers == ("hedge", "condor")
    assert made.shape == (1, 2)
    assert made[0, 0] == pytest.approx(48_000.0 * math.expm1(0.2))
    assert made[0, 1] < -100.0 * (2750.0 - 2800.0 * math.exp(-0.04) - 8.0)


def test_one_that_settles_on_the_way_stands_where_its_path_stood() -> None:
    """Four sessions to the put's expiry, two of 1 % down and four up: 2,800 e^0.00 at its settlement, above 2,750."""
    moved = rows(6)
    moved[:, SPX_COLUMN] = (-0.01, -0.01, 0.01, 0.01, 0.3, 0.3)
    assert ready(6, condor={SPX_PUT: 1.0}).pnl(replayed(moved))[0, 0] == pytest.approx(-800.0)
    moved[2:4, SPX_COLUMN] = -0.02  # 2,800 e^-0.06 = 2,636.94 at the settlement: 113.06 in the money
    gain = 100.0 * (2750.0 - 2800.0 * math.exp(-0.06)) - 800.0
    assert ready(6, condor={SPX_PUT: 1.0}).pnl(replayed(moved))[0, 0] == pytest.approx(gain)


def test_hedges_move_on_their_future_and_never_on_spot_vix() -> None:
    """Rows know no spot VIX at all: with VX still, a VIX call only loses time, whatever SPX does."""
    still = ready(hedge={VIX_CALL: 10.0}).pnl(replayed(rows(2, spx=-0.2)))
    quiet = ready(hedge={VIX_CALL: 10.0}).pnl(replayed(rows(2)))
    assert still.tolist() == quiet.tolist()
    assert ready(hedge={VIX_CALL: 10.0}).pnl(replayed(rows(2, vx=0.3)))[0, 0] > quiet[0, 0] + 1_000.0


def test_a_quote_away_from_the_model_is_no_profit() -> None:
    """On a day on which nothing moves a call of 135 days loses a day, whatever it is quoted at."""
    desk = Desk(forwards={FAR: 16.0})
    held = units(hedge={VIX_CALL: 1.0, VIX_CALL._replace(right="P"): 1.0})
    at = [{VIX_CALL: call, VIX_CALL._replace(right="P"): 4.0} for call in (1.5, 3.0)]
    made = [stressed_book(desk, held, mids, 0.02, 90.0, 1).pnl(replayed(rows(1)))[0, 0] for mids in at]  # type: ignore[arg-type]
    assert made[0] == made[1]
    assert -6.0 < made[0] < 0.0
    # At a VVIX for which the model has no price, the quote stands: 150 USD apart.
    high = [stressed_book(desk, held, mids, 0.02, 400.0, 1).pnl(replayed(rows(1)))[0, 0] for mids in at]  # type: ignore[arg-type]
    assert high[0] - high[1] == pytest.approx(150.0, rel=1e-3)
    # One that settles on the way is paid out against its quote.
    done = [stressed_book(desk, held, mids, 0.0, 90.0, 200).pnl(replayed(rows(200)))[0, 0] for mids in at]  # type: ignore[arg-type]
    assert done[0] - done[1] == pytest.approx(150.0)


def test_what_has_no_path_leaves_its_layer_without_a_number() -> None:
    book = ready(overlay={FUND_CALL: 1.0}, hedge={FUTURE: 1.0})
    assert set(book.unpriced) == {"overlay"}
    assert "no path" in book.unpriced["overlay"].why
    made = book.pnl(replayed(rows(2, vx=0.1)))
    assert np.isnan(made[0]).tolist() == [True, False]
    alone = ready(overlay={FUND_CALL: 1.0})
    assert np.isnan(alone.pnl(replayed(rows(2)))).all()
    assert "no smile" in ready(vvix=math.nan, hedge={VIX_CALL: 1.0}).unpriced["hedge"].why


@given(st.integers(1, 12), st.integers(0, 2**32))
def test_a_replay_is_a_block_that_begins_at_its_first_row(n: int, seed: int) -> None:
    """Whatever the rows: sums of all of them, exactly once each."""
    moved = np.random.default_rng(seed).normal(0.0, 0.02, (n, COLUMNS))
    drawn = replayed(moved)([(SPX_COLUMN, 0.0, n), (VVIX_COLUMN, 0.0, n), (SPX_COLUMN, 0.0, 1)])
    assert drawn[0] == pytest.approx([moved[:, SPX_COLUMN].sum(), moved[:, VVIX_COLUMN].sum(), moved[0, SPX_COLUMN]])


def test_blocks_and_the_model_move_the_same_book() -> None:
    book = ready(hedge={FUTURE: 2.0, VIX_CALL: 5.0}, condor={SPX_PUT: -1.0})
    past = np.random.default_rng(0).normal(0.0, 0.02, (60, COLUMNS))
    assert book.pnl(in_blocks(past, draw_blocks(1, 50, 2, 2.0))).shape == (50, 2)
    paths = draw_paths(ForwardVariance((1.0,), (0.03,)), 40, 2, 1)
    made = book.pnl(of_model(paths))
    assert made.shape == (40, 2)
    # The future's move in the model, from its own price there today.
    ratio = paths.vx(2, 135 / 365) / paths.vx(0, 135 / 365)
    future = ready(hedge={FUTURE: 2.0}).pnl(of_model(paths))[:, 0]
    assert future == pytest.approx(32_000.0 * (ratio - 1.0))


def test_a_fall_of_the_model_hurts_the_short_put_and_only_that() -> None:
    paths = draw_paths(ForwardVariance((1.0,), (0.03,)), 400, 2, 1)
    made = ready(condor={SPX_PUT: -1.0}).pnl(of_model(paths))[:, 0]
    fallen, risen = paths.spx[:, 2] < -0.02, paths.spx[:, 2] > 0.0
    assert fallen.any()
    assert made[fallen].max() < made[risen].min()


# -- the book after the plan -------------------------------------------------------------------------------------------


def test_held_and_planned_by_hand() -> None:
    """Two condors held for 8,800 USD of loss, one campaign closed; an opening of three lots of 1,000; a call bought."""
    book = account()
    kept = hold(book, "condor", {SPX_PUT: -1}, {SPX_PUT: 8.0}, lots=2, max_loss_usd=8_800.0, name="condor@a")
    gone = hold(book, "condor", {SPX_PUT: -1}, {SPX_PUT: 8.0}, lots=1, max_loss_usd=4_400.0, name="condor@b")
    assert kept != gone
    orders = (
        Order("condor", gone, "close", (Leg(SPX_PUT, 1),), 1, "out"),
        Order("condor", "condor@c", "open", (Leg(SPX_PUT, -1),), 3, "in", max_loss_usd_per_lot=1_000.0),
        Order("L1", "L1@c", "open", (Leg(VIX_CALL, 1),), 4, "hedge"),
    )
    made = book_after_plan(book, Plan(Desk().instant, orders), ("condor",), ("L1",))
    assert made.max_loss_usd == 8_800.0 + 3_000.0
    assert made.by_layer == {"condor": {SPX_PUT: -5.0}, "L1": {VIX_CALL: 4.0}}


def test_what_is_sold_out_is_not_in_the_book() -> None:
    book = account()
    name = hold(book, "L1", {VIX_CALL: 1}, {VIX_CALL: 2.0}, lots=4)
    out = Order("L1", name, "monetise", (Leg(VIX_CALL, -1),), 4, "taken")
    assert book_after_plan(book, Plan(Desk().instant, (out,)), ("condor",), ("L1",)).by_layer == {}


# -- percentiles -------------------------------------------------------------------------------------------------------


def test_percentiles_by_hand() -> None:
    """Of 1 ... 100 the fifth, fiftieth and ninety-fifth; mean 50.5, and its error from the weights."""
    made = spread_of(np.arange(100.0, 0.0, -1.0))
    assert made[:4] == (5.0, 50.0, 95.0, 50.5)
    assert made.error == pytest.approx(np.arange(1.0, 101.0).std() / 10.0)


def test_a_heavy_path_counts_for_many() -> None:
    made = spread_of(np.array([-10.0, 0.0, 5.0]), np.array([0.06, 0.9, 0.04]))
    assert (made.low, made.middle, made.high) == (-10.0, 0.0, 0.0)
    assert made.mean == pytest.approx(-0.6 + 0.2)
    assert all(math.isnan(x) for x in spread_of(np.array([1.0, math.nan])))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_percentiles_are_profits_in_order(profits: list[float]) -> None:
    made = spread_of(np.array(profits))
    assert min(profits) <= made.low <= made.middle <= made.high <= max(profits)
    assert {made.low, made.middle, made.high} <= set(profits)
