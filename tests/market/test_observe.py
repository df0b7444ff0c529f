"""A view serves today and before: alter the future, or cut it off, and nothing that a view returns has moved."""

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh import conventions
from alvh.diagnosis.diagnose import Readings, indicators
from alvh.market.history import build_history
from alvh.market.market_quotes import MarketQuotes
from alvh.market.observe import View
from alvh.market.reconstruct import ModelledQuotes
from alvh.values import Contract, Instant, Missing, Phase, Reading
from market.plainmarket import plain_history
from tiny_market import TinySpec

SESSIONS = 60
SPEC = TinySpec(seed=11, first=dt.date(2019, 3, 1), sessions=SESSIONS, shock_at=(25, 45), spx_start=2800.0)
CHAINED = range(30, 60)


def plain_tables(spec, cut=None, chained=False):
    tables = spec.tables(with_chains=CHAINED if chained else None)
    if cut is None:
        return tables
    day = spec.axis()[cut].item()
    # Scheduled events are published long before: they stay.
    return {
        name: frame.filter(pl.col("quote_date" if name == "chains" else "date") <= day) if name != "events" else frame
        for name, frame in tables.items()
    }


def altered(tables, cut, seed):
    """Change every number that is stamped after a session: prices, levels, rates, quotes, settlements."""
    day, rng = SPEC.axis()[cut].item(), np.random.default_rng(seed)
    out = {}
    for name, frame in tables.items():
        later = pl.col("quote_date" if name == "chains" else "date") > day
        numbers = [c for c, kind in frame.schema.items() if kind == pl.Float64 and c != "strike"]
        factors = {c: pl.Series(np.exp(0.3 * rng.standard_normal(frame.height))) for c in numbers}
        out[name] = frame.with_columns(
            pl.when(later).then(pl.col(c) * factors[c]).otherwise(pl.col(c)).alias(c) for c in numbers
        )
    return out


def source(tables):
    chains = {"SPX": tables["chains"]} if "chains" in tables else {}
    history = build_history({name: frame for name, frame in tables.items() if name != "chains"}, chains)
    return MarketQuotes(history) if chains else ModelledQuotes(history)


def view(quotes, i):
    return View(quotes.history, quotes, i)


def contracts(quotes, i):
    """Return some contracts as they could be traded at `i`."""
    seen = view(quotes, i)
    found = []
    for underlying, rights in (("SPX", "PC"), ("VIX", "C")):
        for series in list(seen.series(underlying))[::4]:
            for right in rights:
                strike = seen.strike_at_delta(series, right, 0.25)
                if math.isfinite(strike):
                    found.append(Contract(series.root, series.expiry, strike, right))
    return found


def everything(quotes, i, held, opened):
    """Return all a view says at `i`, in one comparable list; of the history only what ends at `i`."""
    seen = view(quotes, i)
    said = [seen.date, seen.instant, seen.i, seen.calendar[: i + 1]]
    for name in ("SPX", "VIX", "VVIX", "SKEW", "VIX9D", "SPX.open", "nothing"):
        said += [seen.reading(name), seen.past(name).tobytes()]
    readings = Readings(seen)
    said += [str(readings.value(name)) for name in sorted(indicators())]
    for underlying in ("SPX", "XSP", "VIX"):
        listed = tuple(seen.series(underlying))
        said += [str(seen.spot(underlying)), listed, seen.has_chain([underlying]), seen.traded(underlying, i)]
        for series in listed[::3]:
            said += [str(seen.forward(series)), seen.vx_month(series.expiry), seen.sessions_until(series.expiry)]
            for right in "CP":
                said += [
                    str(seen.strike_at_delta(series, right, d, vendor=v)) for d in (0.16, 0.5) for v in (False, True)
                ]
                said.append(str(seen.strike_near(series, right, 1.01 * seen.spot(underlying))))
    for contract in held:
        said += [repr(seen.quote(contract)), str(seen.mark(contract)), seen.marks_since(contract, opened).tobytes()]
    return said


@pytest.fixture(scope="module")
def worlds():
    return {chained: plain_tables(SPEC, chained=chained) for chained in (False, True)}


@settings(max_examples=12)
@given(i=st.integers(32, 57), back=st.integers(0, 8), seed=st.integers(0, 10_000), chained=st.booleans())
def test_a_view_does_not_move_when_the_future_does(worlds, i, back, seed, chained):
    one, other = source(worlds[chained]), source(altered(worlds[chained], i, seed))
    assert not np.array_equal(one.history.column("SPX"), other.history.column("SPX"))
    start = max(30, i - back)
    held, opened = contracts(one, start), one.history.dates[start]
    assert len(held) >= 4
    assert everything(one, i, held, opened) == everything(other, i, held, opened)


