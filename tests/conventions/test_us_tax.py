"""Rates and the character of gains."""

from __future__ import annotations

import pytest

from alvh.conventions import ROOTS
from alvh.conventions.us_tax import TOP_FEDERAL, TOP_FEDERAL_WITHOUT_NIIT, TaxRates, is_section_1256


def test_the_blended_rate_is_the_one_that_is_quoted() -> None:
    # 0.6 x 20 % + 0.4 x 37 % = 12 % + 14.8 % = 26.8 %; with 3.8 % on top 30.6 %.
    assert TOP_FEDERAL_WITHOUT_NIIT.blended_1256 == pytest.approx(0.268)
    assert TOP_FEDERAL.blended_1256 == pytest.approx(0.306)


def test_one_rate_for_everything_blends_to_itself() -> None:
    assert TaxRates(0.25, 0.25, 0.25).blended_1256 == pytest.approx(0.25)


def test_index_options_and_futures_are_section_1256_contracts_and_funds_are_not() -> None:
    yes = {root for root in ROOTS if is_section_1256(root)}
    assert yes == {"SPX", "SPXW", "XSP", "VIX", "VIXW", "VX", "VXM"}


def test_an_unknown_root_is_refused() -> None:
    with pytest.raises(KeyError, match="QQQ"):
        is_section_1256("QQQ")
