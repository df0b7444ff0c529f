"""The product on one page: a day is observed, diagnosed, decided, executed and booked.

A backtest, a paper account and this evening's decision are the same day, folded over different quotes.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from alvh.accounting.alone import booked_alone
from alvh.accounting.book import Book, Interest
from alvh.accounting.ledger import Ledger, close_books
from alvh.accounting.settle import settle_due
from alvh.decision.decide import decide
from alvh.diagnosis.diagnose import diagnose
from alvh.diagnosis.indicators.indices import bill_yield
from alvh.execution.execute import Execution, execute
from alvh.market.history import History
from alvh.market.market_quotes import FULL_CHAIN_SHARE, MarketQuotes, full_chain_share
from alvh.market.observe import View
from alvh.market.quotes import QuoteSource
from alvh.market.reconstruct import ModelledQuotes
from alvh.market.roll import roll_view
from alvh.policies.policy import Policy
from alvh.values import Contract, Order, Plan, Skip

Source = Literal["market", "modelled", "auto"]


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What folding the day over a window left: the book with its journal, the ledger, every plan and every skip.

    Attributes
    ----------
    start : int
        Axis position of the first session.
    plans : tuple of Plan
        One a session that could be observed, in order; idle days have empty plans.
    skips : tuple of Skip
    """

    policy: Policy
    history: History
    quotes: QuoteSource
    how: Execution
    start: int
    dates: tuple[dt.date, ...]
    book: Book
    ledger: Ledger
    plans: tuple[Plan, ...]
    skips: tuple[Skip, ...]


@dataclass(slots=True)
class State:
    """Where a fold stands between two sessions: the book, what waits to be filled, and what was said so far.

    Attributes
    ----------
    book : Book
    pending : Plan or None
        Decided at the last close, to be filled at the next one.
    plans, skips : lists
        Of the sessions folded so far.
    """

    book: Book
    pending: Plan | None = None
    plans: list[Plan] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)


def run(
    history: History,
    policy: Policy,
    quotes: QuoteSource,
    *,
    first: dt.date,
    last: dt.date,
    nav_cents: int,
    how: Execution,
    on_day: Callable[[int, int], None] | None = None,
) -> Run:
    """Fold the day over every session from `first` to `last`.

    Parameters
    ----------
    history, policy, quotes
        What is known, what to do, and the one source of quotes.
    first, last : datetime.date
    nav_cents : int
        Starting cash.
    how : Execution
        Fill model, timing and fees.
    on_day : callable, optional
        Told (done, total) after each session, for a progress bar.
    """
    start = history.first_at_or_after(first)
    stop = history.first_at_or_after(last + dt.timedelta(1))
    if stop <= start:
        message = f"no session between {first} and {last}"
        raise ValueError(message)
    state = State(Book(nav_cents))
    for i in range(start, stop):
        live(history, policy, quotes, i, state, how, fresh=i == start)
        if on_day is not None:
            on_day(i - start + 1, stop - start)
    dates = history.dates[start:stop]
    if policy.only:
        state.book = booked_alone(state.book, policy.only, dates, lambda k, alone: earn(history, start + k, alone))
        state.skips = [skip for skip in state.skips if skip.layer in (*policy.only, "market")]
    for order in state.pending.orders if state.pending is not None else ():
        why = f"not filled: the run ends before the next close ({order.reason})"
        state.skips.append(Skip(dates[-1], order.layer, why))
    ledger = close_books(state.book, quotes, dates, start, [layer.name for layer in policy.layers])
    return Run(policy, history, quotes, how, start, dates, state.book, ledger, tuple(state.plans), tuple(state.skips))


def live(
    history: History,
    policy: Policy,
    quotes: QuoteSource,
    i: int,
    state: State,
    how: Execution,
    *,
    fresh: bool = False,
) -> None:
    """Live through one session: what was decided before is filled, then today is decided.

    Parameters
    ----------
    i : int
        Axis position of the session.
    state : State
        Where the fold stands; moved on by this session.
    fresh : bool
        Whether the account begins today, and has earned nothing yet.
    """
    view = wake(history, policy, quotes, i, state, how, fresh=fresh)
    if view is None:
        return
    if policy.timing == "roll":
        return
    plan = decide(view, diagnose(view), state.book, policy.layers, policy.rules)
    state.skips += plan.skips
    state.plans.append(plan)
    now, state.pending = parted(plan, how)
    if now.orders:
        state.skips += carry_out(now, view, state.book, how)


