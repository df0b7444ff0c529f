"""What a trader's own record allows to say: each number with an interval, or why there is none.

Intervals are two-sided at 95 %. Growth, drawdown and tail come from a stationary block bootstrap of the record's own
periods, with a mean block of at least the median holding of its trades, the optimal block of the series and 30 calendar
days; none is given for fewer than twelve blocks. The Sharpe ratio's interval and its probabilities are those of Bailey
and Lopez de Prado (`alvh.evidence.sharpe_tests`) at the number of independent periods. How many other strategies were
tried nobody but the user knows; trials without skill are taken to scatter by the sampling error of one of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from scipy.special import ndtri

from alvh.evidence.effects import DRAWS, FEWEST_BLOCKS, mean_effect
from alvh.evidence.episodes import EPISODES, Episode, inside
from alvh.evidence.margins import SHORTEST_BLOCK_SESSIONS
from alvh.evidence.measure import (
    CVAR_FEWEST,
    CVAR_TAIL,
    DAYS_PER_YEAR,
    SESSIONS_PER_YEAR,
    Drawdown,
    cvar95,
    max_drawdown,
    years_of,
)
from alvh.evidence.record_trades import TradeEvidence, trade_evidence
from alvh.evidence.records import Record
from alvh.evidence.regimes import REGIMES
from alvh.evidence.sharpe_evidence import FEWEST_HOLDINGS
from alvh.evidence.sharpe_tests import (
    CONFIDENCE,
    deflated_sharpe,
    deviation_term,
    expected_max_sharpe,
    independent_sessions,
    min_track_record,
    moments,
    probabilistic_sharpe,
)
from alvh.evidence.verdicts import LEVEL, NOMINAL, Verdict
from alvh.maths.bootstrap import draw_blocks
from alvh.maths.resample import falls_of_draws, tails_of_draws
from alvh.values import Floats, Missing

FEWEST_YEARS: Final = 2.0
SHORTEST_BLOCK_DAYS: Final = 30.0

Interval: TypeAlias = tuple[float, float] | Missing


class Estimate(NamedTuple):
    """A number as it happened, and its two-sided interval at 95 % or why there is none."""

    value: float
    interval: Interval


class Certainty(NamedTuple):
    """How sure the Sharpe ratio is, at the number of independent periods.

    `psr` is the probability that the true ratio is above 0; `benchmark_annual` what the best of `trials` without skill
    is expected to show, and `dsr` the probability that the true ratio is above that; `min_track_years` how long a
    record like this has to be to be above 0 at 95 %.
    """

    independent: float
    psr: float
    trials: int
    benchmark_annual: float
    dsr: float
    min_track_years: float | Missing


class RegimeShare(NamedTuple):
    """One regime: periods begun in it and their growth (NaN where P&L stands on exits), and trades opened in it."""

    name: str
    periods: int
    growth: float
    trades: int
    won: int
    pnl_usd: float


class EpisodeShare(NamedTuple):
    """A named episode that lies wholly within the record: growth and deepest fall in it, decimals."""

    episode: Episode
    growth: float
    max_drawdown: float


@dataclass(frozen=True, slots=True)
class RecordEvidence:
    """What was found. Rates are decimals a year, losses negative.

    Attributes
    ----------
    years : float
    cagr, sharpe, max_drawdown, cvar95 : Estimate
        The Sharpe ratio a year, in excess of cash where `over_cash`; `cvar95` the mean of the worst 5 % of periods.
    vol_annual : float
    drawdown : Drawdown
        With its dates.
    certainty : Certainty or Missing
    verdict : {"pays", "does not pay", "cannot tell"}
        Of the mean return (beyond cash where that is known), by drawing blocks again and by equal parts of the record
        (`alvh.evidence.effects.mean_effect`): what the Sharpe ratio's formula misses where losses are rare and large.
    trades : TradeEvidence or Missing
    regimes : tuple of RegimeShare or Missing
    episodes : tuple of EpisodeShare
    mean_block : float
        Periods.
    over_cash : bool
        Whether the Sharpe ratio has no interest in it: taken off, or never booked.
    """

    years: float
    cagr: Estimate
    vol_annual: float
    sharpe: Estimate
    max_drawdown: Estimate
    drawdown: Drawdown
    cvar95: Estimate
    certainty: Certainty | Missing
    verdict: Verdict
    trades: TradeEvidence | Missing
    regimes: tuple[RegimeShare, ...] | Missing
    episodes: tuple[EpisodeShare, ...]
    mean_block: float
    over_cash: bool


def record_evidence(
    record: Record,
    *,
    trials: int = 1,
    cash_returns: Floats | None = None,
    regimes: Sequence[str] | None = None,
    seed: int = 0,
    draws: int = DRAWS,
) -> RecordEvidence:
    """Say what a record allows to say.

    Parameters
    ----------
    record : Record
    trials : int
        Strategies tried before this one was kept, itself included.
    cash_returns : array (periods,), optional
        What cash earned in each period; taken off where the record's returns hold interest.
    regimes : sequence of str (periods,), optional
        Regime of the curve each session began in.
    seed, draws : int
        Of the bootstrap.
    """
    returns = record.returns
    excess = returns - cash_returns if record.includes_interest and cash_returns is not None else returns
    years = years_of(record.dates) if record.daily else returns.size / record.periods_per_year
    block = mean_block(record)
    growth = math.exp(float(np.log1p(returns).sum()) / years) - 1.0
    fall = max_drawdown(record.equity, record.start, record.dates)
    tail = cvar95(returns)
    intervals, verdict = drawn_again(returns, excess, years, block, seed, draws)
    sharpe, certainty = sharpe_of(record, excess, trials)
    return RecordEvidence(
        years=years,
        cagr=Estimate(growth, intervals[0]),
        vol_annual=float(np.std(returns, ddof=1)) * math.sqrt(record.periods_per_year),
        sharpe=sharpe,
        max_drawdown=Estimate(fall.depth, intervals[1]),
        drawdown=fall,
        cvar95=Estimate(tail, intervals[2]),
        certainty=certainty,
        verdict=verdict,
        trades=trade_evidence(record, seed, draws),
        regimes=_regimes(record, regimes),
        episodes=_episodes(record),
        mean_block=block,
        over_cash=not record.includes_interest or cash_returns is not None,
    )


def drawn_again(
    returns: Floats, excess: Floats, years: float, block: float, seed: int, draws: int
) -> tuple[tuple[Interval, Interval, Interval], Verdict]:
    """Return the intervals of growth a year, deepest fall and tail mean, and the verdict on the mean excess return."""
    if returns.size < FEWEST_BLOCKS * block:
        why = Missing(f"{returns.size} periods are fewer than {FEWEST_BLOCKS} blocks of {block:.0f}: no interval")
        return (why, why, why), "cannot tell"
    logs, a_year = np.log1p(returns), returns.size / years
    blocks = draw_blocks(seed, draws, returns.size, block)
    growth = mean_effect(logs, blocks)
    tail: Interval = Missing(f"{returns.size} periods hold less than one whole observation of the worst 5 %")
    if returns.size >= CVAR_FEWEST:
        tail = middle(tails_of_draws(returns, np.argsort(returns), CVAR_TAIL, *blocks))
    fall = middle(np.expm1(falls_of_draws(logs, *blocks)))
    spans = (math.expm1(growth.low * a_year), math.expm1(growth.high * a_year)), fall, tail
    return spans, mean_effect(excess, blocks).verdict


def holding_periods(record: Record) -> int:
    """Return the median holding in periods of the record, at least 1."""
    if record.daily:
        return max(1, record.median_holding_sessions)
    return max(1, math.ceil(record.median_holding_sessions / SESSIONS_PER_YEAR * record.periods_per_year))


def mean_block(record: Record) -> float:
    """Return the mean block in periods: the longest of 30 calendar days, the median holding and the optimal one."""
    from arch.bootstrap import optimal_block_length  # noqa: PLC0415 - a second to import, and only evidence needs it

    shortest = SHORTEST_BLOCK_SESSIONS
    if not record.daily:
        shortest = max(1.0, SHORTEST_BLOCK_DAYS / DAYS_PER_YEAR * record.periods_per_year)
    asked = 1.0
    if record.returns.size > 2 and np.ptp(record.returns) > 0.0:
        asked = float(optimal_block_length(record.returns)["stationary"].iloc[0])
    return max(shortest, float(holding_periods(record)), asked if math.isfinite(asked) else 1.0)


def fewest_periods(record: Record) -> int:
    """Return the shortest record of whose Sharpe ratio something is said: two years, or 24 holdings one by one."""
    return max(round(FEWEST_YEARS * record.periods_per_year), FEWEST_HOLDINGS * holding_periods(record))


def sharpe_of(record: Record, excess: Floats, trials: int) -> tuple[Estimate, Certainty | Missing]:
    """Return the Sharpe ratio a year with its interval, and how sure it is."""
    found = moments(excess)
    if isinstance(found, Missing):
        return Estimate(math.nan, found), found
    a_year = math.sqrt(record.periods_per_year)
    fewest = fewest_periods(record)
    if found.n < fewest:
        why = Missing(
            f"{found.n} periods; below {fewest} (two years, or {FEWEST_HOLDINGS} holdings one after the other) a "
            "Sharpe ratio says nothing"
        )
        return Estimate(found.sharpe * a_year, why), why
    # Booked at its exit, a trade has sessions in common with those that ended up to a holding before and after it.
    lags = holding_periods(record) * (2 if record.flattered else 1)
    n = independent_sessions(excess, lags)
    shape = (found.skew, found.kurtosis)
    error = math.sqrt(max(0.0, deviation_term(found.sharpe, *shape)) / (n - 1.0))
    reach = float(ndtri(1.0 - NOMINAL)) * error
    variance = 1.0 / (n - 1.0)
    periods = min_track_record(found.sharpe, 0.0, *shape, CONFIDENCE)
    track = periods / record.periods_per_year * found.n / n
    return (
        Estimate(found.sharpe * a_year, ((found.sharpe - reach) * a_year, (found.sharpe + reach) * a_year)),
        Certainty(
            independent=n,
            psr=probabilistic_sharpe(found.sharpe, 0.0, n, *shape),
            trials=trials,
            benchmark_annual=expected_max_sharpe(variance, trials) * a_year,
            dsr=deflated_sharpe(found.sharpe, variance, trials, n, *shape),
            min_track_years=track if math.isfinite(track) else Missing("the ratio is not above 0"),
        ),
    )


def middle(values: Floats) -> tuple[float, float]:
    """Return the two-sided interval at `LEVEL` of bootstrap draws."""
    low, high = np.quantile(values, [(1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0])
    return float(low), float(high)


def _regimes(record: Record, regimes: Sequence[str] | None) -> tuple[RegimeShare, ...] | Missing:
    if not record.daily:
        return Missing("regimes are read each session, and this record is not daily")
    if regimes is None:
        return Missing("no store was given that knows the regimes of those days")
    named = np.asarray(regimes, dtype=np.str_)
    at = np.searchsorted(record.dates, np.array([t.opened for t in record.trades], dtype="datetime64[D]"))
    out = []
    for name in [one for one in REGIMES if one in set(regimes)]:
        inside_it = named == name
        trades = [t for t, k in zip(record.trades, at, strict=True) if k < named.size and named[k] == name]
        growth = math.nan if record.flattered else float(np.prod(1.0 + record.returns[inside_it])) - 1.0
        won = sum(t.pnl_usd > 0.0 for t in trades)
        out.append(RegimeShare(name, int(inside_it.sum()), growth, len(trades), won, sum(t.pnl_usd for t in trades)))
    return tuple(out)


def _episodes(record: Record) -> tuple[EpisodeShare, ...]:
    """Return the episodes that lie wholly within a daily record."""
    if not record.daily:
        return ()
    out = []
    for episode in EPISODES:
        window = inside(episode, record.dates)
        if window is not None:
            start = float(record.equity[window.start - 1]) if window.start else record.start
            equity = record.equity[window]
            fall = max_drawdown(equity, start, record.dates[window]).depth
            out.append(EpisodeShare(episode, float(equity[-1]) / start - 1.0, fall))
    return tuple(out)
