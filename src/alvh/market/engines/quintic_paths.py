"""Engine B: paths of SPX, VIX and its futures drawn from the quintic Ornstein-Uhlenbeck model, on today's variance.

The forward variance curve is what the volatility indices of one close say; the model's other parameters are published
ones, and stay (`alvh.maths.quintic`). It is a second opinion on the history's own paths, not a forecast: under the
pricing measure SPX earns nothing and volatility no premium (`methodology.md` section 7, engine B).

Plain paths miss the variance they are made of by a fifth, because it lives in a tail of X to the tenth power. So the
end of X is laid out evenly over a normal that is `SPREAD` times too wide, and each path weighs what the true normal
gives it; the way there is drawn given its end; and what depends on SPX alone is taken given the whole path of its
volatility.
"""

from __future__ import annotations

import math
from functools import cache
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np

from alvh.market.history import History
from alvh.market.smile_inputs import NODES
from alvh.maths import quintic
from alvh.maths.quintic import OCTOBER_2017, Quintic, evaluated, factor_variance, mean_square, polynomial, vix_squared
from alvh.values import Floats, Missing

SESSION_YEARS: Final = 1.0 / 252.0
MONTH_YEARS: Final = 30.0 / 365.0
"""Span of VIX in calendar days, as in the nodes."""
SPREAD: Final = 1.6
"""Weights are then at most `SPREAD`, and paths reach as far as 5.8 deviations in 4,000."""
LEAST_VARIANCE: Final = 1e-4
"""Forward variance between two nodes in deep backwardation: 1 point of volatility."""
GRID_POINTS: Final = 121
GRID_REACH: Final = 6.5
"""Levels of X, in deviations, at which a future is integrated; between them its logarithm is read in a line."""


class ForwardVariance(NamedTuple):
    """Forward variance in steps: that of step k holds up to `ends[k]` years, the last one for ever.

    `raised` counts nodes that had less total variance than the one before them (deep backwardation).
    """

    ends: tuple[float, ...]
    steps: tuple[float, ...]
    raised: int = 0

    def at(self, years: Floats) -> Floats:
        """Return the forward variance at some times, annual decimals."""
        return np.asarray(self.steps)[np.searchsorted(self.ends[:-1], years, side="right")]

    def total(self, years: float) -> float:
        """Return the total variance up to a time."""
        ends = np.minimum([*self.ends[:-1], math.inf], years)
        return float(np.diff(ends, prepend=0.0) @ np.asarray(self.steps))

    def window(self, years: float, span: float = MONTH_YEARS) -> float:
        """Return the mean forward variance from a time on, over `span` years: FV."""
        return (self.total(years + span) - self.total(years)) / span


def forward_variance(history: History, i: int) -> ForwardVariance | Missing:
    """Return the forward variance of the volatility indices at close `i`: those that were published that day.

    Total variance to a node is (index / 100)^2 x days / 365; VIX itself must be among them.
    """
    levels = [(days / 365.0, float(history.column(name)[i])) for name, days in NODES]
    known = [(years, level) for years, level in levels if math.isfinite(level)]
    if not math.isfinite(history.column("VIX")[i]):
        return Missing(f"no VIX on {history.dates[i]}: no forward variance")
    ends, steps, raised, before, at = [], [], 0, 0.0, 0.0
    for years, level in known:
        total = (level / 100.0) ** 2 * years
        least = before + LEAST_VARIANCE * (years - at)
        raised += total < least
        total = max(total, least)
        steps.append((total - before) / (years - at))
        ends.append(years)
        before, at = total, years
    return ForwardVariance(tuple(ends), tuple(steps), raised)


