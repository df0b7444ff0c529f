"""The runs of an evidence as the search they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from alvh.evidence.cscv import Overfitting
from alvh.evidence.measure import daily_returns
from alvh.evidence.pairing import cash_returns
from alvh.evidence.run_spec import BASE
from alvh.evidence.search import configurations, excess_returns, longest_holding, searched
from alvh.evidence.sharpe_evidence import Deflated
from alvh.values import Missing
from evidence.tracks import SILENT, made

STUDY, TRACKS = made()


def test_what_came_out_alike_counts_once() -> None:
    names = configurations(TRACKS)
    assert names[0] == BASE
    assert SILENT not in names
    assert not any(name.startswith(("fill:", "draw:", "control:", "bare-")) for name in names)
    assert len(names) == len({TRACKS[name].statement.equity_usd.tobytes() for name in names})


def test_a_run_that_opened_no_condor_is_nobodys_choice() -> None:
    one = TRACKS["off:L1"]
    idle = replace(one, statement=replace(one.statement, campaigns=()))
    assert "off:L1" not in configurations({**TRACKS, "off:L1": idle})


def test_excess_is_beyond_the_accounts_own_cash() -> None:
    one = TRACKS[BASE].statement
    cash = cash_returns(one)
    assert cash is not None
    assert excess_returns(one) == pytest.approx(daily_returns(one.equity_usd, one.nav_start_usd) - cash)


def test_the_count_of_the_store_is_the_count_that_deflates() -> None:
    counted = np.random.default_rng(1).normal(0.0, 0.03, 77)
    found = searched(TRACKS, counted, seed=1, draws=50)
    assert found.trials == 77
    assert isinstance(found.sharpe.counted, Deflated)
    assert found.sharpe.counted.trials == 77
    assert isinstance(found.overfitting, Overfitting)
    assert found.overfitting.configurations == len(found.names)


def test_without_a_counter_its_own_runs_are_counted() -> None:
    found = searched(TRACKS, np.array([]), seed=1, draws=50)
    assert found.trials == len(found.names)


def test_a_short_window_is_refused() -> None:
    _, short = made(sessions=300)
    found = searched(short, np.array([]), seed=1, draws=20)
    assert isinstance(found.sharpe.psr, Missing)
    assert isinstance(found.cross_validation, Missing)
    assert isinstance(found.snooping, Missing)


def test_a_gap_is_as_long_as_the_longest_condor() -> None:
    one = TRACKS[BASE].statement
    held = [
        int(np.searchsorted(one.sessions, np.datetime64(line.closed or one.sessions[-1], "D")))
        - int(np.searchsorted(one.sessions, np.datetime64(line.opened, "D")))
        for line in one.campaigns
        if line.layer not in one.hedge_layers
    ]
    assert longest_holding(one) == max(held)
    assert longest_holding(replace(one, campaigns=())) == 1
