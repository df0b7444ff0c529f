from __future__ import annotations

import math

import numpy as np
import pytest

from alvh.evidence.cscv import Overfitting
from alvh.evidence.sharpe_evidence import Deflated
from alvh.evidence.sharpe_tests import deflated_sharpe, independent_sessions, moments
from alvh.evidence.snooping import Snooping
from alvh.evidence.sweep import judge_sweep
from alvh.evidence.trial_clusters import Clusters
from alvh.evidence.walk_forward import CrossValidation, WalkForward
from alvh.values import Missing
from evidence.small_sweep import SESSIONS, searched


def test_the_ranking_puts_the_best_first_and_the_unknown_last():
    measures = [{"vol": value, "cagr": value} for value in (0.2, None, 0.1, 0.3)]
    found = searched(measures=tuple(measures), measure="cagr")
    assert found.ranking.tolist() == [3, 0, 2, 1]
    assert searched(measures=tuple(measures), measure="vol").ranking.tolist() == [2, 0, 3, 1], "less of it is better"
    assert math.isnan(found.values("cagr")[1])


def test_skill_that_is_planted_is_found_by_every_test():
    found = searched(skill=0.0015)  # 0.15 of a deviation a day, a Sharpe ratio of 2.4 a year
    judged = judge_sweep(found)
    column, evidence = judged.best[0]
    assert column == 5
    assert found.config(column) == {"condor.short": 0.2, "condor.dte": 45}
    assert isinstance(evidence.counted, Deflated)
    assert evidence.counted.trials == 12
    assert isinstance(judged.overfitting, Overfitting)
    assert judged.overfitting.pbo < 0.05
    assert isinstance(judged.snooping, Snooping)
    assert judged.snooping.superior_ability.p_consistent < 0.05
    assert isinstance(judged.clusters, Clusters)
    assert judged.clusters.count == 12
    assert isinstance(judged.anchored, WalkForward)
    assert isinstance(judged.rolling, WalkForward)
    assert set(judged.anchored.chosen.tolist()) == {5}
    assert isinstance(judged.crossed, CrossValidation)
    assert judged.crossed.losing == 0.0


def test_noise_is_called_noise():
    judged = judge_sweep(searched())
    assert isinstance(judged.overfitting, Overfitting)
    assert judged.overfitting.pbo > 0.2
    assert isinstance(judged.snooping, Snooping)
    assert judged.snooping.superior_ability.p_consistent > 0.5


def test_the_trials_of_the_store_count_not_those_of_the_sweep_alone():
    few = searched(skill=0.0015)
    many = searched(skill=0.0015, trial_sharpes=np.concatenate((few.trial_sharpes, np.full(988, np.nan))))
    alone, counted = (judge_sweep(one).best[0][1].counted for one in (few, many))
    assert counted.trials == 1000
    assert counted.dsr_independent < alone.dsr_independent
    # By the formula: the spread of the known ones, at a thousand trials and the independent sessions.
    own = moments(few.excess[:, 5])
    n = independent_sessions(few.excess[:, 5], 15)
    spread = float(np.var(few.trial_sharpes, ddof=1))
    expected = deflated_sharpe(own.sharpe, spread, 1000, n, own.skew, own.kurtosis)
    assert counted.dsr_independent == pytest.approx(expected, rel=1e-12)


def test_a_short_record_is_refused_by_each_test_with_a_sentence():
    full = searched()
    judged = judge_sweep(searched(sessions=SESSIONS[:100], excess=full.excess[:100]))
    for answer in (judged.overfitting, judged.snooping, judged.anchored, judged.crossed, judged.best[0][1].counted):
        assert isinstance(answer, Missing)
        assert "100 sessions" in answer.why


def test_the_same_sweep_is_judged_the_same():
    one, two = judge_sweep(searched(skill=0.001)), judge_sweep(searched(skill=0.001))
    assert one.snooping.reality_check == two.snooping.reality_check
    assert one.best[0][1].counted == two.best[0][1].counted


def test_one_policy_alone_was_not_chosen_among_several():
    full = searched()
    judged = judge_sweep(
        searched(
            combinations=full.combinations[:1],
            measures=full.measures[:1],
            excess=full.excess[:, :1],
            trial_sharpes=full.trial_sharpes[:1],
        )
    )
    assert isinstance(judged.overfitting, Missing)
    assert "nothing was selected" in judged.best[0][1].counted.why
