"""How sure one difference is: worked cases, and what must hold whatever the accounts are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.evidence.effects import (
    CAGR,
    CVAR,
    DRAWDOWN,
    FEWEST_BLOCKS,
    METRICS,
    PARTS,
    PNL,
    SAME,
    Paired,
    Resampling,
    deepest,
    effects,
    mean_effect,
    parts_t,
    regime_effect,
    stretches_t,
    swaps,
)
from alvh.evidence.measure import cagr, cvar95, max_drawdown
from alvh.evidence.verdicts import Effect
from alvh.maths.bootstrap import draw_blocks
from alvh.values import Missing

N = 504
DRAWS = Resampling(21.0, draws=400, seed=5)


def days(n: int = N) -> np.ndarray:
    return np.busday_offset("2012-01-02", np.arange(n), roll="forward")


def paired(seed: int = 1, better: float = 0.0, n: int = N) -> Paired:
    rng = np.random.default_rng(seed)
    without = 0.0002 + 0.008 * rng.standard_normal(n)
    one = without + better + 0.002 * rng.standard_normal(n)
    gained = np.diff(1e6 * (np.cumprod(1.0 + one) - np.cumprod(1.0 + without)), prepend=0.0)
    return Paired(one, without, gained, days(n))


def test_the_estimates_are_what_measure_says_of_the_two_accounts() -> None:
    pair = paired()
    found = effects(pair, DRAWS)
    one, other = (1e6 * np.cumprod(1.0 + returns) for returns in (pair.returns_with, pair.returns_without))
    assert tuple(found) == METRICS
    assert all(isinstance(effect, Effect) for effect in found.values())
    assert found[CAGR].estimate == pytest.approx(cagr(one, 1e6, days()) - cagr(other, 1e6, days()), abs=1e-12)
    falls = max_drawdown(one, 1e6, days()).depth - max_drawdown(other, 1e6, days()).depth
    assert found[DRAWDOWN].estimate == pytest.approx(falls, abs=1e-12)
    assert found[CVAR].estimate == pytest.approx(cvar95(pair.returns_with) - cvar95(pair.returns_without), abs=1e-15)
    # The last closes differ by the sum of what was gained, over 504 weekdays = 704 days.
    assert (days()[-1] - days()[0]).astype(int) + 1 == 704
    assert found[PNL].estimate == pytest.approx((one[-1] - other[-1]) / (704 / 365.25), rel=1e-9)


def test_what_is_plainly_better_pays_and_its_opposite_does_not() -> None:
    pair = paired(better=0.002)
    turned = Paired(pair.returns_without, pair.returns_with, -pair.gained_usd, pair.sessions)
    for metric in (CAGR, CVAR, PNL):
        assert effects(pair, DRAWS)[metric].verdict == "pays", metric
        assert effects(turned, DRAWS)[metric].verdict == "does not pay", metric


@settings(max_examples=10)
@given(st.integers(0, 1000), st.floats(-0.001, 0.001))
def test_trading_sides_turns_everything_around(seed: int, better: float) -> None:
    pair = paired(seed, better)
    turned = effects(Paired(pair.returns_without, pair.returns_with, -pair.gained_usd, pair.sessions), DRAWS)
    found = effects(pair, DRAWS)
    for metric in (DRAWDOWN, CVAR, PNL):
        one, other = found[metric], turned[metric]
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low), rel=1e-6, abs=1e-12)
        assert one.estimate == pytest.approx(-other.estimate, abs=1e-9)
        opposite = {"pays": "does not pay", "does not pay": "pays", "cannot tell": "cannot tell"}
        assert one.verdict == opposite[other.verdict]


def test_equal_accounts_say_nothing() -> None:
    pair = paired()
    same = Paired(pair.returns_with, pair.returns_with, np.zeros(N), pair.sessions)
    for effect in effects(same, DRAWS).values():
        assert (effect.estimate, effect.low, effect.high, effect.verdict) == (0.0, 0.0, 0.0, "cannot tell")
        assert effect.why == SAME


def test_too_short_a_history_has_no_interval() -> None:
    short = int(FEWEST_BLOCKS * DRAWS.mean_block) - 1
    found = effects(paired(n=short), DRAWS)
    assert all(isinstance(one, Missing) and f"{short} sessions are fewer" in one.why for one in found.values())
    assert all(isinstance(one, Effect) for one in effects(paired(n=short + 1), DRAWS).values())


def test_the_t_of_the_parts_by_hand() -> None:
    # Means of the parts 1, 2, ..., P: their mean (P + 1) / 2, variance P (P + 1) / 12, so t = (P + 1) / 2 x
    # sqrt(12 / (P + 1)) = sqrt(3 (P + 1)).
    values = np.repeat(np.arange(1.0, PARTS + 1.0), 7)
    assert parts_t(values) == pytest.approx(math.sqrt(3.0 * (PARTS + 1)))
    assert parts_t(np.ones(30)) == 0.0


def test_one_lucky_stretch_is_not_enough() -> None:
    # 5 % in one month of four years of nothing: drawn again, that month is sometimes absent; cut into parts, it is one.
    gained = np.zeros(1008)
    gained[300:321] = 0.05 / 21
    effect = mean_effect(gained + 1e-9 * np.arange(1008) % 2, draw_blocks(1, 400, 1008, 21.0))
    assert effect.verdict == "cannot tell"


def test_one_deep_fall_is_one_event() -> None:
    # Equal accounts but for one crash of ten sessions, of which "with" takes half: nothing else ever happens. The draws
    # that hold the crash all say "smaller", the coins say that one event is even odds.
    rng = np.random.default_rng(2)
    base = 0.0004 + 0.002 * rng.standard_normal(1008)
    with_, without = base.copy(), base.copy()
    without[430:440] -= 0.03
    with_[430:440] -= 0.015
    pair = Paired(with_, without, with_ - without, days(1008))
    effect = effects(pair, DRAWS)[DRAWDOWN]
    assert effect.estimate > 0.1
    assert effect.p_pays >= 0.4
    assert effect.verdict == "cannot tell"


def test_the_coins_cover_the_history_in_equal_parts() -> None:
    blocks = swaps(1001, 50)
    assert blocks.length.reshape(50, PARTS).sum(axis=1).tolist() == [1001] * 50
    assert np.ptp(blocks.length) <= 1
    assert 0.4 < (blocks.position < 0.5).mean() < 0.6


def test_the_deepest_fall_of_returns() -> None:
    # 1 -> 1.1 -> 0.88 -> 0.968: a fifth off the high.
    assert deepest(np.array([0.1, -0.2, 0.1]), days(3)) == pytest.approx(-0.2)


def test_the_same_seed_says_the_same() -> None:
    assert effects(paired(), DRAWS) == effects(paired(), DRAWS)
    assert effects(paired(), DRAWS) != effects(paired(), Resampling(21.0, draws=400, seed=6))


def test_the_t_of_stretches_by_hand() -> None:
    # Two stretches of 10 sessions, 90 apart, gaining 1 and 3 a session: mean 2, sums left over -10 and 10, so the error
    # of the sum is sqrt(2 x 200) = 20, the sum 40 and t 2 on two parts.
    gained, within = np.zeros(200), np.zeros(200, dtype=bool)
    within[20:30], within[120:130] = True, True
    gained[20:30], gained[120:130] = 1.0, 3.0
    assert stretches_t(gained, within, 21.0) == (pytest.approx(2.0), 2)
    # Taken as one stretch, they are one part and say nothing.
    assert stretches_t(gained, within, 100.0) == (0.0, 1)


def test_a_regime_must_survive_the_bad_month_it_was_spared() -> None:
    # A piece that gains steadily in every regime, and loses all of it in one month in another regime.
    rng = np.random.default_rng(4)
    within = (np.arange(2016) // 42) % 2 == 0
    gained = 0.0004 + 0.0002 * rng.standard_normal(2016)
    blocks = draw_blocks(1, 400, 2016, 21.0)
    spared = regime_effect(gained, within, blocks, 21.0)
    assert spared.verdict == "pays"
    hit = gained.copy()
    hit[50:60] -= 0.03
    assert not within[50:60].any()
    effect = regime_effect(hit, within, blocks, 21.0)
    assert effect.estimate == spared.estimate
    assert (effect.p_pays, effect.verdict) == (1.0, "cannot tell")
