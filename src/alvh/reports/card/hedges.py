"""The hedge layers on the card: what is done tonight, what is wanted, what is held, and when it rolls."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from alvh import conventions
from alvh.accounting.book import is_future
from alvh.accounting.ledger import worth_usd
from alvh.decision.draft import Layer
from alvh.reports.card.facts import Facts, leg_quotes
from alvh.reports.card.prices import Prices, package_prices
from alvh.values import Campaign, Contract, Leg, Missing, Order, Position


@dataclass(frozen=True, slots=True)
class HedgeOrder:
    """One order of a hedge layer: what to do, and the prices of one package (paid negative)."""

    kind: str
    text: str
    reason: str
    prices: Prices | Missing
    cash_usd: float


@dataclass(frozen=True, slots=True)
class HedgeRow:
    """One hedge layer.

    Attributes
    ----------
    layer : str
    orders : tuple of HedgeOrder
    why : tuple of str
        What was not done tonight, and why.
    holds : str
        What is held, as a trader reads it; empty for nothing.
    target : float or None
        Units wanted for the condors that are open after tonight, at the layer's weight; None where it says none.
    held, planned : int
        Units held now and after tonight's orders.
    error : float or None
        Planned less target.
    weight : float or None
    days : int or None
        Calendar days to the expiry of what is held (after a purchase: of what is bought).
    days_to_roll : int or None
    cost_usd, value_usd : float
        What was paid for what is held, and its mark.
    """

    layer: str
    orders: tuple[HedgeOrder, ...]
    why: tuple[str, ...]
    holds: str
    target: float | None
    held: int
    planned: int
    error: float | None
    weight: float | None
    days: int | None
    days_to_roll: int | None
    cost_usd: float
    value_usd: float


def hedge_rows(facts: Facts) -> tuple[HedgeRow, ...]:
    """Return one row a hedge layer, and one for every layer that is neither condor nor hedge and has orders."""
    rows = [_row(facts, layer) for layer in facts.policy.layers if layer.name not in facts.condor_layers]
    return tuple(row for row in rows if row is not None)


def _row(facts: Facts, layer: Layer) -> HedgeRow | None:
    name = layer.name
    sleeves = [c for c in facts.book.campaigns(name) if c.positions]
    asked = [o for o in facts.plan.orders if o.layer == name]
    why = tuple(s.why for s in facts.plan.skips if s.layer == name)
    overlay = not layer.hedge
    if overlay and not (sleeves or asked or why):
        return None
    held = [p for campaign in sleeves for p in campaign.positions.values()]
    units = _units(held)
    planned = units + sum(_added(order, held) for order in asked)
    target = facts.plan.notes.get(f"{name}.target")
    weight = facts.plan.notes.get(f"{name}.weight")
    contract = _after(asked, held)
    days = (contract.expiry - facts.date).days if contract is not None else None
    roll_dte = getattr(getattr(layer, "params", None), "roll_dte", None)
    return HedgeRow(
        layer=name,
        orders=tuple(_order(facts, order) for order in asked),
        why=why,
        holds=holds(sleeves),
        target=target,
        held=units,
        planned=planned,
        error=None if target is None else planned - target,
        weight=weight,
        days=days,
        days_to_roll=None if days is None or roll_dte is None else max(0, days - int(roll_dte)),
        cost_usd=sum(p.cost_cents for p in held) / 100.0,
        value_usd=sum(p.quantity * facts.view.mark(p.contract) * worth_usd(p.contract) for p in held),
    )


def _units(held: Sequence[Position]) -> int:
    """Return the units of a sleeve: its lead leg's quantity, the one held longest."""
    return held[0].quantity if held else 0


def _added(order: Order, held: Sequence[Position]) -> int:
    """Return how many units an order adds to a sleeve."""
    lead = held[0].contract if held else None
    if order.kind == "roll":
        new = [leg.ratio for leg in order.legs if leg.contract != lead and leg.ratio]
        return (new[0] if new else 0) * order.lots - (held[0].quantity if held else 0)
    first = next((leg for leg in order.legs if leg.contract == lead), order.legs[0])
    return first.ratio * order.lots


def _after(orders: Sequence[Order], held: Sequence[Position]) -> Contract | None:
    """Return the contract that leads the sleeve after tonight."""
    for order in orders:
        if order.kind in ("open", "roll"):
            bought = [leg.contract for leg in order.legs if leg.ratio > 0]
            if bought:
                return max(bought, key=lambda contract: contract.expiry)
            return order.legs[0].contract
    return held[0].contract if held else None


def _order(facts: Facts, order: Order) -> HedgeOrder:
    quotes = leg_quotes(facts.view, order.legs)
    if isinstance(quotes, Missing):
        return HedgeOrder(order.kind, package_text(order.legs, order.lots), order.reason, quotes, 0.0)
    prices = package_prices(order.legs, quotes, facts.fill)
    packages = math.gcd(*(leg.ratio for leg in order.legs)) * order.lots
    # Of a future only what the limit gives up is cash: its price is not paid.
    points = prices.limit - prices.mid if is_future(order.legs[0].contract) else prices.limit
    cash = points * packages * conventions.root_spec(order.legs[0].contract.root).multiplier
    return HedgeOrder(order.kind, package_text(order.legs, order.lots), order.reason, prices, cash)


def package_text(legs: Sequence[Leg], lots: int) -> str:
    """Return what a package trades, leg by leg: ``buy 9 VIX 15 Apr 2020 75 C``."""
    said = []
    for leg in legs:
        n = leg.ratio * lots
        said.append(f"{'buy' if n > 0 else 'sell'} {abs(n)} {contract_text(leg.contract)}")
    return ", ".join(said)


def contract_text(contract: Contract) -> str:
    """Return a contract as a trader writes it: ``VIX 15 Apr 2020 75 C``."""
    strike = f" {contract.strike:g} {contract.right}" if contract.right else ""
    return f"{contract.root} {day_text(contract.expiry)}{strike}"


def day_text(date: dt.date) -> str:
    """Return a date as a trader writes it, in any locale: ``15 Apr 2020``."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{date.day} {months[date.month - 1]} {date.year}"


def holds(sleeves: Sequence[Campaign]) -> str:
    """Return what some campaigns hold, in one line."""
    positions = [p for campaign in sleeves for p in campaign.positions.values()]
    return ", ".join(f"{p.quantity:+d} {contract_text(p.contract)}" for p in positions)
