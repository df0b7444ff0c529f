"""Where a history is cut into sessions to choose on and sessions to judge on, with a gap no trade can span.

A trade held h sessions earns on each of them, so a choice made on sessions up to t knows something of the h sessions
after t and of the h before its first one. The gap is therefore never shorter than the holding period: *purged* are the
sessions before a test, *embargoed* those after it (M. Lopez de Prado, "Advances in Financial Machine Learning", 2018,
chapters 7 and 12).

Walk-forward (R. Pardo, "Design, Testing, and Optimization of Trading Systems", 1992): the tests follow each other, each
chosen on its past alone, *anchored* on everything since the first session or *rolling* on a window of fixed length.
Combinatorial purged cross-validation (the same chapter 12): of a history cut into N groups every k of them are a test
once, and the C(N, k) tests are put together to k/N C(N, k) whole histories, each out-of-sample throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from alvh.values import Ints, Missing


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Positions of the sessions chosen on and judged on, both ascending."""

    train: Ints
    test: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Combinatorial:
    """All splits of a combinatorial cross-validation.

    Attributes
    ----------
    splits : tuple of Split
        In lexicographic order of their groups.
    groups : tuple of array
        Sessions of each group.
    tested : array (splits, tests)
        Groups that each split tests.
    paths : array (paths, groups)
        Which split judges a group on each path.
    """

    splits: tuple[Split, ...]
    groups: tuple[Ints, ...]
    tested: Ints
    paths: Ints


def walk_forward_splits(
    sessions: int, *, train: int, test: int, gap: int, anchored: bool
) -> tuple[Split, ...] | Missing:
    """Cut a history into tests that follow each other, each with its own past.

    Parameters
    ----------
    sessions : int
        Length of the history.
    train : int
        Sessions chosen on; with `anchored` the fewest of them.
    test : int
        Sessions judged on, each time. The last test takes what is left, and is shorter.
    gap : int
        Sessions left out before each test: the holding period or more.
    anchored : bool
        Choose on everything since the first session, not on the last `train` sessions alone.

    Returns
    -------
    tuple of Split or Missing
        Every session from `train` + `gap` on is judged exactly once. Missing for a history that ends before.

    Raises
    ------
    ValueError
        Unless `train` and `test` are at least 1 and `gap` is not negative.
    """
    if train < 1 or test < 1 or gap < 0:
        raise ValueError(f"{train} sessions to choose on, {test} to judge on, {gap} between: 1, 1 and 0 are the fewest")
    if sessions <= train + gap:
        return Missing(f"{sessions} sessions: {train} to choose on and {gap} left out leave none to judge on")
    return tuple(
        Split(
            train=np.arange(0 if anchored else start - gap - train, start - gap),
            test=np.arange(start, min(start + test, sessions)),
        )
        for start in range(train + gap, sessions, test)
    )


def combinatorial_splits(
    sessions: int, *, groups: int, tests: int, purge: int, embargo: int
) -> Combinatorial | Missing:
    """Cut a history into groups and judge every choice of `tests` of them on the others.

    Parameters
    ----------
    sessions : int
    groups, tests : int
        N and k. Groups differ by one session at most.
    purge, embargo : int
        Sessions left out before and after each tested group: the holding period or more.

    Returns
    -------
    Combinatorial or Missing
        Missing where some split would have nothing left to choose on.

    Raises
    ------
    ValueError
        Unless 1 <= `tests` < `groups` and no gap is negative.
    """
    if not 1 <= tests < groups or min(purge, embargo) < 0:
        raise ValueError(f"{tests} of {groups} groups, purge {purge}, embargo {embargo}: cannot be judged")
    if sessions < groups:
        return Missing(f"{sessions} sessions make no {groups} groups")
    cut = tuple(np.array_split(np.arange(sessions), groups))
    tested = np.array(list(combinations(range(groups), tests)))
    splits = []
    for chosen in tested:
        free = np.ones(sessions, dtype=bool)
        for group in chosen:
            free[max(0, cut[group][0] - purge) : cut[group][-1] + 1 + embargo] = False
        if not free.any():
            return Missing(
                f"{sessions} sessions in {groups} groups: purge {purge} and embargo {embargo} leave none to choose on"
            )
        splits.append(Split(np.flatnonzero(free), np.concatenate([cut[group] for group in chosen])))
    return Combinatorial(tuple(splits), cut, tested, _paths(tested, groups))


def _paths(tested: Ints, groups: int) -> Ints:
    """Return which split judges each group on each path: the j-th that tests it, on the j-th path."""
    return np.array([np.flatnonzero((tested == group).any(axis=1)) for group in range(groups)]).T
