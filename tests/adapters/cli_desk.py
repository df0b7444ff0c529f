"""What the tests of the command line share: the entry point in this process or another, and a store to ask."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from alvh.adapters.cli import main
from alvh.adapters.store import Store
from tiny_market import TinySpec

SPEC = TinySpec(sessions=330, shock_at=(300,), shock=0.4)
AXIS = SPEC.axis()
CHAINS = range(264, 330)
"""Sessions with chains; they begin on a Monday after a year and some, so that trailing readings exist."""
START, CHAIN_START, END = (AXIS[at].item() for at in (240, CHAINS.start, 329))
SOURCE = Path(__file__).resolve().parents[2] / "src"


class Said(NamedTuple):
    """What a command left: its exit status, and what stood on standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """The message to the user, without the usage lines that click puts above it."""
        lines = [line for line in self.err.splitlines() if line]
        assert lines, "nothing was said"
        assert "Traceback" not in self.err
        told = [line for line in lines if not line.startswith(("Usage:", "Try '"))]
        assert len(told) == 1, self.err
        return told[0].removeprefix("Error: ").removeprefix("alvh: ")


def say(*args: object) -> Said:
    """Run a command in this process, through the same entry point as the installed program."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main([str(arg) for arg in args])
        except SystemExit as done:
            code = done.code
    return Said(int(code or 0), out.getvalue(), err.getvalue())


def program(*args: object) -> list[str]:
    """Return the command line that runs the program in a process of its own."""
    return [sys.executable, "-c", "from alvh.adapters.cli import main; main()", *map(str, args)]


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "ALVH_STORE"}
    return {**kept, "PYTHONPATH": str(SOURCE), **more}


def run(*args: object, **more: str) -> Said:
    """Run a command in a process of its own, its output in pipes."""
    done = subprocess.run(program(*args), capture_output=True, text=True, env=environment(**more), check=False)
    return Said(done.returncode, done.stdout, done.stderr)


@cache
def tables() -> dict[str, pl.DataFrame]:
    return SPEC.tables(with_chains=CHAINS)


def fill_store(root: Path, *, chains: bool) -> Path:
    """Make a store of the tiny market."""
    store = Store(root)
    with store.writing() as writing:
        for name, frame in tables().items():
            if chains or name != "chains":
                writing.add(name, frame)
    return root
