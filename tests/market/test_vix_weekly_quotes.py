"""Options on VIX weeklies: a future read off the curve by hand, listed from October 2015, settled on a print."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest

from alvh.accounting.settle import final_value
from alvh.market.history import History, build_history
from alvh.market.observe import View
from alvh.market.reconstruct import ModelledQuotes
from alvh.market.vix_weekly_quotes import weekly_future
from alvh.values import Contract, Missing
from tiny_market import TinySpec

SPEC = TinySpec(seed=3, sessions=200, first=dt.date(2017, 1, 3))


def market(**weeklies: float) -> History:
    """The tiny market; `weeklies` adds the settlement of one weekly expiry on one day: ``d2017_02_01="..."``."""
    tables = SPEC.tables()
    if weeklies:
        vx = tables["vx_futures"]
        row = vx.head(1).with_columns(
            date=pl.lit(dt.date(2017, 2, 1)),
            expiry=pl.lit(dt.date(2017, 2, 1)),
            contract=pl.lit("VX05/G2017"),
            kind=pl.lit("weekly").cast(vx.schema["kind"]),
            settle=pl.lit(weeklies["final"]),
        )
        day_before = row.with_columns(date=pl.lit(dt.date(2017, 1, 31)), settle=pl.lit(weeklies["settle"]))
        tables["vx_futures"] = pl.concat([vx, row.select(vx.columns), day_before.select(vx.columns)])
    return build_history(tables)


def test_between_spot_and_the_front_monthly_the_future_is_linear_in_days() -> None:
    history = market()
    i = history.index(dt.date(2017, 1, 20))
    # The monthly of 15 February 2017 is the front one: 26 days out; the weekly of 1 February 12.
    j = history.vx.column_of(dt.date(2017, 2, 15).toordinal() - 719163)
    spot, front = history.column("VIX")[i], history.vx.settle[i, j]
    by_hand = spot + (front - spot) * 12 / 26
    found = weekly_future(history, history.column("VIX"), dt.date(2017, 2, 1), i, i + 1)
    assert found[0] == pytest.approx(by_hand)


def test_between_two_monthlies_too() -> None:
    history = market()
    i = history.index(dt.date(2017, 1, 20))
    columns = [history.vx.column_of(dt.date(2017, m, d).toordinal() - 719163) for m, d in ((2, 15), (3, 22))]
    near, far = history.vx.settle[i, columns]
    # 1 March lies 14 of the 35 days from 15 February to 22 March.
    found = weekly_future(history, history.column("VIX"), dt.date(2017, 3, 1), i, i + 1)
    assert found[0] == pytest.approx(near + (far - near) * 14 / 35)


def test_a_published_settlement_stands_before_what_is_read_off() -> None:
    history = market(settle=17.25, final=16.5)
    i = history.index(dt.date(2017, 1, 30))
    found = weekly_future(history, history.column("VIX"), dt.date(2017, 2, 1), i, i + 2)
    assert found[1] == 17.25
    assert found[0] != 17.25


def test_it_settles_to_its_own_row_and_else_to_the_open_by_name() -> None:
    weekly = Contract("VIXW", dt.date(2017, 2, 1), 15.0, "C")
    assert final_value(market(settle=17.25, final=16.5), weekly) == (16.5, "vro")
    history = market()
    opened = history.column("VIX.open")[history.index(dt.date(2017, 2, 1))]
    assert final_value(history, weekly) == (pytest.approx(opened), "vix_open")


def test_weeklies_are_asked_for_by_name_and_quoted_as_modelled() -> None:
    history = market()
    view = View(history, ModelledQuotes(history), history.index(dt.date(2017, 1, 20)))
    weeklies = view.series("VIXW")
    assert {s.root for s in weeklies} == {"VIXW"}
    assert not {s.expiry for s in weeklies} & {s.expiry for s in view.series("VIX")}
    strike = view.strike_at_delta(weeklies[0], "C", 0.5)
    quote = view.quote(Contract("VIXW", weeklies[0].expiry, strike, "C"))
    assert not isinstance(quote, Missing)
    assert (quote.origin, 0.0 < quote.bid < quote.ask) == ("modelled", True)
    assert abs(quote.delta - 0.5) < 0.2
    assert view.strike_near(weeklies[0], "C", strike + 0.1) == strike


def test_before_october_2015_there_are_none() -> None:
    history = build_history(TinySpec(seed=3, sessions=40, first=dt.date(2014, 1, 2)).tables())
    quotes = ModelledQuotes(history)
    assert View(history, quotes, 30).series("VIXW") == ()
    assert isinstance(quotes.quote(30, Contract("VIXW", dt.date(2014, 3, 5), 15.0, "C")), Missing)


def test_what_has_settled_or_is_off_the_grid_has_no_quote() -> None:
    history = market()
    quotes = ModelledQuotes(history)
    i = history.index(dt.date(2017, 1, 20))
    listed = quotes.series(i, "VIXW")[0].expiry
    for contract, why in (
        (Contract("VIXW", dt.date(2017, 1, 18), 15.0, "C"), "has settled"),
        (Contract("VIXW", listed, 15.13, "C"), "off the strike grid"),
        (Contract("VIXW", dt.date(2017, 12, 27), 15.0, "C"), "no such expiry"),
    ):
        quote = quotes.quote(i, contract)
        assert isinstance(quote, Missing)
        assert why in quote.why


def test_altering_the_future_alters_no_quote() -> None:
    history, other = market(), build_history(TinySpec(seed=3, sessions=200, fork=(30, 7)).tables())
    for i in (20, 29):
        contract = Contract("VIXW", View(history, ModelledQuotes(history), i).series("VIXW")[0].expiry, 15.0, "C")
        assert ModelledQuotes(history).quote(i, contract) == ModelledQuotes(other).quote(i, contract)
        assert math.isfinite(np.sum(weekly_future(history, history.column("VIX"), contract.expiry, i, i + 1)))
