"""Compiled searches in the columns of a chain: a row, a life, a strike by delta, the forward by parity."""

from __future__ import annotations

import math

import numpy as np

from alvh.maths import black
from alvh.maths.kernel import kernel
from alvh.values import Floats, Ints


@kernel
def find_row(group_key: Ints, group_start: Ints, strikes: Floats, key: int, strike: float) -> int:
    """Return the row of a strike in the group called `key`; -1 where it was not quoted."""
    g = np.searchsorted(group_key, key)
    if g == len(group_key) or group_key[g] != key:
        return -1
    a, b = group_start[g], group_start[g + 1]
    row = a + np.searchsorted(strikes[a:b], strike)
    return int(row) if row < b and strikes[row] == strike else -1


@kernel
def gather_life(
    group_key: Ints,
    group_start: Ints,
    strikes: Floats,
    bid: Floats,
    ask: Floats,
    key: int,
    step: int,
    strike: float,
    rows: Ints,
    mid: Floats,
    half: Floats,
) -> None:
    """Fill row, mid and half-spread of one contract on consecutive sessions; -1 and NaN where it has no usable quote.

    `key` is the contract's group on the first of them, and the group of the next session is `step` further.
    """
    for n in range(len(mid)):
        rows[n], mid[n], half[n] = -1, np.nan, np.nan
        row = find_row(group_key, group_start, strikes, key + n * step, strike)
        if row >= 0 and bid[row] >= 0.0 and ask[row] > 0.0 and ask[row] >= bid[row]:
            rows[n] = row
            mid[n] = 0.5 * (bid[row] + ask[row])
            half[n] = 0.5 * (ask[row] - bid[row])


@kernel
def nearest_abs(values: Floats, target: float) -> int:
    """Return the first position whose absolute value is nearest `target`; -1 when every value is NaN."""
    best, at = np.inf, -1
    for n in range(len(values)):
        miss = abs(abs(values[n]) - target)
        if miss < best:
            best, at = miss, n
    return at


@kernel
def parity_forward(
    strike: Floats, bid: Floats, ask: Floats, call_a: int, call_b: int, put_a: int, put_b: int, discount: float
) -> float:
    """Return K + (C - P) / discount at the strike where both are two-sided and |C - P| is least; NaN where none is."""
    best, forward = math.inf, math.nan
    p = put_a
    for c in range(call_a, call_b):
        while p < put_b and strike[p] < strike[c]:
            p += 1
        if p == put_b or strike[p] != strike[c]:
            continue
        if not (bid[c] > 0.0 and bid[p] > 0.0 and ask[c] >= bid[c] and ask[p] >= bid[p]):
            continue
        gap = 0.5 * (bid[c] + ask[c]) - 0.5 * (bid[p] + ask[p])
        if abs(gap) < best:
            best, forward = abs(gap), strike[c] + gap / discount
    return forward


@kernel
def strike_by_delta(
    strike: Floats,
    bid: Floats,
    ask: Floats,
    forward: float,
    years: float,
    discount: float,
    call: bool,
    abs_delta: float,
) -> int:
    """Return the position of the two-sided quote nearest in size of Black delta; -1 where none has a volatility."""
    best, at = math.inf, -1
    for n in range(len(strike)):
        if not (bid[n] > 0.0 and ask[n] >= bid[n]):
            continue
        vol = black.implied_vol(0.5 * (bid[n] + ask[n]), forward, strike[n], years, discount, call)
        miss = abs(abs(black.delta(forward, strike[n], years, vol, call)) - abs_delta)
        if miss < best:
            best, at = miss, n
    return at
