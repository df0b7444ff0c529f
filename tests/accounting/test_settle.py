"""Final settlement by hand: morning and afternoon, each root's value, exactly once, and what cannot settle."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from accounting.journal import fill, leg
from alvh.accounting.book import Book, Settlement
from alvh.accounting.settle import FinalValue, final_value, intrinsic, settle_due
from alvh.adapters.schema import CHAINS, UNDERLYINGS, VX_FUTURES
from alvh.conventions import settlement_of, spx_monthly_expiry, vix_expiry
from alvh.market.history import History, build_history
from alvh.policies.brokers import parse_broker
from alvh.values import Contract

# The third week of June 2019: SPX settles on the Friday's opening, VIX on the Wednesday's.
WEEK = [dt.date(2019, 6, d) for d in (18, 19, 20, 21, 24)]
FRIDAY, WEDNESDAY = dt.date(2019, 6, 21), dt.date(2019, 6, 19)
CLOSES = (2917.75, 2926.46, 2954.18, 2950.46, 2945.35)
OPENS = (2906.71, 2920.55, 2949.60, 2952.71, 2951.42)
VRO = 14.33
SPX_PUT = Contract("SPX", FRIDAY, 2960.0, "P")
SPXW_PUT = Contract("SPXW", FRIDAY, 2960.0, "P")
XSP_CALL = Contract("XSP", FRIDAY, 290.0, "C")
VIX_CALL = Contract("VIX", WEDNESDAY, 13.0, "C")
VX = Contract("VX", WEDNESDAY)


def history(closes=CLOSES, opens=OPENS, spy=None, vro: float | None = VRO, chain_spot: float | None = None) -> History:
    """Lay the week out; `spy` gives (open, close, adjusted close) for each session."""
    rows = [
        {"date": day, "symbol": "SPX", "open": o, "close": c, "adj_close": c, "source": "by hand"}
        for day, o, c in zip(WEEK, opens, closes, strict=True)
        if c is not None
    ]
    for day, (o, c, a) in zip(WEEK, spy or (), strict=False):
        rows.append({"date": day, "symbol": "SPY", "open": o, "close": c, "adj_close": a, "source": "by hand"})
    settles = [(dt.date(2019, 6, 18), 15.2)] + ([(WEDNESDAY, vro)] if vro is not None else [])
    futures = [
        {"date": day, "expiry": WEDNESDAY, "kind": "monthly", "settle": s, "source": "by hand"} for day, s in settles
    ]
    frames = {
        "underlyings": UNDERLYINGS.conform(pl.DataFrame(rows)),
        "vx_futures": VX_FUTURES.conform(pl.DataFrame(futures)),
    }
    quote = {
        "quote_date": FRIDAY, "root": "SPXW", "symbol": "SPX", "expiry": dt.date(2019, 6, 28), "right": "C",
        "strike": 2950.0, "bid": 20.0, "ask": 21.0, "underlying_price": chain_spot, "source": "by hand",
    }  # fmt: skip
    chains = None if chain_spot is None else {"SPX": CHAINS.conform(pl.DataFrame([quote]))}
    return build_history(frames, chains, sessions=np.array(WEEK, dtype="datetime64[D]"))


def book_of(*contracts: Contract, quantity: int = -2) -> Book:
    """Return a book that holds some of each contract, one campaign each."""
    book = Book(0)
    for n, contract in enumerate(contracts):
        book.apply(fill(dt.date(2019, 6, 18), leg(contract, quantity, 1.0), layer="held", campaign=f"c{n}"))
    return book


def settlements(book: Book) -> list[Settlement]:
    return [entry for entry in book.journal if isinstance(entry, Settlement)]


def pass_through(past: History, book: Book, fees=None) -> list[tuple[dt.date, bool, Contract]]:
    """Let every session settle what is due; return when each contract settled, and whether before trading."""
    out = []
    for today in WEEK:
        for morning in (True, False):
            before = len(settlements(book))
            settle_due(past, today, book, morning=morning, fees=fees)
            out += [(today, morning, entry.contract) for entry in settlements(book)[before:]]
    return out


def test_the_dates_of_the_week_are_what_the_conventions_say():
    assert spx_monthly_expiry(2019, 6) == FRIDAY
    assert vix_expiry(2019, 6) == WEDNESDAY
    assert [settlement_of(c.root, c.expiry) for c in (SPX_PUT, SPXW_PUT, XSP_CALL, VIX_CALL)] == [
        "AM",
        "PM",
        "PM",
        "AM",
    ]


def test_each_contract_settles_once_in_its_phase():
    book = book_of(SPX_PUT, SPXW_PUT, XSP_CALL, VIX_CALL)
    assert pass_through(history(), book) == [
        (WEDNESDAY, True, VIX_CALL),
        (FRIDAY, True, SPX_PUT),
        (FRIDAY, False, SPXW_PUT),
        (FRIDAY, False, XSP_CALL),
    ]
    assert list(book.campaigns("held")) == []


@pytest.mark.parametrize(
    ("contract", "points", "how", "cents"),
    [
        # No SPY here: SET is the printed SPX open of Friday, 2952.71; 2 puts short at 2960.
        (SPX_PUT, 2952.71, "spx_open", -2 * 7_29_00),
        # The close of Friday, 2950.46.
        (SPXW_PUT, 2950.46, "close", -2 * 9_54_00),
        # A tenth of it: 295.046 less 290.
        (XSP_CALL, 295.046, "close", -2 * 504_60),
        (VIX_CALL, 14.33, "vro", -2 * 133_00),
        # A future sold at 1.00 pays what it moved since, not what it is worth.
        (VX, 14.33, "vro", -2 * 13_330_00),
    ],
)
def test_settlement_at_intrinsic_by_hand(contract, points, how, cents):
    final = final_value(history(), contract)
    assert final.points == pytest.approx(points, abs=1e-9)
    assert final.how == how
    book = book_of(contract)
    pass_through(history(), book)
    (entry,) = settlements(book)
    assert (entry.cash_cents, entry.quantity, entry.proxy) == (cents, -2, how)
    assert entry.value_points == final.points


def test_vix_options_settle_to_vro_and_never_to_the_last_future_or_to_spot():
    assert final_value(history(), VIX_CALL) == FinalValue(VRO, "vro")
    assert np.isnan(final_value(history(vro=None), VIX_CALL).points)


def test_set_goes_by_the_move_of_spy_from_close_to_open():
    spy = [(291.0, 292.0, 292.0)] * 2 + [(294.0, 295.0, 295.0), (296.475, 296.0, 296.0), (295.0, 294.0, 294.0)]
    final = final_value(history(spy=spy), SPX_PUT)
    # 2954.18 x 296.475 / 295
    assert final == FinalValue(2968.95, "spy_open")


def test_set_adds_the_dividend_that_spy_pays_on_the_very_friday():
    # Adjusted for 1.475 paid on Friday: 0.5 % of 295, so the adjusted close before is 0.5 % below the close.
    spy = [(291.0, 292.0, 290.54)] * 2 + [(294.0, 295.0, 293.525), (295.0, 294.0, 294.0), (295.0, 294.0, 294.0)]
    final = final_value(history(spy=spy), SPX_PUT)
    paid = 294.0 / 293.525 * 295.0 - 294.0
    assert paid == pytest.approx(1.475, abs=0.01)
    assert final == FinalValue(round(2954.18 * (295.0 + paid) / 295.0, 2), "spy_open")


def test_a_stale_open_gives_way_to_the_close_before():
    opens = (*OPENS[:3], CLOSES[2], OPENS[4])
    assert final_value(history(opens=opens), SPX_PUT) == FinalValue(2954.18, "previous_close")


def test_pm_takes_the_cash_price_of_the_chain_where_the_index_has_no_close():
    closes = (*CLOSES[:3], None, CLOSES[4])
    assert final_value(history(closes, chain_spot=2951.0), SPXW_PUT) == FinalValue(2951.0, "chain")


def test_an_option_out_of_the_money_settles_for_nothing_but_settles():
    book = book_of(Contract("SPXW", FRIDAY, 2900.0, "P"), Contract("SPXW", FRIDAY, 2950.46, "C"))
    pass_through(history(), book)
    assert [entry.cash_cents for entry in settlements(book)] == [0, 0]
    assert list(book.campaigns("held")) == []


def test_what_has_no_final_value_stays_due_and_is_listed_at_every_close():
    closes = (*CLOSES[:3], None, CLOSES[4])
    past, book, listed = history(closes), book_of(SPXW_PUT), []
    for today in WEEK:
        for morning in (True, False):
            listed += [(s.date, morning, s.layer, s.why) for s in settle_due(past, today, book, morning=morning)]
    why = f"{SPXW_PUT} cannot settle: no final value"
    assert listed == [(FRIDAY, False, "held", why), (WEEK[-1], False, "held", why)]
    assert not settlements(book)
    assert [p.quantity for c in book.campaigns("held") for p in c.positions.values()] == [-2]


def test_an_expiry_beyond_the_data_has_no_final_value():
    assert np.isnan(final_value(history(), Contract("SPXW", dt.date(2019, 6, 28), 2950.0, "C")).points)


def test_monthlies_that_vendors_date_on_saturday_settle_on_fridays_opening():
    saturday = dt.date(2019, 6, 22)
    book = book_of(Contract("SPX", saturday, 2960.0, "P"), Contract("SPXW", saturday, 2960.0, "P"))
    assert [(day, morning, c.root) for day, morning, c in pass_through(history(), book)] == [
        (FRIDAY, True, "SPX"),
        (FRIDAY, False, "SPXW"),
    ]
    assert {entry.contract.root: entry.value_points for entry in settlements(book)} == {"SPX": 2952.71, "SPXW": 2950.46}


def test_what_was_due_on_an_unforeseen_closure_settles_the_day_before():
    # 5 December 2018: mourning for George H. W. Bush.
    tuesday, thursday = dt.date(2018, 12, 4), dt.date(2018, 12, 6)
    rows = pl.DataFrame(
        {"date": [tuesday, thursday], "symbol": "SPX", "close": [2700.06, 2695.95], "source": "by hand"}
    )
    past = build_history({"underlyings": UNDERLYINGS.conform(rows)})
    assert past.dates == (tuesday, thursday)
    book = Book(0)
    book.apply(fill(tuesday, leg(Contract("SPXW", dt.date(2018, 12, 5), 2750.0, "P"), -1, 30.0)))
    assert settle_due(past, tuesday, book, morning=True) == []
    assert not settlements(book)
    settle_due(past, tuesday, book, morning=False)
    assert [(e.session, e.value_points, e.cash_cents) for e in settlements(book)] == [(tuesday, 2700.06, -4_994_00)]


def test_on_an_axis_of_its_own_a_holiday_settles_like_any_day():
    # A synthetic chain may know sessions that the exchange does not: Juneteenth 2023.
    axis = [dt.date(2023, 6, d) for d in (16, 19, 20)]
    rows = pl.DataFrame({"date": axis, "symbol": "SPX", "close": [4400.0, 4410.0, 4420.0], "source": "by hand"})
    past = build_history({"underlyings": UNDERLYINGS.conform(rows)}, sessions=np.array(axis, dtype="datetime64[D]"))
    book = Book(0)
    book.apply(fill(axis[0], leg(Contract("SPXW", axis[1], 4450.0, "P"), -1, 30.0)))
    for today in axis:
        for morning in (True, False):
            settle_due(past, today, book, morning=morning)
    assert [(e.session, e.value_points) for e in settlements(book)] == [(axis[1], 4410.0)]


def test_a_session_nobody_looked_at_is_made_up_for_before_trading():
    # The run did not come by on Friday: its close is known, so Monday morning pays.
    book = book_of(SPXW_PUT)
    settle_due(history(), WEEK[-1], book, morning=True)
    assert [(e.session, e.value_points) for e in settlements(book)] == [(WEEK[-1], 2950.46)]


BROKER = """
name = "dear"
[[fees]]
roots = ["SPX", "SPXW", "XSP", "VIX"]
open_usd = 1.0
close_usd = 1.0
settlement_usd = 0.35
"""


def test_brokers_charge_what_ends_in_the_money_and_nothing_else():
    book = book_of(SPX_PUT, Contract("SPXW", FRIDAY, 2900.0, "P"), quantity=3)
    cash = book.cash_cents
    pass_through(history(), book, parse_broker(BROKER))
    assert [entry.fee_cents for entry in settlements(book)] == [105, 0]
    assert book.cash_cents == cash + 3 * 7_29_00 - 105


def test_intrinsic():
    assert intrinsic(SPX_PUT, 2950.0) == 10.0
    assert intrinsic(SPX_PUT, 2970.0) == 0.0
    assert intrinsic(VIX_CALL, 14.33) == pytest.approx(1.33)
    assert intrinsic(VX, 14.33) == 14.33
