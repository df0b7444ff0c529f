"""Realised gains by hand: first in first out, fees, short positions, and what settled."""

from __future__ import annotations

import datetime as dt

import pytest

from alvh.accounting.statement import CampaignLine
from alvh.evidence.realised import Realised, realised_gains
from alvh.values import Contract, Fill, LegFill
from reports.statements import tiny

CALL = Contract("VXX0", dt.date(2021, 6, 18), 20.0, "C")


def fill(day: str, quantity: int, price: float, fee_cents: int = 0, layer: str = "etp") -> Fill:
    leg = LegFill(CALL, quantity, price, price, fee_cents, "market")
    return Fill(dt.date.fromisoformat(day), layer, "etp@1", "open", 1, (leg,), "")


def line(closed: str | None, pnl_usd: float) -> CampaignLine:
    end = dt.date.fromisoformat(closed) if closed else None
    return CampaignLine("etp", "etp@1", dt.date(2020, 1, 2), end, 1, 0.0, 0.0, pnl_usd, 0.0, "x")


def test_first_in_first_out_with_fees_by_hand() -> None:
    # 2 at 3.00 with 1.30 of fees: 300.65 each. 1 at 4.00 with 0.65: 400.65. 2 sold at 5.00 with 1.30: 499.35 each, two
    # of the first lot, 2 x 198.70; then 1 sold at 2.00 less 0.65 = 199.35, the one bought at 400.65: -201.30.
    fills = (
        fill("2020-01-02", 2, 3.0, 130),
        fill("2020-02-03", 1, 4.0, 65),
        fill("2020-03-02", -2, 5.0, 130),
        fill("2021-02-04", -1, 2.0, 65),
    )
    made = realised_gains(tiny(fills=fills, campaigns=(line("2021-02-04", 196.10),)), ["etp"])
    assert made == [
        Realised(dt.date(2020, 3, 2), pytest.approx(397.40), False),
        # Bought on 2020-02-03, sold 367 days later.
        Realised(dt.date(2021, 2, 4), pytest.approx(-201.30), True),
    ]


def test_what_was_sold_first_is_short_term_however_long() -> None:
    made = realised_gains(tiny(fills=(fill("2019-01-02", -1, 3.0), fill("2020-06-01", 1, 1.0)), campaigns=()), ["etp"])
    assert made == [Realised(dt.date(2020, 6, 1), pytest.approx(200.0), False)]


def test_a_trade_through_zero_closes_and_opens() -> None:
    fills = (fill("2020-01-02", 1, 3.0), fill("2020-02-03", -3, 4.0), fill("2020-03-02", 2, 1.0))
    made = realised_gains(tiny(fills=fills, campaigns=()), ["etp"])
    # 100 on the one bought, then two sold at 4.00 and bought back at 1.00.
    assert [one.usd for one in made] == [pytest.approx(100.0), pytest.approx(600.0)]


def test_what_settled_counts_when_the_campaign_ends() -> None:
    # Bought for 300, settled for 500: the campaign made 200, and no fill says so.
    bought = (fill("2021-01-04", 1, 3.0),)
    assert realised_gains(tiny(fills=bought, campaigns=(line("2021-06-18", 200.0),)), ["etp"]) == [
        Realised(dt.date(2021, 6, 18), 200.0, False)
    ]
    assert realised_gains(tiny(fills=bought, campaigns=(line(None, 200.0),)), ["etp"]) == []


def test_other_layers_do_not_count() -> None:
    fills = (fill("2020-01-02", 1, 3.0, layer="L1"), fill("2020-02-03", -1, 4.0, layer="L1"))
    assert realised_gains(tiny(fills=fills, campaigns=()), ["etp"]) == []
