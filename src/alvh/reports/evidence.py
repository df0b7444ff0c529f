"""The page of an evidence: which piece pays, in which regime, at what cost, how sure, and what the claims got wrong.

The first screen answers; every section after it is what the answer stands on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from alvh.accounting.statement import Statement
from alvh.evidence.ablation import NOTHING, WAYS
from alvh.evidence.claims.claim import Judged
from alvh.evidence.claims.pre_checks import Check
from alvh.evidence.claims.verdict import OPEN, REFUTED, SUPPORTED
from alvh.evidence.cscv import Overfitting
from alvh.evidence.dossier import Dossier, Doubt
from alvh.evidence.loss_days import loss_days
from alvh.evidence.margins import CAGR, CVAR, DRAWDOWN, Margin
from alvh.evidence.measure import cagr, cvar95, daily_returns, day_of, max_drawdown
from alvh.evidence.verdicts import Effect
from alvh.evidence.with_without import ALL_HEDGES
from alvh.reports.backtest import DISCLAIMER
from alvh.reports.blocks import (
    Block,
    CountedList,
    Disclaimer,
    Figure,
    Fold,
    Glossary,
    Group,
    Num,
    Report,
    Section,
    Sentence,
    Tone,
    Verdict,
)
from alvh.reports.claims import claims_sections
from alvh.reports.glossary import used_terms
from alvh.reports.parts.account_sizes import account_size_blocks
from alvh.reports.parts.after_tax import after_tax_blocks
from alvh.reports.parts.attribution import (
    attribution_table,
    campaign_attribution,
    regime_attribution,
    residual_sentence,
)
from alvh.reports.parts.books import books_sentence
from alvh.reports.parts.controls import alternatives_table, random_sentence
from alvh.reports.parts.hedge_accounts import hedge_account_sentence, hedge_account_table
from alvh.reports.parts.pieces import (
    MEASURES,
    NAMES,
    ablation_blocks,
    episode_table,
    piece_sentence,
    pieces_forest,
    regime_forests,
    regime_map,
    regime_sentence,
)
from alvh.reports.parts.ruin import ruin_blocks, ruin_sentence
from alvh.reports.parts.search import search_blocks, search_sentence
from alvh.reports.parts.tones import layer_tones
from alvh.reports.parts.uncertainty import Uncertainty, falls, uncertainty_blocks
from alvh.reports.parts.verdict import marks
from alvh.reports.words import dollars, listed, percent, plural
from alvh.values import Floats, Missing

LAYERS = ("condor", "hedge", "overlay")
TITLES = {
    "identical": "Each hedge layer, on identical condors",
    "off": "Each piece switched off alone",
    "on": "Each piece alone over the bare condors",
}


def evidence_report(made: Dossier) -> Report:
    """Put the page of an evidence together."""
    one = made.base.statement
    tones = layer_tones([one])
    sections = (
        Section("Verdict", "verdict", _answer(made, tones), brief=True),
        Section("Which hedge pays", "hedges", _hedges(made, tones)),
        Section("Every layer and rule", "pieces", _pieces(made, tones)),
        Section("What else the money could have bought", "controls", _controls(made)),
        Section("The named falls", "episodes", _episodes(made, tones)),
        Section("Luck", "luck", search_blocks(made.search)),
        Section("What could make it another number", "doubt", _doubts(made)),
        Section("Simulated years", "ruin", ruin_blocks(made.ruin)),
        *(claims_sections(made.claims, made.checks) if made.claims else ()),
        Section("What moved it", "attribution", _attribution(made, tones)),
        Section("After tax", "tax", after_tax_blocks(made.taxed)),
        Section("At your size", "sizes", _sizes(made)),
        Section("What is not here", "gaps", (_gaps(made),)),
    )
    glossary = Section("Glossary", "glossary", (Glossary(used_terms(sections)),))
    end = Section("What this is not", "disclaimer", (Disclaimer(DISCLAIMER),), brief=True)
    return Report(f"Evidence on {one.policy}", _subtitle(made), (*sections, glossary, end))


def claims_report(judged: Sequence[Judged], checks: Sequence[Check]) -> Report:
    """Put the page of the claims alone together."""
    sections = claims_sections(judged, checks)
    glossary = Section("Glossary", "glossary", (Glossary(used_terms(sections)),))
    end = Section("What this is not", "disclaimer", (Disclaimer(DISCLAIMER),), brief=True)
    return Report("Public claims, tested", "modelled quotes, the whole history", (*sections, glossary, end))


def _subtitle(made: Dossier) -> str:
    one = made.base.statement
    left_out = "no rule off, no piece alone, no account sizes"
    quick = f" · quick: {made.draws} draws behind every interval, {left_out}" if made.quick else ""
    return (
        f"{day_of(one.sessions, 0)} to {day_of(one.sessions, -1)}, {plural(one.sessions.size, 'session')} · "
        f"{dollars(one.nav_start_usd)} at the start · fills at {one.fill} · {one.quotes} quotes{quick}"
    )


def _answer(made: Dossier, tones: Mapping[str, Tone]) -> tuple[Block, ...]:
    """Return the first screen."""
    one = made.base.statement
    blocks: list[Block] = [
        Verdict(
            headline=headline(made),
            figures=_figures(made),
            sentences=(
                " ".join((piece_sentence(made.ablation), loss_sentence(made))).strip(),
                regime_sentence(made.ablation),
                search_sentence(made.search),
                claims_sentence(made),
            ),
            caveats=(*_caveats(made), marks(one)),
        )
    ]
    if forest := pieces_forest(made.ablation, "identical", tones, ("hedge", "overlay"), "Which hedge layer pays"):
        blocks.append(forest)
    if grid := regime_map(made.ablation, one.regimes):
        blocks.append(grid)
    return tuple(blocks)


def headline(made: Dossier) -> str:
    """Say in one sentence whether the hedge pays."""
    hedge, name = made.ablation.hedge, made.policy.name
    if isinstance(hedge, Missing):
        if made.base.without and hedge.why != NOTHING:
            return f"What the hedge of {name} adds cannot be judged: {hedge.why}."
        return f"{name} carries no hedge that did anything here; its own return is all there is to judge."
    said = []
    for metric, what, better, worse in (
        (CAGR, "growth", "more", "less"),
        (DRAWDOWN, "[[drawdown]]", "smaller", "deeper"),
        (CVAR, "the [[CVaR 95|worst days]]", "milder", "harder"),
    ):
        effect = hedge.whole[metric]
        if isinstance(effect, Missing):
            said.append(f"{what}: not enough data")
            continue
        way = better if effect.estimate >= 0.0 else worse
        year = " a year" if metric == CAGR else ""
        said.append(f"{what} {100.0 * abs(effect.estimate):.2f} points{year} {way} ({effect.verdict})")
    return f"The hedge of {name}, on identical condors: {listed(said)}."


def _figures(made: Dossier) -> tuple[Figure, ...]:
    """Return growth, drawdown and tail with and without the hedge, and the break-even fill."""
    one, without = made.base.statement, made.base.without.get(ALL_HEDGES)
    own = measured(one.equity_usd, one)
    beside = None if without is None else measured(without, one)
    out = []
    for label, metric in zip(NAMES, MEASURES, strict=True):
        change, good = _change(made.ablation.hedge, metric)
        other = None if beside is None else Num(beside[metric], "percent")
        out.append(Figure(label, Num(own[metric], "percent"), other, change, good))
    doubt = made.doubts[one.policy]
    if doubt.band is not None:
        low, high = doubt.band.cagr
        drawn = plural(doubt.band.draws, "draw")
        said = f"growth lay from {percent(low)} to {percent(high)} over {drawn} of the model's error"
        out.append(Figure("If the model errs: width", Num(high - low, "percent"), None, said, None))
    out.append(_break_even(doubt))
    return tuple(out)


def loss_sentence(made: Dossier) -> str:
    """Say on what kind of days the condors lose most, and what the hedge does there; empty where that is not known."""
    without = made.base.without.get(ALL_HEDGES)
    found = Missing("no hedge") if without is None else loss_days(made.base.statement, without)
    if isinstance(found, Missing):
        return ""
    said = f"Of the {found.days} worst days without the hedge SPX rose on {percent(found.rising, 0)}"
    if math.isfinite(found.on_rising) and math.isfinite(found.on_falling):
        said += f": there the hedge added {percent(found.on_rising)} a day, on the others {percent(found.on_falling)}"
    return f"{said}."


def _break_even(doubt: Doubt) -> Figure:
    """Return the fill at which growth is nought, as a share of the half-spread."""
    found = doubt.break_even.growth
    if isinstance(found, Missing):
        return Figure("Break-even [[fill]]", Num(math.nan, "share"), None, f"growth {falls(found)}", None)
    return Figure("Break-even [[fill]]", Num(found, "share"), None, "of the half-spread; 0 % is mid", None)


def measured(equity_usd: Floats, one: Statement) -> dict[str, float]:
    """Return growth, drawdown and tail of an equity curve on the sessions of a statement."""
    start, sessions = one.nav_start_usd, one.sessions
    return {
        CAGR: cagr(equity_usd, start, sessions),
        DRAWDOWN: max_drawdown(equity_usd, start, sessions).depth,
        CVAR: cvar95(daily_returns(equity_usd, start)),
    }


def _change(hedge: Margin | Missing, metric: str) -> tuple[str, bool | None]:
    if isinstance(hedge, Missing):
        return "no hedge to compare", None
    effect = hedge.whole[metric]
    if isinstance(effect, Missing):
        return effect.why, None
    span = f"{percent(effect.low)} to {percent(effect.high)}: {effect.verdict}"
    return span, {"pays": True, "does not pay": False}.get(effect.verdict)


def claims_sentence(made: Dossier) -> str:
    """Count the verdicts on the public claims and name those that failed."""
    if not made.claims:
        return "The public claims were not tested here (`alvh evidence claims` does)."
    by = {verdict: [one for one in made.claims if one.verdict == verdict] for verdict in (SUPPORTED, REFUTED, OPEN)}
    said = (
        f"Of {len(made.claims)} public claims (each over its own years) {len(by[SUPPORTED])} are supported, "
        f"{len(by[REFUTED])} are not, and {len(by[OPEN])} cannot be tested with these data."
    )
    if by[REFUTED]:
        worst = [f'"{one.claim.text.rstrip(".")}"' for one in by[REFUTED][:3]]
        said += (
            f" Wrong here, among others: {'; '.join(worst)}."
            if len(by[REFUTED]) > 3
            else f" Wrong here: {'; '.join(worst)}."
        )
    return said


def _caveats(made: Dossier) -> tuple[str, ...]:
    out = []
    found = made.search.overfitting
    if isinstance(found, Overfitting) and not found.passes:
        out.append(f"The best variant of this page cannot be trusted: overfitting probability {percent(found.pbo, 0)}.")
    if said := ruin_sentence(made.ruin):
        out.append(said)
    return tuple(out)


def _hedges(made: Dossier, tones: Mapping[str, Tone]) -> tuple[Block, ...]:
    table = hedge_account_table(made.base.statement, made.base.hedges, tones)
    sentence = hedge_account_sentence(made.base.hedges)
    beside = Sentence(said) if (said := books_sentence(made.ablation)) else None
    found = tuple(block for block in (sentence, table, beside) if block is not None)
    if not found:
        return (Sentence("The policy has no hedge layer."),)
    return (*found, *regime_forests(made.ablation))


def _pieces(made: Dossier, tones: Mapping[str, Tone]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for way in WAYS[1:]:
        if made.quick and way == "on":
            blocks.append(Sentence(f"{TITLES[way]}: not run in a quick evidence."))
        else:
            sorts = LAYERS if made.quick else (*LAYERS, "rule")
            blocks += ablation_blocks(made.ablation, tones, way, TITLES[way], sorts)
            if made.quick:
                blocks.append(Sentence("Rules are switched off in the full evidence only.", quiet=True))
    halves = _halves(made)
    return (*blocks, *((halves,) if halves else ()))


def _halves(made: Dossier) -> Sentence | None:
    """Say whether the hedge's verdicts agree before and after 2015."""
    hedge = made.ablation.hedge
    if isinstance(hedge, Missing) or not hedge.halves:
        return None
    said = []
    for years, effects in hedge.halves.items():
        growth = effects[CAGR]
        if isinstance(growth, Effect):
            said.append(f"{years}: growth {percent(growth.estimate)} a year ({growth.verdict})")
    return Sentence(f"The hedge by years of data: {'; '.join(said)}.") if said else None


