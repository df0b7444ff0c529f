"""A process of a pool: it prepares once and does job by job, each result on the shelf before it is answered for."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sqlite3
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Literal, NamedTuple

from alvh.adapters.errors import UserError
from alvh.adapters.work.shelf import Shelf
from alvh.adapters.work.task import Job, Work


class Answer(NamedTuple):
    """What a worker says of one job."""

    ok: bool
    error: str
    seconds: float
    cached: bool


class Prepared(NamedTuple):
    """What a worker says before its first job: it is ready, the user is at fault, or the program is."""

    state: Literal["ready", "refused", "broken"]
    why: str


def serve(connection: Connection, prepare: Callable[..., Work], arguments: tuple[Any, ...], shelf_path: Path) -> None:
    """Prepare, say so, and answer jobs until the other end hangs up.

    Parameters
    ----------
    connection : Connection
        Jobs come in, each with the number of its try; first a `Prepared` goes out, then an `Answer` a job.
    prepare : callable
        Called once with `arguments`; returns what is done with a job's argument.
    shelf_path : Path
    """
    # Ctrl-C on a terminal reaches every process; whoever started this one stops it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        with Shelf(shelf_path) as shelf:
            work = prepare(*arguments)
            connection.send(Prepared("ready", ""))
            while True:
                job, attempt = connection.recv()
                connection.send(do(shelf, work, job, attempt))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except UserError as error:
        connection.send(Prepared("refused", str(error)))
    except Exception:  # noqa: BLE001 - whatever a preparation raises is told to whoever asked for it
        connection.send(Prepared("broken", traceback.format_exc()))


def do(shelf: Shelf, work: Work, job: Job, attempt: int) -> Answer:
    """Do one job unless its result is on the shelf, and put it there; what it raises is told in a sentence.

    Parameters
    ----------
    shelf : Shelf
    work : callable
    job : Job
    attempt : int
        Which try of the job this is, from 1.
    """
    if not shelf.begin(job.key):
        return Answer(ok=True, error="", seconds=shelf.seconds(job.key), cached=True)
    begun = time.perf_counter()
    try:
        summary, payload = work(job.argument)
        seconds = time.perf_counter() - begun
        shelf.put(job.key, job.label, summary, payload, seconds)
    except Exception as error:  # noqa: BLE001 - a job that fails is an answer, and stops no other
        seconds, why = time.perf_counter() - begun, said(error)
        # Where even this cannot be written the answer still says why.
        with contextlib.suppress(sqlite3.Error):
            shelf.fail(job.key, job.label, why, attempt, seconds)
        return Answer(ok=False, error=why, seconds=seconds, cached=False)
    return Answer(ok=True, error="", seconds=seconds, cached=False)


def said(error: Exception) -> str:
    """Say an exception in one line: a user's mistake as it is, anything else with its kind and where it was raised."""
    text = str(error).strip().partition("\n")[0]
    if isinstance(error, UserError):
        return text
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {text}{where}" if text else f"{type(error).__name__}{where}"


def _end_with_parent() -> None:
    """Leave at once when whoever started this process is gone: a result is on the shelf whole or not at all."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
