"""What is measured on a whole statement, worked by hand on the four-session one."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.evidence.campaigns import campaign_summaries
from alvh.evidence.pairing import cash_returns, compare, find_pair, hedge_pnl_usd
from alvh.evidence.reasons import common, family, figures, group_skips
from alvh.evidence.regimes import by_regime
from alvh.evidence.residual import residual_ratios, residual_stats, term_totals
from alvh.values import Skip
from reports.statements import synthetic, tiny


def test_regimes_add_up_the_days_they_name():
    lines = by_regime(tiny().regimes, tiny().layer_pnl_usd)
    assert list(lines) == ["inverted", "normal"]
    assert lines["inverted"] == (1, 21.0, {"condor": 50.0, "L1": -30.0, "cash": 1.0})
    assert lines["normal"] == (3, -67.0, {"condor": -180.0, "L1": 110.0, "cash": 3.0})


def test_an_unheard_of_regime_is_kept_and_comes_last():
    lines = by_regime(("moonlit", "flat"), {"condor": np.array([1.0, 2.0])})
    assert [(name, line.pnl_usd) for name, line in lines.items()] == [("flat", 2.0), ("moonlit", 1.0)]


def test_regimes_lose_no_money():
    statement = synthetic(sessions=600)
    lines = by_regime(statement.regimes, statement.layer_pnl_usd)
    assert sum(line.sessions for line in lines.values()) == 600
    total = statement.equity_usd[-1] - statement.nav_start_usd
    assert sum(line.pnl_usd for line in lines.values()) == pytest.approx(total, abs=0.01)


def test_residual_by_hand():
    terms = {
        "a": {"delta": np.array([100.0, -40.0, 0.0]), "residual": np.array([1.0, 3.0, 0.0]), "costs": np.full(3, -9.0)},
        "b": {"vega": np.array([-100.0, 10.0, 0.0]), "residual": np.array([1.0, 0.0, 0.0])},
    }
    # Day one: 2 of 200 = 1 %. Day two: 3 of 50 = 6 %. Day three has neither and does not count.
    np.testing.assert_allclose(residual_ratios(terms), [0.01, 0.06])
    assert residual_stats(terms) == (2, 0.5, pytest.approx(0.06), pytest.approx(0.06), pytest.approx(0.06), 5.0, 250.0)
    assert term_totals(terms)["a"] == {"delta": 60.0, "residual": 4.0, "costs": -27.0}


def test_a_residual_against_nothing_is_infinite_not_hidden():
    stats = residual_stats({"a": {"delta": np.array([0.0, 5.0]), "residual": np.array([2.0, 0.0])}})
    assert stats.largest == math.inf
    assert stats.share_within == 0.5
    assert residual_stats({}).days == 0


def test_campaigns_by_hand():
    condor, hedge = campaign_summaries(tiny().campaigns, tiny().layers)
    assert (condor.opened, condor.closed, condor.win_rate) == (2, 1, 0.0)
    assert condor.credit_per_lot_usd == pytest.approx(500.0 / 3)
    assert (condor.average_loss_usd, condor.pnl_usd, condor.costs_usd) == (-150.0, -130.0, 40.0)
    assert math.isnan(condor.average_win_usd)
    assert condor.exits == (("open", 1, 1, 20.0), ("stop", 1, 0, -150.0))
    assert hedge.exits[0].reason == "rolled at 21 days"
    assert hedge.average_days == 4.0


def test_reasons_of_one_kind_are_one_group():
    groups = group_skips(tiny().skips)
    assert [(group.layer, group.reason, len(group.items)) for group in groups] == [
        ("condor", "one lot would risk … USD, … % of NAV", 2),
        ("L1", "no listed expiry between 25 and 63 days", 1),
    ]
    assert groups[0].items[1] == (dt.date(2020, 1, 3), ("460", "4.6"))


def test_names_with_digits_are_not_figures():
    assert family("L1 waits for VIX9D, F2 is at 17.5 since 2018-02-05") == "L1 waits for VIX9D, F2 is at … since …"
    assert figures("costs -1,250.5 of 3.") == ("-1,250.5", "3")


def test_a_figure_that_never_varies_stays_in_the_sentence():
    reasons = ["short 21 days, 3 lots of 5", "short 21 days, 4 lots of 5"]
    assert common(reasons) == ("short 21 days, … lots of 5", (1,))
    assert common(reasons[:1]) == (reasons[0], ())


ROWS = st.tuples(st.integers(0, 400), st.sampled_from(["L1", "condor"]), st.integers(0, 3), st.text(max_size=9))


@given(st.lists(ROWS))
def test_grouping_skips_loses_none_and_can_be_undone(rows):
    skips = [
        Skip(dt.date(2020, 1, 1) + dt.timedelta(day), layer, f"{lots} lots {why} of 5")
        for day, layer, lots, why in rows
        if "…" not in why
    ]
    back = []
    for group in group_skips(skips):
        pieces = group.reason.split("…")
        for date, numbers in group.items:
            told = "".join(piece + number for piece, number in zip(pieces, (*numbers, ""), strict=True))
            back.append(Skip(date, group.layer, told))
    assert sorted(back) == sorted(skips)


def test_the_pair_by_hand():
    hedged = tiny()
    pair = find_pair([hedged])
    assert pair is not None
    assert pair.control is None
    # Without the hedge: +101, -299, +51, +21 from 10,000.
    np.testing.assert_allclose(pair.equity_without_usd, [10_101, 9_802, 9_853, 9_874])
    told = compare(pair)
    assert told.cost_usd_per_session == -20.0
    assert told.cost_per_year == pytest.approx(-80.0 / np.mean([10_061, 9_922, 9_943, 9_954]) / (5 / 365.25))
    assert told.with_hedge.drawdown.depth_usd == pytest.approx(-139.0)
    assert told.without.drawdown.depth_usd == pytest.approx(-299.0)
    assert told.worst_days.tolist() == [1, 3, 2, 0]


def test_the_pair_prefers_alvh_against_condor_only():
    one, two, three = (
        synthetic("442-contracts", sessions=60),
        synthetic("alvh", sessions=60, seed=8),
        synthetic("condor-only", hedged=False, sessions=60),
    )
    pair = find_pair([three, one, two])
    assert pair is not None
    assert (pair.hedged.policy, pair.name_without) == ("alvh", "condor-only")


def test_a_control_over_another_window_is_not_compared():
    pair = find_pair([synthetic(sessions=60), synthetic("condor-only", hedged=False, sessions=61)])
    assert pair is not None
    assert pair.control is None
    assert find_pair([synthetic("condor-only", hedged=False, sessions=60)]) is None


def test_hedge_pnl_without_hedges_is_zero():
    control = synthetic("condor-only", hedged=False, sessions=60)
    assert hedge_pnl_usd(control).tolist() == [0.0] * 60


def test_cash_is_what_the_account_earned_on_itself():
    earned = cash_returns(tiny())
    assert earned is not None
    np.testing.assert_allclose(earned, [1 / 10_000, 1 / 10_061, 1 / 9_922, 1 / 9_943])
    assert cash_returns(replace(tiny(), layer_pnl_usd={"condor": np.zeros(4)})) is None
