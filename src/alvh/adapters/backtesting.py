"""What `alvh backtest`, `alvh demo` and `alvh.backtest` share: find the policies, load what they need, run, account."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from alvh.accounting.statement import Statement
from alvh.adapters.errors import UserError, in_file, nearest
from alvh.adapters.load import load_history
from alvh.adapters.store import Store
from alvh.conventions import sessions
from alvh.day import Source, choose_source, run
from alvh.evidence.account import account
from alvh.execution.execute import Execution
from alvh.execution.fills.spread_fraction import DEFAULT, FRACTIONS
from alvh.market.history import History
from alvh.market.market_quotes import FULL_CHAIN_SHARE
from alvh.market.quotes import QuoteSource
from alvh.policies.brokers import BrokerError, load_broker
from alvh.policies.policy import Policy, PolicyError, parse_policy, preset

DEFAULT_NAV_USD = 5_000_000.0
DEFAULT_FROM = dt.date(2007, 1, 3)
"""VX futures, VVIX and VIX3M all exist from 2006-07 on; the first full year is 2007."""

Progress = Callable[[str, int, int], None]
"""Told what is being run, sessions done, sessions in all."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a backtest is asked to do.

    Attributes
    ----------
    first, last : datetime.date or None
        Window; by default from 2007-01-03, or the first session there is, to the last one.
    fill : str
        A name of `FRACTIONS`.
    quotes : {"market", "modelled", "auto"}
    nav_usd : float
    broker : str
        A broker profile, or ``none`` for no fees.
    same_close : bool
        Fill every policy on the close that decided.
    """

    first: dt.date | None = None
    last: dt.date | None = None
    fill: str = DEFAULT
    quotes: Source = "auto"
    nav_usd: float = DEFAULT_NAV_USD
    broker: str = "generic"
    same_close: bool = False


@dataclass(frozen=True, slots=True)
class Bench:
    """A loaded history, the quote source, and how long loading took: what several runs share."""

    history: History
    quotes: QuoteSource
    first: dt.date
    last: dt.date
    load_seconds: float


def find_policy(name: str, overrides: Mapping[str, Any] | None = None) -> Policy:
    """Return a policy by preset name or path of a TOML file; UserError in one sentence for anything wrong."""
    path = Path(name)
    try:
        if path.suffix == ".toml":
            return parse_policy(path.read_text(encoding="utf-8"), overrides)
        return preset(name, overrides)
    except PolicyError as error:
        raise (in_file(path, str(error)) if path.suffix == ".toml" else UserError(str(error))) from None
    except (OSError, UnicodeDecodeError) as error:
        raise in_file(path, f"cannot be read: {error}") from None


def prepare(store: Store, policies: Sequence[Policy], request: Request) -> Bench:
    """Load what the policies of one command need, with one quote source for all of them."""
    begun = time.perf_counter()
    underlyings = sorted({u for policy in policies for u in policy.underlyings})
    wanted = _chains_wanted(store, underlyings, request)
    history = load_history(store, first=request.first or DEFAULT_FROM, last=request.last, chains=wanted)
    return bench_of(history, policies, request, begun)


def bench_of(history: History, policies: Sequence[Policy], request: Request, begun: float) -> Bench:
    """Choose the window and the quote source on a loaded history."""
    first, last = _window(history, request)
    # The policy that needs most decides: a run uses one source, and so do runs that are compared.
    neediest = max(policies, key=lambda policy: len(policy.underlyings))
    quotes = choose_source(history, neediest, request.quotes, first, last)
    if request.quotes == "market" and not any(u in history.chains for u in neediest.underlyings):
        raise UserError(
            f"--quotes market: the store has no {' or '.join(neediest.underlyings)} chains between {first} and {last}"
        )
    return Bench(history, quotes, first, last, time.perf_counter() - begun)


def backtest(bench: Bench, policy: Policy, request: Request, on_day: Callable[[int, int], None] | None = None) -> Statement:
    """Run one policy and account for it."""
    begun = time.perf_counter()
    made = run(
        bench.history,
        policy,
        bench.quotes,
        first=bench.first,
        last=bench.last,
        nav_cents=round(request.nav_usd * 100.0),
        how=execution(policy, request),
        on_day=on_day,
    )
    return account(made, {"load": bench.load_seconds, "run": time.perf_counter() - begun})


def execution(policy: Policy, request: Request) -> Execution:
    """Return how a policy's orders are filled; UserError for an unknown fill or broker."""
    if request.fill not in FRACTIONS:
        raise UserError(f"unknown fill {request.fill!r}{nearest(request.fill, FRACTIONS)}")
    fees = None
    if request.broker != "none":
        try:
            fees = load_broker(request.broker)
        except BrokerError as error:
            raise UserError(str(error)) from None
    return Execution(request.fill, request.same_close or policy.timing == "same_close", fees)


def fill_ladder(bench: Bench, policy: Policy, request: Request, progress: Progress | None = None) -> dict[str, Statement]:
    """Run one policy at every fill."""
    out = {}
    for done, fill in enumerate(FRACTIONS):
        if progress:
            progress(f"{policy.name} at {fill}", done, len(FRACTIONS))
        out[fill] = backtest(bench, policy, replace(request, fill=fill))
    return out


def _window(history: History, request: Request) -> tuple[dt.date, dt.date]:
    """Return the window of a run, inside what the history covers."""
    known = [i for i, value in enumerate(history.column("SPX")) if value == value]
    if not known:
        known = [i for chain in history.chains.values() for i in range(len(history)) if chain.has_session(i)]
    if not known:
        raise UserError("the store holds no SPX closes in this window")
    earliest, latest = history.dates[min(known)], history.dates[max(known)]
    first = request.first or max(DEFAULT_FROM, earliest)
    last = request.last or latest
    if first > last:
        raise UserError(f"--from {first} is after --to {last}")
    if last < earliest or first > latest:
        raise UserError(f"the store covers {earliest} to {latest}, not {first} to {last}")
    return max(first, earliest), min(last, latest)


def _chains_wanted(store: Store, underlyings: Sequence[str], request: Request) -> Sequence[str]:
    """Return the symbols whose chains are worth loading: all for `market`, none for `modelled`, for `auto` if dense."""
    if request.quotes == "modelled":
        return ()
    if request.quotes == "market":
        return underlyings
    first, last = request.first or DEFAULT_FROM, request.last
    dense = []
    for symbol in underlyings:
        dates = store.read("chains", columns=["quote_date"], since=first, until=last, symbol=symbol)["quote_date"]
        if dates.is_empty():
            return ()
        stop = last or dates.max()
        assert isinstance(stop, dt.date)
        if dates.n_unique() < FULL_CHAIN_SHARE * len(sessions(first, stop)):
            return ()
        dense.append(symbol)
    return dense
