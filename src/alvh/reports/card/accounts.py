"""Which accounts could trade tonight's condor: the sizing rule asked for 25k, 100k, 250k and 1M, in SPX and in XSP."""

from __future__ import annotations

from dataclasses import dataclass

from alvh.conventions import spx_equivalent
from alvh.decision.rules.sizing import Sizing, lots_within
from alvh.reports.card.facts import Facts

ACCOUNTS_USD = (25_000.0, 100_000.0, 250_000.0, 1_000_000.0)
"""`decisions.md`, "Money, lots, accounts"."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account: how many lots of tonight's condor fit an empty one, in SPX and in XSP."""

    nav_usd: float
    spx_lots: int
    xsp_lots: int
    spx_risk_share: float
    xsp_risk_share: float


def account_rows(facts: Facts) -> tuple[AccountRow, ...]:
    """Return one row an account; nothing where no condor is opened, or no rule sizes it."""
    sizing = next((rule for rule in facts.policy.rules if isinstance(rule, Sizing)), None)
    opening = facts.openings()
    if sizing is None or not opening:
        return ()
    order = opening[0]
    noted = facts.plan.notes.get(f"{order.layer}.risk_usd_per_lot", order.max_loss_usd_per_lot)
    spx_lot_usd = noted / spx_equivalent(order.legs[0].contract.root)
    rows = []
    for nav in ACCOUNTS_USD:
        lots = [lots_within(lot, nav, sizing.params.total * nav, sizing.params)[0] for lot in lot_pair(spx_lot_usd)]
        shares = [lot / nav for lot in lot_pair(spx_lot_usd)]
        rows.append(AccountRow(nav, *lots, *shares))
    return tuple(rows)


def lot_pair(spx_lot_usd: float) -> tuple[float, float]:
    """Return the risk of one lot of SPX and of XSP, USD: XSP is a tenth."""
    return spx_lot_usd, spx_lot_usd / 10.0
