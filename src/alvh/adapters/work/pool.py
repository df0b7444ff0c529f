"""A few processes of this machine that do jobs, and go on when one of them is killed."""

from __future__ import annotations

import math
import os
import signal
import sys
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import ModuleType
from typing import Any

from alvh.adapters.errors import UserError
from alvh.adapters.work.shelf import Shelf
from alvh.adapters.work.task import Job, Outcome, Work
from alvh.adapters.work.worker import Answer, Prepared, do, serve

TRIES = 3
"""How often a job may kill its worker before it is called poisoned."""
STILLBORN = 10
"""Workers in a row that may die before they are ready; more means that none ever will be."""
ONE_THREAD = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
"""Libraries would each take every core for themselves; in a pool the processes are what is parallel."""
_PATIENCE_SECONDS = 5.0


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


@dataclass(eq=False)
class _Seat:
    """A worker process, the line to it, and the job it is at."""

    process: SpawnProcess
    line: Connection
    ready: bool = False
    job: Job | None = None


class LocalPool:
    """Processes of this machine, started afresh (nothing is forked), each of which prepares once.

    Parameters
    ----------
    workers : int
        How many; 1 does everything in this process, where a debugger sees it (and where a job that kills its process
        kills this one).
    prepare : callable
        A function of an importable module (never of the script that is run, which no worker reads): called with
        `arguments` once in every worker, it returns what is done with the argument of a job.
    arguments : tuple
        Pickled.
    shelf_path : Path
        Where workers put results (`Shelf`).
    """

    def __init__(
        self, workers: int, prepare: Callable[..., Work], arguments: tuple[Any, ...], shelf_path: Path
    ) -> None:
        if workers < 1:
            raise ValueError(f"a pool needs at least one worker, not {workers}")
        self.workers = workers
        self.prepare = prepare
        self.arguments = arguments
        self.shelf_path = shelf_path

    def run(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """Do the jobs and yield one outcome each, in the order of completion (`alvh.adapters.work.task.Pool`).

        What is on the shelf already is answered first. Of jobs with the same key one is done and answers for the rest.
        A job whose worker dies is tried again after the others, `TRIES` times in all; one that raises is not tried
        again. Leaving the iterator stops the workers; what they had finished is on the shelf.

        Raises
        ------
        UserError
            What `prepare` refuses.
        RuntimeError
            When `prepare` fails in another way, or workers die without ever being ready.
        """
        alike: dict[str, list[Job]] = {}
        for job in jobs:
            alike.setdefault(job.key, []).append(job)
        with Shelf(self.shelf_path) as shelf:
            kept = shelf.done(alike)
            for job in jobs:
                if job.key in kept:
                    yield Outcome(job.key, job.label, True, "", shelf.seconds(job.key), 0, True)
            todo = deque(own[0] for key, own in alike.items() if key not in kept)
            made = self._here(shelf, todo) if self.workers == 1 else _Run(self, shelf, todo).outcomes()
            with closing(made):
                for outcome in made:
                    yield outcome
                    for other in alike[outcome.key][1:]:
                        yield outcome._replace(label=other.label, attempts=0, cached=outcome.ok)

    def _here(self, shelf: Shelf, todo: deque[Job]) -> Generator[Outcome, None, None]:
        """Do the jobs in this process."""
        if not todo:
            return
        work = self.prepare(*self.arguments)
        for job in todo:
            answer = do(shelf, work, job, 1)
            yield Outcome(job.key, job.label, answer.ok, answer.error, answer.seconds, 1, answer.cached)


class _Run:
    """One call of `LocalPool.run` with processes."""

    def __init__(self, pool: LocalPool, shelf: Shelf, todo: deque[Job]) -> None:
        self.pool, self.shelf, self.todo = pool, shelf, todo
        self.seats: list[_Seat] = []
        self.killed: Counter[str] = Counter()
        self.stillborn = 0
        self.context = get_context("spawn")

    def outcomes(self) -> Generator[Outcome, None, None]:
        """Yield what becomes of the jobs; the next one is always handed out before an outcome is yielded."""
        patience = 0.0
        try:
            while self.todo or any(seat.job for seat in self.seats):
                self._staff()
                found = self._listen()
                self._hand_out()
                yield from found
            patience = _PATIENCE_SECONDS
        finally:
            self._dismiss(patience)

    def _staff(self) -> None:
        """Start as many workers as there is work for."""
        busy = sum(seat.job is not None for seat in self.seats)
        wanted = min(self.pool.workers, len(self.todo) + busy)
        while len(self.seats) < wanted:
            ours, theirs = self.context.Pipe()
            given = (theirs, self.pool.prepare, self.pool.arguments, self.pool.shelf_path)
            process = self.context.Process(target=serve, args=given, daemon=True)
            with _undisturbed(), _one_thread(), _without_main():
                process.start()
            theirs.close()
            self.seats.append(_Seat(process, ours))

    def _listen(self) -> list[Outcome]:
        """Wait until a worker says something or dies, and return what that decides."""
        said = set(wait([*(seat.line for seat in self.seats), *(seat.process.sentinel for seat in self.seats)]))
        found: list[Outcome] = []
        for seat in list(self.seats):
            if seat.line in said:
                try:
                    found += self._hear(seat, seat.line.recv())
                    continue
                except (EOFError, OSError):
                    pass
            if seat.line in said or seat.process.sentinel in said:
                found += self._bury(seat)
        return found

    def _hear(self, seat: _Seat, message: Prepared | Answer) -> list[Outcome]:
        """Take what a worker says."""
        if isinstance(message, Prepared):
            if message.state == "refused":
                raise UserError(message.why)
            if message.state == "broken":
                raise RuntimeError(f"a worker could not prepare:\n{message.why}")
            seat.ready, self.stillborn = True, 0
            return []
        job, seat.job = seat.job, None
        if job is None:
            raise RuntimeError("a worker answered without a job")
        tries = self.killed[job.key] + 1
        return [Outcome(job.key, job.label, message.ok, message.error, message.seconds, tries, message.cached)]

    def _bury(self, seat: _Seat) -> list[Outcome]:
        """Let a worker that died go; its job is done after all, tried again, or poisoned."""
        seat.line.close()
        seat.process.join(_PATIENCE_SECONDS)
        if seat.process.is_alive():
            seat.process.kill()
            seat.process.join()
        how = seat.process.exitcode
        self.seats.remove(seat)
        if not seat.ready:
            self.stillborn += 1
            if self.stillborn >= STILLBORN:
                raise RuntimeError(f"{STILLBORN} workers in a row died before they were ready, the last {_died(how)}")
        job = seat.job
        if job is None:
            return []
        self.killed[job.key] += 1
        tries = self.killed[job.key]
        if self.shelf.has(job.key):
            return [Outcome(job.key, job.label, True, "", self.shelf.seconds(job.key), tries, False)]
        if tries < TRIES:
            self.todo.append(job)
            return []
        why = f"poisoned: its worker died {tries} times, the last time {_died(how)}"
        self.shelf.fail(job.key, job.label, why, tries, math.nan)
        return [Outcome(job.key, job.label, False, why, math.nan, tries, False)]

    def _hand_out(self) -> None:
        """Give every worker that is free a job."""
        for seat in self.seats:
            if self.todo and seat.ready and seat.job is None:
                job = self.todo.popleft()
                seat.job = job
                try:
                    seat.line.send((job, self.killed[job.key] + 1))
                except (BrokenPipeError, ConnectionResetError):
                    # It died idle: the job never reached it, and goes to the next.
                    seat.job = None
                    self.todo.appendleft(job)

    def _dismiss(self, patience_seconds: float) -> None:
        """Stop the workers: those with time to leave by themselves, the others at once."""
        for seat in self.seats:
            seat.line.close()
        for seat in self.seats:
            if patience_seconds:
                seat.process.join(patience_seconds)
            if seat.process.is_alive():
                seat.process.kill()
            seat.process.join()
            seat.process.close()
        self.seats.clear()


def _died(exitcode: int | None) -> str:
    """Say how a process ended."""
    if exitcode is not None and exitcode < 0:
        try:
            return f"by {signal.Signals(-exitcode).name}"
        except ValueError:
            return f"by signal {-exitcode}"
    return f"with status {exitcode}"


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Start a process that Ctrl-C does not reach: what is blocked here stays blocked there, from its first moment."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Start a process whose libraries take one core each, unless the user has said otherwise."""
    added = [name for name in ONE_THREAD if name not in os.environ]
    os.environ.update(dict.fromkeys(added, "1"))
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


@contextmanager
def _without_main() -> Iterator[None]:
    """Start a process that does not run the script of this one again: without a guard that would start everything anew.

    What Python tells a new process of the main module it reads from `sys.modules` at this moment.
    """
    kept = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = kept
