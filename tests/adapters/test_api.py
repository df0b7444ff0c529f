"""The Python face: open, view, decide, run, and what a result gives."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

import alvh
from alvh.adapters import api
from alvh.adapters.errors import UserError
from alvh.adapters.store import Store
from alvh.market.history import build_history
from alvh.values import Plan
from tiny_market import tiny_market


@pytest.fixture(scope="module")
def market() -> api.Market:
    return api.Market(build_history(tiny_market(sessions=320)), 0.0)


@pytest.fixture(scope="module")
def result(market: api.Market) -> api.Result:
    return alvh.backtest("alvh", market, first="2017-06-01")


def test_the_public_names_are_those_listed():
    assert set(alvh.__all__) == {"Market", "Result", "backtest", "decide", "open", "policy"}
    assert all(hasattr(alvh, name) for name in alvh.__all__)
    with pytest.raises(AttributeError, match="no attribute 'opne'"):
        alvh.opne  # noqa: B018


def test_frames_add_up_to_the_statement(result: api.Result):
    daily = result.daily()
    pnl = sum(daily[f"pnl_{name}_usd"].sum() for name in result.statement.layers)
    assert daily["equity_usd"][-1] - result.statement.nav_start_usd == pytest.approx(pnl, abs=0.005)
    assert daily.height == len(result.statement.sessions)
    campaigns = result.campaigns().group_by("layer").agg(pl.col("pnl_usd").sum())
    for layer, usd in campaigns.iter_rows():
        assert usd == pytest.approx(daily[f"pnl_{layer}_usd"].sum(), abs=0.005)
    terms = result.attribution().group_by("layer").agg(pl.col("usd").sum())
    assert terms["usd"].sum() == pytest.approx(pnl, abs=0.05)


@pytest.mark.parametrize("by", ["layer", "campaign", "leg", "regime"])
def test_terms_add_up_however_they_are_cut(result: api.Result, by: str):
    statement = result.statement
    whole = statement.equity_usd[-1] - statement.nav_start_usd
    interest = statement.layer_pnl_usd["cash"].sum() if by in ("campaign", "leg") else 0.0
    cut = result.attribution(by)
    assert {*cut.columns} > {"layer", "term", "usd"}
    assert cut["usd"].sum() + interest == pytest.approx(whole, abs=1e-5)
    of_l1 = cut.filter(pl.col("layer") == "L1")["usd"].sum()
    assert of_l1 == pytest.approx(statement.layer_pnl_usd["L1"].sum(), abs=1e-5)


def test_legs_of_a_campaign_add_up_to_it(result: api.Result):
    keys = ["layer", "campaign", "term"]
    legs = result.attribution("leg").group_by(keys).agg(pl.col("usd").sum())
    both = result.attribution("campaign").join(legs, on=keys, suffix="_of_legs", validate="1:1")
    assert both.height == result.attribution("campaign").height
    assert (both["usd"] - both["usd_of_legs"]).abs().max() == pytest.approx(0.0, abs=1e-6)


def test_a_result_made_from_a_statement_has_no_legs(result: api.Result):
    bare = api.Result(result.statement)
    assert bare.attribution("campaign").equals(result.attribution("campaign"))
    with pytest.raises(ValueError, match="no legs"):
        bare.legs()


def test_fills_and_skips_are_rows(result: api.Result):
    fills = result.fills()
    assert set(fills["layer"]) <= set(result.statement.layers)
    assert (fills["origin"] == "modelled").all()
    assert result.skips().height == len(result.statement.skips)


def test_a_result_prints_its_headline_and_says_it_is_simulated(result: api.Result):
    assert repr(result).startswith("alvh 2017-06-01")
    assert "simulated" in repr(result)
    assert "<b>" in result._repr_html_()


def test_a_report_is_written(result: api.Result, market: api.Market, tmp_path):
    control = alvh.backtest("condor-only", market, first="2017-06-01")
    path = result.report(tmp_path / "r.html", control)
    assert "condor-only" in path.read_text(encoding="utf-8")


def test_decide_is_what_the_backtest_decided(result: api.Result, market: api.Market):
    """On the first day of a run the book is empty, so the plan is the one `decide` makes of the same view."""
    plan = alvh.decide(market.view("2017-06-05"), "condor-only")
    assert isinstance(plan, Plan)
    control = alvh.backtest("condor-only", market, first="2017-06-05", last="2017-06-06")
    fill = control.statement.fills[0]
    assert [leg.contract for leg in plan.orders[0].legs] == [leg.contract for leg in fill.legs]
    assert plan.orders[0].lots == fill.lots


def test_a_view_of_no_session_is_refused(market: api.Market):
    with pytest.raises(KeyError):
        market.view(dt.date(2017, 6, 4))


def test_overrides_reach_the_policy():
    wide = alvh.policy("condor-only", condor__short=0.10)
    assert wide.layers[0].params.short == 0.10
    assert wide.digest != alvh.policy("condor-only").digest


def test_an_empty_store_is_the_users_news(tmp_path):
    with pytest.raises(UserError, match="holds no"):
        alvh.open(tmp_path)


def test_a_store_opens_and_runs(tmp_path):
    store = Store(tmp_path)
    for name, frame in tiny_market(sessions=320).items():
        store.merge(name, frame)
    told = alvh.backtest("condor-only", tmp_path, first="2017-06-01", last="2018-01-31")
    assert told.summary()["to"] == "2018-01-31"
