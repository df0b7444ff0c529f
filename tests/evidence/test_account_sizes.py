"""Account sizes: which runs are asked for, and what is counted in each."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from alvh.evidence.account_sizes import account_size_specs, label, open_sessions, size_line, size_lines
from alvh.policies.policy import preset
from alvh.values import Skip
from reports.statements import tiny

DAY = dt.date(2020, 1, 2)


def test_the_runs_asked_for_are_each_size_on_both_underlyings() -> None:
    specs = account_size_specs(preset("alvh"))
    assert [spec.label for spec in specs] == [
        "nav:25000", "nav:100000", "nav:250000", "nav:1000000",
        "nav:25000:XSP", "nav:100000:XSP", "nav:250000:XSP", "nav:1000000:XSP",
    ]  # fmt: skip
    assert [spec.nav_usd for spec in specs] == [25e3, 1e5, 2.5e5, 1e6] * 2
    assert {spec.policy.name for spec in specs} == {"alvh", "alvh on XSP"}


def test_a_policy_that_cannot_move_is_asked_for_once_a_size() -> None:
    moved = account_size_specs(preset("alvh"))[-1].policy
    assert [spec.label for spec in account_size_specs(moved, (1e5,))] == ["nav:100000"]


def test_one_run_by_hand() -> None:
    # Two condors of 2 and 1 lots, 40 of costs on 500 of credit; one entry refused for the size of a lot, one for what
    # stacks before it took, one for the want of an expiry. The first condor is open at the closes of 12-30 and 12-31,
    # the second at those of 01-02 and 01-03: four sessions, on one of them L1 rounds to none. 46 lost in all, so
    # interest is no share of a gain.
    skips = (
        Skip(dt.date(2019, 12, 31), "condor", "one lot risks 450 USD, more than 3 % of equity"),
        Skip(DAY, "condor", "one lot risks 460 USD, 12 are left of 6 % over all stacks"),
        Skip(DAY, "condor", "no SPX expiry 30-60 days out"),
        Skip(DAY, "L1", "empty: a target of 0.40 rounds to none"),
        Skip(dt.date(2020, 1, 3), "L1", "hedge budget: it pays for 0 of 1 contracts"),
    )
    one = size_line(tiny(skips=skips), "SPX")
    assert (one.opened, one.refused, one.could_trade) == (2, 1, pytest.approx(2 / 3))
    assert one.average_lots == 1.5
    assert one.costs_of_credit == pytest.approx(0.08)
    assert one.condor_sessions == 4
    assert one.rounded == {"L1": 0.25}
    assert one.nav_end_usd == 9_954.0
    assert math.isnan(one.interest_share)


def test_a_run_that_never_traded_says_which_entries_were_refused() -> None:
    skips = (Skip(DAY, "condor", "one lot risks 4,500 USD, more than 3 % of equity"),)
    gain = {"condor": np.zeros(4), "L1": np.zeros(4), "cash": np.full(4, 2.5)}
    idle = tiny(campaigns=(), fills=(), skips=skips, layer_pnl_usd=gain, equity_usd=10_000.0 + np.cumsum(gain["cash"]))
    one = size_line(idle, "SPX")
    assert (one.opened, one.refused, one.could_trade) == (0, 1, 0.0)
    assert one.interest_share == pytest.approx(1.0)
    assert math.isnan(one.rounded["L1"])
    assert math.isnan(one.average_lots)
    assert math.isnan(one.costs_of_credit)


def test_lines_come_by_size_and_only_for_runs_that_are_there() -> None:
    runs = {label(1e5, "XSP"): tiny(), label(1e5, "SPX"): tiny(), label(25e3, "SPX"): tiny(), "base": tiny()}
    assert [(line.underlying, line.nav_usd) for line in size_lines(runs)] == [("SPX", 1e4), ("SPX", 1e4), ("XSP", 1e4)]


def test_a_campaign_is_open_from_its_first_close_to_the_one_before_its_last_fill() -> None:
    closed, still = tiny().campaigns[:2]
    assert open_sessions(tiny(), [closed]) == {0, 1}
    assert open_sessions(tiny(), [still]) == {2, 3}
    assert open_sessions(tiny(), []) == set()
