"""All the evidence on one policy, put together from what its runs left: pure functions of tracks, nothing run here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from alvh.accounting.statement import Statement
from alvh.evidence.ablation import QUICK_RANDOM_DRAWS, RANDOM_DRAWS, Ablation, ablate
from alvh.evidence.account_sizes import SizeLine, size_lines
from alvh.evidence.after_tax import AfterTax, after_tax
from alvh.evidence.claims.claim import Judged
from alvh.evidence.claims.pre_checks import Check
from alvh.evidence.credit_band import CreditBand, credit_band
from alvh.evidence.data_years import Part, split
from alvh.evidence.fill_break_even import BreakEven, break_even
from alvh.evidence.model_band import Band, band_of, outcome
from alvh.evidence.odds import Odds
from alvh.evidence.run_spec import BASE
from alvh.evidence.search import Search, searched
from alvh.evidence.study import BARE, DRAW, FILL, FILLS, Study
from alvh.evidence.track import Track
from alvh.policies.policy import Policy
from alvh.values import Floats, Missing

DRAWS, QUICK_DRAWS = 2000, 500
"""Bootstrap histories behind every interval."""
SEED = 442

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Doubt:
    """One policy under every assumption that could have been another."""

    statement: Statement
    band: Band | None
    fills: Mapping[str, Statement]
    break_even: BreakEven
    credits: CreditBand
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Dossier:
    """The evidence on one policy.

    Attributes
    ----------
    policy : Policy
    base : Track
    bare : Track or Missing
        Its condors alone.
    ablation : Ablation
    search : Search
    doubts : mapping of name -> Doubt
        The policy, and its bare condors.
    claims : tuple of Judged
    checks : tuple of Check
        What `concepts.md` counted before anything was built, counted again.
    taxed : mapping of name -> AfterTax or Missing
    sizes : tuple of SizeLine
    ruin : mapping of name -> Odds or Missing
        How often simulated years lost 20 %.
    impossible, failed : mapping of label -> str
        What could not be compared, and runs that broke, each with the reason.
    quick : bool
    draws : int
    """

    policy: Policy
    base: Track
    bare: Track | Missing
    ablation: Ablation
    search: Search
    doubts: Mapping[str, Doubt]
    claims: tuple[Judged, ...]
    checks: tuple[Check, ...]
    taxed: Mapping[str, AfterTax | Missing]
    sizes: tuple[SizeLine, ...]
    ruin: Mapping[str, Odds | Missing]
    impossible: Mapping[str, str]
    failed: Mapping[str, str]
    quick: bool
    draws: int


def dossier(
    study: Study,
    tracks: Mapping[str, Track],
    counted_sharpes: Floats,
    *,
    claims: tuple[Judged, ...],
    checks: tuple[Check, ...],
    failed: Mapping[str, str],
    ruin: Mapping[str, Odds | Missing],
    tell: Tell,
) -> Dossier:
    """Put the evidence together.

    Parameters
    ----------
    study : Study
    tracks : mapping of label -> Track
        What came of its runs and of the account sizes'.
    counted_sharpes : array (trials,)
        Sharpe ratio a session of every trial the store has counted.
    claims, checks : tuples
    failed : mapping of label -> str
    ruin : mapping of name -> Odds or Missing
    tell : callable
        Told (what, done, total) before each step.
    """
    draws, random_draws = (QUICK_DRAWS, QUICK_RANDOM_DRAWS) if study.quick else (DRAWS, RANDOM_DRAWS)
    missing = {**study.impossible, **failed}
    tell("comparing every piece", 0, 3)
    ablation = ablate(study.policy, tracks, missing, draws=draws, random_draws=random_draws, seed=SEED)
    tell("judging the search", 1, 3)
    search = searched(tracks, counted_sharpes, seed=SEED, draws=draws)
    tell("taxes and assumptions", 2, 3)
    bare = tracks.get(BARE)
    sides = {study.policy.name: ""} | ({bare.statement.policy: f"{BARE}-"} if bare is not None else {})
    return Dossier(
        policy=study.policy,
        base=tracks[BASE],
        bare=bare if bare is not None else Missing(missing.get(BARE, "not run")),
        ablation=ablation,
        search=search,
        doubts={name: doubt(tracks, prefix) for name, prefix in sides.items()},
        claims=claims,
        checks=checks,
        taxed={
            tracks[label].statement.policy: after_tax(tracks[label].statement)
            for label in (BASE, BARE)
            if label in tracks
        },
        sizes=tuple(size_lines({label: track.statement for label, track in tracks.items()})),
        ruin=ruin,
        impossible=study.impossible,
        failed=failed,
        quick=study.quick,
        draws=draws,
    )


def doubt(tracks: Mapping[str, Track], prefix: str) -> Doubt:
    """Return one side of the evidence under every assumption that was run; `prefix` is that of its labels."""
    own = tracks[BARE if prefix else BASE].statement
    fills = {fill: tracks[label].statement for fill in FILLS if (label := f"{prefix}{FILL}{fill}") in tracks}
    drawn = [track.statement for label, track in tracks.items() if label.startswith(f"{prefix}{DRAW}")]
    return Doubt(
        statement=own,
        band=band_of([outcome(one) for one in drawn]) if drawn else None,
        fills=fills,
        break_even=break_even(fills),
        credits=credit_band(own),
        parts=split(own),
    )
