"""What the parameters of a sweep do: a table of each, and maps of each pair."""

from __future__ import annotations

import math

import numpy as np

from alvh.evidence.sweep import LOWER_IS_BETTER, Searched
from alvh.evidence.sweep_effects import Effect, PairMap, effects, pair_maps
from alvh.reports.blocks import Block, Cell, Column, Fold, HeatMap, Num, Sentence, Table, Unit
from alvh.reports.words import number, plural, setting
from alvh.values import Floats, Missing

MEASURES: dict[str, tuple[str, Unit]] = {
    "sharpe": ("[[Sharpe|Sharpe ratio]]", "ratio"),
    "cagr": ("growth a year", "percent"),
    "max_drawdown": ("deepest [[drawdown]]", "percent"),
    "cvar95": ("[[CVaR 95|worst 5 % of days]]", "percent"),
    "vol": ("volatility a year", "percent"),
    "hedge_cost_per_year": ("[[hedge cost]] a year", "percent"),
}
"""Measure -> what it is called, and its unit."""
MAPS_SHOWN = 6
"""Maps of pairs that stand open; the others are folded away."""


def effect_tables(searched: Searched) -> tuple[Block, ...]:
    """Return one row a parameter, and below it one a value."""
    found = effects(searched, setting)
    word, _ = MEASURES[searched.measure]
    kept = sorted(found, key=lambda one: -one.explained if math.isfinite(one.explained) else 0.0)
    columns = ("Parameter", "Best value", "its average", "Worst value", "its average", "Explains")
    summary = Table(
        f"What each parameter does to the {word}",
        tuple(Column(name, bar=name == "Explains") for name in columns),
        tuple(_summary(one, searched) for one in kept),
        note="Averages over all combinations with that value. Explains: the share of the differences between "
        "combinations that goes with this parameter alone, less what chance would make of as many values; what is left "
        "belongs to the others and to how they act together.",
    )
    rows = tuple(row for one in kept for row in _levels(one, searched))
    names = ("Parameter", "Value", "Combinations", "Average", "Best", "Worst")
    return summary, Fold("Every value", (Table(f"{word}, by value", tuple(Column(name) for name in names), rows),))


def pair_blocks(searched: Searched) -> tuple[Block, ...]:
    """Return a map of each pair of parameters, averaged over the others, and one of the best of the others."""
    maps = pair_maps(searched, setting)
    if not maps:
        return (Sentence("One parameter was varied: there is no pair to map.", quiet=True),)
    levels = searched.values(searched.measure)
    found = levels[[one.column for one in searched.combinations]]
    centre = float(np.nanmean(found)) if np.isfinite(found).any() else math.nan
    average = [_map(one, searched, one.mean, centre, "average of the others") for one in maps]
    best = [_map(one, searched, one.best, centre, "best of the others") for one in maps]
    folds: list[Block] = []
    if average[MAPS_SHOWN:]:
        folds.append(Fold(f"{len(average) - MAPS_SHOWN} more pairs", tuple(average[MAPS_SHOWN:])))
    folds.append(Fold("The same with the best of the others: kinder, and more of it is luck", tuple(best)))
    return (*average[:MAPS_SHOWN], *folds)


def _map(one: PairMap, searched: Searched, values: Floats, centre: float, how: str) -> HeatMap:
    """Draw a pair against the average of the sweep, so that what differs is what is dark."""
    word, unit = MEASURES[searched.measure]
    sign = -1.0 if searched.measure in LOWER_IS_BETTER else 1.0
    better = "less" if sign < 0 else "more"
    return HeatMap(
        f"{word}: {one.row_path} (down) and {one.column_path} (across)",
        tuple(f"{one.row_path.rpartition('.')[2]} {label}" for label in one.rows),
        one.columns,
        sign * (values - centre),
        # Averages of a row stand in the table above; a renderer would shade them by themselves, however alike they are.
        np.full(len(one.rows), math.nan),
        "",
        unit,
        note=f"{how.capitalize()}; how much better (plus) or worse than {number(Num(centre, unit))}, the average of "
        f"the whole sweep; {better} is better. An empty cell has no result.",
    )


def _summary(one: Effect, searched: Searched) -> tuple[Cell, ...]:
    unit = MEASURES[searched.measure][1]
    known = [level for level in one.levels if level.combinations]
    if not known:
        return (one.path, *(Missing("known of no combination"),) * 5)
    sign = -1.0 if searched.measure in LOWER_IS_BETTER else 1.0
    ordered = sorted(known, key=lambda level: sign * level.mean)
    worst, best = ordered[0], ordered[-1]
    return (
        one.path,
        best.label,
        Num(best.mean, unit),
        worst.label,
        Num(worst.mean, unit),
        Num(one.explained, "share"),
    )


def _levels(one: Effect, searched: Searched) -> list[tuple[Cell, ...]]:
    unit = MEASURES[searched.measure][1]
    return [
        (
            one.path,
            level.label,
            Num(level.combinations, "count"),
            Num(level.mean, unit),
            Num(level.best, unit),
            Num(level.worst, unit),
        )
        for level in one.levels
    ]


def counted(searched: Searched) -> str:
    """Say how many policies were compared, and how many combinations made them."""
    policies, found = len(searched.measures), len(searched.combinations)
    more = f" ({plural(found, 'combination')}, some of which make the same)" if found > policies else ""
    return f"{plural(policies, 'policy', 'policies')}{more}"
