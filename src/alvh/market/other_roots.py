"""Roots beside the index options: each is one file that quotes it, and one line of `BUILDERS` here.

Both sources of a run ask this table first. What stands in it is quoted the same way in a modelled run and in a market
run, and says itself which of its marks are modelled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol, TypeAlias

from alvh import conventions
from alvh.market.etp_quotes import EtpQuotes
from alvh.market.history import History
from alvh.market.index_quotes import IndexQuotes
from alvh.market.quotes import Life, Series
from alvh.market.vix_weekly_quotes import VixWeeklyQuotes
from alvh.market.vx_quotes import VxQuotes
from alvh.values import Contract, Floats, Missing, Quote, Right


class RootQuotes(Protocol):
    """Quotes of one root: what `alvh.market.quotes.QuoteSource` promises, for the contracts and series of that root.

    A view asks for its series and its cash level by the root's own name (``view.series("VX")``).
    """

    def spot(self, i: int) -> float:
        """Return the cash level of what the root is written on at `i`, points; NaN where missing."""

    def series(self, i: int) -> Sequence[Series]:
        """Return what can be traded at `i`, by expiry."""

    def forward(self, i: int, series: Series) -> float:
        """Return the forward of a series at `i`, points; NaN where missing."""

    def strike_at_delta(self, i: int, series: Series, right: Right, abs_delta: float) -> float:
        """Return the listed strike whose delta is nearest; NaN where there is none."""

    def strike_near(self, i: int, series: Series, right: Right, target: float) -> float:
        """Return the listed strike nearest `target`; NaN where there is none."""

    def quote(self, i: int, contract: Contract) -> Quote | Missing:
        """Return the quote of a contract at `i`, or why there is none."""

    def life(self, contract: Contract, i: int) -> Life:
        """Return the quotes of a contract from `i` to its last mark, gathered once and kept in the source's `lives`."""

    def meaning(self, contract: Contract, life: Life, offset: int, n: int) -> tuple[Floats, Floats, Floats, Floats]:
        """Return forward, years, discount and volatility behind `n` marks of a life; NaN beyond it."""


Builder: TypeAlias = Callable[[str, History, dict[Contract, Life]], RootQuotes]
"""Makes the quotes of a root over a history; the dictionary is the run's own, where lives are kept."""

BUILDERS: Mapping[str, Builder] = MappingProxyType(
    {
        "VX": VxQuotes,
        "VXM": VxQuotes,
        "VIXW": VixWeeklyQuotes,
        "SPXTR": IndexQuotes,
        "SPXPR": IndexQuotes,
        **{root: EtpQuotes for root in conventions.ROOTS if root in conventions.ETP_FUNDS or conventions.fund_of(root)},
    }
)
"""By root. Building must cost nothing: every source builds all of them."""


def other_roots(history: History, lives: dict[Contract, Life]) -> dict[str, RootQuotes]:
    """Return the quotes of every root of `BUILDERS` over one history."""
    return {root: build(root, history, lives) for root, build in BUILDERS.items()}
