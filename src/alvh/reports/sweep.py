"""The report of a sweep: the best of it together with how likely it is luck, then what each parameter does."""

from __future__ import annotations

from typing import Any

import numpy as np

from alvh.evidence.cscv import GATE, Overfitting
from alvh.evidence.measure import day_of
from alvh.evidence.sharpe_evidence import Deflated, SharpeEvidence
from alvh.evidence.sharpe_tests import CONFIDENCE
from alvh.evidence.snooping import Snooping
from alvh.evidence.sweep import Searched, SweepEvidence
from alvh.reports.backtest import DISCLAIMER
from alvh.reports.blocks import (
    Block,
    Cell,
    Column,
    CountedList,
    Disclaimer,
    Figure,
    Glossary,
    Group,
    Num,
    Report,
    Section,
    Sentence,
    Table,
    Verdict,
)
from alvh.reports.glossary import used_terms
from alvh.reports.parts.sweep_effects import MEASURES, counted, effect_tables, pair_blocks
from alvh.reports.words import combination, number, percent, plural, setting
from alvh.values import Missing

COLUMNS = ("sharpe", "cagr", "max_drawdown", "cvar95", "hedge_cost_per_year")
BEST_OF_MANY = (
    "The best of many looks better than it is: what it makes next is to be expected nearer to the middle of the table."
)
UNITS = {name: unit for name, (_, unit) in MEASURES.items()}


def sweep_report(searched: Searched, judged: SweepEvidence) -> Report:
    """Put the report of a sweep together.

    Parameters
    ----------
    searched : Searched
    judged : SweepEvidence
    """
    sections = (
        Section("The best, and how likely it is luck", "verdict", (_verdict(searched, judged), _top(searched, judged)),
                brief=True),
        Section("What each parameter does", "parameters", effect_tables(searched), brief=True),
        Section("Two parameters at a time", "pairs", pair_blocks(searched)),
        Section("Is it overfitted?", "overfitting", _overfitting(searched, judged), brief=True),
        Section("Not run", "not-run", (_not_run(searched),), brief=True),
    )  # fmt: skip
    glossary = Section("Glossary", "glossary", (Glossary(used_terms(sections)),))
    end = Section("What this is not", "disclaimer", (Disclaimer(DISCLAIMER),), brief=True)
    return Report(_title(searched), _subtitle(searched), (*sections, glossary, end))


def luck(evidence: SharpeEvidence) -> str:
    """Say how likely the best is luck, in one sentence, or why that cannot be said."""
    counted_trials = evidence.counted
    if isinstance(counted_trials, Missing):
        return f"How likely it is luck cannot be said: {counted_trials.why}."
    return (
        f"Of {plural(counted_trials.trials, 'trial')} counted on these data, the luckiest without any skill would be "
        f"expected to show a [[Sharpe|Sharpe ratio]] of {counted_trials.benchmark_annual:.2f}; the chance that this "
        f"one's true ratio is above that is {percent(counted_trials.dsr_independent, 0)} (deflated Sharpe ratio)."
    )


def passes(judged: SweepEvidence) -> bool | None:
    """Say whether the best of the sweep passes every test; None where one of them could not be made."""
    counted_trials = judged.best[0][1].counted
    if not isinstance(counted_trials, Deflated):
        return None
    if not (isinstance(judged.overfitting, Overfitting) and isinstance(judged.snooping, Snooping)):
        return None
    return (
        counted_trials.dsr_independent >= CONFIDENCE
        and judged.overfitting.passes
        and judged.snooping.superior_ability.p_consistent <= 1.0 - CONFIDENCE
    )


def _title(searched: Searched) -> str:
    return f"{searched.policy}: a sweep of {counted(searched)}"


def _subtitle(searched: Searched) -> str:
    found = searched.sessions
    return (
        f"{day_of(found, 0)} to {day_of(found, -1)}, {plural(found.size, 'session')} · {searched.method} over "
        f"{', '.join(searched.paths)}"
    )


