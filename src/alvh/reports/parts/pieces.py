"""Which piece pays: every layer and rule with its intervals, and where it paid."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from alvh.evidence.ablation import NOTHING, Ablation, Piece, Way
from alvh.evidence.margins import CAGR, CVAR, DRAWDOWN, Margin
from alvh.evidence.measure import SESSIONS_PER_YEAR
from alvh.evidence.regimes import REGIMES
from alvh.evidence.verdicts import LEVEL, Effect
from alvh.evidence.with_without import ALL_HEDGES
from alvh.reports.blocks import (
    Block,
    Cell,
    Column,
    Estimate,
    Forest,
    ForestRow,
    HeatMap,
    Num,
    Sentence,
    Table,
    Tone,
    Unit,
)
from alvh.reports.words import listed, percent, plural
from alvh.values import Missing

MEASURES = (CAGR, DRAWDOWN, CVAR)
NAMES = ("Growth a year", "Deepest [[drawdown]]", "[[CVaR 95|Worst 5 % of days]]")
UNITS: tuple[Unit, ...] = ("percent", "percent", "percent")
PLAIN = ("growth", "drawdown", "worst days")
SIDES = ("worse with it", "better")
ALL = "all hedges"
ABREAST = 3
"""Panels of a forest that fit beside each other."""
WAYS: Mapping[Way, str] = {
    "identical": "what it gained each session left out, every other fill as it was",
    "off": "the policy run again without it, its condors then others too (a hedge is judged on identical ones, above)",
    "on": "bare condors run with it alone",
}
LEVEL_SAID = f"{LEVEL * 100:.0f} %"


def estimate(one: Effect | Missing) -> Estimate | Missing:
    """Return an effect as a renderer draws it."""
    if isinstance(one, Missing):
        return one
    return Estimate(one.estimate, one.low, one.high, one.verdict, one.why)


def cells(one: Margin | Missing) -> tuple[Estimate | Missing, ...]:
    """Return the three headline measures of a comparison."""
    if isinstance(one, Missing):
        return (one,) * len(MEASURES)
    return tuple(estimate(one.whole[metric]) for metric in MEASURES)


def pieces_forest(
    ablation: Ablation, way: Way, tones: Mapping[str, Tone], sorts: Sequence[str], title: str
) -> Forest | None:
    """Return the pieces of some sorts, compared one way; None where nothing of it was compared.

    Pieces that changed nothing, or that this way says nothing of, are left to `left_out`.
    """
    rows = [
        ForestRow(piece.name, tones.get(piece.name, ""), cells(piece.ways[way]))
        for piece in ablation.pieces
        if piece.sort in sorts and isinstance(piece.ways[way], Margin)
    ]
    if way == "identical" and isinstance(ablation.hedge, Margin) and rows:
        rows.append(ForestRow(ALL, "total", cells(ablation.hedge), strong=True))
    if not rows:
        return None
    return Forest(title, NAMES, UNITS, tuple(rows), SIDES, _note(ablation, way))


def _note(ablation: Ablation, way: Way) -> str:
    family = ablation.families[way]
    drawn = ablation.resampling[way]
    said = (
        f"With less without: {WAYS[way]}. Whiskers are {LEVEL_SAID} intervals from "
        f"{drawn.draws:,} histories drawn in blocks of {drawn.mean_block:.0f} sessions on average."
    )
    if family.count:
        kept = sum(family.survives)
        said += (
            f' {plural(family.count, "comparison")} on this page call {family.pays} "pays"; about '
            f"{family.expected_false_pays:.1f} would be if nothing paid, and {kept} "
            f"{'stand' if kept != 1 else 'stands'} when all are judged together (Benjamini-Hochberg, 5 %)."
        )
    return said


def left_out(ablation: Ablation, way: Way, sorts: Sequence[str]) -> Sentence | None:
    """Say which pieces have no row, and why; None where all have one."""
    reasons: dict[str, list[str]] = {}
    for piece in ablation.pieces:
        one = piece.ways[way]
        if piece.sort in sorts and isinstance(one, Missing):
            why = one.why.replace(f"{piece.name} ", "it ", 1) if one.why.startswith(f"{piece.name} ") else one.why
            reasons.setdefault(why, []).append(piece.name)
    if not reasons:
        return None
    parts = [
        f"{listed(names)}: {why.replace(NOTHING, 'changed no session of this window')}"
        for why, names in reasons.items()
    ]
    return Sentence(f"No row: {'; '.join(parts)}.", quiet=True)


def regime_map(ablation: Ablation, sessions: Sequence[str]) -> HeatMap | None:
    """Return what each hedge layer gained a year spent in each regime, USD; None without a hedge.

    Parameters
    ----------
    ablation : Ablation
    sessions : sequence of str
        Regime of every session of the run.
    """
    known = _booked(ablation)
    if not known:
        return None
    count = {name: sum(one == name for one in sessions) for name in REGIMES}
    columns = [name for name in REGIMES if count[name]]
    values = np.array(
        [
            [one.pnl_usd_by_regime.get(name, math.nan) * SESSIONS_PER_YEAR / count[name] for name in columns]
            for _, one in known
        ]
    )
    totals = np.array([sum(one.pnl_usd_by_regime.values()) * SESSIONS_PER_YEAR / len(sessions) for _, one in known])
    shares = ", ".join(f"{name} {percent(count[name] / len(sessions), 0)}" for name in columns)
    return HeatMap(
        "What each hedge added, USD a year of each [[regime]]",
        tuple(name for name, _ in known),
        tuple(columns),
        values,
        totals,
        "any year",
        "usd",
        f"252 sessions that began in the regime; of all sessions: {shares}.",
    )


def regime_forests(ablation: Ablation) -> tuple[Forest, ...]:
    """Return what each hedge added in each regime with its interval, percent of equity a year; all hedges first."""
    known = _known(ablation)[::-1]
    found = [name for name in REGIMES if any(name in one.regimes for _, one in known)]
    unit: Unit = "percent"
    out = []
    for at in range(0, len(known), ABREAST):
        few = known[at : at + ABREAST]
        rows = tuple(ForestRow(regime, "", tuple(_yearly(one, regime) for _, one in few)) for regime in found)
        note = (
            f"Mean of the daily difference on identical condors, times 252, with {LEVEL_SAID} intervals from whole "
            "histories drawn in blocks. A drawdown has no regime: it begins in one and ends in another."
        )
        title = "What each hedge added in each [[regime]], a year of it" if not at else "The other layers by [[regime]]"
        names = tuple(name for name, _ in few)
        out.append(Forest(title, names, (unit,) * len(few), rows, SIDES, "" if at else note))
    return tuple(out)


def _yearly(one: Margin, regime: str) -> Estimate | Missing:
    found = one.regimes.get(regime, Missing("it did not occur"))
    return found if isinstance(found, Missing) else estimate(found.mapped(lambda mean: SESSIONS_PER_YEAR * mean))


def _booked(ablation: Ablation) -> list[tuple[str, Margin]]:
    """Return the hedges with their dollars as they were booked, and all of them together."""
    return [(name or ALL, one) for name, one in ablation.books.items() if isinstance(one, Margin)]


def _known(ablation: Ablation) -> list[tuple[str, Margin]]:
    """Return the hedges that were compared on identical condors, and all of them together."""
    rows = [(piece.name, piece.ways["identical"]) for piece in ablation.pieces]
    rows.append((ALL, ablation.hedge))
    return [(name, one) for name, one in rows if isinstance(one, Margin)]


def regime_sentence(ablation: Ablation) -> str:
    """Say in which regimes the sign of a layer's return is sure."""
    known = _known(ablation)
    if not known:
        return "By regime: there is no hedge to judge."
    found: dict[str, list[str]] = {"pays": [], "does not pay": []}
    for name, one in known:
        for regime, effect in one.regimes.items():
            if isinstance(effect, Effect) and effect.verdict in found:
                found[effect.verdict].append(f"{name} in {regime}")
    if not any(found.values()):
        return "By [[regime]]: in none of them is the sign of any hedge sure."
    said = [f"surely paid: {listed(found['pays'])}"] if found["pays"] else []
    said += [f"surely cost: {listed(found['does not pay'])}"] if found["does not pay"] else []
    return f"By [[regime]]: {'; '.join(said)}. All other signs could be chance."