def _controls(made: Dossier) -> tuple[Block, ...]:
    beside = made.ablation.beside_usd
    own = {} if isinstance(beside, Missing) else measured(beside, made.base.statement)
    table = alternatives_table(made.ablation, (own[CAGR], own[DRAWDOWN], own[CVAR])) if own else None
    if table is None:
        return (Sentence("Without a hedge there is no cost that controls could be made equal to."),)
    return (table, random_sentence(made.ablation.random))


def _episodes(made: Dossier, tones: Mapping[str, Tone]) -> tuple[Block, ...]:
    table = episode_table(made.ablation, tones)
    return (
        (table,) if table else (Sentence("None of the named falls lies wholly within the window, or no hedge acted."),)
    )


def _doubts(made: Dossier) -> tuple[Block, ...]:
    first, *others = made.doubts.items()
    return (*_doubt(first[1]), *(Fold(f"The same for {name}", _doubt(one)) for name, one in others))


def _doubt(one: Doubt) -> tuple[Block, ...]:
    return uncertainty_blocks(
        Uncertainty(one.statement, one.band, one.break_even, tuple(one.fills.values()), one.credits, one.parts)
    )


def _attribution(made: Dossier, tones: Mapping[str, Tone]) -> tuple[Block, ...]:
    one = made.base.statement
    return (
        attribution_table(one, tones),
        regime_attribution(one),
        *campaign_attribution(one, tones),
        residual_sentence(one),
    )


def _sizes(made: Dossier) -> tuple[Block, ...]:
    found = account_size_blocks(made.sizes) if made.sizes else ()
    return found or (Sentence("Account sizes are not run in a quick evidence."),)


def _gaps(made: Dossier) -> CountedList:
    """List everything that was wanted and is not on the page."""
    return CountedList(
        "Runs that were not made, or broke",
        tuple(
            _grouped(kind, found) for kind, found in (("cannot be", made.impossible), ("broke", made.failed)) if found
        ),
        "Everything that was wanted was run.",
    )


def _grouped(kind: str, found: Mapping[str, str]) -> Group:
    items: Sequence[str] = [f"{label}: {why}" for label, why in found.items()]
    return Group(kind, "context", "variants and runs, each with its reason", len(items), tuple(items))
