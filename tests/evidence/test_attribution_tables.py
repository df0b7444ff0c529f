"""The identity added up by campaign, leg and regime: each is a sum of the same rows, and all of them the same total."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.journal import CALL, LATER, day, fill, leg
from accounting.tape import Tape
from alvh.accounting.attribution import TERMS, attribute_legs
from alvh.accounting.book import Book, Interest
from alvh.accounting.ledger import close_books
from alvh.evidence.account import account
from alvh.evidence.attribution_tables import TermLine, campaign_terms, extremes, leg_terms, regime_terms
from evidence.test_with_without import made
from reports.statements import tiny


def line(name: str, usd: float) -> TermLine:
    return TermLine("condor", name, {"delta": usd + 1.0, "costs": -1.0})


def test_campaigns_take_their_names_and_layers_from_the_statement():
    lines = campaign_terms(
        tiny(campaign_terms_usd={"delta": np.array([-120.0, 30.0, 88.0]), "costs": np.array([-30.0, -10.0, -8.0])})
    )
    assert [(one.layer, one.name, one.pnl_usd) for one in lines] == [
        ("condor", "condor@2019-12-30", -150.0),
        ("condor", "condor@2020-01-02", 20.0),
        ("L1", "L1@2019-12-30", 80.0),
    ]
    assert [one.pnl_usd for one in lines] == [one.pnl_usd for one in tiny().campaigns]
    assert lines[0].terms == {"delta": -120.0, "costs": -30.0}


def test_a_statement_without_terms_by_campaign_has_no_lines():
    assert campaign_terms(tiny()) == ()


def test_the_worst_and_the_best_do_not_overlap():
    lines = [line("a", -5.0), line("b", 3.0), line("c", -9.0), line("d", 0.0), line("e", 4.0)]
    found = extremes(lines)
    assert [one.name for one in found.worst] == ["c", "a"]
    assert [one.name for one in found.best] == ["e", "b"]
    assert [one.name for one in extremes(lines, 1).worst] == ["c"]
    assert extremes(()) == ((), ())


def test_regimes_by_hand():
    # Of the four sessions the third is inverted. Condor delta 95, -305, 45, 15; hedge vega -38, 162, -28, -8.
    inverted, normal = regime_terms(tiny())
    assert (inverted.name, normal.name) == ("inverted", "normal")
    assert (inverted.terms["delta"], inverted.terms["vega"]) == (45.0, -28.0)
    assert (normal.terms["delta"], normal.terms["vega"]) == (-195.0, 116.0)
    # Costs of 10 and 2 a session, a residual of 1.
    assert (normal.terms["costs"], normal.terms["residual"]) == (-36.0, 3.0)
    assert inverted.pnl_usd == 21.0
    assert normal.pnl_usd == -67.0


def test_regimes_of_one_layer_by_hand():
    inverted, normal = regime_terms(tiny(), "L1")
    assert (inverted.layer, inverted.pnl_usd, normal.pnl_usd) == ("L1", -30.0, 110.0)


def test_legs_of_a_campaign_by_hand():
    tape = Tape({CALL: [1.0, 2.0, 3.0], LATER: [4.0, 4.0, 3.0]})
    book = Book(1_000_000_00)
    book.apply(fill(day(2), leg(LATER, -2, 4.0), leg(CALL, 10, 1.0, fee_cents=500)))
    # Sold, and bought again two days on: two lives of one leg.
    book.apply(fill(day(3), leg(CALL, -10, 2.0), kind="close"))
    book.apply(fill(day(4), leg(CALL, 1, 3.0, fee_cents=50), kind="adjust"))
    book.earn(Interest(day(4), 99, 0.01))
    ledger = close_books(book, tape, [day(2), day(3), day(4)], 0, ("L1",))
    lines = leg_terms(ledger, attribute_legs(ledger, tape))
    assert [(one.layer, one.name, one.contract) for one in lines] == [("L1", "L1@1", LATER), ("L1", "L1@1", CALL)]
    assert [one.pnl_usd for one in lines] == pytest.approx([200.0, 1000.0 - 5.5])
    assert lines[1].terms["costs"] == pytest.approx(-5.5)
    assert all(set(one.terms) == set(TERMS) for one in lines)


def test_an_account_that_held_nothing_has_no_legs():
    book = Book(1_000_000_00)
    book.earn(Interest(day(3), 99, 0.01))
    ledger = close_books(book, Tape(), [day(2), day(3)], 0, ("L1",))
    assert leg_terms(ledger, attribute_legs(ledger, Tape())) == ()


def test_legs_campaigns_layers_and_regimes_are_the_same_money():
    run = made()
    statement = account(run, {})
    legs = leg_terms(run.ledger, attribute_legs(run.ledger, run.quotes))
    campaigns, regimes = campaign_terms(statement), regime_terms(statement)
    assert len(legs) > len(campaigns) > 20
    assert [one.pnl_usd for one in campaigns] == pytest.approx([one.pnl_usd for one in statement.campaigns], abs=1e-6)
    interest = statement.layer_pnl_usd["cash"].sum()
    total = statement.equity_usd[-1] - statement.nav_start_usd
    assert sum(one.pnl_usd for one in legs) + interest == pytest.approx(total, abs=1e-6)
    assert sum(one.pnl_usd for one in campaigns) + interest == pytest.approx(total, abs=1e-6)
    assert sum(one.pnl_usd for one in regimes) == pytest.approx(total, abs=1e-6)
    for campaign in campaigns:
        mine = [one for one in legs if (one.layer, one.name) == (campaign.layer, campaign.name)]
        for term in TERMS:
            assert sum(one.terms[term] for one in mine) == pytest.approx(campaign.terms[term], abs=1e-6)
    for layer in statement.layers:
        own = sum(one.pnl_usd for one in regime_terms(statement, layer))
        assert own == pytest.approx(statement.layer_pnl_usd[layer].sum(), abs=1e-6)
        for term in TERMS:
            by_term = sum(one.terms[term] for one in regime_terms(statement, layer))
            assert by_term == pytest.approx(statement.attribution_usd[layer][term].sum(), abs=1e-6)


@given(st.lists(st.floats(-1e6, 1e6), max_size=40), st.integers(1, 12))
def test_extremes_lose_first_and_gain_first(values, count):
    lines = [TermLine("L1", str(k), {"delta": usd}) for k, usd in enumerate(values)]
    found = extremes(lines, count)
    worst, best = ([one.pnl_usd for one in side] for side in found)
    assert worst == sorted(v for v in values if v < 0)[:count]
    assert best == sorted((v for v in values if v > 0), reverse=True)[:count]
