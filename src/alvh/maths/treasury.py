"""The interest rate of a VIX term from constant-maturity Treasury yields: a bounded cubic spline, made continuous.

Source: Cboe, "Volatility Index Mathematics Methodology" (2022), section 2. The spline is the natural cubic through the
yields; between two maturities it is kept inside their two yields. Outside the maturities given the nearest yield holds
(our choice; Cboe extrapolates, and no VIX term lies more than a week outside).
"""

from __future__ import annotations

import math

import numpy as np

from alvh.values import Floats


def natural_curvatures(x: Floats, y: Floats) -> Floats:
    """Return the second derivatives at the nodes of the natural cubic spline, zero at both ends."""
    n = len(x)
    h = np.diff(x)
    matrix, right = np.eye(n), np.zeros(n)
    for i in range(1, n - 1):
        matrix[i, i - 1 : i + 2] = h[i - 1], 2.0 * (h[i - 1] + h[i]), h[i]
        right[i] = 6.0 * ((y[i + 1] - y[i]) / h[i] - (y[i] - y[i - 1]) / h[i - 1])
    return np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)


def bounded_spline(days: Floats, yields: Floats, at_days: float) -> float:
    """Return the bond-equivalent yield at a term.

    Parameters
    ----------
    days : array (k,)
        Maturities, calendar days, ascending; at least one.
    yields : array (k,)
        Bond-equivalent yields, decimals a year.
    at_days : float
        The term.

    Returns
    -------
    float
        Decimal a year, never outside the two yields beside the term.
    """
    if at_days <= days[0]:
        return float(yields[0])
    if at_days >= days[-1]:
        return float(yields[-1])
    i = int(np.searchsorted(days, at_days, side="right")) - 1
    curvature = natural_curvatures(days, yields)
    h = days[i + 1] - days[i]
    b = (at_days - days[i]) / h
    a = 1.0 - b
    bend = (a**3 - a) * curvature[i] + (b**3 - b) * curvature[i + 1]
    value = a * yields[i] + b * yields[i + 1] + bend * h * h / 6.0
    low, high = sorted((float(yields[i]), float(yields[i + 1])))
    return min(max(float(value), low), high)


def continuous(bond_equivalent: float) -> float:
    """Return the continuous annual rate of a yield compounded twice a year: 2 ln(1 + y/2)."""
    return 2.0 * math.log1p(bond_equivalent / 2.0)
