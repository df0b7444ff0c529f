"""An expiry is computed once, from the first session asked, to the last at which its contracts are marked."""

import datetime as dt
import math

import numpy as np
import pytest

from alvh import conventions
from alvh.market.expiries import UNDERLYING, Expiries
from alvh.market.smile_inputs import smile_inputs
from market.plainmarket import clock_days, close_of, plain_history, settles_at, zero_rate

MONTHLY, WEEKLY, VIX_MONTH = dt.date(2019, 2, 15), dt.date(2019, 2, 8), dt.date(2019, 2, 13)


@pytest.fixture(scope="module")
def history():
    return plain_history("2019-01-02", 40)


@pytest.fixture
def expiries(history):
    return Expiries(history, smile_inputs(history))


@pytest.mark.parametrize(
    ("root", "expiry", "last"),
    [
        ("SPX", MONTHLY, "2019-02-14"),  # settled in the morning: last marked the evening before
        ("SPXW", MONTHLY, "2019-02-14"),  # settled on the close: cash by the evening of its day
        ("SPXW", WEEKLY, "2019-02-07"),
        ("VIX", VIX_MONTH, "2019-02-12"),
    ],
)
def test_a_life_ends_at_its_last_mark(expiries, history, root, expiry, last):
    life = expiries.at(3, root, expiry)
    assert life.first == 3
    assert history.dates[life.first + len(life.years) - 1] == dt.date.fromisoformat(last)
    assert life.smile.shape == (4 if root == "VIX" else 3, len(life.years))
    assert expiries.at(history.index(expiry), root, expiry) is None
    assert expiries.at(len(history) - 1, root, expiry) is None


def test_it_is_computed_once_and_again_only_from_an_earlier_session(expiries):
    late = expiries.at(10, "SPX", MONTHLY)
    assert expiries.at(15, "SPX", MONTHLY) is late
    early = expiries.at(5, "SPX", MONTHLY)
    assert early is not late
    np.testing.assert_array_equal(early.smile[:, 5:], late.smile)
    np.testing.assert_array_equal(early.years[5:], late.years)
    assert expiries.at(10, "SPX", MONTHLY) is early


def test_time_runs_from_each_close_to_the_settlement(expiries, history):
    for root, expiry in (("SPX", MONTHLY), ("SPXW", WEEKLY), ("XSP", WEEKLY)):
        life = expiries.at(0, root, expiry)
        for k in (0, 3, len(life.years) - 1):
            seconds = (settles_at(root, expiry) - close_of(history.dates[k])).total_seconds()
            assert life.years[k] == pytest.approx(seconds / 60 / 525_600, rel=1e-14)
    # VIX options closed at 15:15 Chicago in 2019: from 01-02 15:15 to 02-13 08:30 are 41 days, 17 hours, 15 minutes.
    assert expiries.at(0, "VIX", VIX_MONTH).years[0] == pytest.approx((41 * 1440 + 17 * 60 + 15) / 525_600, rel=1e-14)


def test_the_smile_is_forward_discount_and_theta(expiries, history):
    life = expiries.at(0, "SPX", MONTHLY)
    years = life.years[4]
    rate = zero_rate(history, 4, years * 365)
    assert life.smile[0, 4] == pytest.approx(3000.0 * math.exp((rate - history.dividend_yield[4]) * years), rel=1e-13)
    assert life.smile[1, 4] == pytest.approx(math.exp(-rate * years), rel=1e-14)
    assert 0.0 < life.smile[2, 4] < 0.16**2 * clock_days(close_of(history.dates[4]), settles_at("SPX", MONTHLY)) / 200


def test_xsp_has_a_tenth_of_the_forward_and_the_same_smile(expiries):
    big, small = expiries.at(0, "SPXW", WEEKLY), expiries.at(0, "XSP", WEEKLY)
    np.testing.assert_allclose(small.smile[0], big.smile[0] / 10, rtol=1e-14)
    np.testing.assert_allclose(small.smile[1:], big.smile[1:], rtol=1e-14)


def test_a_vix_expiry_stands_on_the_future_of_that_expiry(expiries, history):
    life = expiries.at(0, "VIX", VIX_MONTH)
    np.testing.assert_array_equal(life.smile[0], np.full(len(life.years), 17.5))  # the second month: 17 + 0.5
    unlisted = expiries.at(0, "VIX", conventions.vix_expiry(2020, 3))
    assert np.isnan(unlisted.smile[0]).all()


def test_an_expiry_beyond_the_data_lives_to_their_end(expiries, history):
    life = expiries.at(2, "SPX", dt.date(2019, 12, 20))
    assert len(life.years) == len(history) - 2


def test_a_root_without_a_model_is_a_programmers_error(expiries):
    assert "VIXW" not in UNDERLYING
    with pytest.raises(KeyError):
        expiries.at(0, "VIXW", WEEKLY)
