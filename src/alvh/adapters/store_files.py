"""How the store writes: one writer at a time, into a temporary place, then renames that a crash cannot tear apart.

A commit is a list of files on disk before the first of them is renamed. Whoever finds that list renames the rest, so a
writer killed at any moment leaves either the store as it was or the store as it was to be.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from alvh.adapters.errors import UserError

LOCK = ".lock"
STAGING = ".staging"
COMMIT = "COMMIT"
WAIT_SECONDS = 60.0

if sys.platform == "win32":
    import msvcrt

    def _acquire(handle: IO[bytes]) -> None:
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _acquire(handle: IO[bytes]) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(root: Path, wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the store for writing; a killed process holds nothing. First ends what a killed writer had begun.

    On leaving, whatever was staged and not committed is thrown away, and so is a folder that was made for it and stayed
    empty. Raises UserError when another process holds the store for longer than `wait_seconds`.
    """
    fresh = not root.exists()
    try:
        with _lock(root / LOCK, wait_seconds):
            _settle(root)
            try:
                yield
            finally:
                _settle(root)
    finally:
        if fresh:
            with contextlib.suppress(OSError):
                root.rmdir()


@contextmanager
def _lock(path: Path, wait_seconds: float) -> Iterator[None]:
    until = time.monotonic() + wait_seconds
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as handle:
            try:
                _acquire(handle)
                # The holder before us removes the file on leaving: a lock on a removed file holds nothing.
                held = path.exists() and path.stat().st_ino == os.fstat(handle.fileno()).st_ino
            except OSError:
                held = False
            if held:
                try:
                    yield
                finally:
                    with contextlib.suppress(PermissionError):  # Windows keeps an open file
                        path.unlink()
                return
        if time.monotonic() >= until:
            raise UserError(f"{path.parent}: another process is writing to this store; try again when it is done")
        time.sleep(0.02)


def settle(root: Path) -> None:
    """Let a commit that is under way, or that a killed writer left, come to its end before reading."""
    if (root / STAGING / COMMIT).exists():
        with locked(root):
            pass


def commit(root: Path, names: list[str]) -> None:
    """Rename the staged files `names` into the store, the last of them last. The caller holds the lock."""
    staging = root / STAGING
    for name in names:
        _sync(staging / name)
    draft = staging / f"{COMMIT}.draft"
    draft.write_text(json.dumps(names), encoding="utf-8")
    _sync(draft)
    draft.replace(staging / COMMIT)
    _settle(root)


def _settle(root: Path) -> None:
    """Finish a listed commit; throw away what was staged without one."""
    staging = root / STAGING
    if (staging / COMMIT).exists():
        for name in json.loads((staging / COMMIT).read_text(encoding="utf-8")):
            if (staging / name).exists():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (staging / name).replace(root / name)
        (staging / COMMIT).unlink()
    if staging.exists():
        shutil.rmtree(staging)


def _sync(path: Path) -> None:
    """Have the disk hold what we wrote."""
    with path.open("rb") as handle:
        os.fsync(handle.fileno())
