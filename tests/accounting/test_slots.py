"""Which layer holds what, by days to expiry today and on the day it was opened."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.accounting.slots import Slot, place

L1 = Slot("L1", "vix_calls", 25, 63, 21)
L2 = Slot("L2", "vix_calls", 90, 130, 75)
L3 = Slot("L3", "vix_calls", 140, 260, 100)
LAYERS = (L1, L2, L3)


@pytest.mark.parametrize(
    ("days", "at_open", "layer"),
    [
        (29, None, "L1"),
        (63, None, "L1"),
        (90, None, "L2"),
        (130, None, "L2"),
        (200, None, "L3"),
        (400, None, "L3"),
        # Below every roll day: the shortest missed its roll.
        (17, None, "L1"),
        (21, None, "L1"),
        (23, None, "L1"),
        # 85: L2's window is 5 away and its roll day (75) not reached; L1's is 22 away.
        (85, None, "L2"),
        # 70: L2 should have rolled at 75 and L3 at 100; only L1 still holds it.
        (70, None, "L1"),
        # 135: five days to L2's window and five to L3's; what loses days came from the longer one.
        (135, None, "L3"),
        # The day of opening decides: 110 days today may be a young L2 or an old L3.
        (110, 120, "L2"),
        (110, 200, "L3"),
        (70, 110, "L2"),
        (17, 28, "L1"),
        # Opened outside every window: today's days decide.
        (100, 75, "L2"),
    ],
)
def test_days_to_expiry_say_the_layer(days: int, at_open: int | None, layer: str) -> None:
    assert place(days, at_open, LAYERS).name == layer


@given(st.integers(0, 600), st.none() | st.integers(0, 600))
def test_every_number_of_days_has_a_layer_and_an_entry_window_is_never_overruled(
    days: int, at_open: int | None
) -> None:
    found = place(days, at_open, LAYERS)
    assert found in LAYERS
    if at_open is None:
        for slot in LAYERS:
            if slot.dte_min <= days <= slot.dte_max:
                assert found == slot
