"""Does one series move before another: Granger's test with robust errors, and Hayashi-Yoshida.

C. Granger, "Investigating causal relations by econometric models" (Econometrica 1969); W. Newey and K. West, "A simple,
positive semi-definite, heteroskedasticity and autocorrelation consistent covariance matrix" (Econometrica 1987); T.
Hayashi and N. Yoshida, "On covariance estimation of non-synchronously observed diffusion processes" (Bernoulli 2005).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import chi2

from alvh.values import Floats, Missing

ROWS_A_COEFFICIENT = 10
"""Fewer observations for each coefficient are no basis for an asymptotic p-value."""

MIN_SHIFT = 30
"""Entries by which a placebo is shifted at least: beyond every lag tested."""


class Granger(NamedTuple):
    """Wald statistic of all lags of x, its p-value (chi squared) and the observations used."""

    wald: float
    p_value: float
    n: int


def lagged(values: Floats, lags: int) -> Floats:
    """Return columns of the `lags` values before each entry, shape (n, lags); NaN where there are none."""
    out = np.full((len(values), lags), np.nan)
    for k in range(1, lags + 1):
        out[k:, k - 1] = values[:-k]
    return out


def least_squares(design: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return coefficients and residuals of the ordinary regression of y on the columns of `design`."""
    coefficients: Floats = np.linalg.pinv(design.T @ design) @ (design.T @ y)
    return coefficients, y - design @ coefficients


def newey_west(design: Floats, residuals: Floats, lags: int | None = None) -> Floats:
    """Return the covariance of least-squares coefficients, robust to unequal and correlated errors.

    (X'X)^-1 S (X'X)^-1 with S = G0 + sum over j of (1 - j / (L + 1)) (Gj + Gj') and Gj the sum of e(t) e(t-j) x(t)
    x(t-j)'. L = floor(4 (n / 100)^(2/9)) unless given.
    """
    n = len(residuals)
    span = int(4.0 * (n / 100.0) ** (2.0 / 9.0)) if lags is None else lags
    scores = design * residuals[:, None]
    middle = scores.T @ scores
    for j in range(1, min(span, n - 1) + 1):
        cross = scores[j:].T @ scores[:-j]
        middle += (1.0 - j / (span + 1.0)) * (cross + cross.T)
    bread = np.linalg.pinv(design.T @ design)
    covariance: Floats = bread @ middle @ bread
    return covariance


def granger(x: Floats, y: Floats, lags: int, controls: Sequence[Floats] = ()) -> Granger | Missing:
    """Test whether past x says something of y beyond the past of y and of the controls.

    y(t) is regressed on a constant and `lags` lags of y, of each control and of x; the statistic is b' V^-1 b of x's
    coefficients b with their `newey_west` covariance V: chi squared with `lags` degrees of freedom if x says nothing.

    Parameters
    ----------
    x, y : arrays
        Changes on one axis of sessions; rows with a NaN are left out.
    lags : int
    controls : sequence of arrays, optional

    Returns
    -------
    Granger or Missing
        Missing with fewer than `ROWS_A_COEFFICIENT` observations for each coefficient.
    """
    own = [lagged(values, lags) for values in (y, *controls)]
    design = np.column_stack([np.ones(len(y)), *own, lagged(x, lags)])
    known = np.isfinite(design).all(axis=1) & np.isfinite(y)
    n = int(known.sum())
    if n < ROWS_A_COEFFICIENT * design.shape[1]:
        return Missing(f"{n} observations for {design.shape[1]} coefficients")
    rows = design[known]
    coefficients, residuals = least_squares(rows, y[known])
    b = coefficients[-lags:]
    v = newey_west(rows, residuals)[-lags:, -lags:]
    wald = max(float(b @ np.linalg.pinv(v) @ b), 0.0)
    return Granger(wald, float(chi2.sf(wald, lags)), n)


def out_of_sample_gain(x: Floats, y: Floats, lags: int, controls: Sequence[Floats] = ()) -> tuple[float, int] | Missing:
    """Return by how much past x lowers the squared error of a forecast of y, as a share, and the forecasts made.

    Both models are fitted to the first half of the observations and forecast the second: 1 - (errors with x)^2 /
    (errors without)^2. Negative where x misleads. Missing as in `granger`, counted on the first half.
    """
    own = [lagged(values, lags) for values in (y, *controls)]
    short = np.column_stack([np.ones(len(y)), *own])
    long = np.column_stack([short, lagged(x, lags)])
    known = np.flatnonzero(np.isfinite(long).all(axis=1) & np.isfinite(y))
    half = len(known) // 2
    if half < ROWS_A_COEFFICIENT * long.shape[1]:
        return Missing(f"{half} observations to fit {long.shape[1]} coefficients")
    fit, late = known[:half], known[half:]
    errors = []
    for design in (short, long):
        coefficients, _ = least_squares(design[fit], y[fit])
        errors.append(float(((y[late] - design[late] @ coefficients) ** 2).sum()))
    return (1.0 - errors[1] / errors[0] if errors[0] > 0.0 else 0.0), len(late)


def shifted_share(
    x: Floats, y: Floats, observed: float, statistic: Callable[[Floats], float], worlds: int, rng: np.random.Generator
) -> float:
    """Return the share of placebo worlds that look at least as strong as the observed one, a p-value.

    In each, x is turned in a circle by `MIN_SHIFT` entries or more between the first and the last that x and y share:
    what it is like stays, when it happened does not. The observed world counts as one, so that the share is never 0.
    """
    both = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    first, last = int(both[0]), int(both[-1]) + 1
    if last - first <= 2 * MIN_SHIFT:
        return 1.0
    stronger = 0
    for shift in rng.integers(MIN_SHIFT, last - first - MIN_SHIFT, worlds):
        moved = x.copy()
        moved[first:last] = np.roll(x[first:last], int(shift))
        stronger += statistic(moved) >= observed
    return (1.0 + stronger) / (worlds + 1.0)


def hayashi_yoshida(times_x: Floats, x: Floats, times_y: Floats, y: Floats, lag: float = 0.0) -> float:
    """Return the correlation of two paths observed at their own times; NaN where one stands still.

    The sum of dx dy over every pair of intervals that overlap, over the root of both realised variances. With a
    positive `lag`, what x did `lag` earlier is set beside y: a peak there says that x leads.

    Parameters
    ----------
    times_x, times_y : arrays
        Ascending, in one unit.
    x, y : arrays
        Levels (their logarithm) at those times.
    lag : float
        In the unit of the times.
    """
    start, end = times_x[:-1] + lag, times_x[1:] + lag
    dx, dy = np.diff(x), np.diff(y)
    total = np.concatenate(([0.0], np.cumsum(dy)))
    # Intervals of y that overlap (start, end]: the first that ends after its start to the last begun before its end.
    first = np.searchsorted(times_y[1:], start, side="right")
    last = np.searchsorted(times_y[:-1], end, side="left")
    covered = np.where(last > first, total[last] - total[np.minimum(first, len(dy))], 0.0)
    scale = float(np.sqrt((dx**2).sum() * (dy**2).sum()))
    return float((dx * covered).sum()) / scale if scale > 0.0 else float("nan")
