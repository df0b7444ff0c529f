"""The quintic Ornstein-Uhlenbeck volatility model: one factor, a polynomial of it, SPX and VIX together.

E. Abi Jaber, C. Illand and S. Li, "The quintic Ornstein-Uhlenbeck volatility model that jointly calibrates SPX and VIX
smiles", arXiv 2212.10917 (`methodology.md` section 7, engine B). W and B are Brownian motions of correlation rho::

    dS/S = sigma dB,   sigma_t = sqrt(xi0(t)) p(X_t) / sqrt(E[p(X_t)^2]),   p(x) = a0 + a1 x + a3 x^3 + a5 x^5
    X_t = eps^(H - 1/2) integral_0^t exp(-(1/2 - H)(t - s) / eps) dW_s

X is Gaussian, so E[sigma_u^2 | X_T] is a polynomial of degree ten in X_T, and so is VIX_T^2: futures and options on VIX
are one integral over a normal density. Under the pricing measure: no premium for any risk is in it. Times are years.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from alvh.maths import black
from alvh.values import Floats

WEEK_YEARS: Final = 1.0 / 52.0
WINDOW_YEARS: Final = 30.0 / 360.0
"""Span of the variance in VIX, as in the paper."""
REACH: Final = 8.0
NODES: Final = 2001
"""Nodes over the normal density: options have a kink, so many simple ones: they move no volatility by 0.01 points."""
PER_PIECE: Final = 32
"""Gauss-Legendre nodes between two breaks of a forward variance curve."""
DEGREE: Final = 10

Curve: TypeAlias = Callable[[Floats], Floats]


class Quintic(NamedTuple):
    """Parameters of the model.

    Attributes
    ----------
    hurst : float
        H, below 1/2: the lower, the faster X reverts and the wider it swings.
    a0, a1, a3, a5 : float
        Coefficients of p, not negative.
    rho : float
        Correlation of the two Brownian motions, in [-1, 1].
    eps : float
        Time scale, years.
    """

    hurst: float
    a0: float
    a1: float
    a3: float
    a5: float
    rho: float = -0.65
    eps: float = WEEK_YEARS

    @property
    def reversion(self) -> float:
        """Speed at which X returns to zero, a year: (1/2 - H) / eps."""
        return (0.5 - self.hurst) / self.eps

    @property
    def diffusion(self) -> float:
        """What a unit of W moves X by: eps^(H - 1/2)."""
        return math.pow(self.eps, self.hurst - 0.5)


ILLUSTRATED: Final = Quintic(hurst=-0.1, a0=0.01, a1=1.0, a3=0.214, a5=0.227)
"""The set the paper's companion notebook draws its smiles with, with its rho of -0.65."""
OCTOBER_2017: Final = Quintic(hurst=0.141, a0=0.7558, a1=1.0, a3=0.0885, a5=0.4421)
"""Calibrated to VIX options of 23 October 2017; no rho is known to us, that of `ILLUSTRATED` stands."""


def factor_variance(model: Quintic, years: Floats | float) -> Floats:
    """Return the variance of X after some years, started at zero: of X_T+t given X_T as well."""
    k = model.reversion
    return np.asarray(model.diffusion**2 * -np.expm1(-2.0 * k * np.asarray(years)) / (2.0 * k))


def polynomial(model: Quintic) -> Floats:
    """Return the coefficients of p, lowest power first."""
    return np.array([model.a0, model.a1, 0.0, model.a3, 0.0, model.a5])


def squared(model: Quintic) -> Floats:
    """Return the coefficients of p squared, lowest power first (11 of them)."""
    p = polynomial(model)
    return np.convolve(p, p)


def expected_powers(variance: Floats) -> Floats:
    """Return E[G^n] of a centred normal, n = 0 ... 10, one row a power: (n - 1)!! variance^(n/2), 0 for odd n."""
    out = np.zeros((DEGREE + 1, *np.shape(variance)))
    out[0] = 1.0
    for n in range(2, DEGREE + 1, 2):
        out[n] = out[n - 2] * (n - 1) * variance
    return out


def mean_square(model: Quintic, years: Floats | float) -> Floats:
    """Return E[p(X_t)^2], what the model divides by so that E[sigma_t^2] is the forward variance."""
    return np.asarray(np.tensordot(squared(model), expected_powers(factor_variance(model, years)), axes=1))


@cache
def _legendre() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(PER_PIECE)
    return nodes, weights


