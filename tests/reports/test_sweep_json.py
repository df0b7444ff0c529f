from __future__ import annotations

import pytest

from alvh.evidence.sweep import judge_sweep
from alvh.reports.sweep_json import sweep_dict
from evidence.small_sweep import searched


def test_numbers_are_those_of_the_evidence():
    found = searched(skill=0.0015)
    judged = judge_sweep(found)
    made = sweep_dict(found, judged)
    assert made["trials"] == 12
    assert made["overfitting"]["pbo"] == pytest.approx(judged.overfitting.pbo, rel=1e-9)
    assert made["overfitting"]["splits"] == 12_870
    assert made["best"]["sharpe"]["dsr_all_trials"]["trials"] == 12
    assert made["walk_forward"]["anchored"]["choices"] == judged.anchored.chosen.size
    assert len(made["cross_validation"]["came_to"]) == 9
    assert (made["from"], made["to"], made["sessions"]) == ("2016-01-04", "2020-05-29", found.sessions.size)
    assert made["refused"] == made["failed"] == []


def test_money_and_rates_are_rounded_the_same_every_time():
    found = searched(skill=0.001)
    assert sweep_dict(found, judge_sweep(found)) == sweep_dict(found, judge_sweep(found))