class QuinticPaths(NamedTuple):
    """Paths of one model over one forward variance curve.

    Attributes
    ----------
    model : Quintic
    xi0 : ForwardVariance
    factor : array (paths, sessions + 1)
        X at each close, today's first: 0.
    spx : array (paths, sessions + 1)
        Log return of SPX since today, without rates and dividends.
    given_vol : array (paths, sessions + 1)
        ln E[S_t / S_0 | the path of the volatility].
    variance : array (paths, sessions + 1)
        Realised variance so far; what is left of it given the path of the volatility is (1 - rho^2) of it.
    weight : array (paths,)
        Probability of each path; they add up to 1.
    """

    model: Quintic
    xi0: ForwardVariance
    factor: Floats
    spx: Floats
    given_vol: Floats
    variance: Floats
    weight: Floats

    def vix(self, session: int) -> Floats:
        """Return VIX of every path at a close, points."""
        return quintic.vix_points(self._squared(session * SESSION_YEARS), self.factor[:, session])

    def vx(self, session: int, expiry_years: float) -> Floats:
        """Return the VX future of every path at a close, points; `expiry_years` from today, and VIX itself by then."""
        wait = expiry_years - session * SESSION_YEARS
        if wait <= 0.0:
            return self.vix(session)
        grid = self._grid()
        points, weight = self._points(grid, expiry_years, wait)
        return np.exp(np.interp(self.factor[:, session], grid, np.log(points @ weight)))

    def vvix(self, session: int) -> Floats:
        """Return the 30-day volatility of VIX futures of every path at a close, points: VVIX."""
        grid = self._grid()
        points, weight = self._points(grid, session * SESSION_YEARS + MONTH_YEARS, MONTH_YEARS)
        logs = np.log(points / (points @ weight)[:, None]) @ weight
        level = 100.0 * np.sqrt(-2.0 * logs / MONTH_YEARS)
        return np.interp(self.factor[:, session], grid, level)

    def _grid(self) -> Floats:
        """Return levels of X at which futures are integrated."""
        far = GRID_REACH * math.sqrt(float(factor_variance(self.model, math.inf)))
        return np.linspace(-far, far, GRID_POINTS)

    def _points(self, x: Floats, expiry_years: float, wait: float) -> tuple[Floats, Floats]:
        """Return VIX at an expiry `wait` years after X stood at some levels, (levels, nodes), and the weights."""
        z, weight = few_nodes()
        deviation = math.sqrt(float(factor_variance(self.model, wait)))
        there = x[:, None] * math.exp(-self.model.reversion * wait) + deviation * z
        return quintic.vix_points(self._squared(expiry_years), there), weight

    def _squared(self, years: float) -> Floats:
        return vix_squared(self.model, years, self.xi0.at, MONTH_YEARS, self.xi0.ends[:-1])


@cache
def few_nodes() -> tuple[Floats, Floats]:
    """Return 161 nodes over the standard normal: enough for what has no kink."""
    z = np.linspace(-quintic.REACH, quintic.REACH, 161)
    weight = np.exp(-0.5 * z * z)
    return z, weight / weight.sum()


def draw_paths(
    xi0: ForwardVariance, paths: int, sessions: int, seed: int, model: Quintic = OCTOBER_2017
) -> QuinticPaths:
    """Draw paths of some sessions: the same for the same seed.

    Raises
    ------
    ValueError
        Unless there are at least two paths and one session, and the model's a0 is positive: today's volatility.
    """
    if paths < 2 or sessions < 1 or not model.a0 > 0.0:
        raise ValueError(f"{paths} paths of {sessions} sessions with a0 {model.a0:g}: 2, 1 and more than 0 are needed")
    rng = np.random.default_rng(seed)
    own, other = rng.standard_normal((2, paths, sessions))
    z, weight = ends(paths)
    order = rng.permutation(paths)
    factor, shocks = bridged(model, own, z[order])
    years = np.arange(sessions, dtype=np.float64) * SESSION_YEARS
    scale = np.sqrt(xi0.at(years) / mean_square(model, years))
    sigma = scale * evaluated(polynomial(model), factor[:, :-1])
    step, rho = math.sqrt(SESSION_YEARS), model.rho
    square = sigma * sigma * SESSION_YEARS
    drawn = sigma * step * rho * shocks
    rest = sigma * step * math.sqrt(1.0 - rho * rho) * other
    return QuinticPaths(
        model,
        xi0,
        factor,
        from_zero(drawn + rest - 0.5 * square),
        from_zero(drawn - 0.5 * rho * rho * square),
        from_zero(square),
        weight[order],
    )


@cache
def ends(paths: int) -> tuple[Floats, Floats]:
    """Return where paths end, in deviations, evenly over a normal `SPREAD` times too wide, and what each weighs."""
    normal = NormalDist(0.0, SPREAD)
    z = np.array([normal.inv_cdf((k + 0.5) / paths) for k in range(paths)])
    weight = np.exp(-0.5 * z * z * (1.0 - 1.0 / SPREAD**2))
    return z, weight / weight.sum()


def bridged(model: Quintic, shocks: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Return X at every close and the shocks that made it, on paths led to given ends.

    A Gaussian path given its end is any path with its miss handed back in proportion to the covariance with the end.

    Parameters
    ----------
    model : Quintic
    shocks : array (paths, sessions)
        Standard normals.
    end : array (paths,)
        Where X ends, in its own deviations.
    """
    paths, sessions = shocks.shape
    fade = math.exp(-model.reversion * SESSION_YEARS)
    deviation = math.sqrt(float(factor_variance(model, SESSION_YEARS)))
    free = np.zeros((paths, sessions + 1))
    for t in range(sessions):
        free[:, t + 1] = fade * free[:, t] + deviation * shocks[:, t]
    years = np.arange(sessions + 1) * SESSION_YEARS
    variance = factor_variance(model, years)
    share = np.exp(-model.reversion * (years[-1] - years)) * variance / variance[-1]
    factor = free + share * (end * math.sqrt(float(variance[-1])) - free[:, -1])[:, None]
    return factor, (factor[:, 1:] - fade * factor[:, :-1]) / deviation


def from_zero(steps: Floats) -> Floats:
    """Return running sums along each path, beginning with nothing."""
    return np.concatenate((np.zeros((len(steps), 1)), np.cumsum(steps, axis=1)), axis=1)
