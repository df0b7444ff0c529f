"""The index of a chain: every quote is found where it was, one capture a session, whatever order the rows came in."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh import conventions
from alvh.adapters.schema import CHAINS
from alvh.market.chains import UNNAMED, ChainColumns
from tiny_market import TinySpec, tiny_market

EPOCH = dt.date(1970, 1, 1).toordinal()
DAYS = conventions.sessions(dt.date(2024, 3, 25), dt.date(2024, 4, 5)).astype(np.int64)
SESSIONS = [dt.date.fromordinal(int(d) + EPOCH) for d in DAYS]
NOON, CLOSE = (dt.datetime(2024, 3, 25, h) for h in (12, 16))
EXPIRY = dt.date(2024, 4, 19)


def number(date):
    return date.toordinal() - EPOCH


def row(session=0, root="SPXW", expiry=EXPIRY, right="C", strike=5000.0, bid=1.0, ask=1.2, **other):
    date = SESSIONS[session] if isinstance(session, int) else session
    base = {
        "quote_date": date,
        "root": root,
        "expiry": expiry,
        "right": right,
        "strike": strike,
        "bid": bid,
        "ask": ask,
    }
    return {"source": "one", "symbol": "SPX", **base, **other}


def frame(*rows):
    return CHAINS.conform(
        pl.DataFrame(list(rows), schema_overrides={"snapshot_ts": pl.Datetime("us")}, infer_schema_length=None)
    )


def build(*rows):
    return ChainColumns.build(DAYS, frame(*rows))


@pytest.fixture(scope="module")
def market():
    return tiny_market(sessions=60, with_chains=range(40, 44))["chains"]


@pytest.fixture(scope="module")
def axis():
    return TinySpec(sessions=60).axis().astype(np.int64)


def everything(chain, n):
    """Read every quote back through the index."""
    out = {}
    for i in range(n):
        for root, expiry in chain.expiries(i):
            for call in (True, False):
                a, b = chain.rows(i, root, expiry, call=call)
                for r in range(a, b):
                    out[i, root, expiry, call, float(chain.strike[r])] = (float(chain.bid[r]), float(chain.ask[r]))
    return out


def test_every_quote_of_a_market_is_found_where_it_was(market, axis):
    chain = ChainColumns.build(axis, market)
    expected = {
        (int(np.searchsorted(axis, number(d))), str(root), number(e), right == "C", k): (bid, ask)
        for d, root, e, right, k, bid, ask in market.select(
            "quote_date", pl.col("root").cast(pl.String), "expiry", "right", "strike", "bid", "ask"
        ).iter_rows()
    }
    assert everything(chain, len(axis)) == expected
    assert len(chain.strike) == market.height


def test_the_order_of_rows_does_not_matter(market, axis):
    chains = [
        ChainColumns.build(axis, f) for f in (market, market.sample(fraction=1.0, shuffle=True, seed=1), market[::-1])
    ]
    for other in chains[1:]:
        for name in ("group_key", "group_start", "session_group", "strike", "bid", "ask", "delta", "underlying"):
            np.testing.assert_array_equal(getattr(chains[0], name), getattr(other, name))


def test_rows_in_the_order_of_the_store_are_taken_as_they_lie(market, axis):
    stored = market.sort(CHAINS.key)
    np.testing.assert_array_equal(ChainColumns.build(axis, stored).bid, stored["bid"].to_numpy())


SPOTS = st.tuples(
    st.integers(0, len(SESSIONS) - 1),
    st.sampled_from(["SPX", "SPXW", None]),
    st.sampled_from([dt.date(2024, 4, 19), dt.date(2024, 4, 26)]),
    st.sampled_from(["C", "P"]),
    st.sampled_from([4900.0, 5000.0, 5000.5]),
)


@settings(max_examples=30)
@given(spots=st.lists(SPOTS, max_size=40, unique=True), order=st.randoms(use_true_random=False))
def test_any_set_of_quotes_is_found_again_and_nothing_else_is(spots, order):
    quotes = {spot: float(n) for n, spot in enumerate(spots)}
    shuffled = list(quotes.items())
    order.shuffle(shuffled)
    rows = [row(i, root, expiry, right, k, bid, bid + 1.0) for (i, root, expiry, right, k), bid in shuffled]
    chain = ChainColumns.build(DAYS, frame(*rows) if rows else CHAINS.empty())
    for i in range(len(SESSIONS)):
        assert chain.has_session(i) == any(spot[0] == i for spot in spots)
        for root in ("SPX", "SPXW", None):
            for expiry in (dt.date(2024, 4, 19), dt.date(2024, 4, 26)):
                for right in ("C", "P"):
                    for k in (4900.0, 5000.0, 5000.5, 5001.0):
                        r = chain.row(i, root or UNNAMED, number(expiry), k, call=right == "C")
                        expected = quotes.get((i, root, expiry, right, k))
                        assert (r >= 0) == (expected is not None)
                        if expected is not None:
                            assert (chain.bid[r], chain.ask[r]) == (expected, expected + 1.0)


def test_expiries_are_those_with_calls_by_root_and_date():
    later = dt.date(2024, 6, 21)
    chain = build(
        row(0, "SPXW", later),
        row(0, "SPXW", EXPIRY),
        row(0, "SPX", later),
        row(0, "SPX", EXPIRY, right="P"),
        row(1, "SPX", EXPIRY),
    )
    assert chain.expiries(0) == [("SPX", number(later)), ("SPXW", number(EXPIRY)), ("SPXW", number(later))]
    assert chain.expiries(1) == [("SPX", number(EXPIRY))]
    assert chain.expiries(2) == []


def test_rows_of_days_off_the_axis_are_left_out():
    good_friday, later = dt.date(2024, 3, 29), dt.date(2024, 5, 1)
    chain = build(row(good_friday, "SPX", bid=9.0), row(0, bid=1.0), row(later, bid=8.0), row(3, bid=2.0))
    assert chain.roots == ("SPXW",)
    assert chain.bid.tolist() == [1.0, 2.0]
    assert [chain.has_session(i) for i in range(5)] == [True, False, False, True, False]


def test_a_row_without_a_root_is_kept_under_no_name():
    chain = build(row(root=None, bid=3.0), row(root="SPX", bid=4.0))
    assert chain.roots == (UNNAMED, "SPX")
    assert UNNAMED not in conventions.ROOTS
    assert chain.bid[chain.row(0, "SPX", number(EXPIRY), 5000.0, call=True)] == 4.0
    assert chain.row(0, "SPXW", number(EXPIRY), 5000.0, call=True) == -1


def test_an_absent_number_is_nan():
    chain = build(row(bid=None, ask=None))
    assert np.isnan([chain.bid[0], chain.ask[0], chain.delta[0]]).all()
    bare = frame(row()).drop("delta", "underlying_price", "snapshot_ts", "source")
    chain = ChainColumns.build(DAYS, bare)
    assert np.isnan(chain.delta).all()
    assert np.isnan(chain.underlying).all()


def test_plain_strings_will_do():
    text = frame(row(right="P"), row(right="C"), row(root=None)).with_columns(
        pl.col("root", "right", "source").cast(pl.String)
    )
    chain = ChainColumns.build(DAYS, text)
    assert chain.row(0, "SPXW", number(EXPIRY), 5000.0, call=False) >= 0
    assert chain.row(0, "SPXW", number(EXPIRY), 5000.0, call=True) >= 0


def test_the_cash_price_is_the_first_one_given():
    chain = build(row(0, "SPX"), row(0, "SPXW", underlying_price=5200.0), row(1, underlying_price=5210.0), row(2))
    np.testing.assert_array_equal(chain.underlying[:3], [5200.0, 5210.0, np.nan])


def test_the_fullest_capture_of_a_session_is_used_and_the_others_counted():
    empty = {"bid": 0.0}
    chain = build(
        row(0, strike=4900.0, snapshot_ts=NOON, bid=7.0),
        row(0, strike=5000.0, snapshot_ts=NOON, bid=7.1),
        row(0, strike=4900.0, snapshot_ts=CLOSE, **empty),
        row(0, strike=5000.0, snapshot_ts=CLOSE, bid=8.1),
        row(0, strike=5100.0, snapshot_ts=CLOSE, **empty),
        row(1, strike=5100.0, snapshot_ts=CLOSE, bid=9.0),
    )
    assert chain.bid.tolist() == [7.0, 7.1, 9.0]
    assert chain.snapshots_left_aside == 3


def test_of_two_equally_full_captures_the_later_is_used():
    chain = build(row(0, snapshot_ts=CLOSE, bid=2.0), row(0, snapshot_ts=NOON, bid=1.0))
    assert (chain.bid.tolist(), chain.snapshots_left_aside) == ([2.0], 1)
    timed = build(row(0, snapshot_ts=None, bid=2.0), row(0, snapshot_ts=NOON, bid=1.0))
    assert timed.bid.tolist() == [1.0]


def test_captures_of_two_sources_are_not_mixed():
    chain = build(row(0, strike=4900.0, source="a"), row(0, source="a"), row(0, strike=5100.0, source="b"))
    assert (chain.strike.tolist(), chain.snapshots_left_aside) == ([4900.0, 5000.0], 1)


@settings(max_examples=30)
@given(
    captures=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from([NOON, CLOSE, None]), st.sampled_from("ab"), st.integers(1, 4)),
        min_size=1, max_size=8, unique_by=lambda c: c[:3],
    ),
    order=st.randoms(use_true_random=False),
)  # fmt: skip
def test_each_session_keeps_exactly_one_capture(captures, order):
    rows = [
        row(i, strike=5000.0 + n, snapshot_ts=ts, source=source, bid=100.0 * k + n)
        for k, (i, ts, source, size) in enumerate(captures, start=1)
        for n in range(size)
    ]
    order.shuffle(rows)
    chain = build(*rows)
    kept = 0
    for i in range(4):
        mine = [
            (size, ts is not None, ts or NOON, source, k)
            for k, (j, ts, source, size) in enumerate(captures, 1)
            if j == i
        ]
        if mine:
            size, *_, best = max(mine)
            a, b = int(chain.group_start[chain.session_group[i]]), int(chain.group_start[chain.session_group[i + 1]])
            assert chain.bid[a:b].tolist() == [100.0 * best + n for n in range(size)]
            kept += size
    assert chain.snapshots_left_aside == len(rows) - kept


def test_no_rows_make_an_empty_index():
    chain = ChainColumns.build(DAYS, CHAINS.empty())
    assert chain.roots == ()
    assert chain.expiries(0) == []
    assert chain.rows(0, "SPX", number(EXPIRY), call=True) == (0, 0)
    assert chain.row(0, "SPX", number(EXPIRY), 5000.0, call=True) == -1
    assert not any(chain.has_session(i) for i in range(len(DAYS)))


def test_content_is_that_of_the_window(market, axis):
    whole = ChainColumns.build(axis, market)
    cut = ChainColumns.build(
        axis[41:], market.filter(pl.col("quote_date") > dt.date.fromordinal(int(axis[40]) + EPOCH))
    )
    assert whole.content(41, 42) == cut.content(0, 1)
    assert whole.content(41, 42) != whole.content(42, 43)
    moved = market.with_columns(
        ask=pl.when(pl.int_range(pl.len()) == 5).then(pl.col("ask") + 0.05).otherwise(pl.col("ask"))
    )
    assert ChainColumns.build(axis, moved).content(40, 43) != whole.content(40, 43)
