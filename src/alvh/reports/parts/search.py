"""How much of the result is luck: the Sharpe ratio against all that was tried, and the search cross-validated."""

from __future__ import annotations

from alvh.evidence.cscv import GATE, Overfitting
from alvh.evidence.search import Search
from alvh.evidence.sharpe_evidence import Deflated, SharpeEvidence
from alvh.evidence.sharpe_tests import CONFIDENCE
from alvh.evidence.snooping import Snooping
from alvh.evidence.walk_forward import CrossValidation, WalkForward
from alvh.reports.blocks import Block, Cell, Column, Num, Sentence, Table, Unit
from alvh.reports.words import percent, plural
from alvh.values import Missing


def search_sentence(search: Search) -> str:
    """Say in one sentence how sure the policy's own return is, given all that was tried."""
    found = search.sharpe
    if isinstance(found.psr, Missing):
        return f"How sure its return is: not enough data ({found.psr.why})."
    if isinstance(found.psr_independent, Missing) or isinstance(found.sharpe_annual, Missing):
        return f"How sure its return is: {percent(found.psr, 0)} that it beats cash, taking sessions as independent."
    said = (
        f"It beats cash with a probability of {percent(found.psr_independent, 0)} ([[Sharpe]] "
        f"{found.sharpe_annual:.2f} a year, overlapping trades allowed for)"
    )
    if isinstance(found.counted, Deflated):
        said += (
            f"; against the best of {plural(found.counted.trials, 'trial')} without skill, "
            f"{percent(found.counted.dsr_independent, 0)}"
        )
    return f"{said}."


def search_blocks(search: Search) -> tuple[Block, ...]:
    """Return everything that is said of luck."""
    return (
        Sentence(search_sentence(search)),
        sharpe_table(search.sharpe, search.trials),
        _clusters(search),
        *_overfitting(search.overfitting, search.names),
        *_snooping(search.snooping, search.names),
        *_walks(search),
    )


def sharpe_table(found: SharpeEvidence, trials: int) -> Table:
    """Return what a record and its trials allow to say, as published and at the number of independent sessions."""
    length, independent = _both(found.min_track_years, found.min_track_years_independent)
    rows: list[tuple[Cell, ...]] = [
        ("[[Sharpe]] a year", _num(found.sharpe_annual, "ratio"), _num(found.sharpe_annual_autocorrelated, "ratio"),
         "mean over deviation of daily returns beyond cash; with the autocorrelation of overlapping trades (Lo 2002)"),
        ("Sessions", _sessions(found), _num(found.independent, "count"),
         "those there are, and those that are independent of each other"),
        ("[[PSR]]", _num(found.psr, "share"), _num(found.psr_independent, "share"),
         "probability that the true ratio is above 0 (Bailey and Lopez de Prado 2012)"),
        (f"[[DSR]] at {plural(trials, 'trial')}", *_deflated(found.counted),
         "probability that it is above the best of all trials this store has counted, had none of them skill"),
        ("[[DSR]] at the trials that differ", *_deflated(found.clustered),
         _differ(found.clustered)),
        *((f"[[DSR]] at {plural(one.trials, 'trial')}", *_deflated(one),
           "if only half of them were trials" if one.trials < trials else "what is not in the counter was tried too")
          for one in found.bracket if one.trials != trials),
        ("Years of record needed", length, independent,
         "before the ratio is above 0 at 95 % (minimum track record length)"),
        ("Trials allowed", "", _num(found.trials_allowed, "count"), "the most at which DSR would still be 95 %"),
    ]  # fmt: skip
    return Table(
        "How sure is the return",
        (Column("Measure"), Column("As published"), Column("Overlap allowed for"), Column("What it says")),
        tuple(rows),
    )


def _both(*values: float | Missing) -> tuple[Cell, ...]:
    return tuple(_num(value, "ratio") for value in values)


def _num(value: float | Missing, unit: Unit) -> Cell:
    if isinstance(value, Missing):
        return value
    return Num(float(value), unit)


