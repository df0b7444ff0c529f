"""What `alvh backtest`, `alvh demo` and `alvh.backtest` share: find the policies, load what they need, run, account."""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from alvh.accounting.statement import Statement
from alvh.adapters.errors import UserError, in_file, nearest
from alvh.adapters.libraries import need_libraries
from alvh.adapters.load import load_history
from alvh.adapters.store import Store
from alvh.conventions import sessions
from alvh.day import Run, Source, choose_source, run
from alvh.evidence.account import account
from alvh.evidence.model_band import Band, band_of, outcome
from alvh.execution.execute import Execution
from alvh.execution.fills.spread_fraction import DEFAULT, FRACTIONS
from alvh.market.history import History
from alvh.market.market_quotes import FULL_CHAIN_SHARE
from alvh.market.model_error import MEASURED, draw
from alvh.market.quotes import QuoteSource
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.brokers import Broker, BrokerError, broker_names, load_broker
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
    next_close : bool
        Fill everything at the next close, also what names the one that decided.
    """

    first: dt.date | None = None
    last: dt.date | None = None
    fill: str = DEFAULT
    quotes: Source = "auto"
    nav_usd: float = DEFAULT_NAV_USD
    broker: str = "generic"
    same_close: bool = False
    next_close: bool = False


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
            return parse_policy(path.read_text(encoding="utf-8-sig"), overrides)
        return preset(name, overrides)
    except PolicyError as error:
        if path.suffix != ".toml" and path.exists():
            raise in_file(path, "a policy file ends in .toml") from None
        raise (in_file(path, str(error)) if path.suffix == ".toml" else UserError(str(error))) from None
    except OSError as error:
        raise in_file(path, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise in_file(path, "is not a text file in UTF-8") from None


def find_policies(names: Sequence[str], overrides: Mapping[str, Any] | None = None) -> list[Policy]:
    """Return several policies to be compared, with parameters replaced in each that has the layer or rule.

    Raises
    ------
    UserError
        For what `find_policy` refuses, for two policies of one name, and for an override that none of them knows.
    """
    found = [find_policy(name) for name in names]
    own = [policy.name for policy in found]
    for name in own:
        if own.count(name) > 1:
            raise UserError(f"two of the policies are called {name!r}; results are told apart by name")
    members = [{*(layer.name for layer in p.layers), *(rule.name for rule in p.rules)} for p in found]
    replaced = overrides or {}
    for path in replaced:
        owner = path.partition(".")[0]
        if not any(owner in known for known in members):
            every = set().union(*members)
            raise UserError(f"--set {path}: no layer or rule is called {owner!r}{nearest(owner, every)}")
    for k, (name, known) in enumerate(zip(names, members, strict=True)):
        mine = {path: value for path, value in replaced.items() if path.partition(".")[0] in known}
        found[k] = find_policy(name, mine) if mine else found[k]
    return found


def prepare(store: Store, policies: Sequence[Policy], request: Request) -> Bench:
    """Load what the policies of one command need, with one quote source for all of them."""
    begun = time.perf_counter()
    _sane(request)
    need_libraries(policies)
    _covered(store, request)
    underlyings = sorted({u for policy in policies for u in policy.underlyings})
    wanted = _chains_wanted(store, underlyings, request)
    history = load_history(store, first=request.first or DEFAULT_FROM, last=request.last, chains=wanted)
    return bench_of(history, policies, request, begun)


def _sane(request: Request) -> None:
    """Refuse what no market can answer."""
    if not (math.isfinite(request.nav_usd) and request.nav_usd > 0.0):
        raise UserError(f"--nav {request.nav_usd:g}: an account starts with an amount of money above 0")
    if request.first is not None and request.last is not None and request.first > request.last:
        raise UserError(f"--from {request.first} is after --to {request.last}")


def _covered(store: Store, request: Request) -> None:
    """Refuse a window outside what a store holds, before anything is loaded."""
    spans = [(t.first, t.last) for t in store.tables() if t.name == "chains"]
    closes = store.read("underlyings", columns=["date"], symbol="SPX")["date"]
    if len(closes):
        spans.append((closes.min(), closes.max()))  # type: ignore[arg-type]
    if not spans:
        return
    earliest, latest = min(first for first, _ in spans), max(last for _, last in spans)
    first, last = request.first, request.last
    if (last is not None and last < earliest) or (first is not None and first > latest):
        raise UserError(f"the store covers {earliest} to {latest}, not {_window_asked(first, last)}")


def _window_asked(first: dt.date | None, last: dt.date | None) -> str:
    """Return the window as it was asked for."""
    if first is None:
        return f"up to {last}"
    return f"{first} on" if last is None else f"{first} to {last}"


def bench_of(history: History, policies: Sequence[Policy], request: Request, begun: float) -> Bench:
    """Choose the window and the quote source on a loaded history."""
    _sane(request)
    first, last = _window(history, request)
    wanted = sorted({u for policy in policies for u in policy.underlyings})
    if request.quotes == "market" and (absent := [u for u in wanted if u not in history.chains]):
        raise UserError(
            f"--quotes market: the store has no {' and no '.join(absent)} chains between {first} and {last}; "
            "--quotes modelled reconstructs them"
        )
    if request.quotes == "market" and (early := [policy.name for policy in policies if policy.timing == "roll"]):
        raise UserError(
            f"--quotes market: {' and '.join(early)} decides in the roll window, and chains show closes; "
            "--quotes modelled knows both"
        )
    # A run uses one source, and so do runs that are compared: the market only where it is enough for all of them.
    sources = [choose_source(history, policy, request.quotes, first, last) for policy in _by_underlyings(policies)]
    quotes = next((source for source in sources if source.origin == "modelled"), sources[0])
    return Bench(history, quotes, first, last, time.perf_counter() - begun)


def _by_underlyings(policies: Sequence[Policy]) -> list[Policy]:
    """Return one policy for each set of underlyings that occurs, those that decide in the roll window apart."""
    return list({(policy.underlyings, policy.timing == "roll"): policy for policy in policies}.values())


def backtest(
    bench: Bench, policy: Policy, request: Request, on_day: Callable[[int, int], None] | None = None
) -> Statement:
    """Run one policy and account for it."""
    begun = time.perf_counter()
    made = folded(bench, policy, request, on_day)
    return account(made, {"load": bench.load_seconds, "run": time.perf_counter() - begun})


def folded(bench: Bench, policy: Policy, request: Request, on_day: Callable[[int, int], None] | None = None) -> Run:
    """Run one policy, for those who need what a statement no longer holds: its book and its legs."""
    return run(
        bench.history,
        policy,
        bench.quotes,
        first=bench.first,
        last=bench.last,
        nav_cents=round(request.nav_usd * 100.0),
        how=execution(policy, request),
        on_day=on_day,
    )


def execution(policy: Policy, request: Request) -> Execution:
    """Return how a policy's orders are filled; UserError for an unknown fill or broker, or one without futures."""
    if request.fill not in FRACTIONS:
        raise UserError(f"unknown fill {request.fill!r}{nearest(request.fill, FRACTIONS)}")
    fees = None
    if request.broker != "none":
        try:
            fees = load_broker(request.broker)
        except BrokerError as error:
            raise UserError(str(error)) from None
        _permitted(policy, fees)
    same_close = not request.next_close and (request.same_close or policy.timing != "next_close")
    return Execution(request.fill, same_close, fees, request.next_close)


