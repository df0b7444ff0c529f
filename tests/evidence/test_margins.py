"""What one piece adds: halves, regimes, episodes, and the block all comparisons share."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from alvh import conventions
from alvh.accounting.statement import CampaignLine
from alvh.evidence.effects import CAGR, METRICS, PNL
from alvh.evidence.margins import (
    SHORTEST_BLOCK_SESSIONS,
    Margin,
    Resampling,
    holding_sessions,
    margin,
    mean_block,
    spells,
)
from alvh.evidence.verdicts import Effect
from alvh.values import Missing

DAYS = conventions.sessions(dt.date(2007, 1, 3), dt.date(2025, 12, 31))
N = DAYS.size
DRAWS = Resampling(21.0, draws=200, seed=3)
NAV = 1e6


def two_accounts(better: float = 0.0, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    without = 0.0002 + 0.006 * rng.standard_normal(N)
    with_ = without + better + 0.001 * rng.standard_normal(N)
    return NAV * np.cumprod(1.0 + with_), NAV * np.cumprod(1.0 + without)


def in_turn(*names: str, each: int = 63) -> tuple[str, ...]:
    return tuple(names[(t // each) % len(names)] for t in range(N))


@pytest.fixture(scope="module")
def found() -> Margin:
    made = margin(*two_accounts(0.0002), NAV, DAYS, in_turn("normal", "flat", "inverted"), DRAWS)
    assert isinstance(made, Margin)
    return made


def test_a_margin_covers_the_whole_the_halves_and_every_episode(found: Margin) -> None:
    assert tuple(found.whole) == METRICS
    assert list(found.halves) == ["2007-2014", "2015-2025"]
    assert list(found.regimes) == ["inverted", "flat", "normal"]
    assert [one.episode.name for one in found.episodes][:2] == ["2008", "2011"]
    assert len(found.episodes) == 8
    assert found.mean_block == 21.0


def test_the_parts_add_up_to_the_whole(found: Margin) -> None:
    with_, without = two_accounts(0.0002)
    assert sum(found.pnl_usd_by_regime.values()) == pytest.approx(with_[-1] - without[-1], rel=1e-9)
    # Means over regimes, weighted by their sessions, are the mean of all.
    gains = np.diff(np.log(with_ / without), prepend=0.0)
    regimes = np.array(in_turn("normal", "flat", "inverted"))
    total = sum(found.regimes[name].estimate * (regimes == name).sum() for name in found.regimes)
    assert total == pytest.approx(gains.sum(), rel=1e-9)


def test_an_episode_tells_facts_and_why_it_has_no_interval(found: Margin) -> None:
    with_, without = two_accounts(0.0002)
    feb = found.episodes[3]
    first, last = (int(np.searchsorted(DAYS, np.datetime64(day))) for day in (feb.episode.high, feb.episode.last))
    assert feb.sessions == last - first == 30
    assert feb.pnl_usd == pytest.approx((with_[last] - with_[first]) - (without[last] - without[first]), rel=1e-9)
    assert isinstance(feb.sureness, Missing)
    assert "one event: 30 sessions" in feb.sureness.why


def test_an_episode_long_enough_has_an_interval() -> None:
    made = margin(*two_accounts(), NAV, DAYS, in_turn("normal"), Resampling(15.0, 200, 3))
    assert isinstance(made, Margin)
    grind = made.episodes[5]
    assert grind.episode.name == "2022"
    assert isinstance(grind.sureness, Effect)
    assert grind.sureness.estimate == pytest.approx(grind.pnl_usd, rel=1e-9)
    assert grind.sureness.low < grind.pnl_usd < grind.sureness.high


def test_a_regime_met_a_few_times_is_not_judged() -> None:
    regimes = tuple("extreme" if 100 <= t < 160 or 900 <= t < 960 else "normal" for t in range(N))
    made = margin(*two_accounts(), NAV, DAYS, regimes, DRAWS)
    assert isinstance(made, Margin)
    assert isinstance(made.regimes["extreme"], Missing)
    assert "120 sessions in 2 of the 8 separate stretches" in made.regimes["extreme"].why
    assert isinstance(made.regimes["normal"], Effect) is (spells(np.array(regimes) == "normal", 21.0) >= 8)


def test_a_regime_where_a_piece_truly_earns_pays_and_the_others_do_not() -> None:
    rng = np.random.default_rng(8)
    regimes = np.array(in_turn("normal", "steep", each=42))
    without = 0.0002 + 0.006 * rng.standard_normal(N)
    with_ = without + np.where(regimes == "steep", 0.0006, -0.0006) + 0.0005 * rng.standard_normal(N)
    made = margin(NAV * np.cumprod(1.0 + with_), NAV * np.cumprod(1.0 + without), NAV, DAYS, tuple(regimes), DRAWS)
    assert isinstance(made, Margin)
    assert made.regimes["steep"].verdict == "pays"
    assert made.regimes["normal"].verdict == "does not pay"
    assert made.regimes["steep"].estimate == pytest.approx(0.0006, abs=5e-5)


def test_an_account_that_was_wiped_out_cannot_be_drawn_again() -> None:
    with_, without = two_accounts()
    with_[200:] = -5.0
    made = margin(with_, without, NAV, DAYS, in_turn("normal"), DRAWS)
    assert isinstance(made, Missing)
    assert "wiped out" in made.why


def test_a_short_window_says_why_it_has_no_interval() -> None:
    with_, without = two_accounts()
    made = margin(with_[:100], without[:100], NAV, DAYS[:100], in_turn("normal")[:100], DRAWS)
    assert isinstance(made, Margin)
    assert isinstance(made.whole[CAGR], Missing)
    assert made.halves["2007"][PNL] == made.whole[PNL]
    assert list(made.halves) == ["2007"]
    assert made.episodes == ()


def test_the_future_changes_no_half_before_it() -> None:
    with_, without = two_accounts()
    later = with_.copy()
    cut = int(np.searchsorted(DAYS, np.datetime64("2015-01-01")))
    later[cut:] *= np.linspace(1.0, 1.5, N - cut)
    one, other = (margin(side, without, NAV, DAYS, in_turn("normal"), DRAWS) for side in (with_, later))
    assert isinstance(one, Margin)
    assert isinstance(other, Margin)
    assert one.halves["2007-2014"] == other.halves["2007-2014"]
    assert one.halves["2015-2025"] != other.halves["2015-2025"]


def test_the_block_is_never_shorter_than_a_month_or_the_holding() -> None:
    noise = np.random.default_rng(2).standard_normal(2000)
    assert mean_block([noise], 0.0) == SHORTEST_BLOCK_SESSIONS == 21.0
    assert mean_block([noise], 33.0) == 33.0
    assert mean_block([np.zeros(2000)], 0.0) == 21.0
    assert mean_block([], 0.0) == 21.0


def test_a_dependent_difference_asks_for_a_longer_block_for_all() -> None:
    rng = np.random.default_rng(2)
    slow = np.convolve(rng.standard_normal(2120), np.ones(120) / 120, "valid")[:2000]
    asked = mean_block([rng.standard_normal(2000), slow], 0.0)
    assert asked > 40.0
    assert asked == mean_block([slow], 0.0)


def line(layer: str, opened: str, closed: str | None) -> CampaignLine:
    ends = dt.date.fromisoformat(opened), dt.date.fromisoformat(closed) if closed else None
    return CampaignLine(layer, f"{layer}@{opened}", *ends, 1, 0.0, 0.0, 0.0, 0.0, "open")


def test_holding_is_counted_in_sessions_by_the_layer_that_holds_longest() -> None:
    # Condors of 7, 5 and 7 calendar days over one weekend each: 5, 3 and 5 sessions, median 5. Calls: 4 and 10
    # sessions (the second still open on the last session, 31 January), median 7.
    days = conventions.sessions(dt.date(2024, 1, 2), dt.date(2024, 1, 31))
    condors = [line("condor", "2024-01-02", "2024-01-09"), line("condor", "2024-01-04", "2024-01-09"),
               line("condor", "2024-01-03", "2024-01-10")]  # fmt: skip
    calls = [line("L1", "2024-01-16", "2024-01-22"), line("L1", "2024-01-17", None)]
    assert holding_sessions(condors, days) == 5.0
    assert holding_sessions([*condors, *calls], days) == 7.0
    assert holding_sessions([], days) == 0.0


def test_stretches_are_apart_by_more_than_a_block() -> None:
    within = np.zeros(100, dtype=bool)
    within[[3, 4, 10, 40, 62, 95]] = True
    # 10 to 40 and 62 to 95 are more than 21 apart; 40 to 62 is 22 and so is a gap too.
    assert spells(within, 21.0) == 4
    assert spells(within, 22.0) == 3
    assert spells(np.zeros(5, dtype=bool), 21.0) == 0


def test_halves_are_called_by_the_years_they_hold() -> None:
    later = np.datetime64("2012-06-01") <= DAYS
    with_, without = (one[later] for one in two_accounts(0.0002))
    made = margin(with_, without, NAV, DAYS[later], ("normal",) * int(later.sum()), DRAWS)
    assert isinstance(made, Margin)
    assert list(made.halves) == ["2012-2014", "2015-2025"]
