"""A monotone cubic through a few nodes of total variance, with flat forward variance outside them.

Inside the nodes it is the shape-preserving cubic Hermite spline of F. Fritsch and R. Carlson, "Monotone piecewise cubic
interpolation", SIAM Journal on Numerical Analysis 17 (1980), with the harmonic slopes of F. Fritsch and J. Butland
(1984): the curve that scipy calls PchipInterpolator. Total variance that rises from node to node rises everywhere.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from alvh.maths.kernel import kernel


@kernel
def inner_slope(h0: float, h1: float, secant0: float, secant1: float) -> float:
    """Return the slope at a node between two intervals: the weighted harmonic mean of the secants, zero at a turn."""
    if secant0 * secant1 <= 0.0:
        return 0.0
    w0, w1 = 2.0 * h1 + h0, h1 + 2.0 * h0
    return (w0 + w1) / (w0 / secant0 + w1 / secant1)


@kernel
def end_slope(h0: float, h1: float, secant0: float, secant1: float) -> float:
    """Return the slope at an outer node, `h0` and `secant0` being the outer interval: three points, kept monotone."""
    slope = ((2.0 * h0 + h1) * secant0 - h0 * secant1) / (h0 + h1)
    if slope * secant0 <= 0.0:
        return 0.0
    if secant0 * secant1 <= 0.0 and abs(slope) > 3.0 * abs(secant0):
        return 3.0 * secant0
    return slope


@kernel
def node_slope(x: NDArray[np.float64], y: NDArray[np.float64], i: int) -> float:
    """Return the spline's slope at node `i`."""
    last = x.size - 1
    if last == 1:
        only: float = (y[1] - y[0]) / (x[1] - x[0])
        return only
    j = min(max(i, 1), last - 1)
    h0, h1 = x[j] - x[j - 1], x[j + 1] - x[j]
    secant0, secant1 = (y[j] - y[j - 1]) / h0, (y[j + 1] - y[j]) / h1
    if i == 0:
        return end_slope(h0, h1, secant0, secant1)
    if i == last:
        return end_slope(h1, h0, secant1, secant0)
    return inner_slope(h0, h1, secant0, secant1)


@kernel
def pchip(x_nodes: NDArray[np.float64], y_nodes: NDArray[np.float64], x: float) -> float:
    """Return total variance at `x` from its values at the nodes.

    Parameters
    ----------
    x_nodes
        Positive and strictly increasing: the clock (calendar or trading time, any unit) at each node. At least one.
    y_nodes
        Total variance at each node.
    x
        The clock at which to read the curve.

    Returns
    -------
    float
        Inside the nodes the monotone cubic. Below the first node proportional to the clock; beyond the last one linear
        at the forward variance between the last two nodes (of the only node's average, where there is one). NaN when
        there is no node, when `x` is NaN or negative, or when a node that is needed is NaN.
    """
    count = x_nodes.size
    if count == 0 or not x >= 0.0:
        return math.nan
    last = count - 1
    if x <= x_nodes[0] or count == 1:
        below: float = y_nodes[0] * (x / x_nodes[0])
        return below
    if x >= x_nodes[last]:
        beyond: float = y_nodes[last] + node_slope(x_nodes[last - 1 :], y_nodes[last - 1 :], 0) * (x - x_nodes[last])
        return beyond
    i = 0
    while x > x_nodes[i + 1]:
        i += 1
    h = x_nodes[i + 1] - x_nodes[i]
    t = (x - x_nodes[i]) / h
    u = 1.0 - t
    from_left: float = u * u * ((1.0 + 2.0 * t) * y_nodes[i] + t * h * node_slope(x_nodes, y_nodes, i))
    from_right: float = t * t * ((3.0 - 2.0 * t) * y_nodes[i + 1] - u * h * node_slope(x_nodes, y_nodes, i + 1))
    return from_left + from_right
