"""The report of a backtest: one or several policies over one window, the answer on the first screen.

Order: the verdict, the curves, the layers, what the hedge cost in each year, the regimes, the worst days, the fills,
the months, the campaigns, the attribution, what was skipped, what the run stands on, and what the words mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from alvh.accounting.statement import Statement
from alvh.evidence.measure import day_of
from alvh.evidence.model_band import Band, band_sentence
from alvh.evidence.pairing import Comparison, Pair, compare, find_pair
from alvh.reports.blocks import Block, Disclaimer, Fold, Glossary, Report, Section, Sentence, Tone
from alvh.reports.glossary import used_terms
from alvh.reports.parts.attribution import (
    attribution_table,
    campaign_attribution,
    regime_attribution,
    residual_bars,
    residual_sentence,
)
from alvh.reports.parts.campaigns import campaign_table, exit_table
from alvh.reports.parts.curves import curves
from alvh.reports.parts.days import worst_days_table, worst_days_without
from alvh.reports.parts.headline import headline_table
from alvh.reports.parts.inputs import (
    coverage_table,
    hash_table,
    margin_chart,
    margin_sentence,
    marks_table,
    tradable_table,
)
from alvh.reports.parts.ladder import fill_ladder_of
from alvh.reports.parts.layers import difference_table, hedge_years, layer_curves, layer_table
from alvh.reports.parts.months import month_map
from alvh.reports.parts.regimes import regime_table
from alvh.reports.parts.skips import skip_list
from alvh.reports.parts.tones import layer_tones
from alvh.reports.parts.verdict import hedged_verdict, plain_verdict
from alvh.reports.words import dollars, listed, plural

DISCLAIMER = "Educational and simulated. alvh sends no order to any broker, and nothing here is advice."

Rungs = Mapping[str, Statement | Mapping[str, Any]]


def backtest_report(
    statements: Sequence[Statement],
    *,
    fill_ladder: Mapping[str, Rungs] | None = None,
    bands: Mapping[str, Band] | None = None,
) -> Report:
    """Put the report of a backtest together.

    Parameters
    ----------
    statements : sequence of Statement
        One a policy, in the order in which they are shown; the hedged policy of the pair that is compared leads.
    fill_ladder : mapping of policy -> mapping of fill -> Statement or result, optional
        The same policies at other fills (`alvh.reports.parts.ladder`).
    bands : mapping of policy -> Band, optional
        What the same policies came to over the error of modelled quotes.

    Raises
    ------
    ValueError
        Without a statement, or for one without a session: there is nothing to report.
    """
    if not statements or any(not one.sessions.size for one in statements):
        raise ValueError("a report needs at least one policy, each with at least one session")
    pair = find_pair(statements)
    told = compare(pair) if pair else None
    ordered = _leading(statements, pair)
    tones = layer_tones(ordered)
    sections = (
        _verdict(ordered, pair, told, bands or {}),
        Section("With and without the hedge" if pair else "Over time", "curves", curves(ordered, pair)),
        _layers(ordered, pair, tones),
        *_costs(ordered, tones),
        Section("By regime", "regimes", _each(ordered, lambda one: (regime_table(one, tones, pair),)), brief=True),
        Section("Worst days", "worst-days", _worst_days(ordered, pair, told, tones)),
        _fills(ordered, fill_ladder),
        Section("Months", "months", _each(ordered, lambda one: (month_map(one),))),
        Section(
            "Campaigns",
            "campaigns",
            _each(ordered, lambda one: (campaign_table(one, tones), exit_table(one, tones))),
        ),
        Section("Attribution", "attribution", _each(ordered, lambda one: _attribution(one, tones))),
        Section("Skipped", "skipped", tuple(skip_list(one, tones) for one in ordered), brief=True),
        _inputs(ordered),
    )
    glossary = Section("Glossary", "glossary", (Glossary(used_terms(sections)),))
    end = Section("What this is not", "disclaimer", (Disclaimer(DISCLAIMER),), brief=True)
    return Report(_title(ordered), _subtitle(ordered[0]), (*sections, glossary, end))


def _leading(statements: Sequence[Statement], pair: Pair | None) -> tuple[Statement, ...]:
    """Put the two that are compared first, the hedged one leading, the others after them in the order given."""
    first = [] if pair is None else [one for one in (pair.hedged, pair.control, pair.beside) if one is not None]
    return (*first, *(one for one in statements if all(one is not other for other in first)))


def _title(ordered: Sequence[Statement]) -> str:
    names = list(dict.fromkeys(one.policy for one in ordered))
    return f"{names[0]} against {listed(names[1:])}" if len(names) > 1 else names[0]


def _subtitle(one: Statement) -> str:
    return (
        f"{day_of(one.sessions, 0)} to {day_of(one.sessions, -1)}, {plural(one.sessions.size, 'session')} · "
        f"{dollars(one.nav_start_usd)} at the start · fills at {one.fill} · {one.quotes} quotes"
    )


def _each(ordered: Sequence[Statement], blocks: Callable[[Statement], tuple[Block, ...]]) -> tuple[Block, ...]:
    """Show the blocks of the leading policy; fold those of the others."""
    return (*blocks(ordered[0]), *(Fold(f"The same for {one.policy}", blocks(one)) for one in ordered[1:]))


def _verdict(
    ordered: Sequence[Statement], pair: Pair | None, told: Comparison | None, bands: Mapping[str, Band]
) -> Section:
    verdict = hedged_verdict(pair, told) if pair and told else plain_verdict(ordered[0])
    policies = dict.fromkeys(one.policy for one in ordered)
    spans = tuple(Sentence(f"{name}: {band_sentence(bands[name])}") for name in policies if name in bands)
    return Section("Verdict", "verdict", (verdict, headline_table(ordered), *spans), brief=True)


def _layers(ordered: Sequence[Statement], pair: Pair | None, tones: Mapping[str, Tone]) -> Section:
    blocks = list(_each(ordered, lambda one: (layer_curves(one, tones), layer_table(one, tones))))
    if pair and (difference := difference_table(pair, tones)):
        blocks.insert(2, difference)
    return Section("Layers", "layers", tuple(blocks), brief=True)


def _costs(ordered: Sequence[Statement], tones: Mapping[str, Tone]) -> tuple[Section, ...]:
    bars = [(one.policy, block) for one in ordered if (block := hedge_years(one, tones))]
    if not bars:
        return ()
    folded = (Fold(f"The same for {policy}", (block,)) for policy, block in bars[1:])
    return (Section("What the hedge cost each year", "hedge-cost", (bars[0][1], *folded)),)


def _worst_days(
    ordered: Sequence[Statement], pair: Pair | None, told: Comparison | None, tones: Mapping[str, Tone]
) -> tuple[Block, ...]:
    own = _each(ordered, lambda one: (worst_days_table(one, tones),))
    return (worst_days_without(pair, told, tones), *own) if pair and told else own


def _fills(ordered: Sequence[Statement], ladder: Mapping[str, Rungs] | None) -> Section:
    blocks: tuple[Block, ...] = tuple(
        fill_ladder_of(one.policy, ladder[one.policy], fill_model(one))
        for one in ordered
        if ladder and one.policy in ladder
    )
    why = Sentence(
        "From the [[fill|kindest fill to the harshest]]; the run of this report is marked. A result that lives only on "
        "the first rung is an assumption about prices."
        if blocks
        else f"Only fills at {ordered[0].fill} were run, so how much of the result hangs on them is not shown here.",
        quiet=True,
    )
    return Section("Fill ladder", "fills", (why, *blocks))


def fill_model(one: Statement) -> str:
    """Return the name of the fill model of a run, without what its timing adds to it (`Statement.fill`)."""
    return one.fill.split(",")[0].strip()


def _attribution(one: Statement, tones: Mapping[str, Tone]) -> tuple[Block, ...]:
    bars = residual_bars(one)
    more = Fold("By regime and by campaign", (regime_attribution(one), *campaign_attribution(one, tones)))
    return (attribution_table(one, tones), residual_sentence(one), *((bars,) if bars else ()), more)


def _inputs(ordered: Sequence[Statement]) -> Section:
    who = tradable_table(ordered[0])
    blocks: tuple[Block, ...] = (
        marks_table(ordered),
        margin_sentence(ordered),
        margin_chart(ordered[0]),
        *((who,) if who else ()),
        coverage_table(ordered[0]),
        *(
            Fold(f"The inputs of {one.policy}", (coverage_table(one),))
            for one in ordered[1:]
            if one.coverage != ordered[0].coverage
        ),
        hash_table(ordered),
    )
    return Section("What it stands on", "inputs", blocks)