def _verdict(searched: Searched, judged: SweepEvidence) -> Verdict:
    column, evidence = judged.best[0]
    word, unit = MEASURES[searched.measure]
    value = Num(float(searched.values(searched.measure)[column]), unit)
    answer = {
        True: "It passes every test of luck below",
        False: "Luck is not ruled out",
        None: "Whether it is luck cannot be told from this record",
    }[passes(judged)]
    sharpes = searched.values("sharpe")
    if not (sharpes > 0.0).any():
        # There is nothing here that luck would have to explain.
        answer = "None of them beat cash"
    return Verdict(
        headline=f"{answer}: the best of {counted(searched)} by {word} has {number(value)}.",
        figures=_figures(searched, judged),
        sentences=(f"The best: {combination(searched.config(column))}.", luck(evidence)),
        caveats=(BEST_OF_MANY, *_ruined(searched)),
    )


def _figures(searched: Searched, judged: SweepEvidence) -> tuple[Figure, ...]:
    column, evidence = judged.best[0]
    sharpes = searched.values("sharpe")
    known = sorted(sharpes[np.isfinite(sharpes)])
    out = [
        Figure(
            "[[Sharpe|Sharpe ratio]] of the best",
            Num(float(sharpes[column]), "ratio"),
            None,
            f"middle of the sweep {known[len(known) // 2]:.2f}" if known else "not known of any",
            None,
        )
    ]
    if isinstance(evidence.counted, Deflated):
        sure = evidence.counted.dsr_independent
        trials = plural(evidence.counted.trials, "trial")
        out.append(
            Figure("Deflated Sharpe ratio", Num(sure, "share"), None, f"after {trials}", bool(sure >= CONFIDENCE))
        )
    if isinstance(judged.overfitting, Overfitting):
        pbo = judged.overfitting.pbo
        out.append(
            Figure(
                "Probability of overfitting",
                Num(pbo, "share"),
                None,
                f"at most {percent(GATE, 0)} is asked for",
                pbo <= GATE,
            )
        )
    if isinstance(judged.snooping, Snooping):
        p = judged.snooping.superior_ability.p_consistent
        out.append(Figure("Chance of this by looking", Num(p, "share"), None, "SPA p-value", bool(p <= 1 - CONFIDENCE)))
    return tuple(out)


def _ruined(searched: Searched) -> tuple[str, ...]:
    if not searched.ruined:
        return ()
    return (f"{plural(searched.ruined, 'account was', 'accounts were')} ruined; nothing is earned after that.",)


def _top(searched: Searched, judged: SweepEvidence) -> Table:
    """Return the best of the sweep, one a row."""
    told = [name for name in COLUMNS if name != "hedge_cost_per_year" or np.any(searched.values(name) != 0.0)]
    heads = tuple(MEASURES[name][0] for name in told)
    clustered = judged.best[0][1].clustered
    apart = isinstance(clustered, Deflated)
    sure = ("DSR, all trials", *(("DSR, trials that differ",) * apart))
    columns = (*searched.paths, heads[0], *sure, *heads[1:], "Campaigns")
    rows: list[tuple[Cell, ...]] = []
    for place, (column, evidence) in enumerate(judged.best, 1):
        config, found = searched.config(column), searched.measures[column]
        measured = [_cell(found.get(name), name) for name in told]
        odds = (evidence.counted, *((evidence.clustered,) * apart))
        rows.append(
            (
                str(place),
                *(setting(config[path]) for path in searched.paths),
                measured[0],
                *(one if isinstance(one, Missing) else Num(one.dsr_independent, "share") for one in odds),
                *measured[1:],
                Num(float(found["campaigns"]), "count"),
            )
        )
    return Table(
        f"The best {len(rows)}",
        (Column("Place"), *(Column(name) for name in columns)),
        tuple(rows),
        note="DSR: the chance that the true Sharpe ratio is above what the luckiest of the trials shows without skill, "
        "at the number of independent sessions that overlapping trades leave. All trials: everything counted on these "
        f"data; trials that differ: policies that move together count as one{_not_apart(clustered)}.",
    )


def _not_apart(clustered: Deflated | Missing) -> str:
    return f" (not shown: {clustered.why})" if isinstance(clustered, Missing) else ""


