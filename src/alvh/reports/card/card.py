"""The card of one evening: what a trader acts on first, then everything it stands on, as data.

`make_card` asks each part for its own; `card_dict` says all of it as JSON. Nothing here draws, reads a clock or a file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from alvh.diagnosis.arbitrage import Watch, arbitrage_watch
from alvh.market.smile_inputs import smile_inputs
from alvh.market.spx_model import zero_rate
from alvh.reports.backtest import DISCLAIMER
from alvh.reports.card.accounts import AccountRow, account_rows
from alvh.reports.card.action import Action, action
from alvh.reports.card.condor import (
    BuyingPower,
    OpenCondor,
    ProposedCondor,
    buying_power,
    condor_of,
    held_condors,
    proposed,
)
from alvh.reports.card.facts import Facts
from alvh.reports.card.hedges import HedgeRow, hedge_rows
from alvh.reports.card.inputs import InputRow, input_rows, troubles
from alvh.reports.card.levels import Level, alert_levels, void_levels
from alvh.reports.card.plan_json import finite, plan_dict
from alvh.reports.card.readings import ReadingRow, reading_rows
from alvh.reports.card.regime import RegimeCard, regime_card
from alvh.reports.card.stress import Stress, stress
from alvh.reports.card.topics import Topic, topics
from alvh.values import Missing, Plan


@dataclass(frozen=True, slots=True)
class Account:
    """The account the card is for, USD at this close."""

    book: str
    equity_usd: float
    cash_usd: float
    broker: str


@dataclass(frozen=True, slots=True)
class Card:
    """One evening's decision and everything beside it, in reading order.

    Attributes
    ----------
    policy, policy_hash : str
    date : datetime.date
    quotes : {"market", "modelled"}
    fill : str
        The fill model that the limits concede.
    account : Account
    action : Action
    condors : tuple of ProposedCondor or Missing
    refused : tuple of ProposedCondor or Missing
        What a rule took out of the plan, one lot each.
    held : tuple of OpenCondor or Missing
    buying_power : BuyingPower
    hedges : tuple of HedgeRow
    voids, alerts : tuples of Level
    accounts : tuple of AccountRow
    troubles : tuple of str
        Inputs that are stale or missing, a sentence each.
    regime : RegimeCard
    topics : tuple of Topic
    stress : Stress
    arbitrage : tuple of Watch or Missing
    readings : tuple of ReadingRow
    inputs : tuple of InputRow
    plan : Plan
    disclaimer : str
    """

    policy: str
    policy_hash: str
    date: dt.date
    quotes: str
    fill: str
    account: Account
    action: Action
    condors: tuple[ProposedCondor | Missing, ...]
    refused: tuple[ProposedCondor | Missing, ...]
    held: tuple[OpenCondor | Missing, ...]
    buying_power: BuyingPower
    hedges: tuple[HedgeRow, ...]
    voids: tuple[Level, ...]
    alerts: tuple[Level, ...]
    accounts: tuple[AccountRow, ...]
    troubles: tuple[str, ...]
    regime: RegimeCard
    topics: tuple[Topic, ...]
    stress: Stress
    arbitrage: tuple[Watch | Missing, ...]
    readings: tuple[ReadingRow, ...]
    inputs: tuple[InputRow, ...]
    plan: Plan
    disclaimer: str = DISCLAIMER

    @property
    def crossed(self) -> tuple[Level, ...]:
        """Alert levels that were crossed between the close before and this one."""
        return tuple(level for level in self.alerts if level.crossed)


def make_card(facts: Facts, *, book: str, quotes: str, fill: str, thorough: bool = False) -> Card:
    """Put the card of one evening together.

    Parameters
    ----------
    facts : Facts
    book, quotes, fill : str
        What the book is (``flat``, ``replay``, ...), where quotes come from, the name of the fill model.
    thorough : bool
        Whether the stress table has engine A, which takes most of a second.
    """
    condors = proposed(facts)
    hedges = hedge_rows(facts)
    hedge_cash = sum(order.cash_usd for row in hedges for order in row.orders)
    inputs = input_rows(facts)
    dividends = float(facts.history.dividend_yield[facts.view.i])
    x, i = facts.history.derive("smile_inputs", smile_inputs), facts.view.i
    return Card(
        policy=facts.policy.name,
        policy_hash=facts.policy.digest,
        date=facts.date,
        quotes=quotes,
        fill=fill,
        account=Account(
            book, facts.book.equity_cents(facts.view) / 100.0, facts.book.cash_cents / 100.0, facts.broker.name
        ),
        action=action(facts, condors, hedges),
        condors=condors,
        refused=refused(facts),
        held=held_condors(facts),
        buying_power=buying_power(facts, condors, hedge_cash),
        hedges=hedges,
        voids=void_levels(facts, condors),
        alerts=alert_levels(facts, condors, hedges),
        accounts=account_rows(facts),
        troubles=troubles(inputs),
        regime=regime_card(facts),
        topics=topics(facts),
        stress=stress(facts, thorough=thorough),
        arbitrage=arbitrage_watch(
            facts.view,
            facts.readings,
            facts.broker,
            dividends,
            lambda days: zero_rate(days, x.zero_days, x.zero_rates[i]),
        ),
        readings=reading_rows(facts),
        inputs=inputs,
        plan=facts.plan,
    )


def refused(facts: Facts) -> tuple[ProposedCondor | Missing, ...]:
    """Return one lot of every condor that a rule took out of the plan: what it would have been.

    One lot, because a rule that speaks before sizing refuses an entry that has no size yet.
    """
    return tuple(condor_of(facts, replace(order, lots=1, limit_usd=None)) for order in facts.plan.refused)


def card_dict(card: Card) -> dict[str, Any]:
    """Return a card as plain values: NaN as null, what is missing with its reason, dates as text."""
    return {field.name: plain(getattr(card, field.name)) for field in fields(card)}


def plain(value: Any) -> Any:
    """Return a value of a card as JSON can say it."""
    if isinstance(value, Plan):
        return plan_dict(value)
    if isinstance(value, Missing):
        return {"missing": value.why}
    named = named_parts(value)
    if named is not None:
        return {str(key): plain(one) for key, one in named.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return finite(float(value)) if isinstance(value, float) else value


def named_parts(value: Any) -> Mapping[Any, Any] | None:
    """Return the parts of what has named ones: a dataclass, a mapping, a named tuple; None for anything else."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return value
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return dict(value._asdict())
    return None