def _sessions(found: SharpeEvidence) -> Cell:
    return found.moments if isinstance(found.moments, Missing) else Num(float(found.moments.n), "count")


def _deflated(one: Deflated | Missing) -> tuple[Cell, Cell]:
    return (one, one) if isinstance(one, Missing) else (Num(one.dsr, "share"), Num(one.dsr_independent, "share"))


def _differ(one: Deflated | Missing) -> str:
    if isinstance(one, Missing):
        return one.why
    return f"{plural(one.trials, 'cluster')} of trials that are alike, each counted once"


def _clusters(search: Search) -> Sentence:
    found = search.clusters
    if isinstance(found, Missing):
        return Sentence(f"Which trials are alike is not known: {found.why}.", quiet=True)
    return Sentence(
        f"{plural(len(search.names), 'configuration')} of this page that came out differently are "
        f"{plural(found.count, 'cluster')} by the correlation of their returns.",
        quiet=True,
    )


def _overfitting(found: Overfitting | Missing, names: tuple[str, ...]) -> tuple[Block, ...]:
    if isinstance(found, Missing):
        return (Sentence(f"The probability of backtest overfitting was not computed: {found.why}."),)
    verdict = "below" if found.passes else "above"
    return (
        Sentence(
            f"Choosing the best of these {len(names)} configurations in one half of the years, it ended in the lower "
            f"half of the other in {percent(found.pbo, 0)} of {found.logits.size:,} splits: the [[PBO]], {verdict} the "
            f"gate of {percent(GATE, 0)}. The chosen one lost to cash out of sample in "
            f"{percent(found.loss_probability, 0)} of them."
        ),
    )


def _snooping(found: Snooping | Missing, names: tuple[str, ...]) -> tuple[Block, ...]:
    if isinstance(found, Missing):
        return (Sentence(f"Whether the best of them beats cash was not tested: {found.why}."),)
    if not found.best_annual > 0.0:
        return (
            Sentence(
                f"None of the {found.models} earned more than cash; the best, {names[found.best]}, stayed "
                f"{percent(-found.best_annual)} a year below it, so there is nothing that luck would have to explain."
            ),
        )
    p = found.superior_ability.p_consistent
    says = "does" if p <= 1.0 - CONFIDENCE else "cannot be said to"
    return (
        Sentence(
            f"The best of them, {names[found.best]} ({percent(found.best_annual)} a year beyond cash), {says} beat "
            f"cash once all {found.models} are taken into account: p = {p:.2f} (Hansen's SPA; White's reality check "
            f"{found.reality_check.p:.2f})."
        ),
    )


def _walks(search: Search) -> tuple[Block, ...]:
    rows: list[tuple[Cell, ...]] = []
    for name, one in (("Walk-forward, anchored", search.anchored), ("Walk-forward, rolling", search.rolling)):
        rows.append(_walk(name, one))
    rows.append(_paths(search.cross_validation))
    return (
        Table(
            "Choosing by the past, tested on what came after",
            (
                Column("How"),
                Column("[[Sharpe]] a year in the years chosen by"),
                Column("in the years after"),
                Column("Growth beyond cash in the years after"),
                Column("What was done"),
            ),
            tuple(rows),
        ),
    )


def _walk(name: str, one: WalkForward | Missing) -> tuple[Cell, ...]:
    if isinstance(one, Missing):
        return (name, one, one, one, one.why)
    return (name, Num(one.inside_annual, "ratio"), Num(one.sharpe_annual, "ratio"), Num(one.cagr, "percent"), one.about)


def _paths(one: CrossValidation | Missing) -> tuple[Cell, ...]:
    if isinstance(one, Missing):
        return ("Combinatorial, purged", one, one, one, one.why)
    return (
        "Combinatorial, purged",
        Num(one.inside_annual, "ratio"),
        Num(one.median_annual, "ratio"),
        Num(one.median_cagr, "percent"),
        one.about,
    )