def _cell(value: Any, name: str) -> Cell:
    return Missing("not known") if value is None else Num(float(value), UNITS[name])


def _overfitting(searched: Searched, judged: SweepEvidence) -> tuple[Block, ...]:
    """Say what cross-validation and the tests of data snooping find."""
    return (
        Sentence(_cross_validated(judged.overfitting)),
        Sentence(_snooped(judged.snooping, searched)),
        _chosen(judged),
    )


def _chosen(judged: SweepEvidence) -> Table:
    """Return what choosing the best would have come to, where it was judged on what it had not seen."""
    rows: list[tuple[Cell, ...]] = []
    notes = []
    walks = (("Walk-forward, anchored", judged.anchored), ("Walk-forward, rolling", judged.rolling))
    for name, found in walks:
        if isinstance(found, Missing):
            rows.append((name, found, found, found, found))
            notes.append(f"{name} was not made: {found.why}.")
            continue
        numbers = (
            Num(found.inside_annual, "ratio"),
            Num(found.sharpe_annual, "ratio"),
            Num(found.held.highest, "ratio"),
        )
        rows.append((name, *numbers, Num(found.beaten, "share")))
        notes.append(f"{name}: {found.about}.")
    name, crossed = "Combinatorial, purged: middle of its histories", judged.crossed
    if isinstance(crossed, Missing):
        rows.append((name, crossed, crossed, crossed, crossed))
        notes.append(f"Combinatorial purged cross-validation was not made: {crossed.why}.")
    else:
        numbers = (
            Num(crossed.inside_annual, "ratio"),
            Num(crossed.median_annual, "ratio"),
            Num(crossed.held.highest, "ratio"),
        )
        below = float(np.mean(crossed.held.sharpes_annual < crossed.median_annual))
        rows.append((name, *numbers, Num(below, "share")))
        notes.append(f"Combinatorial: {crossed.about}.")
    columns = ("", "Chosen at", "Came to", "Best in hindsight", "Policies beaten")
    return Table(
        "Choosing the best [[Sharpe|Sharpe ratio]], judged on other sessions",
        tuple(Column(one) for one in columns),
        tuple(rows),
        note=" ".join(notes),
    )


def _cross_validated(found: Overfitting | Missing) -> str:
    if isinstance(found, Missing):
        return f"Cross-validation (PBO by CSCV) was not made: {found.why}."
    dropped = f"; the oldest {plural(found.dropped, 'session')} are left out" if found.dropped else ""
    verdict = "fine" if found.passes else "above it a search is not to be trusted"
    return (
        f"Cross-validation: the policy that was best in one half of history ended in the lower half of the other in "
        f"{percent(found.pbo, 1)} of {plural(len(found.logits), 'split')} ({found.blocks} blocks of "
        f"{found.block_sessions} sessions{dropped}). Half would be a search without any skill; at most "
        f"{percent(GATE, 0)} is asked for: {verdict}. It lost money there in {percent(found.loss_probability, 1)}."
    )


def _snooped(found: Snooping | Missing, searched: Searched) -> str:
    if isinstance(found, Missing):
        return f"The tests of data snooping were not made: {found.why}."
    return (
        f"Against cash: the largest gain over cash is {percent(found.best_annual)} a year "
        f"({combination(searched.config(found.best))}). By chance alone, with {found.models:,} policies looked at, as "
        f"much would show in {percent(found.reality_check.p, 1)} of histories (White's reality check), and in "
        f"{percent(found.superior_ability.p_consistent, 1)} where each is measured in its own errors (Hansen's SPA); "
        f"{found.draws:,} histories drawn again in blocks of {found.mean_block:.0f} sessions on average."
    )


def _not_run(searched: Searched) -> CountedList:
    groups = [
        Group(
            tag, "context", how, len(found),
            tuple(f"{config}: {why}" for config, why in found),
        )
        for tag, how, found in (
            ("Refused", "by the policy itself: never run", searched.refused),
            ("Failed", "while they ran; another call tries them again", searched.failed),
        )
        if found
    ]  # fmt: skip
    return CountedList("Combinations without a result", tuple(groups), "Every combination was run.")
