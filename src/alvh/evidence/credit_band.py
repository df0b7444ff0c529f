"""The same run had every condor brought more, or less, at its opening: a two-sided band on modelled credits.

Modelled credits were found to be off by up to about 10 % either way (`methodology.md`, section 6). Here the credit of
each opening is moved and nothing else: decisions, sizes, exits, marks and closing prices stay, interest on the
difference is left out. A credit that was truly higher would come with dearer marks and later profit-takes, which give
part of it back; so the band is the wide reading of the error.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from alvh.accounting.statement import Statement
from alvh.evidence.measure import cagr, max_drawdown
from alvh.values import Floats

SHARE: Final = 0.10
"""`methodology.md`, section 6 (b)."""


class CreditOutcome(NamedTuple):
    """Growth a year and deepest drawdown (negative), decimals."""

    cagr: float
    max_drawdown: float


class CreditBand(NamedTuple):
    """What the run comes to with less, as much, and more credit; `credits_usd` were received in all."""

    share: float
    credits_usd: float
    less: CreditOutcome
    same: CreditOutcome
    more: CreditOutcome

    @property
    def cagr(self) -> tuple[float, float]:
        """Lowest and highest growth a year."""
        return min(self.less.cagr, self.more.cagr), max(self.less.cagr, self.more.cagr)

    @property
    def max_drawdown(self) -> tuple[float, float]:
        """Deepest and mildest drawdown."""
        depths = self.less.max_drawdown, self.more.max_drawdown
        return min(depths), max(depths)


def credit_band(one: Statement, share: float = SHARE) -> CreditBand:
    """Return the band of one run."""
    received = condor_credits_usd(one)
    moved = share * np.cumsum(received)
    return CreditBand(
        share,
        float(received.sum()),
        _outcome(one, one.equity_usd - moved),
        _outcome(one, one.equity_usd),
        _outcome(one, one.equity_usd + moved),
    )


def condor_credits_usd(one: Statement) -> Floats:
    """Return the opening credits of condors by session, USD: of layers that do not hedge, where a credit was received.

    A condor that was rolled counts with the credit of its first opening.
    """
    out = np.zeros(one.sessions.size)
    for line in one.campaigns:
        if line.layer not in one.hedge_layers and line.credit_usd > 0.0 and line.max_loss_usd > 0.0:
            at = int(np.searchsorted(one.sessions, np.datetime64(line.opened)))
            if at < out.size:
                out[at] += line.credit_usd
    return out


def _outcome(one: Statement, equity_usd: Floats) -> CreditOutcome:
    return CreditOutcome(
        cagr(equity_usd, one.nav_start_usd, one.sessions),
        max_drawdown(equity_usd, one.nav_start_usd, one.sessions).depth,
    )
