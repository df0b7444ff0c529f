"""What a history comes to when its sessions are drawn again in blocks, or when two histories are swapped in blocks.

Two questions of a paired comparison, both on the blocks of `alvh.maths.bootstrap.draw_blocks` with a horizon of the
whole history:

- *drawn again* (stationary bootstrap, Politis and Romano 1994): how far the mean, the deepest fall and the tail mean
  move when history hands out its blocks another time; every series is drawn on the same sessions;
- *swapped* (randomisation test, Fisher 1935): in each block of the true history a coin decides which account is called
  "with". If both accounts follow one law, what was observed is one of these draws like any other.

All log returns are natural; a fall is in log terms, never positive; the value before the first session counts as a
high. Formulas for the mean block: `methodology.md`, section 9 (Politis and White, "Automatic Block-Length Selection for
the Dependent Bootstrap", Econometric Reviews 23, 2004, with Patton's correction of 2009).
"""

from __future__ import annotations

import math

import numpy as np

from alvh.maths.kernel import kernel
from alvh.values import Floats, Ints

CIRCULAR_OVER_STATIONARY = 1.5 ** (1.0 / 3.0)
"""Optimal block of the circular bootstrap over that of the stationary one: 1.1447."""

AR1_NEGLIGIBLE = 1e-12


def ar1_mean_block(autocorrelation: float, sessions: int) -> float:
    """Return the optimal mean block of a stationary bootstrap of an AR(1): (2 rho / (1 - rho^2))^(2/3) n^(1/3).

    `methodology.md`, section 9: rho 0.7 and n 200 give 11.465 (circular: 13.124); rho 0.1 gives 2.013. Never below 1.
    """
    rho = abs(autocorrelation)
    if rho < AR1_NEGLIGIBLE:
        return 1.0
    if rho >= 1.0:
        return math.inf
    ratio = 2.0 * rho / (1.0 - rho * rho)
    return max(1.0, math.pow(ratio * ratio * sessions, 1.0 / 3.0))


@kernel
def means_of_draws(values: Floats, first: Ints, position: Floats, length: Ints) -> Floats:
    """Return mean and standard error of each draw, (draws, 2).

    The standard error is that of the sum of its blocks, sqrt(sum over blocks of (S - L mean)^2) / n, with S the sum of
    a block and L its length (Goetze and Kuensch, "Second-order correctness of the blockwise bootstrap", Annals of
    Statistics 24, 1996): what studentises a draw.
    """
    n = values.shape[0]
    running = np.zeros(n + 1)
    for t in range(n):
        running[t + 1] = running[t] + values[t]
    draws = first.shape[0] - 1
    out = np.empty((draws, 2))
    for draw in range(draws):
        total, square, cross, lengths = 0.0, 0.0, 0.0, 0.0
        for block in range(first[draw], first[draw + 1]):
            start, count = int(position[block] * n), length[block]
            stop = start + count
            part = -running[start]
            while stop > n:
                part += running[n]
                stop -= n
            part += running[stop]
            total += part
            square += part * part
            cross += part * count
            lengths += count * count
        mean = total / n
        out[draw, 0] = mean
        out[draw, 1] = math.sqrt(max(0.0, square - 2.0 * mean * cross + mean * mean * lengths)) / n
    return out


@kernel
def falls_of_draws(log_returns: Floats, first: Ints, position: Floats, length: Ints) -> Floats:
    """Return the deepest fall of each draw's log equity, (draws,)."""
    n = log_returns.shape[0]
    draws = first.shape[0] - 1
    out = np.empty(draws)
    for draw in range(draws):
        level, high, low = 0.0, 0.0, 0.0
        for block in range(first[draw], first[draw + 1]):
            t = int(position[block] * n)
            for _ in range(length[block]):
                level += log_returns[t]
                high = max(high, level)
                low = min(low, level - high)
                t += 1
                if t == n:
                    t = 0
        out[draw] = low
    return out


@kernel
def tails_of_draws(
    returns: Floats, ascending: Ints, share: float, first: Ints, position: Floats, length: Ints
) -> Floats:
    """Return the mean of the lowest `share` of each draw's returns, (draws,).

    `ascending` are the positions of `returns` from the lowest on. The last return counts by the fraction that is
    missing, as in `alvh.evidence.measure.cvar95`.
    """
    n = returns.shape[0]
    draws = first.shape[0] - 1
    times = np.empty(n, dtype=np.int64)
    out = np.empty(draws)
    for draw in range(draws):
        times[:] = 0
        for block in range(first[draw], first[draw + 1]):
            t = int(position[block] * n)
            for _ in range(length[block]):
                times[t] += 1
                t += 1
                if t == n:
                    t = 0
        left, total, k = share * n, 0.0, 0
        while left > 1e-9:
            taken = min(left, float(times[ascending[k]]))
            total += taken * returns[ascending[k]]
            left -= taken
            k += 1
        out[draw] = total / (share * n)
    return out


@kernel
def falls_of_swaps(log_with: Floats, log_without: Floats, first: Ints, position: Floats, length: Ints) -> Floats:
    """Return fall of "with" less fall of "without" for each swap, (draws,): positive where "with" fell less.

    The blocks of a draw lie end to end along the true history; those whose `position` is below one half are swapped.
    """
    draws = first.shape[0] - 1
    out = np.empty(draws)
    for draw in range(draws):
        level_a, high_a, low_a = 0.0, 0.0, 0.0
        level_b, high_b, low_b = 0.0, 0.0, 0.0
        t = 0
        for block in range(first[draw], first[draw + 1]):
            swapped = position[block] < 0.5
            for _ in range(length[block]):
                a, b = log_with[t], log_without[t]
                if swapped:
                    a, b = b, a
                level_a += a
                high_a = max(high_a, level_a)
                low_a = min(low_a, level_a - high_a)
                level_b += b
                high_b = max(high_b, level_b)
                low_b = min(low_b, level_b - high_b)
                t += 1
        # In decimals, so that draws stand beside the difference as it is reported.
        out[draw] = math.expm1(low_a) - math.expm1(low_b)
    return out


@kernel
def tails_of_swaps(
    pooled: Floats, ascending: Ints, share: float, first: Ints, position: Floats, length: Ints
) -> Floats:
    """Return tail mean of "with" less that of "without" for each swap, (draws,): positive where "with" lost less.

    `pooled` holds the returns of "with" and then those of "without"; `ascending` its positions from the lowest on.
    """
    n = pooled.shape[0] // 2
    draws = first.shape[0] - 1
    swapped = np.empty(n, dtype=np.bool_)
    out = np.empty(draws)
    for draw in range(draws):
        t = 0
        for block in range(first[draw], first[draw + 1]):
            swapped[t : t + length[block]] = position[block] < 0.5
            t += length[block]
        left_a = left_b = share * n
        total_a, total_b, k = 0.0, 0.0, 0
        while left_a > 1e-9 or left_b > 1e-9:
            at = ascending[k]
            k += 1
            if (at < n) != swapped[at % n]:
                taken = min(left_a, 1.0)
                total_a += taken * pooled[at]
                left_a -= taken
            else:
                taken = min(left_b, 1.0)
                total_b += taken * pooled[at]
                left_b -= taken
        out[draw] = (total_a - total_b) / (share * n)
    return out
