"""What choosing the best so far would have earned: the choice is made on one part of a history and paid on another.

In every split (`alvh.evidence.splits`) the configuration with the best Sharpe ratio in-sample is held out-of-sample;
the pieces put together are one history nobody could have fitted. It stands beside what the choice promised in-sample
and beside holding each configuration throughout, on the same sessions: a walk that beats few of them chose nothing.

Combinatorial purged cross-validation gives several such histories, so a distribution instead of one number. In most of
its splits the choice is made on later sessions too: it says how much luck is in the choice, not what could be earned.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from alvh.evidence.cscv import BLOCK_HOLDINGS
from alvh.evidence.measure import SESSIONS_PER_YEAR
from alvh.evidence.sharpe_evidence import fewest_sessions
from alvh.evidence.splits import Split, combinatorial_splits, walk_forward_splits
from alvh.values import Floats, Ints, Missing

TEST_SESSIONS = SESSIONS_PER_YEAR // 2
"""A choice stands for half a year. Our choice."""
GROUPS, TESTED = 10, 2
"""45 splits and 9 paths. Our choice."""

PER_YEAR = math.sqrt(SESSIONS_PER_YEAR)


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """Every configuration held throughout, on the sessions that were judged: Sharpe ratio and growth a year."""

    sharpes_annual: Floats
    cagrs: Floats

    @property
    def best(self) -> int:
        """Which one was best in hindsight, by its column."""
        return int(self.sharpes_annual.argmax())

    @property
    def highest(self) -> float:
        """The Sharpe ratio a year of the best."""
        return float(self.sharpes_annual.max())


@dataclass(frozen=True, slots=True, eq=False)
class WalkForward:
    """One history chosen as it went.

    Attributes
    ----------
    anchored : bool
    chosen_on : int
        Sessions of the first choice; if not anchored, of every one.
    sharpe_annual, cagr : float
        Out-of-sample; the growth is NaN for an account that was wiped out.
    inside_annual : float
        Mean over the splits of the winner's ratio in-sample.
    beaten : float
        Share of the configurations whose ratio, held throughout, was lower than that of the walk.
    held : Held
    chosen : array (splits,)
        Configuration held in each split, by its column.
    sessions : array
        Positions judged, ascending.
    returns : array (sessions judged,)
        Of the walk, total.
    """

    anchored: bool
    chosen_on: int
    sharpe_annual: float
    cagr: float
    inside_annual: float
    beaten: float
    held: Held
    chosen: Ints
    sessions: Ints
    returns: Floats

    @property
    def kept(self) -> float:
        """Share of the promised ratio that was kept (walk-forward efficiency, Pardo 1992); NaN for no promise."""
        promised = self.inside_annual
        return self.sharpe_annual / promised if promised > 0.0 else math.nan

    @property
    def about(self) -> str:
        """What was done, in a sentence."""
        past = "everything before" if self.anchored else f"the {self.chosen_on} sessions before"
        return (
            f"chosen {self.chosen.size} times on {past}, held over {self.sessions.size:,} sessions in all; it beat "
            f"{100.0 * self.beaten:.0f} % of the configurations held throughout, the best of which had "
            f"{self.held.highest:.2f}"
        )


@dataclass(frozen=True, slots=True, eq=False)
class CrossValidation:
    """Whole histories put together from every split of a combinatorial cross-validation.

    Attributes
    ----------
    sharpes_annual, cagrs : array (paths,)
        Out-of-sample.
    inside_annual : float
        Mean over the splits of the winner's ratio in-sample.
    losing : float
        Share of paths with a negative ratio.
    held : Held
    chosen : array (splits,)
    groups, tested, gap : int
        Of the splits; `gap` sessions are purged and embargoed.
    """

    sharpes_annual: Floats
    cagrs: Floats
    inside_annual: float
    losing: float
    held: Held
    chosen: Ints
    groups: int
    tested: int
    gap: int

    @property
    def median_annual(self) -> float:
        """The middle Sharpe ratio a year of the paths."""
        return float(np.median(self.sharpes_annual))

    @property
    def median_cagr(self) -> float:
        """The middle growth a year of the paths; NaN where one was wiped out."""
        return float(np.median(self.cagrs))

    @property
    def about(self) -> str:
        """What was done, in a sentence."""
        return (
            f"{self.chosen.size} choices on {self.groups - self.tested} of {self.groups} parts of the history, "
            f"{self.gap} sessions left out beside each part judged, make {self.sharpes_annual.size} histories with "
            f"ratios of {self.sharpes_annual.min():.2f} to {self.sharpes_annual.max():.2f}, "
            f"{100.0 * self.losing:.0f} % of them below 0"
        )


def sharpes_of(excess: Floats) -> Floats:
    """Return the Sharpe ratio a session of every column; 0 for one that never varies: nothing was risked."""
    deviation = excess.std(axis=0, ddof=1)
    varies = deviation > 1e-14 * np.maximum(1.0, np.abs(excess).max(axis=0))
    return np.where(varies, excess.mean(axis=0) / np.where(varies, deviation, 1.0), 0.0)


def growth_of(returns: Floats) -> Floats:
    """Return the compound growth a year (252 sessions) of every column; NaN where everything was lost on a session."""
    alive = (returns > -1.0).all(axis=0)
    logs = np.log1p(np.where(alive, returns, 0.0)).mean(axis=0) * SESSIONS_PER_YEAR
    return np.where(alive, np.expm1(logs), math.nan)


def walk_forward(
    returns: Floats,
    cash: Floats | None = None,
    *,
    holding_sessions: int,
    anchored: bool,
    train: int = 0,
    test: int = TEST_SESSIONS,
) -> WalkForward | Missing:
    """Walk forward through a history, holding in each test what was best before it.

    Parameters
    ----------
    returns : array (sessions, configurations)
        Daily, decimals.
    cash : array (sessions,), optional
        What cash earned, decimals a day, taken off for the ratios. Without it the returns are in excess of cash
        already, and so is the growth.
    holding_sessions : int
        Longest time a trade is held: the gap before each test.
    anchored : bool
        Choose on everything so far, not on the last `train` sessions.
    train : int
        Sessions chosen on (the fewest, if anchored); `fewest_sessions` when left at 0.
    test : int

    Returns
    -------
    WalkForward or Missing
        Missing for fewer than two configurations, a gap in the data, and where fewer sessions are chosen on or judged
        than `fewest_sessions`.
    """
    if (why := _refused(returns, cash)) is not None:
        return why
    fewest = fewest_sessions(holding_sessions)
    chosen_on, gap = train or fewest, max(1, holding_sessions)
    if chosen_on < fewest or returns.shape[0] - chosen_on - gap < fewest:
        return Missing(
            f"{returns.shape[0]} sessions: a walk chooses on {fewest} or more, leaves out {gap} and judges on {fewest}"
        )
    splits = walk_forward_splits(returns.shape[0], train=chosen_on, test=test, gap=gap, anchored=anchored)
    if isinstance(splits, Missing):
        return splits
    excess = returns if cash is None else returns - cash[:, None]
    chosen, promised = _choose(excess, splits)
    sessions = np.concatenate([split.test for split in splits])
    which = np.repeat(chosen, [split.test.size for split in splits])
    held = _held(returns, excess, sessions)
    sharpe = float(sharpes_of(excess[sessions, which][:, None])[0]) * PER_YEAR
    return WalkForward(
        anchored=anchored,
        chosen_on=chosen_on,
        sharpe_annual=sharpe,
        cagr=float(growth_of(returns[sessions, which][:, None])[0]),
        inside_annual=promised,
        beaten=float(np.mean(held.sharpes_annual < sharpe)),
        held=held,
        chosen=chosen,
        sessions=sessions,
        returns=returns[sessions, which],
    )


def cross_validation(
    returns: Floats,
    cash: Floats | None = None,
    *,
    holding_sessions: int,
    groups: int = GROUPS,
    tested: int = TESTED,
) -> CrossValidation | Missing:
    """Cross-validate the choice of the best on every combination of groups.

    Parameters are those of `walk_forward`; the holding period is purged before and embargoed after each tested group.

    Returns
    -------
    CrossValidation or Missing
        Missing for fewer than two configurations, a gap in the data, groups shorter than `BLOCK_HOLDINGS` holding
        periods, and a history shorter than twice `fewest_sessions`.
    """
    if (why := _refused(returns, cash)) is not None:
        return why
    gap = max(1, holding_sessions)
    need = max(2 * fewest_sessions(holding_sessions), groups * BLOCK_HOLDINGS * gap)
    if returns.shape[0] < need:
        return Missing(
            f"{returns.shape[0]} sessions: {groups} groups of {BLOCK_HOLDINGS} holding periods of {gap}, and twice "
            f"{fewest_sessions(holding_sessions)} in all, are {need}"
        )
    made = combinatorial_splits(returns.shape[0], groups=groups, tests=tested, purge=gap, embargo=gap)
    if isinstance(made, Missing):
        return made
    excess = returns if cash is None else returns - cash[:, None]
    chosen, promised = _choose(excess, made.splits)
    rows = np.arange(returns.shape[0])
    sizes = [group.size for group in made.groups]
    which = [np.repeat(chosen[path], sizes) for path in made.paths]
    sharpes = sharpes_of(np.column_stack([excess[rows, columns] for columns in which])) * PER_YEAR
    return CrossValidation(
        sharpes_annual=sharpes,
        cagrs=growth_of(np.column_stack([returns[rows, columns] for columns in which])),
        inside_annual=promised,
        losing=float(np.mean(sharpes < 0.0)),
        held=_held(returns, excess, rows),
        chosen=chosen,
        groups=groups,
        tested=tested,
        gap=gap,
    )


def _refused(returns: Floats, cash: Floats | None) -> Missing | None:
    configurations = returns.shape[1]
    if configurations < 2:
        return Missing(f"{configurations} configuration: nothing to choose among")
    known = np.isfinite(returns).all(axis=0)
    if not known.all():
        return Missing(f"{int((~known).sum())} of {configurations} configurations have sessions without a return")
    if cash is not None and not np.isfinite(cash).all():
        return Missing("what cash earned is not known on every session")
    return None


def _choose(excess: Floats, splits: tuple[Split, ...]) -> tuple[Ints, float]:
    """Return the configuration that was best in each split, the first of equals, and their mean ratio a year."""
    inside = [sharpes_of(excess[split.train]) for split in splits]
    chosen = np.array([int(one.argmax()) for one in inside], dtype=np.int64)
    return chosen, float(np.mean([one.max() for one in inside])) * PER_YEAR


def _held(returns: Floats, excess: Floats, sessions: Ints) -> Held:
    return Held(sharpes_of(excess[sessions]) * PER_YEAR, growth_of(returns[sessions]))
