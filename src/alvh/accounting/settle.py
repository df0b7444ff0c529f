"""Final settlement: AM contracts to the opening quotation, PM contracts to the close, once, at intrinsic."""

from __future__ import annotations

import datetime as dt
import math
from typing import NamedTuple

from alvh import conventions
from alvh.accounting.book import Book, Settlement, value_cents
from alvh.execution.execute import Fees
from alvh.market.etp_quotes import share_close
from alvh.market.history import History
from alvh.values import Contract, Skip

EPOCH = dt.date(1970, 1, 1).toordinal()
PUBLISHED_DECIMALS = 2
"""SET, VRO and the SPX close are published to the cent of a point; XSP settles to a tenth of the SPX value."""


class FinalValue(NamedTuple):
    """A final settlement value and how it came about."""

    points: float
    how: str


def settlement_session(history: History, contract: Contract) -> dt.date:
    """Return the session in which a contract becomes cash: its expiry, or the session before where that is none.

    Vendors date the monthlies of before February 2015 on the Saturday after the Friday that settled them, and what was
    due on a day on which the exchange closed unforeseen was moved to the day before (weeklies of 5 December 2018).
    """
    i = history.first_at_or_after(contract.expiry)
    if i < len(history) and history.dates[i] == contract.expiry:
        return contract.expiry
    return conventions.session_on_or_before(contract.expiry)


def final_value(history: History, contract: Contract) -> FinalValue:
    """Return the final settlement value of a contract; NaN where nothing is known.

    SPX in the morning: the SET proxy of that session. SPXW and XSP in the afternoon: the SPX close (or the cash price
    that came with the chain). VIX and VX: the settlement row of the expiry itself, which is VRO (weeklies: see
    `weekly_value`). Options on VXX and
    UVXY: the close of the share on their expiry, in the terms of the shares they were listed on; what is delivered is
    taken to be sold there.
    """
    if contract.root == "VIXW":
        return weekly_value(history, contract)
    if conventions.root_spec(contract.root).underlying == "VIX":
        j = history.vx.column_of(contract.expiry.toordinal() - EPOCH)
        return FinalValue(float(history.vx.final[j]) if j >= 0 else math.nan, "vro")
    i = history.first_at_or_after(settlement_session(history, contract))
    if i == len(history):
        return FinalValue(math.nan, "none")
    if conventions.fund_of(contract.root) is not None:
        return FinalValue(share_close(history, contract.root, i), "close")
    if conventions.settlement_of(contract.root, contract.expiry) == "AM":
        value, how = float(history.set_value[i]), history.set_proxy[i]
    else:
        value, how = float(history.column("SPX")[i]), "close"
        if math.isnan(value) and "SPX" in history.chains:
            value, how = float(history.chains["SPX"].underlying[i]), "chain"
    scale = conventions.spx_equivalent(contract.root)
    return FinalValue(round(value, PUBLISHED_DECIMALS) * scale, how)


def weekly_value(history: History, contract: Contract) -> FinalValue:
    """Return the final value of a VIX weekly: the settlement row of its future, else the VIX open of that morning.

    The open is no SOQ (`methodology.md`, section 2); it stands in, under the name ``vix_open``, where the weekly's own
    row was never published (most of 2015 to 2019).
    """
    curve = history.vx_weekly
    j = curve.column_of(contract.expiry.toordinal() - EPOCH)
    if j >= 0 and math.isfinite(curve.final[j]):
        return FinalValue(float(curve.final[j]), "vro")
    i = history.first_at_or_after(settlement_session(history, contract))
    return FinalValue(float(history.column("VIX.open")[i]) if i < len(history) else math.nan, "vix_open")


def settle_due(history: History, today: dt.date, book: Book, *, morning: bool, fees: Fees | None = None) -> list[Skip]:
    """Settle what is due at a session, before trading (`morning`) or at the close.

    A contract whose final value is unknown stays on the book at its last mark, and that is listed at every close until
    the value is known or the run ends.
    """
    skips: list[Skip] = []
    # What is dated on a day without a session before the next one is due today.
    for campaign, position in book.due(conventions.next_session(today) - dt.timedelta(1)):
        contract = position.contract
        session = settlement_session(history, contract)
        afternoon = conventions.settlement_of(contract.root, contract.expiry) == "PM"
        if session > today or (morning and afternoon and session == today):
            continue
        final = final_value(history, contract)
        if math.isfinite(final.points):
            owner = campaign.layer, campaign.name
            marked = book.marked_cents(*owner, contract)
            book.settle(settlement_of(*owner, position.quantity, contract, final, today, fees, marked))
        elif not morning:
            skips.append(Skip(today, campaign.layer, f"{contract} cannot settle: no final value"))
    return skips


def settlement_of(
    layer: str,
    campaign: str,
    quantity: int,
    contract: Contract,
    final: FinalValue,
    session: dt.date,
    fees: Fees | None = None,
    marked_cents: int = 0,
) -> Settlement:
    """Return the settlement of a position at a final value; brokers charge for what ends in the money.

    Of a future only the difference to what it is already marked at is paid.
    """
    points = intrinsic(contract, final.points)
    cash = value_cents(contract, quantity, points) - marked_cents
    fee = 0
    if fees is not None and points > 0.0:
        fee = fees.settlement_fee_cents(contract.root, points) * abs(quantity)
    return Settlement(session, layer, campaign, contract, quantity, final.points, points, cash, final.how, fee)


def intrinsic(contract: Contract, value_points: float) -> float:
    """Return what one contract pays at a final value, points."""
    if contract.right == "C":
        return max(value_points - contract.strike, 0.0)
    if contract.right == "P":
        return max(contract.strike - value_points, 0.0)
    return value_points
