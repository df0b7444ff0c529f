"""The table of roots beside the index options: both sources ask it, and share their lives with it."""

from __future__ import annotations

import pytest

from alvh.conventions import ROOTS
from alvh.market.market_quotes import MarketQuotes
from alvh.market.other_roots import BUILDERS, other_roots
from alvh.market.reconstruct import ModelledQuotes
from alvh.values import Contract
from market.plainmarket import plain_history


def test_every_root_of_the_table_is_one_we_know():
    assert {"VX", "VXM"} <= set(BUILDERS) <= set(ROOTS)


def test_each_root_is_built_over_the_history_and_the_lives_of_the_run():
    history, lives = plain_history(), {}
    others = other_roots(history, lives)
    assert set(others) == set(BUILDERS)
    series = others["VX"].series(0)[0]
    others["VX"].life(Contract("VX", series.expiry), 0)
    assert list(lives) == [Contract("VX", series.expiry)]


@pytest.mark.parametrize("source", [ModelledQuotes, MarketQuotes])
def test_what_a_source_quotes_of_such_a_root_lives_with_everything_else(source):
    quotes = source(plain_history())
    contract = Contract("VX", quotes.series(0, "VX")[0].expiry)
    quotes.quote(0, contract)
    assert quotes.lives[contract] is quotes.life(contract, 0)
