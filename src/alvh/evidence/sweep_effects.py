"""What each parameter of a sweep does to a measure, by itself and with each other one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from alvh.evidence.sweep import LOWER_IS_BETTER, Searched
from alvh.values import Floats, Ints

MOST_LEVELS = 12
"""A parameter with more different values than this, or hardly two combinations a value (as where values are drawn), is
cut into stretches with about as many combinations each."""
BINS, FEWEST_IN_A_BIN = 5, 4


class Level(NamedTuple):
    """The combinations that share a value (or a stretch of values) of a parameter: how many, and their measure."""

    label: str
    combinations: int
    mean: float
    best: float
    worst: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What one parameter does.

    `explained` is the share of the variance between combinations that goes with its levels, less what as many levels
    would seem to explain by chance (epsilon squared, T. L. Kelley, "An unbiased correlation ratio measure", PNAS 21,
    1935; never below 0): 1 where nothing else matters, NaN where nothing varies or every level has one combination.
    """

    path: str
    levels: tuple[Level, ...]
    explained: float


@dataclass(frozen=True, slots=True, eq=False)
class PairMap:
    """Two parameters at once: mean and best of the measure over all others, (rows, columns), NaN where nothing ran."""

    row_path: str
    column_path: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    mean: Floats
    best: Floats


def effects(searched: Searched, say: Callable[[Any], str]) -> tuple[Effect, ...]:
    """Return what each parameter does to the measure of the sweep; `say` writes one of its values."""
    found = _found(searched)
    out = []
    for path in searched.paths:
        labels, at = _levels([one.config[path] for one in searched.combinations], say)
        made = tuple(_level(searched.measure, label, found[at == k]) for k, label in enumerate(labels))
        out.append(Effect(path, made, _explained(found, at)))
    return tuple(out)


def pair_maps(searched: Searched, say: Callable[[Any], str]) -> tuple[PairMap, ...]:
    """Return a map of each pair of parameters, the first of the file in the rows."""
    found = _found(searched)
    cut = {path: _levels([one.config[path] for one in searched.combinations], say) for path in searched.paths}
    out = []
    for row, column in combinations(searched.paths, 2):
        (rows, down), (columns, across) = cut[row], cut[column]
        mean, best = np.full((2, len(rows), len(columns)), math.nan)
        for r in range(len(rows)):
            for c in range(len(columns)):
                level = _level(searched.measure, "", found[(down == r) & (across == c)])
                mean[r, c], best[r, c] = level.mean, level.best
        out.append(PairMap(row, column, rows, columns, mean, best))
    return tuple(out)


def _found(searched: Searched) -> Floats:
    """Return the measure of every combination."""
    measured = searched.values(searched.measure)
    return measured[[one.column for one in searched.combinations]]


def _level(measure: str, label: str, found: Floats) -> Level:
    known = found[np.isfinite(found)]
    if not known.size:
        return Level(label, 0, math.nan, math.nan, math.nan)
    ends = float(known.max()), float(known.min())
    best, worst = ends[::-1] if measure in LOWER_IS_BETTER else ends
    return Level(label, known.size, float(known.mean()), best, worst)


def _levels(values: Sequence[Any], say: Callable[[Any], str]) -> tuple[tuple[str, ...], Ints]:
    """Return the labels of a parameter's levels in order, and the level of each combination."""
    different = {(type(value).__name__, repr(value)): value for value in values}
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    if not numbers or len(different) <= min(MOST_LEVELS, len(values) // 2) or len(values) < 2 * FEWEST_IN_A_BIN:
        ordered = sorted(different.values()) if numbers else list(different.values())
        labels = tuple(say(value) for value in ordered)
        return labels, np.array([labels.index(say(value)) for value in values], dtype=np.int64)
    given = np.array(values, dtype=np.float64)
    bins = min(BINS, len(values) // FEWEST_IN_A_BIN)
    edges = np.quantile(given, np.linspace(0.0, 1.0, bins + 1))
    at = np.clip(np.searchsorted(edges, given, side="right") - 1, 0, bins - 1)
    kept = [k for k in range(bins) if (at == k).any()]
    labels = tuple(f"{say(given[at == k].min().item())} to {say(given[at == k].max().item())}" for k in kept)
    return labels, np.searchsorted(kept, at).astype(np.int64)


def _explained(found: Floats, at: Ints) -> float:
    """Return epsilon squared: (between - (k - 1) within / (n - k)) / total, of n combinations in k levels."""
    known = np.isfinite(found)
    values, levels = found[known], at[known]
    groups = [values[levels == level] for level in np.unique(levels)]
    free = values.size - len(groups)
    total = float(np.sum((values - values.mean()) ** 2)) if values.size else 0.0
    if free < 1 or not total > 1e-24:
        return math.nan
    between = sum(group.size * float(group.mean() - values.mean()) ** 2 for group in groups)
    by_chance = (len(groups) - 1) * (total - between) / free
    return min(1.0, max(0.0, float(between - by_chance) / total))