def _permitted(policy: Policy, broker: Broker) -> None:
    """Refuse futures in an account that may not trade them."""
    layers = [layer.name for layer in policy.layers if getattr(layer, "futures", False)]
    if layers and not broker.vx_permission:
        able = [name for name in broker_names() if load_broker(name).vx_permission]
        trades = f"{policy.name} trades VX futures in {', '.join(layers)}"
        raise UserError(f"{trades}, and broker {broker.name!r} has no VX permission{nearest(broker.name, able)}")


def fill_ladder(
    bench: Bench, policy: Policy, request: Request, progress: Progress | None = None
) -> dict[str, Statement]:
    """Run one policy at every fill."""
    out = {}
    for done, fill in enumerate(FRACTIONS):
        if progress:
            progress(f"{policy.name} at {fill}", done, len(FRACTIONS))
        out[fill] = backtest(bench, policy, replace(request, fill=fill))
    return out


def model_band(bench: Bench, policy: Policy, request: Request, draws: int, progress: Progress | None = None) -> Band:
    """Run one policy over `draws` draws of the model's error, and return what it came to at least and at most.

    Raises
    ------
    UserError
        When the run is on market quotes, which no model is wrong about, or without a draw.
    """
    if draws < 1:
        raise UserError(f"--band {draws}: a band takes at least one draw")
    if bench.quotes.origin != "modelled":
        raise UserError("--band reruns a backtest over the error of modelled quotes; this run is on market quotes")
    found = []
    for number in range(draws):
        moved = replace(bench, quotes=ModelledQuotes(bench.history, draw(MEASURED, len(bench.history), number)))
        name = f"{policy.name}, draw {number + 1} of {draws}"

        def on_day(done: int, total: int, name: str = name) -> None:
            if progress and (done % 50 == 0 or done == total):
                progress(name, done, total)

        found.append(outcome(backtest(moved, policy, request, on_day)))
    return band_of(found)


def _window(history: History, request: Request) -> tuple[dt.date, dt.date]:
    """Return the window of a run, inside what the history covers."""
    known = np.flatnonzero(np.isfinite(history.column("SPX"))).tolist()
    if not known:
        known = [i for chain in history.chains.values() for i in range(len(history)) if chain.has_session(i)]
    if not known:
        raise UserError("the store holds no SPX closes in this window")
    earliest, latest = history.dates[min(known)], history.dates[max(known)]
    first = max(request.first or DEFAULT_FROM, earliest)
    last = min(request.last or latest, latest)
    if history.first_at_or_after(first) >= history.first_at_or_after(last + dt.timedelta(1)):
        raise UserError(f"the store has no session in {_window_asked(request.first or DEFAULT_FROM, request.last)}")
    return first, last


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
        stop = last or max(dates)
        if dates.n_unique() < FULL_CHAIN_SHARE * len(sessions(first, stop)):
            return ()
        dense.append(symbol)
    return dense