def episode_table(ablation: Ablation, tones: Mapping[str, Tone]) -> Table | None:
    """Return what each hedge layer added in each named episode, USD, and what all did to its drawdown."""
    known = [(name, one) for name, one in _booked(ablation) if name != ALL]
    together = ablation.books.get(ALL_HEDGES)
    if not known or not isinstance(together, Margin) or not together.episodes:
        return None
    rows: list[tuple[Cell, ...]] = []
    for k, whole in enumerate(together.episodes):
        sure = whole.sureness
        rows.append(
            (
                whole.episode.name,
                *(Num(one.episodes[k].pnl_usd, "usd", signed=True) for _, one in known),
                Num(whole.pnl_usd, "usd", signed=True),
                Num(whole.drawdown, "percent", signed=True),
                sure.verdict if isinstance(sure, Effect) else "one event",
                whole.episode.why,
            )
        )
    first = next((e.sureness for e in together.episodes if isinstance(e.sureness, Missing)), None)
    return Table(
        "The named falls, USD added on identical condors",
        (
            Column("From the high to a month after the low"),
            *(Column(name, tone=tones.get(name, "")) for name, _ in known),
            Column("All", tone="total"),
            Column("Off its [[drawdown]]"),
            Column("Sure?"),
            Column("What it was"),
        ),
        tuple(rows),
        note="An episode is one event: what it says of the next is not computed, the first because "
        f"{first.why.removeprefix('one event: ')}."
        if first
        else "",
    )