@settings(max_examples=12)
@given(i=st.integers(32, 58), back=st.integers(0, 8), chained=st.booleans())
def test_a_view_does_not_move_when_the_future_is_not_there(i, back, chained):
    whole, past = (source(plain_tables(SPEC, cut, chained)) for cut in (None, i))
    assert len(past.history) == i + 1
    start = max(30, i - back)
    held, opened = contracts(past, start), past.history.dates[start]
    assert everything(whole, i, held, opened) == everything(past, i, held, opened)


def test_what_was_asked_before_does_not_change_what_is_said():
    fresh, used = (source(plain_tables(SPEC)) for _ in range(2))
    held, opened = contracts(fresh, 30), fresh.history.dates[30]
    for i in (50, 40, 31, 45):
        everything(used, i, contracts(used, i), used.history.dates[i])
    assert everything(used, 35, held, opened) == everything(fresh, 35, held, opened)


@pytest.fixture(scope="module")
def quotes():
    return ModelledQuotes(plain_history(sessions=30, VIX=[None] + [16.0] * 29))


def test_a_view_stands_at_the_close(quotes):
    seen = view(quotes, 3)
    assert seen.date == dt.date(2019, 1, 7)
    assert seen.instant == Instant(dt.date(2019, 1, 7), Phase.CLOSE)


def test_a_reading_is_todays_or_missing(quotes):
    assert view(quotes, 1).reading("VIX") == Reading(16.0, dt.date(2019, 1, 3))
    assert view(quotes, 0).reading("VIX") == Missing("no VIX on 2019-01-02")
    assert view(quotes, 0).reading("GOLD") == Missing("no GOLD on 2019-01-02")


def test_the_past_ends_today_and_cannot_be_written(quotes):
    past = view(quotes, 4).past("SPX")
    assert len(past) == 5
    with pytest.raises(ValueError, match="read-only"):
        past[0] = 1.0
    marks = view(quotes, 9).marks_since(put(), quotes.history.dates[2])
    assert len(marks) == 8
    with pytest.raises(ValueError, match="read-only"):
        marks[0] = 1.0
    assert quotes.history.column("SPX")[0] == 3000.0


def put():
    return Contract("SPX", dt.date(2019, 1, 18), 2900.0, "P")


def test_marks_run_from_the_purchase_to_today_and_end_with_the_contract(quotes):
    opened = quotes.history.dates[2]
    life = quotes.life(put(), 2)
    for i in (2, 5, 10):
        np.testing.assert_array_equal(view(quotes, i).marks_since(put(), opened), life.mid[: i - 1])
        assert view(quotes, i).mark(put()) == life.mid[i - 2]
    settled = view(quotes, 20)
    assert len(settled.marks_since(put(), opened)) == len(life.mid)
    assert settled.mark(put()) == life.mid[-1]
    with pytest.raises(KeyError):
        view(quotes, 5).marks_since(put(), dt.date(2019, 1, 5))


def test_a_mark_asked_first_begins_a_life(quotes):
    contract = put()._replace(strike=2901.0)
    assert isinstance(view(quotes, 3).quote(contract), Missing)
    assert math.isfinite(view(quotes, 3).mark(contract))
    assert view(quotes, 4).quote(contract)
    earlier = view(quotes, 1).mark(contract)
    assert math.isfinite(earlier)
    assert quotes.lives[contract].first == 1


def test_the_month_of_an_expiry_counts_from_f1(quotes):
    jan, feb, mar = (conventions.vix_expiry(2019, m) for m in (1, 2, 3))
    assert [view(quotes, 0).vx_month(e) for e in (jan, feb, mar)] == [1, 2, 3]
    late = quotes.history.index(dt.date(2019, 1, 11))  # three sessions to the 16th
    assert [view(quotes, late).vx_month(e) for e in (jan, feb, mar)] == [0, 1, 2]
    assert view(quotes, 0).vx_month(dt.date(2019, 2, 14)) < 1


def test_sessions_are_counted_on_the_calendar_wherever_the_data_end(quotes):
    last = quotes.history.dates[-1]
    for i in (0, 15, 29):
        seen = view(quotes, i)
        for ahead in (0, 1, 4, 30, 200):
            date = seen.date + dt.timedelta(ahead)
            assert seen.sessions_until(date) == conventions.sessions_between(seen.date, date)
    assert view(quotes, 29).sessions_until(last + dt.timedelta(7)) == 4  # Washington's birthday is among them
    assert view(quotes, 20).sessions_until(quotes.history.dates[3]) == 0


def test_what_is_traded_is_asked_of_the_past_only(quotes):
    assert view(quotes, 5).traded("SPX", 5)
    assert view(quotes, 5).traded("VIX", 1)
    assert not view(quotes, 5).traded("VIX", 0)
    with pytest.raises(ValueError, match="after the view's own"):
        view(quotes, 5).traded("SPX", 6)


def test_a_prepared_array_is_read_at_today(quotes):
    assert [view(quotes, i).prepared("count", lambda h: np.arange(len(h), dtype=float)) for i in (0, 7)] == [0.0, 7.0]
