"""What a rebuilt number is: a target, the rows it yields, and the desk it asks for data and backtests.

A family of targets is one file in ``evidence/replicate`` with a module constant ``TARGETS``; nothing else names it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol

import polars as pl

import alvh.evidence.replicate
from alvh.accounting.statement import Statement
from alvh.values import Missing


class Desk(Protocol):
    """What a target may ask for: rows of the store, and backtests on the same path a user's own takes."""

    def read(self, table: str, **equal: object) -> pl.DataFrame:
        """Return the rows of a canonical table whose columns equal the values given; maybe none."""

    def backtest(
        self, policy: str, first: dt.date | None = None, last: dt.date | None = None, **settings: object
    ) -> Statement:
        """Run a policy (shipped name) over a window.

        `settings` are those of a backtest request (fill, broker ...), and ``overrides``: parameters of a variant by
        ``layer.key``.
        """


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison with something published.

    Attributes
    ----------
    target, measure : str
        ``vxx`` and what is compared, with its unit in words.
    first, last : datetime.date or None
        Window.
    ours, published : float or None
        In `unit` unless the measure says otherwise; None where the measure is an error alone.
    error : float
        In `unit`.
    unit : str
        ``bp a year``, ``points``, ``%`` ...
    threshold : float or None
        The largest |error| that passes; None for what is only reported.
    source : str
        Of the published number.
    n : int
        Observations.
    modelled_share : float
        Share of marks that no market quoted, 0..1.
    note : str
        What a reader must know; empty when nothing.
    """

    target: str
    measure: str
    first: dt.date | None
    last: dt.date | None
    ours: float | None
    published: float | None
    error: float
    unit: str
    threshold: float | None
    source: str
    n: int
    modelled_share: float = 0.0
    note: str = ""

    @property
    def passed(self) -> bool | None:
        """Whether |error| is within the threshold; None without one; an error that is no number fails."""
        if self.threshold is None:
            return None
        return bool(math.isfinite(self.error) and abs(self.error) <= self.threshold)


@dataclass(frozen=True, slots=True)
class Target:
    """Something published that we rebuild.

    Attributes
    ----------
    name : str
        What a user types: lower case.
    about : str
        One line.
    run : callable
        Desk -> rows, or Missing with the reason when the store lacks what it needs.
    """

    name: str
    about: str
    run: Callable[[Desk], Sequence[Row] | Missing]


@dataclass(frozen=True)
class Replication:
    """Rows of every target that ran, and the reason of every one that could not."""

    rows: tuple[Row, ...]
    not_run: tuple[tuple[str, str], ...]

    @property
    def failed(self) -> tuple[Row, ...]:
        """Rows whose threshold was missed."""
        return tuple(row for row in self.rows if row.passed is False)


@cache
def targets() -> dict[str, Target]:
    """Return every target by name, in the order of the files and within each.

    Raises
    ------
    ValueError
        When two targets share a name.
    """
    package = alvh.evidence.replicate
    out: dict[str, Target] = {}
    for file in sorted(found.name for found in iter_modules(package.__path__)):
        family: tuple[Target, ...] = import_module(f"{package.__name__}.{file}").TARGETS
        for target in family:
            if target.name in out:
                raise ValueError(f"two targets are called {target.name!r}")
            out[target.name] = target
    return out


def replicate(desk: Desk, chosen: Sequence[Target], tell: Callable[[str, int, int], None] | None = None) -> Replication:
    """Run targets one after another. `tell` hears the name, the number done and the number in all."""
    rows: list[Row] = []
    not_run: list[tuple[str, str]] = []
    for done, target in enumerate(chosen):
        if tell is not None:
            tell(target.name, done, len(chosen))
        found = target.run(desk)
        if isinstance(found, Missing):
            not_run.append((target.name, found.why))
        else:
            rows.extend(found)
    if tell is not None and chosen:
        tell(chosen[-1].name, len(chosen), len(chosen))
    return Replication(tuple(rows), tuple(not_run))