def piece_sentence(ablation: Ablation) -> str:
    """Say which hedge layer pays on what, in one sentence."""
    found: dict[str, list[str]] = {}
    why = ""
    for piece in _hedges(ablation):
        one = piece.ways["identical"]
        if isinstance(one, Missing):
            why = why or ("" if one.why == NOTHING or piece.sort == "overlay" else one.why)
            continue
        for metric, name in zip(MEASURES, PLAIN, strict=True):
            effect = one.whole[metric]
            if isinstance(effect, Effect):
                found.setdefault(f"{effect.verdict}:{name}", []).append(piece.name)
            else:
                why = why or effect.why
    if not found:
        if why:
            return f"No hedge layer can be judged: {why}."
        return "There is no hedge layer that changed a session of this window."
    paying = [f"{listed(found[key])} on {name}" for name in PLAIN if (key := f"pays:{name}") in found]
    hurting = [f"{listed(found[key])} on {name}" for name in PLAIN if (key := f"does not pay:{name}") in found]
    first = (
        f"Surely paid: {listed(paying)}." if paying else "No hedge layer surely pays on growth, drawdown or worst days."
    )
    second = f" Surely cost: {listed(hurting)}." if hurting else ""
    rest = " Of the rest these data cannot tell." if any(key.startswith("cannot tell:") for key in found) else ""
    return f"{first}{second}{rest}"


def _hedges(ablation: Ablation) -> Iterable[Piece]:
    return (piece for piece in ablation.pieces if piece.sort in {"hedge", "overlay"})


def ablation_blocks(
    ablation: Ablation, tones: Mapping[str, Tone], way: Way, title: str, sorts: Sequence[str]
) -> tuple[Block, ...]:
    """Return the pieces of some sorts compared one way, and which of them have no row."""
    forest = pieces_forest(ablation, way, tones, sorts, title)
    rest = left_out(ablation, way, sorts)
    return tuple(block for block in (forest, rest) if block is not None)
