"""Replays: the facts of methodology.md section 7 on real rows, and that an episode is itself from its own eve."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from alvh.accounting.settle import final_value
from alvh.market.engines.fitted import EngineError, fit
from alvh.market.engines.history_driven import start_at
from alvh.market.engines.named_replays import EPISODES, replay, replayed
from alvh.market.engines.simulated import simulated_history
from alvh.market.engines.states import LN_VIX, RETURN, states
from alvh.market.reconstruct import ModelledQuotes
from alvh.values import Contract


def test_a_stretch_from_its_own_eve_is_what_happened(tiny) -> None:
    eve, last = tiny.dates[700], tiny.dates[720]
    path = replayed(tiny, eve, last, eve)
    np.testing.assert_allclose(path.values, states(tiny).values[701:721], atol=1e-12)
    assert (path.stretch == 1.0).all()
    made = simulated_history(tiny, fit(tiny), path, start_at(tiny, eve))
    for name in ("SPX", "SPX.open", "VIX", "VIX3M", "VVIX", "SKEW"):
        expected = tiny.set_value if name == "SPX.open" else tiny.column(name)
        np.testing.assert_allclose(made.history.column(name)[made.first :], expected[701:721], rtol=1e-9)


def test_from_another_day_every_column_moves_by_as_much(tiny) -> None:
    path, known = replayed(tiny, tiny.dates[700], tiny.dates[720]), states(tiny).values
    np.testing.assert_allclose(path.values[:, RETURN], known[701:721, RETURN])
    np.testing.assert_allclose(path.values[:, LN_VIX] - known[-1, LN_VIX], known[701:721, LN_VIX] - known[700, LN_VIX])


def test_what_cannot_be_replayed_is_refused(tiny) -> None:
    with pytest.raises(EngineError, match="no replay is called 'feb-2019'; there are oct-2008, feb-2018"):
        replay(tiny, "feb-2019")
    with pytest.raises(EngineError, match="does not hold every row of 2008-09-12"):
        replay(tiny, "oct-2008")


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "vix_before", "vix_after", "spx_percent"),
    # methodology.md section 7: 5 February 2018, VIX 17.31 to 37.32 and the S&P 500 down 4.1 %; 5 August 2024, a close
    # at 38.57 (from 23.39) and the S&P 500 down 3 %.
    [("feb-2018", 17.31, 37.32, -4.1), ("aug-2024", 23.39, 38.57, -3.0)],
)
def test_the_published_moves(real, name, vix_before, vix_after, spx_percent) -> None:
    eve = EPISODES[name].eve
    path = replay(real, name, eve)
    assert real.column("VIX")[real.index(eve)] == pytest.approx(vix_before)
    assert math.exp(path.column("VIX")[0]) == pytest.approx(vix_after, abs=1e-6)
    assert 100.0 * math.expm1(path.column("SPX")[0]) == pytest.approx(spx_percent, abs=0.05)
    # From the last day there is, VIX is multiplied by as much.
    from_today = replay(real, name)
    factor = math.exp(from_today.column("VIX")[0] - start_at(real).values[LN_VIX])
    assert factor == pytest.approx(vix_after / vix_before)


@pytest.mark.shared
def test_every_named_replay_is_at_hand(real) -> None:
    for name, (eve, last, _) in EPISODES.items():
        path = replay(real, name)
        i, j = real.index(eve), real.first_at_or_after(last + dt.timedelta(1)) - 1
        assert len(path.values) == j - i
        moved = math.log(real.column("SPX")[j] / real.column("SPX")[i])
        assert path.column("SPX").sum() == pytest.approx(moved)


@pytest.mark.shared
def test_hedges_are_marked_on_vx_and_not_on_spot_vix(real) -> None:
    # 5 August 2024: VIX x 1.65 in a day, the second VX two thirds of that in logarithms.
    eve = EPISODES["aug-2024"].eve
    path = replay(real, "aug-2024", eve)
    made = simulated_history(real, fit(real), path, start_at(real, eve))
    history, first = made.history, made.first
    i = real.index(eve)
    second = history.vx.nearby(2)
    vx_move, vix_move = math.log(second[first] / second[first - 1]), path.column("VIX")[0] - math.log(23.39)
    own = real.vx.nearby(2)
    assert vx_move == pytest.approx(math.log(own[i + 1] / own[i]), abs=0.03)
    assert vx_move < 0.7 * vix_move
    quotes = ModelledQuotes(history)
    series = next(s for s in quotes.series(first, "VIX") if s.days >= 40)
    assert quotes.forward(first, series) == pytest.approx(quotes.future(first, series.expiry))
    # And the contract that expired on the 21st settles at that morning's opening.
    settled = final_value(history, Contract("VIX", dt.date(2024, 8, 21), 20.0, "C"))
    assert settled.points == pytest.approx(real.column("VIX.open")[real.index(dt.date(2024, 8, 21))])
