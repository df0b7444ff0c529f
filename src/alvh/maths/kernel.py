"""How a plain function becomes a compiled kernel, decided once for the whole house.

Two settings decide the speed: ``error_model="numpy"`` (without it numba keeps zero-division branches and LLVM will not
vectorise) and ``fastmath={"contract"}`` alone (fused multiply-add; NaN stays NaN, because a missing number must not
become a plausible one). ``cache=True`` keeps the machine code in ``__pycache__`` beside the module (in the user's cache
folder where that is read-only, or where ``NUMBA_CACHE_DIR`` points), so that only the first run compiles.

numba discards kept code when the kernel's own file changes, but not when a kernel it calls or a constant it uses
changes in another file: it would go on computing with the old one. So the stamp of what is kept also covers every
module of this package that the kernel's module imports, directly or not.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")

_PACKAGE = Path(__file__).resolve().parents[1]
_IMPORT = re.compile(rb"^(?:from (alvh[\w.]*) import (\([^)]*\)|[^\n#]*)|import (alvh[\w.]*))", re.MULTILINE)


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` on first use; its plain twin stays at ``.py_func`` for the tests."""
    compiled = njit(cache=True, error_model="numpy", fastmath={"contract"})(function)
    # Without a cache (NUMBA_DISABLE_JIT=1 gives the plain function back) there is nothing to stamp.
    if (file := getattr(getattr(compiled, "_cache", None), "_cache_file", None)) is not None:
        # numba has no public name for the stamp.
        file._source_stamp = (file._source_stamp, source_digest(Path(function.__code__.co_filename)))  # noqa: SLF001
    return cast("Callable[P, R]", compiled)


@cache
def source_digest(module: Path, package: Path = _PACKAGE) -> str:
    """Return a digest of a module's source and of all modules of `package` it imports, directly or not."""
    seen: set[Path] = set()
    ahead = [module]
    while ahead:
        path = ahead.pop()
        if path not in seen:
            seen.add(path)
            ahead.extend(_imported(path, package))
    digest = hashlib.sha256()
    for path in sorted(seen):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def _imported(module: Path, package: Path) -> tuple[Path, ...]:
    """Return the files of `package` that a module names in its import lines."""
    found: list[Path] = []
    for source, names, plain in _IMPORT.findall(module.read_bytes()):
        base = (source or plain).decode()
        dotted = [base, *(f"{base}.{name}" for name in re.findall(r"\w+", names.decode()))]
        for name in dotted:
            path = package.joinpath(*name.split(".")[1:])
            if path != package:  # the package's own page only names what stands elsewhere
                found.extend(file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file())
    return tuple(found)
