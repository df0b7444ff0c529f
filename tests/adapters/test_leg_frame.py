"""The legs of a run as rows: each adds up to what it gained, all of a day to the change in equity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from alvh.accounting.attribution import TERMS
from alvh.accounting.book import Book, Interest
from alvh.accounting.ledger import close_books
from alvh.adapters.leg_frame import LEG_KEYS, leg_frame
from alvh.day import Run
from alvh.evidence.account import account
from evidence.test_with_without import made


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    return leg_frame(made())


def test_the_rows_of_a_day_are_what_the_account_gained(frame: pl.DataFrame):
    run = made()
    daily = frame.group_by("date").agg(pl.sum_horizontal(*TERMS).sum().alias("usd"))
    found = dict(daily.iter_rows())
    change = np.diff(run.ledger.equity_cents(), prepend=run.ledger.start_cents) / 100.0
    assert [found.get(date, 0.0) for date in run.dates] == pytest.approx(change.tolist(), abs=1e-6)


def test_a_row_names_its_contract_and_the_day_it_stands_for(frame: pl.DataFrame):
    run = made()
    statement = account(run, {})
    fill = next(one for one in statement.fills if one.layer == "L1")
    leg = fill.legs[0]
    row = frame.filter(
        (pl.col("date") == fill.session)
        & (pl.col("campaign") == fill.campaign)
        & (pl.col("expiry") == leg.contract.expiry)
        & (pl.col("strike") == leg.contract.strike)
    )
    assert row.select("layer", "root", "right", "quantity").row(0) == (
        "L1", leg.contract.root, leg.contract.right, leg.quantity
    )  # fmt: skip
    # What was bought today has gained nothing yet: its row is its costs, and it is worth what its mid says.
    multiplier = 100.0
    paid = leg.quantity * (leg.price - leg.mid) * multiplier + leg.fee_cents / 100.0
    assert row["costs"][0] == pytest.approx(-paid, abs=0.011)
    assert row["value_usd"][0] == pytest.approx(leg.quantity * leg.mid * multiplier, abs=0.011)
    assert row["regime"][0] == statement.regimes[run.dates.index(fill.session)]


def test_interest_is_on_no_leg(frame: pl.DataFrame):
    interest = frame.filter(pl.col("campaign").is_null())
    assert set(interest["layer"]) == {"cash"}
    assert interest.select(LEG_KEYS[1:]).null_count().row(0) == (interest.height,) * 5
    assert interest["interest"].sum() == pytest.approx(made().ledger.interest_cents.sum() / 100.0)
    assert frame.filter(pl.col("campaign").is_not_null())["interest"].sum() == 0.0
    assert not frame.select(TERMS).null_count().sum_horizontal()[0]


def test_an_account_that_never_traded_has_rows_of_interest_alone():
    run = made("condor-only")
    idle = replace(run, ledger=close_books(_idle(run), run.quotes, run.dates, run.start, ["condor"]))
    frame = leg_frame(idle)
    assert frame.height == 1
    assert frame.row(0, named=True)["interest"] == 12.34
    assert frame.columns == leg_frame(run).columns
    assert frame.schema == leg_frame(run).schema


def _idle(run: Run) -> Book:
    book = Book(run.book.start_cents)
    book.earn(Interest(run.dates[1], 1234, 0.01))
    return book
