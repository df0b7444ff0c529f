"""Run the policies of a sweep: what is on its shelf is not run again, and what fails stops no other."""

from __future__ import annotations

import datetime as dt
import gc
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from alvh.adapters.backtesting import Request, backtest, prepare
from alvh.adapters.store import Store
from alvh.adapters.sweeping.plan import SweepPlan
from alvh.adapters.work import Job, LocalPool, Shelf, Work, task_key
from alvh.evidence.ablation import holding
from alvh.evidence.measure import daily_returns
from alvh.evidence.pairing import cash_returns
from alvh.policies.policy import Policy
from alvh.reports.result_json import result_dict
from alvh.reports.words import combination
from alvh.values import Dates, Floats

MEASURES = (
    "nav_end", "cagr", "vol", "sharpe", "max_drawdown", "cvar95", "trades", "campaigns", "hedge_cost_per_year",
    "modelled_share",
)  # fmt: skip
"""What is kept of each result, under the names of `alvh backtest --json`."""
SHELF = "shelf.sqlite"

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What became of one policy of a sweep.

    `number` is that of its combination; `summary` holds the measures and the hashes, `returns` and `excess` (sessions,)
    the daily returns and those in excess of cash, decimals.
    """

    number: int
    key: str
    policy: Policy
    summary: Mapping[str, Any]
    returns: Floats
    excess: Floats
    seconds: float
    cached: bool


@dataclass(frozen=True, slots=True, eq=False)
class SweepRun:
    """What became of a sweep.

    Attributes
    ----------
    plan : SweepPlan
    runs : tuple of Run
        In the order of the combinations.
    failed : mapping of number -> str
        Policies without a result, and why.
    sessions : array of datetime64[D]
    data_hash, quotes : str
    seconds : float
        Of this call, results that were there already costing nothing.
    """

    plan: SweepPlan
    runs: tuple[Run, ...]
    failed: Mapping[int, str]
    sessions: Dates
    data_hash: str
    quotes: str
    seconds: float

    @property
    def cached(self) -> int:
        """How many results were there already."""
        return sum(run.cached for run in self.runs)


def run_sweep(plan: SweepPlan, store: Path, folder: Path, workers: int, tell: Tell) -> SweepRun:
    """Run what has no result yet.

    Parameters
    ----------
    plan : SweepPlan
    store : Path
    folder : Path
        Where the shelf of results is kept.
    workers : int
    tell : callable
        Told (what, done, total) after each policy.

    Raises
    ------
    UserError
        For a store without what the sweep needs.
    """
    begun = time.perf_counter()
    chosen = plan.to_run
    tell("loading", 0, len(chosen))
    bench = prepare(Store(store), [policy for _, policy in chosen], plan.request)
    history = bench.history
    data = history.content_hash(0, len(history) - 1)
    # Every worker takes the source of quotes that was chosen here for all policies together.
    asked = replace(plan.request, quotes=bench.quotes.origin)
    window = (bench.first, bench.last)
    at = slice(history.first_at_or_after(bench.first), history.index(bench.last) + 1)
    sessions = history.sessions[at].astype("datetime64[D]")
    del bench, history
    jobs = {key_of(policy, asked, window, data): (number, policy) for number, policy in chosen}
    todo = [Job(key, combination(plan.candidates[number].config), policy) for key, (number, policy) in jobs.items()]
    pool = LocalPool(min(workers, len(todo)), prepare_worker, (store, asked, _representatives(chosen)), folder / SHELF)
    failed: dict[int, str] = {}
    runs: list[Run] = []
    with Shelf(folder / SHELF) as shelf:
        for done, outcome in enumerate(pool.run(todo), 1):
            number, policy = jobs[outcome.key]
            if outcome.ok:
                summary, payload = shelf.get(outcome.key)
                returns, excess = unpacked(payload)
                runs.append(Run(number, outcome.key, policy, summary, returns, excess, outcome.seconds, outcome.cached))
            else:
                failed[number] = outcome.error
            tell(outcome.label, done, len(todo))
    runs.sort(key=lambda run: run.number)
    return SweepRun(plan, tuple(runs), failed, sessions, data, asked.quotes, time.perf_counter() - begun)


def key_of(policy: Policy, asked: Request, window: tuple[dt.date, dt.date], data_hash: str) -> str:
    """Return the identity of one policy's run."""
    settings = {
        "first": str(window[0]),
        "last": str(window[1]),
        "fill": asked.fill,
        "quotes": asked.quotes,
        "nav_usd": asked.nav_usd,
        "broker": asked.broker,
        "same_close": asked.same_close,
    }
    return task_key("sweep", policy.digest, settings, data_hash)


def prepare_worker(store: Path, asked: Request, policies: Sequence[Policy]) -> Work:
    """Load the market once in a worker; return what runs one policy on it."""
    # A run makes millions of small values and no cycles: collecting them over and over costs a quarter of its time.
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)
    bench = prepare(Store(store), policies, asked)

    def work(policy: Policy) -> tuple[Mapping[str, Any], bytes]:
        statement = backtest(bench, policy, asked)
        result = result_dict(statement)
        returns = daily_returns(statement.equity_usd, statement.nav_start_usd)
        cash = cash_returns(statement)
        summary = {name: result[name] for name in MEASURES} | {
            "skipped": len(result["skipped"]),
            "policy_hash": result["policy_hash"],
            "holding_sessions": holding(statement),
            "by_layer": {layer: made["pnl"] for layer, made in result["by_layer"].items()},
        }
        return summary, packed(returns, returns if cash is None else returns - cash)

    return work


def packed(returns: Floats, excess: Floats) -> bytes:
    """Return two series as bytes."""
    return zlib.compress(np.stack((returns, excess)).astype("<f8").tobytes(), 1)


def unpacked(payload: bytes) -> tuple[Floats, Floats]:
    """Return the two series that bytes were made of."""
    both = np.frombuffer(zlib.decompress(payload), dtype="<f8").reshape(2, -1).astype(np.float64)
    return both[0], both[1]


def _representatives(chosen: Sequence[tuple[int, Policy]]) -> tuple[Policy, ...]:
    """Return one policy for each set of underlyings and timing: what has to be loaded hangs on nothing else."""
    return tuple({(policy.underlyings, policy.timing): policy for _, policy in chosen}.values())
