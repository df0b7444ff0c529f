"""The book: positions as a fold over the journal, cash in integer cents.

The journal is append-only: fills, settlements, variation and interest, in the order they happened. Positions, campaigns
and cash are what the journal folds to; nothing edits them by hand. Daily marks and postings are made from the journal
afterwards (`alvh.accounting.ledger`), over the whole life of each position at once.

A future costs no premium. Its fill moves only slippage and fees; what it gains is paid in or out of cash at every close
(`Variation`), and the rest at its final settlement, so that its position itself is worth nothing.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias, cast

from alvh.conventions import root_spec
from alvh.values import Campaign, Contract, Fill, LegFill, Position


class Settlement(NamedTuple):
    """A contract that became cash.

    `value_points` is the final settlement value of the underlying, `intrinsic_points` what one contract is worth at it;
    `proxy` says how the value came about (``vro``, ``close``, ``spy_open``, ...). `cash_cents` is before `fee_cents`; a
    future's is the variation since its last daily settlement.
    """

    session: dt.date
    layer: str
    campaign: str
    contract: Contract
    quantity: int
    value_points: float
    intrinsic_points: float
    cash_cents: int
    proxy: str
    fee_cents: int = 0


class Variation(NamedTuple):
    """What a future gained since it was last marked, paid in (or out, when negative): daily variation margin."""

    session: dt.date
    layer: str
    campaign: str
    contract: Contract
    cash_cents: int


class Interest(NamedTuple):
    """Treasury-bill interest on cash, earned since the session before."""

    session: dt.date
    cash_cents: int
    rate: float


Entry: TypeAlias = Fill | Settlement | Variation | Interest
"""What a journal holds."""


class Marks(Protocol):
    """A view, as far as the book needs one."""

    def mark(self, contract: Contract) -> float:
        """Return the mark of a held contract, points."""


@dataclass(slots=True)
class _Flow:
    """Running totals by date, so that a trailing sum is two look-ups."""

    dates: list[dt.date]
    totals: list[int]

    def add(self, date: dt.date, cents: int) -> None:
        """Add an amount on a date, not before the last one."""
        before = self.totals[-1] if self.totals else 0
        if self.dates and self.dates[-1] == date:
            self.totals[-1] = before + cents
        else:
            self.dates.append(date)
            self.totals.append(before + cents)

    def since(self, date: dt.date) -> int:
        """Return the sum of amounts after `date`."""
        if not self.totals:
            return 0
        k = bisect_right(self.dates, date)
        return self.totals[-1] - (self.totals[k - 1] if k else 0)


class Book:
    """Cash, open campaigns and the journal of one account.

    Parameters
    ----------
    cash_cents : int
        Starting cash.
    """

    def __init__(self, cash_cents: int) -> None:
        self.start_cents = cash_cents
        self.cash_cents = cash_cents
        self.journal: list[Entry] = []
        self._campaigns: dict[str, dict[str, Campaign]] = {}
        self._next_expiry = dt.date.max
        self._premium: dict[str, _Flow] = {}
        self._credits: dict[str, _Flow] = {}
        self._closes: tuple[list[dt.date], list[int]] = ([], [])
        self._margins: list[int] = []
        # What each future's gains have been paid up to, as the value of the position at that price.
        self._marked: dict[tuple[str, str, Contract], int] = {}

    # -- what layers and rules may ask -------------------------------------------------------------------------------

    def campaigns(self, layer: str) -> Sequence[Campaign]:
        """Return the campaigns of a layer that hold something or wait to refill, in the order they were opened."""
        held = self._campaigns.get(layer)
        return list(held.values()) if held else ()

    def equity_cents(self, view: object) -> int:
        """Return cash and marks at a view's close, in cents."""
        marks = cast("Marks", view)
        total = self.cash_cents
        for layer in self._campaigns.values():
            for campaign in layer.values():
                for contract, position in campaign.positions.items():
                    total += value_cents(contract, position.quantity, marks.mark(contract))
        # Of a future only what has not been paid yet is worth anything: nothing, once the close has been settled.
        return total - sum(self._marked.values())

    def equity_path(self) -> tuple[Sequence[dt.date], Sequence[int]]:
        """Return sessions and equity in cents at their closes so far, oldest first (`at_close` notes them)."""
        return self._closes

    def margin_path(self) -> Sequence[int]:
        """Return the largest losses open at the closes of `equity_path`, cents: what condors and spreads tie up."""
        return self._margins

    def at_close(self, session: dt.date, view: object) -> None:
        """Note the equity and the open largest losses of a close, once the fills of that close are in the book."""
        self._closes[0].append(session)
        self._closes[1].append(self.equity_cents(view))
        open_now = (c.max_loss_cents for layer in self._campaigns.values() for c in layer.values() if c.positions)
        self._margins.append(sum(open_now))

    def spent_cents(self, layers: Sequence[str], since: dt.date) -> int:
        """Return the net premium layers paid after `since`: purchases less sales and settlements, before fees."""
        return sum(self._premium[layer].since(since) for layer in layers if layer in self._premium)

    def credits_cents(self, layer: str, since: dt.date) -> int:
        """Return the opening credits received by a layer after `since`, before fees."""
        return self._credits[layer].since(since) if layer in self._credits else 0

    def holds(self, layer: str, campaign: str) -> Campaign | None:
        """Return an open campaign by name, None when there is none."""
        return self._campaigns.get(layer, {}).get(campaign)

    def marked_cents(self, layer: str, campaign: str, contract: Contract) -> int:
        """Return the value a position in futures has been marked at, cents; 0 for everything else."""
        return self._marked.get((layer, campaign, contract), 0)

    # -- the fold ------------------------------------------------------------------------------------------------------

    def apply(self, fill: Fill) -> None:
        """Fold one fill into the book."""
        self.journal.append(fill)
        campaigns = self._campaigns.setdefault(fill.layer, {})
        campaign = campaigns.get(fill.campaign)
        if campaign is None:
            campaign = Campaign(fill.layer, fill.campaign, fill.session, fill.lots, 0, fill.max_loss_cents)
            campaigns[fill.campaign] = campaign
        cash = premium = 0
        for leg in fill.legs:
            paid = paid_cents(leg)
            cash -= paid
            if is_future(leg.contract):
                key = fill.layer, fill.campaign, leg.contract
                self._marked[key] = self._marked.get(key, 0) + value_cents(leg.contract, leg.quantity, leg.mid)
            else:
                premium += paid
            self._hold(campaign, fill, leg.contract, leg.quantity, paid)
            self.cash_cents -= paid + leg.fee_cents
        campaign.cash_cents += cash
        if fill.kind == "roll" and campaign.changed != fill.session:
            campaign.rolls += 1
        if fill.kind in ("roll", "adjust"):
            campaign.changed = fill.session
        if fill.kind == "open":
            campaign.credit_cents += cash
            self._credits.setdefault(fill.layer, _Flow([], [])).add(fill.session, cash)
        self._premium.setdefault(fill.layer, _Flow([], [])).add(fill.session, premium)
        campaign.refill_from = fill.refill_from
        if not campaign.positions and campaign.refill_from is None:
            del campaigns[fill.campaign]

    def _hold(self, campaign: Campaign, fill: Fill, contract: Contract, quantity: int, paid_cents: int) -> None:
        """Change one position of a campaign."""
        position = campaign.positions.get(contract)
        if position is None:
            campaign.positions[contract] = Position(
                contract, quantity, fill.session, paid_cents, recycled=quantity if fill.kind == "recycle" else 0
            )
            self._next_expiry = min(self._next_expiry, contract.expiry)
            return
        before = position.quantity
        after = before + quantity
        if after == 0:
            del campaign.positions[contract]
            return
        if (before > 0) != (after > 0):
            # Through zero: what was held is gone, and what is held now was all traded in this fill.
            cost = round(paid_cents * after / quantity)
            campaign.positions[contract] = Position(contract, after, fill.session, cost)
            return
        # A part sold takes its share of the cost with it; a part bought adds what it cost.
        growing = (before > 0) == (quantity > 0)
        position.cost_cents += paid_cents if growing else round(position.cost_cents * quantity / before)
        position.quantity = after
        if fill.kind == "monetise":
            position.monetised -= quantity
        elif fill.kind == "recycle":
            position.recycled += quantity

    def due(self, date: dt.date) -> list[tuple[Campaign, Position]]:
        """Return what settles on or before a date and is still held, in the order it was opened."""
        if date < self._next_expiry:
            return []
        held = [(c, p) for layer in self._campaigns.values() for c in layer.values() for p in c.positions.values()]
        due = [(campaign, position) for campaign, position in held if position.contract.expiry <= date]
        later = [position.contract.expiry for _, position in held if position.contract.expiry > date]
        # What cannot settle for want of a final value stays due.
        self._next_expiry = date if due else min(later, default=dt.date.max)
        return due

    def settle(self, settlement: Settlement) -> None:
        """Fold one settlement into the book: cash in, position gone, exactly once."""
        campaign = self._campaigns[settlement.layer][settlement.campaign]
        position = campaign.positions.pop(settlement.contract)
        if position.quantity != settlement.quantity:
            message = f"{settlement.contract}: {position.quantity} held, {settlement.quantity} settled"
            raise ValueError(message)
        self.journal.append(settlement)
        self.cash_cents += settlement.cash_cents - settlement.fee_cents
        self._campaigns[settlement.layer][settlement.campaign].cash_cents += settlement.cash_cents
        if is_future(settlement.contract):
            self._marked.pop((settlement.layer, settlement.campaign, settlement.contract), None)
        else:
            self._premium.setdefault(settlement.layer, _Flow([], [])).add(settlement.session, -settlement.cash_cents)
        if not campaign.positions and campaign.refill_from is None:
            del self._campaigns[settlement.layer][settlement.campaign]

    def vary(self, session: dt.date, view: object) -> None:
        """Pay what futures gained since they were last marked, at a view's close.

        The price each was filled at that day is its mid: paid before or after the fills of the close, it is the same.
        """
        marks = cast("Marks", view)
        for key, marked in list(self._marked.items()):
            layer, name, contract = key
            campaign = self.holds(layer, name)
            held = campaign.positions.get(contract) if campaign is not None else None
            now = value_cents(contract, held.quantity, marks.mark(contract)) if held is not None else 0
            if now != marked:
                self.receive(Variation(session, layer, name, contract, now - marked))
            if held is None:
                del self._marked[key]

    def receive(self, variation: Variation) -> None:
        """Fold one payment of variation margin into the book."""
        self.journal.append(variation)
        self.cash_cents += variation.cash_cents
        campaign = self.holds(variation.layer, variation.campaign)
        if campaign is not None:
            campaign.cash_cents += variation.cash_cents
        self._marked[variation.layer, variation.campaign, variation.contract] += variation.cash_cents

    def earn(self, interest: Interest) -> None:
        """Fold one day's interest into the book."""
        self.journal.append(interest)
        self.cash_cents += interest.cash_cents


def value_cents(contract: Contract, quantity: int, price_points: float) -> int:
    """Return what a quantity is worth at a price, in whole cents (half a cent to the even one)."""
    return round(quantity * price_points * root_spec(contract.root).multiplier * 100.0)


def is_future(contract: Contract) -> bool:
    """Whether a contract is a future: marked to cash every day, without a premium."""
    return not contract.right and root_spec(contract.root).kind == "future"


def paid_cents(leg: LegFill) -> int:
    """Return the cash a leg's fill costs before fees, cents (received negative): of a future only the slippage."""
    paid = value_cents(leg.contract, leg.quantity, leg.price)
    return paid - value_cents(leg.contract, leg.quantity, leg.mid) if is_future(leg.contract) else paid
