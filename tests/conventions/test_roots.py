from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.conventions.roots import ROOTS, root_spec, spx_equivalent, tick_size


@pytest.mark.parametrize(
    ("root", "multiplier", "settlement", "kind"),
    [
        ("SPX", 100, "AM", "option"),
        ("SPXW", 100, "PM", "option"),
        ("XSP", 100, "PM", "option"),
        ("VIX", 100, "AM", "option"),
        ("VIXW", 100, "AM", "option"),
        ("VX", 1000, "AM", "future"),
        ("VXM", 100, "AM", "future"),
        ("SPY", 1, "none", "fund"),
        ("VXX", 1, "none", "fund"),
        ("UVXY", 1, "none", "fund"),
        ("SVXY", 1, "none", "fund"),
        ("SPXTR", 1, "none", "fund"),
        ("SPXPR", 1, "none", "fund"),
    ],
)
def test_a_root_is_what_its_exchange_says(root, multiplier, settlement, kind):
    spec = root_spec(root)
    assert (spec.multiplier, spec.settlement, spec.kind) == (multiplier, settlement, kind)
    assert spec.exercise == ("european" if kind == "option" else "")


def test_ticks_of_the_methodology():
    assert tick_size("SPX", 2.99) == 0.05
    assert tick_size("SPX", 3.00) == 0.10
    assert tick_size("VIX", 2.95) == 0.05
    assert tick_size("VIX", 3.10) == 0.10
    assert tick_size("VX", 20.0) == 0.05
    assert tick_size("VXM", 20.0) == 0.01
    assert tick_size("XSP", 5.0) == 0.01


def test_an_unknown_root_is_quoted():
    with pytest.raises(KeyError, match=r"'SPQ'.*SPXW"):
        root_spec("SPQ")
    with pytest.raises(KeyError, match="'VIX'"):
        spx_equivalent("VIX")


def test_ten_xsp_are_one_spx():
    assert 10 * spx_equivalent("XSP") == spx_equivalent("SPX") == spx_equivalent("SPXW") == 1.0


@given(st.sampled_from(sorted(ROOTS)), st.floats(0.0, 500.0))
def test_a_tick_never_shrinks_as_the_price_grows(root, price):
    assert 0 < tick_size(root, price) <= tick_size(root, price + 3.0)
