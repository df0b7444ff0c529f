"""Positions -> campaigns and layers: which layer holds what, what is odd, what belongs nowhere."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.accounting.book import Book
from alvh.accounting.matching import UnmatchedError, match
from alvh.accounting.packages import Held
from alvh.accounting.slots import Slot
from alvh.values import Contract, Right

CONDOR = Slot("condor", "condors", 30, 60, 21)
L1 = Slot("L1", "vix_calls", 25, 63, 21)
L2 = Slot("L2", "vix_calls", 90, 130, 75)
L3 = Slot("L3", "vix_calls", 140, 260, 100)
LAYERS = (L1, L2, L3)
SLOTS = (CONDOR, *LAYERS)
TODAY = dt.date(2025, 11, 20)
EXPIRY = dt.date(2025, 12, 19)
"""29 days away."""


def option(
    root: str, expiry: dt.date, strike: float, right: Right, quantity: int, price: float, **more: object
) -> Held:
    return Held(Contract(root, expiry, strike, right), quantity, price, **more)


def condor(
    lots: int = 2, *, opened: dt.date | None = None, put: float = 6400.0, expiry: dt.date = EXPIRY
) -> list[Held]:
    """Return a condor with wings of 65 points, put side 7.00 and call side 6.00 of credit: 13.00."""
    legs = ((put, "P", -1, 40.5), (put - 65.0, "P", 1, 33.5), (7000.0, "C", -1, 20.25), (7065.0, "C", 1, 14.25))
    return [option("SPXW", expiry, k, r, lots * q, p, opened=opened, line=n) for n, (k, r, q, p) in enumerate(legs, 4)]


def call(days: int, quantity: int = 8, **more: object) -> Held:
    return option("VIX", TODAY + dt.timedelta(days), 20.0, "C", quantity, 2.1, **more)


def test_the_book_of_a_trader_becomes_campaigns_and_layers() -> None:
    found = match([*condor(opened=dt.date(2025, 11, 3)), call(29), call(118), call(230, 4)], SLOTS, TODAY)
    told = [(fill.layer, fill.campaign, fill.session, [leg.quantity for leg in fill.legs]) for fill in found.fills]
    assert told == [
        ("condor", "condor@2025-11-03", dt.date(2025, 11, 3), [-2, 2, -2, 2]),
        ("L1", "L1@2025-11-20", TODAY, [8]),
        ("L2", "L2@2025-11-20", TODAY, [8]),
        ("L3", "L3@2025-11-20", TODAY, [4]),
    ]
    assert len(found.odd) == 1
    assert found.odd[0].startswith("no opening date in the file: 2025-11-20 is taken for L1 (2025-12-19), L2")


def test_a_campaign_keeps_its_day_credit_and_largest_loss() -> None:
    # Credit 40.50 - 33.50 + 20.25 - 14.25 = 13.00 points; 2 lots x 100 USD: 2,600.00. Wings of 65: 13,000 - 2,600.
    (fill,) = match(condor(opened=dt.date(2025, 11, 3)), SLOTS, TODAY).fills
    assert (fill.lots, fill.max_loss_cents) == (2, 1_040_000)
    book = Book(0)
    book.apply(fill)
    (campaign,) = book.campaigns("condor")
    assert (campaign.opened, campaign.credit_cents, campaign.max_loss_cents) == (
        dt.date(2025, 11, 3),
        260_000,
        1_040_000,
    )
    assert book.cash_cents == 260_000


def test_several_condors_of_one_expiry_are_told_apart_by_the_day_they_were_opened() -> None:
    # The shorts of one day would pair with the wings of the other by strike alone: 6400/6370 and 6390/6335.
    early, late = dt.date(2025, 11, 3), dt.date(2025, 11, 10)
    rows = [*condor(1, opened=early, put=6400.0), *condor(1, opened=late, put=6435.0)]
    found = match(rows, SLOTS, TODAY)
    assert [fill.campaign for fill in found.fills] == ["condor@2025-11-03", "condor@2025-11-10"]
    assert [[leg.contract.strike for leg in fill.legs][:2] for fill in found.fills] == [[6400, 6335], [6435, 6370]]


def test_two_campaigns_of_one_day_have_two_names() -> None:
    day = dt.date(2025, 11, 3)
    found = match([*condor(1, opened=day), *condor(2, opened=day, put=6300.0)], SLOTS, TODAY)
    assert [(fill.campaign, fill.lots) for fill in found.fills] == [
        ("condor@2025-11-03", 2),
        ("condor@2025-11-03.2", 1),
    ]


def test_a_day_without_a_session_is_the_session_before() -> None:
    (fill,) = match(condor(opened=dt.date(2025, 11, 2)), SLOTS, TODAY).fills  # a Sunday
    assert (fill.session, fill.campaign) == (dt.date(2025, 10, 31), "condor@2025-10-31")


def test_the_file_names_layer_and_campaign() -> None:
    (fill,) = match([call(29, layer="L3", campaign="mine", opened=TODAY)], SLOTS, TODAY).fills
    assert (fill.layer, fill.campaign) == ("L3", "mine")


def test_lots_of_one_call_are_one_campaign() -> None:
    rows = [call(29, 3, opened=dt.date(2025, 11, 3)), call(29, 5, opened=dt.date(2025, 11, 10))]
    (fill,) = match(rows, SLOTS, TODAY).fills
    assert (fill.session, [leg.quantity for leg in fill.legs]) == (dt.date(2025, 11, 3), [3, 5])


# -- what is odd -----------------------------------------------------------------------------------------------------


def test_a_missed_roll_is_said() -> None:
    day = dt.date(2025, 11, 3)
    assert match([call(17, opened=day)], SLOTS, TODAY).odd == (
        "L1 roll missed, 17 DTE (rolls at 21): VIX 2025-12-07 20 C",
    )
    assert match([call(21, opened=day)], SLOTS, TODAY).odd == ()
    late = match(condor(opened=day, expiry=TODAY + dt.timedelta(20)), SLOTS, TODAY).odd
    assert late == ("condor exit missed, 20 DTE (exits at 21): SPXW 2025-12-10 6400 P",)
    assert match([call(300, opened=day)], SLOTS, TODAY).odd == ("L3 holds 300 DTE, beyond its window of 140-260",)


def test_two_contracts_where_the_layer_manages_one_are_said() -> None:
    rows = [call(29, opened=dt.date(2025, 11, 10)), call(57, opened=dt.date(2025, 11, 3))]
    (said,) = match(rows, SLOTS, TODAY).odd
    assert said == "L1 holds 2 different contracts; the layer manages the oldest, VIX 2026-01-16 20 C"


# -- other instruments -----------------------------------------------------------------------------------------------


def test_futures_spreads_and_calendars_go_to_the_layers_that_hold_them() -> None:
    slots = (
        *SLOTS,
        Slot("vx", "vx_futures", 25, 63, 21),
        Slot("puts", "put_spreads", 30, 60, 5),
        Slot("bigtop", "call_spreads", 1, 30),
        Slot("etp", "calendars", 30, 200, 7),
    )
    opened = dt.date(2025, 11, 3)
    far = dt.date(2026, 3, 20)
    rows = [
        Held(Contract("VX", dt.date(2025, 12, 17)), 3, 20.0, opened),
        *condor(opened=opened),
        option("SPXW", EXPIRY, 6200.0, "P", 5, 20.0, opened=opened),
        option("SPXW", EXPIRY, 6000.0, "P", -5, 12.0, opened=opened),
        option("VIX", dt.date(2025, 12, 17), 25.0, "C", -4, 1.2, opened=opened),
        option("VIX", dt.date(2025, 12, 17), 30.0, "C", 4, 0.7, opened=opened),
        call(29, opened=opened),
    ]
    found = match(rows, slots, TODAY)
    assert {fill.layer: [leg.quantity for leg in fill.legs] for fill in found.fills} == {
        "vx": [3],
        "condor": [-2, 2, -2, 2],
        "puts": [5, -5],
        "bigtop": [-4, 4],
        "L1": [8],
    }
    # The sold spread: 5 points wide for 0.50, four of them: 4 x (500 - 50) USD.
    assert {fill.layer: fill.max_loss_cents for fill in found.fills}["bigtop"] == 180_000
    with pytest.raises(UnmatchedError, match="no layer holds shares of a fund"):
        match([Held(Contract("VXX", far), 100, 40.0)], slots, TODAY)


# -- what belongs nowhere --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "line", "why"),
    [
        (condor()[:3], 4, r"no iron condor can be made of it .*2 short puts, 2 long puts, 2 short calls, 0 long calls"),
        ([call(29, -1, line=9)], 9, "of VIX options the policy holds long VIX calls"),
        ([option("VIX", EXPIRY, 20.0, "P", 1, 1.0, line=3)], 3, "of VIX options the policy holds long VIX calls"),
        ([Held(Contract("VX", EXPIRY), -1, 20.0, line=7)], 7, "no layer sells VX futures"),
        ([Held(Contract("VX", EXPIRY), 1, 20.0, line=7)], 7, "has no layer that holds long VX or VXM futures"),
        ([call(29, layer="L9", line=2)], 2, "the policy has no layer 'L9'; it has condor, L1, L2, L3"),
        ([call(29, layer="condor", line=2)], 2, "layer 'condor' holds iron condors on the S&P 500, not long VIX calls"),
        ([call(-1, line=5)], 5, "it expired before 2025-11-20"),
        ([call(29, opened=dt.date(2025, 12, 1), line=5)], 5, "it was opened on 2025-12-01, after 2025-11-20"),
        ([Held(Contract("AAPL", EXPIRY, 200.0, "C"), 1, 5.0, line=6)], 6, "unknown root 'AAPL'"),
    ],
)
def test_a_row_that_belongs_nowhere_is_named_with_its_reason(rows: list[Held], line: int, why: str) -> None:
    with pytest.raises(UnmatchedError, match=why) as raised:
        match(rows, SLOTS, TODAY)
    assert raised.value.row.line == line


def test_a_policy_without_condors_takes_none() -> None:
    with pytest.raises(UnmatchedError, match="no layer that holds iron condors on the S&P 500; it has L1, L2, L3"):
        match(condor(), LAYERS, TODAY)


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(1, 9), st.booleans()), max_size=8), st.integers(0, 3))
def test_no_contract_is_lost_and_the_oldest_comes_first(calls: list[tuple[int, int, bool]], condors: int) -> None:
    rows = [call(days, q, opened=TODAY - dt.timedelta(days % 40) if known else None) for days, q, known in calls]
    for k in range(condors):
        rows += condor(k + 1, put=6400.0 - 100.0 * k)
    found = match(rows, SLOTS, TODAY)
    held: dict[Contract, int] = {}
    for fill in found.fills:
        for leg in fill.legs:
            held[leg.contract] = held.get(leg.contract, 0) + leg.quantity
    wanted: dict[Contract, int] = {}
    for row in rows:
        wanted[row.contract] = wanted.get(row.contract, 0) + row.quantity
    assert held == wanted
    assert [fill.session for fill in found.fills] == sorted(fill.session for fill in found.fills)
    assert len({(fill.layer, fill.campaign) for fill in found.fills}) == len(found.fills)
