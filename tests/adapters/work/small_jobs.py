"""Jobs that take milliseconds, and a coordinator that a test can kill: importable, as workers need it."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from alvh.adapters.errors import UserError
from alvh.adapters.work import Job, LocalPool

FOLDER = "ALVH_TEST_WORKERS"
"""Environment variable: where a worker leaves a file named after its parent and itself."""


def prepare(base: int):
    """Return work on ("square", x), ("sleep", ms), ("raise", text), ("refuse", text), ("die", ""), ("die_once", file).

    Where `FOLDER` is set the process leaves its name there.
    """
    if FOLDER in os.environ:
        (Path(os.environ[FOLDER]) / f"{os.getppid()}-{os.getpid()}").touch()

    def work(argument):
        what, value = argument
        if what == "sleep":
            time.sleep(value / 1000.0)
        elif what == "raise":
            raise ValueError(value)
        elif what == "refuse":
            raise UserError(value)
        elif what == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        elif what == "die_once" and not Path(value).exists():
            Path(value).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return {"what": what, "answer": base + value**2 if what == "square" else base}, repr(argument).encode()

    return work


def prepare_refused():
    raise UserError("the store is empty")


def prepare_broken():
    raise KeyError("a bug")


def prepare_killed():
    os.kill(os.getpid(), signal.SIGKILL)


def naps(count: int, ms: int) -> list[Job]:
    return [Job(f"key-{k}", f"nap {k}", ("sleep", ms + k % 7)) for k in range(count)]


def main(path: str, workers: str, count: str, ms: str) -> None:
    """Do naps with processes, and print the key of each as it is done."""
    for outcome in LocalPool(int(workers), prepare, (0,), Path(path)).run(naps(int(count), int(ms))):
        sys.stdout.write(f"{outcome.key}\n")
        sys.stdout.flush()