def wake(
    history: History,
    policy: Policy,
    quotes: QuoteSource,
    i: int,
    state: State,
    how: Execution,
    *,
    fresh: bool = False,
) -> View | None:
    """Bring an account to the moment at which a session is decided: interest, settlements, the fills of its close.

    Returns
    -------
    View or None
        What a decision sees; None on a session without data, on which nothing is decided.
    """
    today, book, skips = history.dates[i], state.book, state.skips
    if not fresh:
        earn(history, i, book)
    skips += settle_due(history, today, book, morning=True, fees=how.fees)
    if policy.timing == "roll":
        roll(history, policy, i, state, how)
    # Futures are settled on every session that has a price, also on one without a decision.
    book.vary(today, View(history, quotes, i))
    view = observe(history, quotes, policy, i)
    if view is None:
        skips.append(Skip(today, "market", "no data: no view and no decision; positions keep their last mark"))
        skips += settle_due(history, today, book, morning=False, fees=how.fees)
        return None
    if state.pending is not None:
        skips += carry_out(state.pending, view, book, how)
        state.pending = None
    skips += settle_due(history, today, book, morning=False, fees=how.fees)
    book.at_close(today, view)
    return view


def roll(history: History, policy: Policy, i: int, state: State, how: Execution) -> None:
    """Decide and fill in the roll window of a session, once its morning has been settled (`alvh.market.roll`)."""
    view = roll_view(history, i, policy.roll)
    if math.isnan(view.spot("SPX")):
        state.skips.append(Skip(view.date, "market", "no data for the roll window: no decision"))
        return
    plan = decide(view, diagnose(view), state.book, policy.layers, policy.rules)
    state.skips += plan.skips
    state.plans.append(plan)
    if plan.orders:
        state.skips += carry_out(plan, view, state.book, how._replace(same_close=True))


def parted(plan: Plan, how: Execution) -> tuple[Plan, Plan | None]:
    """Split a plan into what is filled on the close that decided, by name, and what waits for the next one."""
    at_once = tuple(o for o in plan.orders if how.same_close or (o.same_close and not how.next_close))
    later = tuple(o for o in plan.orders if o not in at_once) if at_once else plan.orders
    return Plan(plan.decided_at, at_once), Plan(plan.decided_at, later) if later else None


def observe(history: History, quotes: QuoteSource, policy: Policy, i: int) -> View | None:
    """Return what can be seen at a close, or None on a session without data for what the policy trades."""
    view = View(history, quotes, i)
    spot = view.spot("SPX")
    if math.isnan(spot) or (quotes.origin == "market" and not view.has_chain(policy.underlyings)):
        return None
    return view


def carry_out(plan: Plan, view: View, book: Book, how: Execution) -> list[Skip]:
    """Fill a plan at a view and fold the fills into the book; return what was not filled."""

    def still_open(order: Order) -> bool:
        if order.kind == "open":
            return True
        campaign = book.holds(order.layer, order.campaign)
        if campaign is None:
            return False
        # What was held when it was decided can only have settled since; a leg that is new to the campaign is bought.
        return all(leg.contract in campaign.positions or leg.contract.expiry > view.date for leg in order.legs)

    def held(order: Order, contract: Contract) -> int:
        campaign = book.holds(order.layer, order.campaign)
        position = campaign.positions.get(contract) if campaign is not None else None
        return position.quantity if position is not None else 0

    fills, skips = execute(plan, view, how, still_open=still_open, held=held)
    for fill in fills:
        book.apply(fill)
    return skips


def earn(history: History, i: int, book: Book) -> None:
    """Book the Treasury-bill interest earned on cash since the session before, at the yield known then."""
    interest = interest_on(history, i, book.cash_cents)
    if interest.cash_cents:
        book.earn(interest)


def interest_on(history: History, i: int, cash_cents: int) -> Interest:
    """Return what cash earned from the close before session i to it, at the bill yield known then; 0 without one."""
    rate = float(history.derive("bill_yield", bill_yield)[i - 1])
    days = (history.dates[i] - history.dates[i - 1]).days
    return Interest(history.dates[i], round(cash_cents * rate * days / 365.0) if math.isfinite(rate) else 0, rate)


def choose_source(history: History, policy: Policy, source: Source, first: dt.date, last: dt.date) -> QuoteSource:
    """Return the one source of a run: `auto` takes the market where full chains cover enough of its sessions.

    A chain shows a close, and no roll window: a policy that decides there is quoted by the model.
    """
    if policy.timing == "roll":
        return ModelledQuotes(history)
    start = history.first_at_or_after(first)
    stop = history.first_at_or_after(last + dt.timedelta(1)) - 1
    if source == "market":
        return MarketQuotes(history)
    if source == "auto" and start <= stop:
        shares = [full_chain_share(history, underlying, start, stop) for underlying in policy.underlyings]
        if min(shares, default=0.0) >= FULL_CHAIN_SHARE:
            return MarketQuotes(history)
    return ModelledQuotes(history)
