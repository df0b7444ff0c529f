"""The evening's decision: load what is needed, choose the book, decide, and put the card together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np

from alvh.adapters.errors import UserError, nearest
from alvh.adapters.libraries import need_libraries
from alvh.adapters.load import load_history
from alvh.adapters.store import Store
from alvh.execution.fills.spread_fraction import DEFAULT, FRACTIONS

if TYPE_CHECKING:
    from alvh.accounting.book import Book
    from alvh.day import Source
    from alvh.market.history import History
    from alvh.market.observe import View
    from alvh.policies.policy import Policy
    from alvh.reports.card.facts import Facts
    from alvh.values import Plan

BookName: TypeAlias = Literal["flat", "paper", "mine", "replay"]
BOOKS: tuple[str, ...] = get_args(BookName)
REPLAY_FROM = dt.date(2007, 1, 3)
"""First session of the replay, as of a backtest that names none."""
DEFAULT_NAV_USD = 5_000_000.0
NO_PAPER = "--book paper: no paper account exists yet; flat, mine and replay do"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the evening is asked for.

    Attributes
    ----------
    policy : str
        A preset's name or the path of a TOML file.
    date : datetime.date or None
        A session; by default the store's last one.
    book : {"flat", "paper", "mine", "replay"}
    quotes : {"market", "modelled", "auto"}
        ``auto`` takes the market where the store has a full chain of that very session.
    fill : str
        The fill model whose concession the limits make.
    nav_usd : float
    broker : str
    overrides : mapping
        Parameters of the policy to replace, ``layer.key`` -> value.
    """

    policy: str = "alvh"
    date: dt.date | None = None
    book: str = "flat"
    quotes: Source = "auto"
    fill: str = DEFAULT
    nav_usd: float = DEFAULT_NAV_USD
    broker: str = "generic"
    overrides: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Evening:
    """A decided evening: the facts of its card, and how they are called."""

    facts: Facts
    asked: Asked
    quotes: str

    @property
    def plan(self) -> Plan:
        """What was decided."""
        return self.facts.plan

    def card(self, *, thorough: bool = False) -> Any:
        """Return the card (`alvh.reports.card.card.Card`); a thorough one puts the book on engine A's paths, too."""
        from alvh.reports.card.card import make_card  # noqa: PLC0415

        return make_card(self.facts, book=self.asked.book, quotes=self.quotes, fill=self.asked.fill, thorough=thorough)


def bare_facts(store: Store, date: dt.date | None) -> Facts:
    """Return the facts of a close without a decision: an empty plan for an empty account of the policy ``alvh``.

    The whole history is loaded, so that it can be said from when a reading exists.
    """
    from alvh.accounting.book import Book  # noqa: PLC0415
    from alvh.adapters.backtesting import find_policy  # noqa: PLC0415
    from alvh.diagnosis.diagnose import diagnose  # noqa: PLC0415
    from alvh.market.observe import View  # noqa: PLC0415
    from alvh.market.reconstruct import ModelledQuotes  # noqa: PLC0415
    from alvh.policies.brokers import load_broker  # noqa: PLC0415
    from alvh.reports.card.facts import Facts  # noqa: PLC0415
    from alvh.values import Plan  # noqa: PLC0415

    policy = find_policy("alvh")
    history, day = load_until(store, Asked(date=date, book="replay", quotes="modelled"), policy)
    view = View(history, ModelledQuotes(history), history.index(day))
    generic = load_broker("generic")
    return Facts(history, view, diagnose(view), Plan(view.instant), Book(0), policy, generic, FRACTIONS[DEFAULT])


def evening(store: Store, asked: Asked, progress: Callable[[str, int, int], None] | None = None) -> Evening:
    """Decide one evening.

    Parameters
    ----------
    store : Store
    asked : Asked
    progress : callable (what, done, total), optional

    Raises
    ------
    UserError
        For a date that is no session of the store, an unknown policy, broker, book or fill, a book that was never
        imported, and a session without data for what the policy trades.
    """
    if asked.book not in BOOKS:
        raise UserError(f"--book {asked.book!r}: no such book{nearest(asked.book, BOOKS)}")
    if asked.book == "paper":
        raise UserError(NO_PAPER)
    if asked.fill not in FRACTIONS:
        raise UserError(f"unknown fill {asked.fill!r}{nearest(asked.fill, FRACTIONS)}")
    from alvh.adapters.backtesting import find_policy  # noqa: PLC0415
    from alvh.policies.brokers import BrokerError, load_broker  # noqa: PLC0415

    policy = find_policy(asked.policy, asked.overrides)
    if policy.timing == "roll":
        raise UserError(
            f"{policy.name} decides in the morning's roll window, which no evening can show: run `alvh backtest "
            f"{policy.name}`"
        )
    need_libraries([policy])
    try:
        broker = load_broker(asked.broker)
    except BrokerError as error:
        raise UserError(str(error)) from None
    history, date = load_until(store, asked, policy)
    plan, view, book, origin = _decided(store, asked, policy, history, date, progress)
    from alvh.adapters.joint_past import joint_past  # noqa: PLC0415
    from alvh.diagnosis.diagnose import diagnose  # noqa: PLC0415
    from alvh.reports.card.facts import Facts  # noqa: PLC0415

    # A replay has its whole past loaded; any other evening two years of it.
    past = history if asked.book == "replay" else joint_past(store, date)
    facts = Facts(history, view, diagnose(view), plan, book, policy, broker, FRACTIONS[asked.fill], past)
    return Evening(facts, asked, origin)


