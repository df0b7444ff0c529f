"""How a plain function becomes a compiled kernel, decided once for the whole house.

Two settings decide the speed: ``error_model="numpy"`` (without it numba keeps zero-division branches and LLVM will not
vectorise) and ``fastmath={"contract"}`` alone (fused multiply-add; NaN stays NaN, because a missing number must not
become a plausible one). ``cache=True`` keeps the machine code beside the module, so that only the first run compiles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` on first use; its plain twin stays at ``.py_func`` for the tests."""
    return cast("Callable[P, R]", njit(cache=True, error_model="numpy", fastmath={"contract"})(function))