def window_nodes(start: float, window: float, breaks: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Return times in a window and the share of it each stands for, Gauss-Legendre between breaks."""
    inside = [b for b in breaks if start < b < start + window]
    ends = np.array([start, *inside, start + window])
    nodes, weights = _legendre()
    half = 0.5 * np.diff(ends)[:, None]
    times = ends[:-1, None] + half * (nodes + 1.0)
    return times.ravel(), (half * weights / window).ravel()


def vix_squared(
    model: Quintic, years: float, xi0: Curve, window: float = WINDOW_YEARS, breaks: tuple[float, ...] = ()
) -> Floats:
    """Return the coefficients c of (VIX_T / 100)^2 = sum of c_n X_T^n, lowest power first.

    Given X_T, X_u is normal with mean d X_T, d = exp(-k (u - T)), and the variance of u - T years; the binomial theorem
    gathers the powers of X_T, and the window averages them.

    Parameters
    ----------
    model : Quintic
    years : float
        T, from the start of the model; not negative.
    xi0 : callable
        Forward variance at some times, annual decimals.
    window : float
        Span of the variance, years.
    breaks : tuple of float
        Times at which `xi0` jumps or bends, ascending.
    """
    times, shares = window_nodes(years, window, breaks)
    weight = shares * xi0(times) / mean_square(model, times)
    decay = np.exp(-model.reversion * (times - years))
    noise = expected_powers(factor_variance(model, times - years))
    square = squared(model)
    out = np.empty(DEGREE + 1)
    for j in range(DEGREE + 1):
        terms = [square[n] * math.comb(n, j) * noise[n - j] for n in range(j, DEGREE + 1)]
        out[j] = float((weight * decay**j * np.sum(terms, axis=0)).sum())
    return out


@cache
def normal_nodes() -> tuple[Floats, Floats]:
    """Return nodes over the standard normal and their probabilities, which add up to 1; read-only."""
    z = np.linspace(-REACH, REACH, NODES)
    weight = np.exp(-0.5 * z * z)
    weight /= weight.sum()
    z.setflags(write=False)
    weight.setflags(write=False)
    return z, weight


def evaluated(coefficients: Floats, x: Floats) -> Floats:
    """Return sum of c_n x^n (Horner)."""
    out = np.full(np.shape(x), coefficients[-1])
    for c in coefficients[-2::-1]:
        out = out * x + c
    return out


def vix_points(coefficients: Floats, x: Floats) -> Floats:
    """Return VIX, points, where X stands at `x`; `coefficients` are those of `vix_squared`."""
    return 100.0 * np.sqrt(np.maximum(evaluated(coefficients, x), 0.0))


class VixLaw(NamedTuple):
    """VIX at one expiry, seen from the start: points and their probabilities."""

    years: float
    points: Floats
    weight: Floats

    @property
    def future(self) -> float:
        """E[VIX_T], points: the VX future."""
        return float(self.points @ self.weight)

    @property
    def bound(self) -> float:
        """sqrt(E[VIX_T^2]), points: the root of the forward variance, which no VX future exceeds."""
        return math.sqrt(float(self.points**2 @ self.weight))

    @property
    def vol_of_vol(self) -> float:
        """sqrt(-2/T E ln(VIX_T / F)), points: VVIX at this term."""
        logs = float(np.log(self.points / self.future) @ self.weight)
        return 100.0 * math.sqrt(-2.0 * logs / self.years)

    def call(self, strike: float) -> float:
        """Return the undiscounted call, points."""
        return float(np.maximum(self.points - strike, 0.0) @ self.weight)

    def implied_vol(self, log_moneyness: float) -> float:
        """Return the Black volatility, points, of the strike F e^k."""
        strike = self.future * math.exp(log_moneyness)
        return 100.0 * black.implied_vol(self.call(strike), self.future, strike, self.years, 1.0, True)


def vix_law(
    model: Quintic,
    years: float,
    xi0: Curve,
    window: float = WINDOW_YEARS,
    breaks: tuple[float, ...] = (),
    *,
    normal: tuple[Floats, Floats] | None = None,
) -> VixLaw:
    """Return the law of VIX `years` from the start; arguments as in `vix_squared`.

    `normal` are other nodes and probabilities of the standard normal than `normal_nodes`.
    """
    z, weight = normal_nodes() if normal is None else normal
    deviation = math.sqrt(float(factor_variance(model, years)))
    return VixLaw(years, vix_points(vix_squared(model, years, xi0, window, breaks), deviation * z), weight)
