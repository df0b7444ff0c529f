"""The index as a holding: by hand on a market of constants, with a dividend, and where a close is missing."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.market.history import ASSUMED_DIVIDEND_YIELD, SPY_FEE, build_history
from alvh.market.index_quotes import NEVER, total_return
from alvh.market.market_quotes import MarketQuotes
from alvh.market.reconstruct import ModelledQuotes
from alvh.values import Contract, Missing, Quote
from market.plainmarket import plain_history, plain_tables

TR, PR = Contract("SPXTR", NEVER), Contract("SPXPR", NEVER)


def with_spy(spx: list[float], spy: list[float | None], adjusted: list[float | None]):
    """Return a history in which SPY is quoted beside the index."""
    frames = plain_tables(sessions=len(spx), SPX=spx)
    days = frames["vol_indices"]["date"].unique().sort()[: len(spx)]
    fund = pl.DataFrame({"date": days, "symbol": ["SPY"] * len(spx), "close": spy, "adj_close": adjusted})
    fund = fund.with_columns(pl.col("close", "adj_close").cast(pl.Float64), source=pl.lit("plain"))
    return build_history({**frames, "underlyings": pl.concat((frames["underlyings"], fund), how="diagonal")})


@pytest.mark.parametrize("source", [ModelledQuotes, MarketQuotes])
def test_it_is_quoted_at_its_level_without_a_spread_by_both_sources(source):
    quotes = source(plain_history(SPX=3000.0))
    day = quotes.history.dates[0]
    assert quotes.quote(0, PR) == Quote(3000.0, 3000.0, day, "market", 1.0)
    assert quotes.quote(0, TR) == Quote(3000.0, 3000.0, day, "market", 1.0)
    (listed,) = quotes.series(0, "SPXTR")
    assert (listed.root, listed.expiry) == ("SPXTR", dt.date.max)
    assert quotes.forward(0, listed) == 3000.0
    assert not quotes.life(TR, 0).modelled.any()


def test_without_a_fund_the_assumed_yield_accrues_by_calendar_days():
    # 2019-01-02 to 2019-01-04 is two days: 3000 x exp(0.019 x 2 / 365) = 3000 x 1.000104115 = 3000.31234.
    quotes = ModelledQuotes(plain_history(SPX=3000.0))
    assert ASSUMED_DIVIDEND_YIELD == 0.019
    assert quotes.quote(2, TR).mid == pytest.approx(3000.31234, abs=1e-5)
    assert quotes.quote(2, PR).mid == 3000.0


def test_a_distribution_puts_the_accrual_since_the_one_before_right():
    # SPY pays 1 % on the second and on the fourth session: the traded close falls by it, the adjusted one does not.
    # Accrual: 0.019 / 365 = 5.20548e-5 a day. On the first ex-date (1 day) the accrual stands: 3000 x exp(5.20548e-5).
    # The step of ln(adjusted/close) on the fourth session is ln(297/294.03) = 0.0100503; the fee over the days since
    # the first ex-date, 2019-01-03 to 2019-01-07, is 0.000945 x 4 / 365 = 1.0356e-5. In between the yield accrues.
    history = with_spy([3000.0] * 5, [300.0, 297.0, 297.0, 294.03, 294.03], [300.0] * 5)
    made = total_return(history)
    day = 0.019 / 365.0
    assert made[1] == pytest.approx(3000.0 * math.exp(day))
    assert made[2] == pytest.approx(3000.0 * math.exp(2.0 * day))
    assert (history.dates[1], history.dates[3]) == (dt.date(2019, 1, 3), dt.date(2019, 1, 7))
    assert made[3] == pytest.approx(3000.0 * math.exp(day + 0.0100503 + 1.0356e-5), abs=1e-3)
    assert SPY_FEE == 0.000945
    assert made[4] == pytest.approx(made[3] * math.exp(day))


def test_rounding_of_the_adjusted_close_is_no_dividend():
    history = with_spy([3000.0] * 2, [300.0, 300.0], [300.0, 300.3])
    assert total_return(history)[1] == pytest.approx(3000.0 * math.exp(0.019 / 365.0))


def test_a_missing_close_is_carried_flagged_and_no_quote():
    quotes = ModelledQuotes(plain_history(SPX=[3000.0, None, 3030.0] + [3030.0] * 57))
    life = quotes.life(PR, 0)
    assert life.mid[:3].tolist() == [3000.0, 3000.0, 3030.0]
    assert life.stale[:3].tolist() == [False, True, False]
    assert isinstance(quotes.quote(1, PR), Missing)
    assert quotes.series(1, "SPXPR") == ()
    # Over the hole the index gained 1 % and two days of dividends.
    assert quotes.life(TR, 0).mid[2] == pytest.approx(3030.0 * math.exp(0.019 * 2 / 365.0))


def test_nothing_else_of_the_root_can_be_held():
    quotes = ModelledQuotes(plain_history())
    assert "no holding" in quotes.quote(0, PR._replace(expiry=dt.date(2019, 3, 15))).why


@given(st.lists(st.floats(100.0, 9000.0), min_size=3, max_size=12))
def test_total_over_price_return_never_falls_and_knows_no_future(levels):
    made = total_return(plain_history(sessions=len(levels), SPX=levels))
    assert (np.diff(made / np.array(levels)) > -1e-12).all()
    cut = total_return(plain_history(sessions=len(levels), SPX=[*levels[:-1], levels[-1] * 2.0]))
    assert cut[:-1] == pytest.approx(made[:-1])
