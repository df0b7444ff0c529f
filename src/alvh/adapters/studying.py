"""Run what an evidence asks for: many runs on a pool, each kept when it is finished, and none made twice."""

from __future__ import annotations

import gc
import hashlib
import pickle
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from alvh.adapters.backtesting import Bench, Request, bench_of, execution, prepare
from alvh.adapters.errors import UserError
from alvh.adapters.replay import checkpoint_folder, code_digest
from alvh.adapters.store import Store
from alvh.adapters.work import Job, LocalPool, Shelf, Work, task_key
from alvh.day import run
from alvh.evidence.account import account
from alvh.evidence.hedge_account import hedge_accounts
from alvh.evidence.ruin import SimulatedRun, simulate_policy
from alvh.evidence.run_spec import RunSpec
from alvh.evidence.track import Track
from alvh.evidence.with_without import same_equity_each, without_each
from alvh.market.history import build_history
from alvh.market.model_error import MEASURED, draw
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.policy import Policy

KEPT_SHELVES = 4
"""Finished runs are kept for this many states of data, settings and code; older ones can be made again."""
Tell = Callable[[str, int, int], None]
Made = TypeVar("Made", Track, SimulatedRun)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where runs are made: a store (None: the embedded market), the settings of the command, and how many at a time."""

    store: Path | None
    request: Request
    workers: int


@dataclass(frozen=True, slots=True, eq=False)
class PathSpec:
    """One simulated market that a policy is run over: its seed, and how many sessions."""

    policy: Policy
    seed: int
    sessions: int

    @property
    def label(self) -> str:
        """What a progress bar says."""
        return f"{self.policy.name}, simulated year {self.seed}"


@dataclass(frozen=True, slots=True, eq=False)
class Ran:
    """What came of many runs.

    Attributes
    ----------
    tracks : mapping of label -> Track
    failed : mapping of label -> str
        Runs without a result, each with the reason in a sentence.
    cached : int
        How many were there already.
    """

    tracks: Mapping[str, Track]
    failed: Mapping[str, str]
    cached: int


def bench_at(desk: Desk, policies: Sequence[Policy]) -> Bench:
    """Load what some policies need, with one quote source for all of them."""
    if desk.store is None:
        from alvh.adapters.sources.demo import demo_tables  # noqa: PLC0415

        return bench_of(build_history(demo_tables()), policies, desk.request, 0.0)
    return prepare(Store(desk.store), policies, desk.request)


def run_all(desk: Desk, bench: Bench, specs: Sequence[RunSpec], tell: Tell) -> Ran:
    """Run every spec that has no result yet, and return the tracks of all.

    Parameters
    ----------
    desk : Desk
        Its request names the quote source of `bench`, so that every worker takes the same.
    bench : Bench
        Loaded already by whoever asks: it says what the data are.
    specs : sequence of RunSpec
    tell : callable
        Told (what, done, total) after each run.
    """
    asked = replace(desk.request, quotes=bench.quotes.origin)
    data = data_hash(bench)
    jobs = [Job(key_of(spec, asked, data), spec.label, spec) for spec in specs]
    path = shelf_path(desk, asked, data)
    pool = LocalPool(min(desk.workers, len(jobs)), prepare_worker, (Desk(desk.store, asked, desk.workers),), path)
    failed: dict[str, str] = {}
    cached = 0
    for done, outcome in enumerate(pool.run(jobs), 1):
        cached += outcome.cached
        if not outcome.ok:
            failed[outcome.label] = outcome.error
        tell(outcome.label, done, len(jobs))
    tracks = {}
    with Shelf(path) as shelf:
        for job in jobs:
            if job.label not in failed:
                track = unpacked(shelf.get(job.key)[1], Track)
                tracks[job.label] = replace(track, label=job.label)
    return Ran(tracks, failed, cached)


def run_paths(desk: Desk, bench: Bench, specs: Sequence[PathSpec], tell: Tell) -> dict[str, list[SimulatedRun]]:
    """Run policies over simulated markets and return what came of them, by policy; markets that break are left out.

    The odds say how many paths they stand on.
    """
    asked = replace(desk.request, quotes=bench.quotes.origin)
    data = data_hash(bench)
    jobs = [Job(path_key(spec, asked, data), spec.label, spec) for spec in specs]
    path = shelf_path(desk, asked, data)
    pool = LocalPool(min(desk.workers, len(jobs)), prepare_worker, (Desk(desk.store, asked, desk.workers),), path)
    ok = set()
    for done, outcome in enumerate(pool.run(jobs), 1):
        if outcome.ok:
            ok.add(outcome.key)
        tell(outcome.label, done, len(jobs))
    out: dict[str, list[SimulatedRun]] = {spec.policy.name: [] for spec in specs}
    with Shelf(path) as shelf:
        for job, spec in zip(jobs, specs, strict=True):
            if job.key in ok:
                out[spec.policy.name].append(unpacked(shelf.get(job.key)[1], SimulatedRun))
    return out


def path_key(spec: PathSpec, request: Request, data: str) -> str:
    """Return the identity of a simulated run."""
    said = {"seed": spec.seed, "sessions": spec.sessions, "fill": request.fill, "nav_usd": request.nav_usd}
    return task_key("path", spec.policy.digest, said | {"broker": request.broker}, data)


def prepare_worker(desk: Desk) -> Work:
    """Load the market once in a worker; return what makes a track of a spec."""
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)
    loaded: dict[frozenset[str], Bench] = {}

    def work(spec: RunSpec | PathSpec) -> tuple[Mapping[str, Any], bytes]:
        wants = frozenset(spec.policy.underlyings)
        if wants not in loaded:
            # What one run loaded serves the next: the history is the same, whatever is traded on modelled quotes.
            known = next(iter(loaded.values()), None)
            if known is not None and desk.request.quotes == "modelled":
                loaded[wants] = known
            else:
                loaded[wants] = bench_at(desk, [spec.policy])
        if isinstance(spec, PathSpec):
            how = execution(spec.policy, desk.request)
            history, nav = loaded[wants].history, desk.request.nav_usd
            return {}, packed(simulate_policy(history, spec.policy, spec.seed, spec.sessions, how, nav))
        return {}, packed(track_of(loaded[wants], spec, desk.request))

    return work


def track_of(bench: Bench, spec: RunSpec, request: Request) -> Track:
    """Run one spec and keep what evidence needs of it."""
    asked = settings_of(spec, request)
    quotes = bench.quotes
    if spec.draw >= 0:
        if quotes.origin != "modelled":
            raise UserError("the error of the model moves modelled quotes alone")
        quotes = ModelledQuotes(bench.history, draw(MEASURED, len(bench.history), spec.draw))
    made = run(
        bench.history,
        spec.policy,
        quotes,
        first=max(asked.first or bench.first, bench.first),
        last=min(asked.last or bench.last, bench.last),
        nav_cents=round(asked.nav_usd * 100.0),
        how=execution(spec.policy, asked),
    )
    statement = account(made, {"load": 0.0, "run": 0.0})
    without = same_equity_each(statement)
    hedges = hedge_accounts(made, statement.attribution_usd, without)
    return Track(spec.label, statement, without, without_each(made), hedges)


def settings_of(spec: RunSpec, request: Request) -> Request:
    """Return the settings of one run: those of the command, and what the spec has of its own."""
    return replace(
        request,
        fill=spec.fill or request.fill,
        nav_usd=spec.nav_usd or request.nav_usd,
        first=spec.first or request.first,
        last=spec.last or request.last,
    )


def key_of(spec: RunSpec, request: Request, data: str) -> str:
    """Return the identity of a run: two labels of the same run are made once."""
    asked = settings_of(spec, request)
    said = {
        "first": str(asked.first),
        "last": str(asked.last),
        "fill": asked.fill,
        "quotes": asked.quotes,
        "nav_usd": asked.nav_usd,
        "broker": asked.broker,
        "same_close": asked.same_close,
        "next_close": asked.next_close,
        "draw": spec.draw,
        "name": spec.policy.name,
    }
    return task_key("evidence", spec.policy.digest, said, data)


def data_hash(bench: Bench) -> str:
    """Return the hash of everything a run may have seen."""
    return bench.history.content_hash(0, len(bench.history) - 1)


def shelf_path(desk: Desk, request: Request, data: str) -> Path:
    """Return the file in which the runs of these data, settings and code are kept; forget the oldest of the others."""
    folder = checkpoint_folder().with_name("evidence")
    said = f"{desk.store} {request} {data} {code_digest()}"
    path = folder / f"{hashlib.sha256(said.encode()).hexdigest()[:24]}.sqlite"
    if folder.is_dir():
        others = [other for other in folder.glob("*.sqlite") if other != path]
        for other in sorted(others, key=lambda one: one.stat().st_mtime)[: -(KEPT_SHELVES - 1)]:
            for part in (other, other.with_name(f"{other.name}-wal"), other.with_name(f"{other.name}-shm")):
                part.unlink(missing_ok=True)
    return path


def packed(made: Track | SimulatedRun) -> bytes:
    """Return what came of a run as bytes."""
    return zlib.compress(pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL), 1)


def unpacked(payload: bytes, kind: type[Made]) -> Made:
    """Return what bytes were made of."""
    made = pickle.loads(zlib.decompress(payload))  # noqa: S301 - our own cache, in the user's own folder
    if not isinstance(made, kind):
        raise TypeError(f"a shelf of evidence holds a {type(made).__name__}, not a {kind.__name__}")
    return made
