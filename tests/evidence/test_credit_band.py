"""The credit band by hand: a tenth of each opening credit, from its session on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.evidence.credit_band import condor_credits_usd, credit_band
from alvh.evidence.measure import cagr
from reports.statements import tiny


def test_credits_count_in_the_session_of_their_opening_and_hedges_do_not() -> None:
    # 300 on 2019-12-30, 200 on 2020-01-02; L1 paid and hedges.
    assert condor_credits_usd(tiny()) == pytest.approx([300.0, 0.0, 200.0, 0.0])


def test_the_band_by_hand() -> None:
    # Equity 10,061, 9,922, 9,943, 9,954; 30 from the first session, 20 more from the third.
    one = tiny()
    made = credit_band(one)
    less, more = (np.array([10_061, 9_922, 9_943, 9_954]) + side * np.array([30, 30, 50, 50]) for side in (-1.0, 1.0))
    assert made.credits_usd == 500.0
    assert made.less.cagr == pytest.approx(cagr(less, 10_000.0, one.sessions))
    assert made.more.cagr == pytest.approx(cagr(more, 10_000.0, one.sessions))
    # Highs 10,031 and 10,091; lows 9,892 and 9,952, both on the second session.
    assert made.less.max_drawdown == pytest.approx(9_892 / 10_031 - 1.0)
    assert made.more.max_drawdown == pytest.approx(9_952 / 10_091 - 1.0)
    assert made.cagr == (made.less.cagr, made.more.cagr)
    assert made.max_drawdown == (made.less.max_drawdown, made.more.max_drawdown)


def test_a_run_without_condors_has_no_band() -> None:
    made = credit_band(tiny(campaigns=()))
    assert made.less == made.same == made.more


@given(st.floats(0.0, 1.0))
def test_more_credit_is_never_less_growth(share: float) -> None:
    made = credit_band(tiny(), share)
    assert made.less.cagr <= made.same.cagr <= made.more.cagr
