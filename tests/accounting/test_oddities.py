"""What will surprise a trader: missed rolls, long expiries, a second contract."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.accounting.oddities import oddities
from alvh.accounting.slots import Slot
from alvh.values import Contract, Fill, LegFill

TODAY = dt.date(2025, 11, 20)
SLOTS = (Slot("condor", "condors", 30, 60, 21), Slot("L1", "vix_calls", 25, 63, 21), Slot("big", "call_spreads", 5, 12))


def fill(layer: str, days: int) -> Fill:
    contract = Contract("VIX", TODAY + dt.timedelta(days), 20.0, "C")
    return Fill(TODAY, layer, f"{layer}@{days}", "open", 1, (LegFill(contract, 1, 2.0, 2.0, 0, "market"),), "")


@pytest.mark.parametrize(
    ("layer", "days", "said"),
    [
        ("L1", 17, ("L1 roll missed, 17 DTE (rolls at 21): VIX 2025-12-07 20 C",)),
        ("L1", 20, ("L1 roll missed, 20 DTE (rolls at 21): VIX 2025-12-10 20 C",)),
        ("L1", 21, ()),  # due tonight, not missed
        ("L1", 63, ()),
        ("L1", 64, ("L1 holds 64 DTE, beyond its window of 25-63",)),
        ("condor", 10, ("condor exit missed, 10 DTE (exits at 21): VIX 2025-11-30 20 C",)),
        ("big", 0, ()),  # never rolls
        ("gone", 1, ()),
        ("big", -1, ("big holds what has expired, VIX 2025-11-19 20 C: import the book again",)),
    ],
)
def test_days_to_expiry_that_surprise(layer: str, days: int, said: tuple[str, ...]) -> None:
    assert oddities([fill(layer, days)], SLOTS, TODAY) == said


def test_a_second_contract_is_said_where_a_layer_manages_one() -> None:
    assert oddities([fill("L1", 30), fill("L1", 40)], SLOTS, TODAY) == (
        "L1 holds 2 different contracts; the layer manages the oldest, VIX 2025-12-20 20 C",
    )
    assert oddities([fill("condor", 30), fill("condor", 40)], SLOTS, TODAY) == ()


@given(st.integers(0, 400), st.integers(0, 60))
def test_a_missed_roll_stays_missed(days: int, later: int) -> None:
    def missed(day: dt.date) -> bool:
        return any("missed" in line for line in oddities([fill("L1", days)], SLOTS, day))

    then = TODAY + dt.timedelta(later)
    assert missed(TODAY) == (days < 21)
    if missed(TODAY):
        assert missed(then) == (later <= days)
        assert oddities([fill("L1", days)], SLOTS, then)