def load_until(store: Store, asked: Asked, policy: Policy) -> tuple[History, dt.date]:
    """Load the history up to the session asked for (the last one by default), and chains where quotes want them.

    A replay needs everything since `REPLAY_FROM`; any other evening what trailing readings look back on.
    """
    last = last_session(store)
    date = asked.date or last
    if date > last:
        raise UserError(f"--date {date} is no session of the store; its last one is {last}")
    chains = () if asked.quotes == "modelled" else chains_of(store, policy, asked.book, date, asked.quotes)
    if asked.quotes == "market" and not chains:
        names = " and ".join(policy.underlyings)
        raise UserError(f"the store has no chains of {names} on {date}; --quotes modelled reconstructs them")
    first = min(date, REPLAY_FROM) if asked.book == "replay" else date
    history = load_history(store, first=first, last=date, chains=chains)
    if date not in history.dates[-1:]:
        hint = f"; the last one before it is {history.dates[-1]}" if history.dates else ""
        raise UserError(f"--date {date} is no session of the store{hint}")
    return history, date


def last_session(store: Store) -> dt.date:
    """Return the last session with an SPX close; UserError where there is none."""
    closes = store.read("underlyings", columns=["date", "close"], symbol="SPX").drop_nulls("close")["date"]
    if closes.is_empty():
        raise UserError(
            f"the store {store.root} holds no SPX closes: import some first, e.g. `alvh data import canonical FOLDER`"
        )
    return closes.to_list()[-1]  # type: ignore[no-any-return]


def chains_of(store: Store, policy: Policy, book: str, date: dt.date, quotes: str) -> tuple[str, ...]:
    """Return the underlyings whose chains are loaded: all of the policy's, or none.

    A replay is a run, with one source throughout; ``auto`` takes the reconstruction, which covers all its years.
    """
    if book == "replay":
        return tuple(policy.underlyings) if quotes == "market" else ()
    for symbol in policy.underlyings:
        if store.read("chains", columns=["quote_date"], since=date, until=date, symbol=symbol).is_empty():
            return ()
    return tuple(policy.underlyings)


def _decided(
    store: Store,
    asked: Asked,
    policy: Policy,
    history: History,
    date: dt.date,
    progress: Callable[[str, int, int], None] | None,
) -> tuple[Plan, View, Book, str]:
    """Return the plan of the evening, what it saw, the book it was made for, and the origin of its quotes."""
    from alvh.accounting.book import Book  # noqa: PLC0415
    from alvh.day import choose_source, observe  # noqa: PLC0415
    from alvh.decision.decide import decide  # noqa: PLC0415
    from alvh.diagnosis.diagnose import diagnose  # noqa: PLC0415

    first = REPLAY_FROM if asked.book == "replay" else date
    source: Source = asked.quotes
    quotes = choose_source(history, policy, source, first, date)
    nav_cents = round(asked.nav_usd * 100.0)
    if asked.book == "replay":
        view, book = _replayed(history, policy, quotes, asked, date, progress)
    else:
        view = observe(history, quotes, policy, history.index(date))
        if asked.book == "mine":
            from alvh.adapters.my_book import load as load_mine  # noqa: PLC0415

            book = load_mine(store.root, policy)
        else:
            book = Book(nav_cents)
    if view is None:
        raise UserError(
            f"the store has no data for {' and '.join(policy.underlyings)} on {date}: nothing can be decided"
        )
    return decide(view, diagnose(view), book, policy.layers, policy.rules), view, book, quotes.origin


def _replayed(
    history: History,
    policy: Policy,
    quotes: Any,
    asked: Asked,
    date: dt.date,
    progress: Callable[[str, int, int], None] | None,
) -> tuple[View | None, Book]:
    """Return what the replay of the policy sees and holds as it decides on a date."""
    from alvh.adapters.backtesting import Request, execution  # noqa: PLC0415
    from alvh.adapters.replay import Fold, checkpoint_folder, replay  # noqa: PLC0415

    begun = int(np.flatnonzero(np.isfinite(history.column("SPX")))[0])
    first = max(REPLAY_FROM, history.dates[begun])
    if date < first:
        raise UserError(f"--date {date} lies before {first}, where the replay begins")
    how = execution(policy, Request(fill=asked.fill, broker=asked.broker))
    fold = Fold(history, policy, quotes, how, first, round(asked.nav_usd * 100.0))
    tell = None if progress is None else (lambda done, total: progress("replay", done, total))
    state, view = replay(fold, date, checkpoint_folder(), tell)
    return view, state.book
