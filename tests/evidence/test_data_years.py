"""The run on both sides of a cut."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from alvh.evidence.data_years import split
from alvh.evidence.measure import years_of
from reports.statements import synthetic, tiny


def test_the_parts_by_hand() -> None:
    # Equity 10,061, 9,922 | 9,943, 9,954: the second part starts from 9,922.
    before, since = split(tiny(), dt.date(2020, 1, 1))
    assert (before.name, since.name) == ("2019-2019", "2020-2020")
    assert (before.sessions, since.sessions) == (2, 2)
    assert before.max_drawdown == pytest.approx(9_922 / 10_061 - 1.0)
    assert since.max_drawdown == 0.0
    assert since.cagr == pytest.approx((9_954 / 9_922) ** (365.25 / 2) - 1.0)
    # L1 lost 40 and gained 160 on 9,991.50 on average in two days; then lost 40 on 9,948.50.
    assert before.hedge_cost_per_year == pytest.approx(-120 / 9_991.5 / (2 / 365.25))
    assert since.hedge_cost_per_year == pytest.approx(40 / 9_948.5 / (2 / 365.25))


def test_one_side_alone_is_one_part() -> None:
    assert [part.sessions for part in split(tiny())] == [4]
    assert [part.sessions for part in split(tiny(), dt.date(2030, 1, 1))] == [4]


def test_the_growth_of_the_parts_multiplies_to_that_of_the_run() -> None:
    one = synthetic(sessions=600)
    middle = one.sessions[300].astype(object)
    parts = split(one, middle)
    at = [np.searchsorted(one.sessions, np.datetime64(middle))]
    grown = 1.0
    for part, sessions in zip(parts, np.split(one.sessions, at), strict=True):
        grown *= (1.0 + part.cagr) ** years_of(sessions)
    assert grown == pytest.approx(one.equity_usd[-1] / one.nav_start_usd)


def test_what_comes_later_changes_nothing_before_it() -> None:
    one = synthetic(sessions=600)
    cut = one.sessions[300].astype(object)
    equity = one.equity_usd.copy()
    equity[300:] *= 2.0
    assert split(replace(one, equity_usd=equity), cut)[0] == split(one, cut)[0]
