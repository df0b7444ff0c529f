"""VX of a simulated market: what a path's basis says of every listed month, and what each month settles at.

A contract that was quoted at the start keeps what its settlement there differed from the basis at eight terms, fading
with the days it has left, so that nothing jumps where the simulation begins. No settlement is above the root of its
forward variance: there the basis is cut at zero, and counted (`methodology.md` section 7).
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Final, NamedTuple

import numpy as np

from alvh import conventions
from alvh.market.engines.states import BASIS_DAYS, basis_at, ceiling_points
from alvh.market.history import EPOCH, History
from alvh.market.vx import MIN_FRONT_SESSIONS, VxCurve, expiry_rows
from alvh.maths.kernel import kernel
from alvh.values import Floats, Ints

LISTED_MONTHS: Final = 9
"""Monthly VX expiries with a settlement on a simulated session; CFE lists nine."""


class Terms(NamedTuple):
    """What VX is made of, first at the start and then at each simulated close: h + 1 rows.

    Attributes
    ----------
    node_days : array (nodes,)
    variance : array (h + 1, nodes)
        Total variance to each node.
    basis : array (h + 1, terms)
        At `states.BASIS_DAYS`.
    vix : array (h + 1,)
        VIX, points.
    vix_open : array (h + 1,)
        VIX of the morning, points; NaN where it has no open.
    """

    node_days: Floats
    variance: Floats
    basis: Floats
    vix: Floats
    vix_open: Floats


def simulated_curve(history: History, terms: Terms, days: Ints, cut: slice) -> tuple[VxCurve, int, int]:
    """Return the VX curve of past and path, how many settlements were capped, and how many there are.

    Parameters
    ----------
    history : History
    terms : Terms
    days : array of int64
        The axis: the past kept, then the simulated sessions.
    cut : slice
        The sessions of `history` that are kept; it stops behind the start.
    """
    real, past = history.vx, cut.stop - cut.start
    today = int(history.days[cut.stop - 1])
    old = real.expiry_days[(real.expiry_days > days[0]) & (real.expiry_days <= today)]
    expiries = np.concatenate((old, expiries_after(today, int(days[-1]))))
    settle, final = np.full((len(days), len(expiries)), np.nan), np.full(len(expiries), np.nan)
    known = np.flatnonzero(np.isin(real.expiry_days, expiries))
    column = np.searchsorted(expiries, real.expiry_days[known])
    settle[:past, column] = real.settle[cut][:, known]
    done = real.expiry_days[known] <= today
    final[column[done]] = real.final[known[done]]
    left = (expiries - today).astype(np.float64)
    own = np.zeros(len(expiries))
    if past:
        fill_own(settle[past - 1], left, terms.node_days, terms.variance[0], terms.basis[0], own)
    capped, settled = fill_settlements(
        days[past:], expiries, left, own, terms.node_days, terms.variance[1:], terms.basis[1:], settle[past:]
    )
    for j in range(len(old), len(expiries)):
        t = int(np.searchsorted(days, expiries[j]))
        if t < len(days):
            final[j] = final_settlement(terms, t - past + 1)
    return curve_of(days, settle, expiries, final), capped, settled


def final_settlement(terms: Terms, t: int) -> float:
    """Return VRO of a simulated morning: VIX's open, or without one the geometric mean of the closes around it."""
    opened = float(terms.vix_open[t])
    return opened if np.isfinite(opened) else float(np.sqrt(terms.vix[t - 1] * terms.vix[t]))


def expiries_after(today: int, last: int) -> Ints:
    """Return the monthly VX settlement days after `today`, to the `LISTED_MONTHS`-th after `last`."""
    begin, end = (dt.date.fromordinal(day + EPOCH) for day in (today, last))
    months = [
        conventions.vix_expiry(year, month).toordinal() - EPOCH
        for year in range(begin.year, end.year + 2)
        for month in range(1, 13)
    ]
    wanted = np.array([day for day in months if day > today], dtype=np.int64)
    return wanted[: int(np.sum(wanted <= last)) + LISTED_MONTHS]


def curve_of(days: Ints, settle: Floats, expiries: Ints, final: Floats) -> VxCurve:
    """Return a VX curve from its settlements."""
    front = np.searchsorted(expiries, days, side="right").astype(np.int64)
    enough = np.searchsorted(expiry_rows(days, expiries), np.arange(len(days)) + MIN_FRONT_SESSIONS)
    return VxCurve(settle, expiries, final, front, np.maximum(enough, front).astype(np.int64))


def past_contracts(history: History, cut: slice, days: Ints) -> VxCurve:
    """Return the weekly contracts that settled in the past; none is simulated."""
    curve = history.vx_weekly
    keep = (curve.expiry_days > days[0]) & (curve.expiry_days <= history.days[cut.stop - 1])
    settle = np.full((len(days), int(keep.sum())), np.nan)
    settle[: cut.stop - cut.start] = curve.settle[cut][:, keep]
    return curve_of(days, settle, curve.expiry_days[keep], curve.final[keep])


@kernel
def fill_own(settle: Floats, left: Floats, node_days: Floats, variance: Floats, basis: Floats, out: Floats) -> None:
    """Fill what each settlement of the start differs from the basis there, in logarithms; 0 where there is none."""
    for j in range(len(settle)):
        if settle[j] > 0.0 and left[j] > 0.0:
            gap = math.log(settle[j] / ceiling_points(left[j], node_days, variance))
            out[j] = gap - basis_at(left[j], BASIS_DAYS, basis)


@kernel
def fill_settlements(
    days: Ints,
    expiries: Ints,
    left_at_start: Floats,
    own: Floats,
    node_days: Floats,
    variance: Floats,
    basis: Floats,
    out: Floats,
) -> tuple[int, int]:
    """Fill the settlements of the nearest monthly contracts; return how many were capped, and how many there are."""
    capped, settled = 0, 0
    for t in range(len(days)):
        listed = 0
        for j in range(len(expiries)):
            left = float(expiries[j] - days[t])
            if left <= 0.0:
                continue
            if listed == LISTED_MONTHS:
                break
            gap = basis_at(left, BASIS_DAYS, basis[t]) + own[j] * left / left_at_start[j]
            if gap > 0.0:
                gap = 0.0
                capped += 1
            out[t, j] = ceiling_points(left, node_days, variance[t]) * math.exp(gap)
            listed += 1
            settled += 1
    return capped, settled
