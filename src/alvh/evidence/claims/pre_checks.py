"""The arithmetic that was done before anything was built, done again on these data: ours beside theirs.

`concepts.md`, section 4, "Constraints and pre-checks": counts of sessions that need no option quotes. Their VX
settlements end in May 2017 and their VIX closes in 2025; each line names the window it was counted over here.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from alvh.evidence.claims.claim import Material
from alvh.evidence.measure import DAYS_PER_YEAR
from alvh.market.vx import VxCurve
from alvh.values import Bools, Floats, Ints

Unit: TypeAlias = Literal["share", "a year"]

VX_WINDOW = dt.date(2006, 1, 1), dt.date(2017, 5, 31)
"""The VX settlements that the figures were counted on."""
DECADE = dt.date(2015, 1, 1), dt.date(2025, 12, 31)
JUMP = 0.20
AFTER = 10
SHORT_LIVED = 3
BREAK_EVENS = ((5.0, (0.86, 0.77, 0.68)), (10.0, (0.93, 0.885, 0.84)))
CREDITS = (0.70, 1.15, 1.60)


class Check(NamedTuple):
    """One figure counted again.

    Attributes
    ----------
    what : str
    theirs, ours : float
        In `unit`; `ours` is NaN where the data do not hold the window.
    unit : {"share", "a year"}
        A ``share`` is a decimal.
    first, last : datetime.date or None
        Window of ours; None for pure arithmetic.
    n : int
        Sessions, crosses or jumps counted.
    """

    what: str
    theirs: float
    ours: float
    unit: Unit
    first: dt.date | None
    last: dt.date | None
    n: int


def pre_checks(material: Material) -> tuple[Check, ...]:
    """Return every pre-check, in the order of the page."""
    return (*_break_evens(), *_curve(material), *_levels(material), *_crosses(material))


def break_even(credit: float, width: float) -> float:
    """Return the share of wins at which full losses are paid for: 1 - credit / width, both in points."""
    return 1.0 - credit / width


def _break_evens() -> list[Check]:
    return [
        Check(f"break-even win rate, {credit:.2f} on {width:g} points, full losses", theirs,
              break_even(credit, width), "share", None, None, 1)
        for width, figures in BREAK_EVENS
        for credit, theirs in zip(CREDITS, figures, strict=True)
    ]  # fmt: skip


def _curve(material: Material) -> list[Check]:
    """Count sessions of the VX curve over the window of their data, by both meanings of the front month.

    The page's convention gives F1 five trading days at least; its figures come out with the nearest future instead.
    """
    conventional = material.reading("vx_spread"), material.reading("vx_slope")
    nearest = nearest_pair(material.history.vx, material.history.days)
    out = []
    for told, (spread, slope) in (("", conventional), (", F1 the nearest future of all", nearest)):
        out += _spreads(material, spread, told) + _slopes(material, slope, told)
    return out


def _spreads(material: Material, spread: Floats, told: str) -> list[Check]:
    widened = np.full(spread.size, np.nan)
    widened[5:] = spread[5:] - spread[:-5]
    counted = (
        ("F2 - F1 above 3 points", 0.037, spread > 3.0, spread),
        ("F2 - F1 above 4 points", 0.0046, spread > 4.0, spread),
        ("F2 - F1 beyond 3 points either way", 0.063, np.abs(spread) > 3.0, spread),
        ("F2 - F1 wider by more than 3 points in five sessions", 0.010, widened > 3.0, widened),
    )
    return [
        _share(material, f"{what}{told}", theirs, flags, known, *VX_WINDOW) for what, theirs, flags, known in counted
    ]


def _slopes(material: Material, slope: Floats, told: str) -> list[Check]:
    known = _rows(material, slope, *VX_WINDOW)
    out = [_share(material, f"curve inverted{told}", 0.18, slope < 0.0, slope, *VX_WINDOW)]
    for what, theirs, rank in (("median", 0.062, 50.0), ("75th percentile", 0.100, 75.0),
                               ("95th percentile", 0.155, 95.0), ("99th percentile", 0.19, 99.0)):  # fmt: skip
        ours = float(np.percentile(slope[known], rank)) if known.any() else float("nan")
        out.append(_check(material, f"slope of the curve, {what}{told}", theirs, ours, "share", known))
    return out


def nearest_pair(vx: VxCurve, days: Ints) -> tuple[Floats, Floats]:
    """Return F2 - F1 in points and over F1, F1 being the nearest monthly that has not expired, however near it is."""
    spread, slope = np.full(days.size, np.nan), np.full(days.size, np.nan)
    for i, day in enumerate(days):
        listed = vx.settle[i, (vx.expiry_days > day) & np.isfinite(vx.settle[i])]
        if listed.size > 1:
            spread[i] = listed[1] - listed[0]
            slope[i] = listed[1] / listed[0] - 1.0
    return spread, slope


def _levels(material: Material) -> list[Check]:
    """Count levels of the VIX and where its jumps began, 2015 to 2025."""
    vix = material.reading("VIX")
    before = np.concatenate(([np.nan], vix[:-1]))
    jumped = _rows(material, vix, *DECADE) & (vix / before - 1.0 > JUMP)
    calm = float(np.mean(before[jumped] <= 20.0)) if jumped.any() else float("nan")
    return [
        _share(material, "VIX above 20", 0.298, vix > 20.0, vix, *DECADE),
        _check(material, "one-day VIX jumps above 20 % that began at 20 or below", 0.62, calm, "share", jumped),
        _share(material, "VIX above 16", 0.54, vix > 16.0, vix, *DECADE),
        _share(material, "VIX above 14.9", 0.63, vix > 14.9, vix, *DECADE),
    ]


def _crosses(material: Material) -> list[Check]:
    """Count the sessions on which the MACD histogram of the VIX turns positive, and what followed."""
    vix, histogram = material.reading("VIX"), material.reading("vix_macd_hist")
    crossed = bull_crosses(histogram)
    days = material.history.days
    known = np.flatnonzero(np.isfinite(histogram))
    years = (days[known[-1]] - days[known[0]] + 1) / DAYS_PER_YEAR if known.size else float("nan")
    lasted = durations(histogram, np.flatnonzero(crossed))
    after = np.full(vix.size, np.nan)
    after[:-AFTER] = vix[AFTER:] / vix[:-AFTER] - 1.0
    followed = np.isfinite(after)
    at_cross = after[crossed & followed]
    return [
        _check(material, "VIX MACD bull crosses", 11.5, float(crossed.sum() / years), "a year", crossed),
        _check(material, f"bull crosses that last at most {SHORT_LIVED} sessions", 0.19,
               float(np.mean(lasted <= SHORT_LIVED)) if lasted.size else float("nan"), "share", crossed),
        _check(material, f"median VIX change in the {AFTER} sessions after a bull cross", -0.017,
               float(np.median(at_cross)) if at_cross.size else float("nan"), "share", crossed & followed),
        _check(material, f"median VIX change in any {AFTER} sessions", -0.013,
               float(np.median(after[followed])) if followed.any() else float("nan"), "share", followed),
    ]  # fmt: skip


def bull_crosses(histogram: Floats) -> Bools:
    """Return the sessions whose histogram is positive after one that was not; an unknown one crosses nothing."""
    out = np.zeros(histogram.size, dtype=np.bool_)
    out[1:] = (histogram[1:] > 0.0) & (histogram[:-1] <= 0.0)
    return out


def durations(histogram: Floats, crosses: Ints) -> Ints:
    """Return for how many sessions the histogram stays positive from each cross on; the last may still do."""
    positive = histogram > 0.0
    return np.array([int(np.argmin(np.append(positive[at:], False))) for at in crosses], dtype=np.int64)


def _share(
    material: Material, what: str, theirs: float, flags: Bools, known: Floats, first: dt.date, last: dt.date
) -> Check:
    """Return the share of the sessions of a window with a known reading on which a flag is up."""
    rows = _rows(material, known, first, last)
    return _check(material, what, theirs, float(np.mean(flags[rows])) if rows.any() else float("nan"), "share", rows)


def _rows(material: Material, known: Floats, first: dt.date, last: dt.date) -> Bools:
    """Return the sessions of a window on which a reading is known."""
    sessions = material.history.sessions
    rows: Bools = (sessions >= np.datetime64(first, "D")) & (sessions <= np.datetime64(last, "D")) & np.isfinite(known)
    return rows


def _check(material: Material, what: str, theirs: float, ours: float, unit: Unit, rows: Bools) -> Check:
    dates = material.history.dates
    at = np.flatnonzero(rows)
    first, last = (dates[int(at[0])], dates[int(at[-1])]) if at.size else (None, None)
    return Check(what, theirs, ours, unit, first, last, int(at.size))
