"""What a claim is, what it is judged on, and what comes of it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from alvh.diagnosis.diagnose import indicators
from alvh.evidence.claims.verdict import OPEN, Promise, Ruling, Verdict, rule, together
from alvh.evidence.run_spec import RunSpec
from alvh.evidence.track import Track
from alvh.market.history import History
from alvh.values import Floats, Missing

Unit: TypeAlias = Literal["share", "bp a week", "sessions"]
"""``share`` holds decimals and is written in percent."""

DRAWS = 2000
SEED = 20150102


class Estimate(NamedTuple):
    """Our number and how sure it is.

    Attributes
    ----------
    value, low, high : float
        In the unit of the judgement; `low` and `high` are the two-sided 95 % interval, or the middle 95 % of the draws
        of the model's error where `basis` says so.
    n : int
        Observations, and in words (`of`) what they are.
    of : str
    first, last : datetime.date or None
        Of what was observed.
    basis : str
        Where the interval comes from.
    modelled_share : float
        Share of marks that no market quoted, 0..1.
    """

    value: float
    low: float
    high: float
    n: int
    of: str
    first: dt.date | None
    last: dt.date | None
    basis: str
    modelled_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """One figure of a claim against ours.

    Attributes
    ----------
    label : str
        What was measured, where and when.
    promise : Promise
    unit : str
    found : Estimate or Missing
        Missing says why there is no number.
    counts : bool
        Whether the claim's verdict rests on it; another reading of the same figure is shown and does not count.
    beside : str
        What a reader should know beside the number: the break-even of a win rate, the other side of a pair.
    """

    label: str
    promise: Promise
    unit: Unit
    found: Estimate | Missing
    counts: bool = True
    beside: str = ""

    @property
    def ruling(self) -> Ruling:
        """The verdict by the one rule (`alvh.evidence.claims.verdict.rule`), and why."""
        if isinstance(self.found, Missing):
            return Ruling(OPEN, self.found.why)
        if math.isnan(self.found.low) or math.isnan(self.found.high):
            return Ruling(OPEN, self.found.basis)
        return rule(self.promise, self.found.low, self.found.high)


@dataclass(frozen=True, eq=False)
class Material:
    """What claims are judged on: the runs they asked for and the history behind them.

    `draws` and `seed` are those of every bootstrap.
    """

    tracks: Mapping[str, Track]
    history: History
    draws: int = DRAWS
    seed: int = SEED
    _memo: dict[str, Floats] = field(default_factory=dict, repr=False)

    def track(self, spec: RunSpec) -> Track | Missing:
        """Return what came of a run, or that it was not made."""
        found = self.tracks.get(spec.label)
        return Missing(f"the run {spec.label} of {spec.policy.name!r} was not made") if found is None else found

    def reading(self, name: str) -> Floats:
        """Return an indicator at every close of the history; NaN where unknown."""
        if name not in self._memo:
            self._memo[name] = indicators()[name][1].prepare(self.history, name)
        return self._memo[name]


@dataclass(frozen=True, slots=True)
class Claim:
    """A public claim, put as the nearest statement that can be computed.

    Attributes
    ----------
    row : int
        Its row in the table of `concepts.md`, section 4, from 1 on.
    key : str
        What it is called: lower case with hyphens.
    source : str
        Pages, as `concepts.md`, section 6, names them.
    text : str
        The claim in our words, with its figures.
    statement : str
        What was computed, and why it is the nearest.
    limits : str
        What these data cannot show.
    needs : callable
        -> runs it is judged on; none for what the history alone tells.
    judge : callable
        Material -> a judgement for each figure.
    """

    row: int
    key: str
    source: str
    text: str
    statement: str
    limits: str
    needs: Callable[[], tuple[RunSpec, ...]]
    judge: Callable[[Material], tuple[Judgement, ...]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim and its judgements."""

    claim: Claim
    judgements: tuple[Judgement, ...]

    @property
    def verdict(self) -> Verdict:
        """The verdict on all figures that count together."""
        return together(one.ruling.verdict for one in self.judgements if one.counts)


def no_runs() -> tuple[RunSpec, ...]:
    """Return the runs of a claim that the history alone tells."""
    return ()
