"""How fine strikes are listed, by era, kind of expiry and tenor: committed data, fitted to real chains.

Cboe lists strikes of 5, 10, 25, 50, 100 and 200 points: fine near the money and near expiry, finest on third Fridays
and month ends, coarser for Friday weeklies and coarsest for weeklies of other days (SPX product specification). A
*band* of a step is the range of strike / spot - 1 around the money in which every multiple of the step was listed. The
bands are the narrower third of those measured in 1,519 (session, expiry) chains of 2018-2019, 149 of 2022 and 415 of
2023-2025, rounded inwards to half a per cent, so that a strike called listed was listed; the tests measure both errors.
``10`` stands for the multiples of 10 and of 25, as Cboe mixes them.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, NamedTuple, TypeAlias

Family: TypeAlias = Literal["month", "month_end", "friday", "weekday"]
Band: TypeAlias = tuple[float, float]

NONE: Band = (0.0, 0.0)
"""No strike of this step is taken as listed."""


class Zones(NamedTuple):
    """The bands of one family of expiries up to a tenor.

    Attributes
    ----------
    family : str
        ``month`` (third Friday), ``month_end``, ``friday`` or ``weekday``.
    dte_max : int
        Longest tenor in calendar days that the row is for.
    bands : tuple of (low, high)
        Strike / spot - 1, one band a step of the era's `steps`, finest first. Beyond the last band the era's `coarse`
        step holds.
    """

    family: Family
    dte_max: int
    bands: tuple[Band, ...]


class Era(NamedTuple):
    """The grid of one root from a date on.

    Attributes
    ----------
    since : datetime.date
    steps : tuple of float
        Steps in points, finest first.
    coarse : float
        The step where no band reaches.
    rows : tuple of Zones
    assumed : bool
        True where no real chain of the era was at hand.
    """

    since: dt.date
    steps: tuple[float, ...]
    coarse: float
    rows: tuple[Zones, ...]
    assumed: bool


_LONG = 9999
_STEPS = (5.0, 10.0, 25.0, 50.0)

_SPX_BEFORE_2019 = (
    # "Five points, 25-point intervals for far months" (Cboe SPX specification, MarketsWiki copy). The two chains of the
    # VIX white papers (January 2009: 5 points from -13 % to +39 %; 2014: from -21 % to +4.5 %) lie inside these bands.
    Zones("month", 95, ((-0.12, 0.045), (-0.20, 0.06), (-0.45, 0.12), (-0.55, 0.20))),
    Zones("month", _LONG, (NONE, NONE, (-0.45, 0.12), (-0.55, 0.20))),
    # The month ends of January and February 2018 had 5 points from -9.4 % to +5.7 %.
    Zones("month_end", 65, ((-0.09, 0.045), (-0.15, 0.06), (-0.25, 0.06), (-0.45, 0.14))),
    Zones("month_end", _LONG, (NONE, NONE, (-0.25, 0.10), (-0.45, 0.16))),
    Zones("friday", _LONG, ((-0.09, 0.04), (-0.14, 0.045), (-0.20, 0.10), (-0.36, 0.15))),
    Zones("weekday", _LONG, ((-0.055, 0.02), (-0.105, 0.04), (-0.20, 0.09), (-0.36, 0.15))),
)
_SPX_2019 = (
    Zones("month", 30, ((-0.235, 0.075), (-0.330, 0.100), (-0.545, 0.140), (-0.625, 0.185))),
    Zones("month", 95, ((-0.210, 0.085), (-0.310, 0.110), (-0.515, 0.130), (-0.515, 0.170))),
    Zones("month", 125, ((-0.190, 0.070), (-0.290, 0.095), (-0.530, 0.125), (-0.530, 0.170))),
    Zones("month", _LONG, (NONE, NONE, (-0.510, 0.125), (-0.515, 0.165))),
    Zones("month_end", 30, ((-0.150, 0.055), (-0.225, 0.070), (-0.330, 0.070), (-0.465, 0.140))),
    Zones("month_end", 65, ((-0.165, 0.050), (-0.225, 0.075), (-0.305, 0.105), (-0.460, 0.170))),
    Zones("month_end", 125, (NONE, (-0.165, 0.070), (-0.285, 0.120), (-0.450, 0.170))),
    Zones("month_end", _LONG, (NONE, NONE, (-0.285, 0.110), (-0.450, 0.165))),
    Zones("friday", 16, ((-0.150, 0.080), (-0.210, 0.085), (-0.265, 0.125), (-0.650, 0.190))),
    Zones("friday", 37, ((-0.150, 0.075), (-0.200, 0.080), (-0.260, 0.120), (-0.525, 0.215))),
    Zones("friday", _LONG, ((-0.105, 0.050), (-0.185, 0.060), (-0.250, 0.105), (-0.405, 0.160))),
    Zones("weekday", 9, ((-0.105, 0.050), (-0.150, 0.070), (-0.205, 0.105), (-0.360, 0.160))),
    Zones("weekday", 23, ((-0.090, 0.040), (-0.140, 0.060), (-0.205, 0.100), (-0.360, 0.160))),
    Zones("weekday", _LONG, ((-0.055, 0.020), (-0.105, 0.040), (-0.200, 0.090), (-0.355, 0.155))),
)
_SPX_2022 = (
    Zones("month", 30, ((-0.160, 0.140), (-0.230, 0.160), (-0.385, 0.195), (-0.560, 0.245))),
    Zones("month", 95, ((-0.140, 0.115), (-0.220, 0.175), (-0.330, 0.225), (-0.565, 0.300))),
    Zones("month", 125, (NONE, (-0.200, 0.170), (-0.295, 0.220), (-0.410, 0.290))),
    Zones("month", _LONG, (NONE, NONE, (-0.285, 0.220), (-0.380, 0.290))),
    Zones("month_end", 30, ((-0.135, 0.135), (-0.250, 0.145), (-0.275, 0.175), (-0.425, 0.225))),
    Zones("month_end", 65, ((-0.150, 0.135), (-0.255, 0.175), (-0.295, 0.205), (-0.445, 0.230))),
    Zones("month_end", 125, (NONE, (-0.240, 0.170), (-0.240, 0.195), (-0.405, 0.230))),
    Zones("month_end", _LONG, (NONE, NONE, (-0.215, 0.125), (-0.315, 0.175))),
    Zones("friday", 16, ((-0.095, 0.040), (-0.160, 0.080), (-0.185, 0.090), (-0.270, 0.140))),
    Zones("friday", 37, ((-0.060, 0.035), (-0.110, 0.065), (-0.130, 0.100), (-0.245, 0.120))),
    Zones("friday", _LONG, (NONE, (-0.065, 0.050), (-0.100, 0.060), (-0.245, 0.095))),
    Zones("weekday", 9, ((-0.050, 0.035), (-0.065, 0.040), (-0.115, 0.065), (-0.220, 0.095))),
    Zones("weekday", 23, ((-0.050, 0.030), (-0.075, 0.040), (-0.110, 0.055), (-0.175, 0.075))),
    Zones("weekday", _LONG, (NONE, (-0.050, 0.030), (-0.065, 0.035), (-0.105, 0.065))),
)
_SPX_2023 = (
    Zones("month", 30, ((-0.145, 0.055), (-0.245, 0.100), (-0.425, 0.150), (-0.515, 0.195))),
    Zones("month", 95, ((-0.085, 0.035), (-0.220, 0.090), (-0.390, 0.140), (-0.470, 0.175))),
    Zones("month", 125, (NONE, (-0.185, 0.090), (-0.415, 0.145), (-0.515, 0.220))),
    Zones("month", _LONG, (NONE, NONE, (-0.365, 0.090), (-0.470, 0.150))),
    Zones("month_end", 30, ((-0.135, 0.055), (-0.255, 0.095), (-0.275, 0.115), (-0.410, 0.160))),
    Zones("month_end", 65, ((-0.125, 0.060), (-0.230, 0.100), (-0.265, 0.125), (-0.425, 0.175))),
    Zones("month_end", 125, (NONE, (-0.185, 0.095), (-0.215, 0.105), (-0.325, 0.160))),
    Zones("month_end", _LONG, (NONE, (-0.035, 0.020), (-0.205, 0.105), (-0.310, 0.150))),
    Zones("friday", 16, ((-0.070, 0.025), (-0.145, 0.065), (-0.175, 0.085), (-0.230, 0.110))),
    Zones("friday", 37, ((-0.050, 0.020), (-0.120, 0.055), (-0.145, 0.070), (-0.230, 0.100))),
    Zones("friday", _LONG, (NONE, (-0.075, 0.030), (-0.095, 0.050), (-0.230, 0.090))),
    Zones("weekday", 9, ((-0.060, 0.025), (-0.080, 0.035), (-0.145, 0.065), (-0.200, 0.085))),
    Zones("weekday", 23, ((-0.045, 0.020), (-0.065, 0.025), (-0.105, 0.050), (-0.200, 0.065))),
    Zones("weekday", _LONG, (NONE, (-0.035, 0.010), (-0.050, 0.020), (-0.195, 0.045))),
)
SPX_ERAS = (
    Era(dt.date(1985, 1, 1), _STEPS, 100.0, _SPX_BEFORE_2019, assumed=True),
    Era(dt.date(2019, 1, 1), _STEPS, 100.0, _SPX_2019, assumed=False),
    # No chain of 2020 and 2021: the narrower bands of 2022 are taken.
    Era(dt.date(2020, 1, 1), _STEPS, 100.0, _SPX_2022, assumed=True),
    Era(dt.date(2022, 1, 1), _STEPS, 100.0, _SPX_2022, assumed=False),
    Era(dt.date(2023, 1, 1), _STEPS, 100.0, _SPX_2023, assumed=False),
)

# XSP: "generally 1 USD or greater" (Cboe XSP specification); bands from the one chain of 2023-09-14.
_XSP = (
    Zones("month", 95, ((-0.13, 0.03), (-0.23, 0.13))),
    Zones("month", _LONG, (NONE, (-0.20, 0.13))),
    Zones("month_end", 95, ((-0.13, 0.03), (-0.23, 0.13))),
    Zones("month_end", _LONG, (NONE, (-0.20, 0.13))),
    Zones("friday", 50, ((-0.11, 0.04), (-0.25, 0.13))),
    Zones("friday", _LONG, (NONE, (-0.11, 0.07))),
    Zones("weekday", 16, ((-0.07, 0.03), (-0.13, 0.06))),
    Zones("weekday", _LONG, ((-0.03, 0.01), (-0.11, 0.06))),
)
XSP_ERAS = (
    Era(dt.date(2005, 10, 25), (1.0, 5.0), 10.0, _XSP, assumed=True),
    Era(dt.date(2023, 1, 1), (1.0, 5.0), 10.0, _XSP, assumed=False),
)


class Ladder(NamedTuple):
    """The VIX strikes of an era, by level of the strike: (step, up to and including) pairs, lowest first.

    Attributes
    ----------
    since : datetime.date
    near, far : tuple of (step_points, highest_strike)
        For expiries up to 60 days away, and beyond.
    assumed : bool
    """

    since: dt.date
    near: tuple[tuple[float, float], ...]
    far: tuple[tuple[float, float], ...]
    assumed: bool


VIX_LOWEST = 10.0
"""No strike below 10 in the chains of 2016 and 2024."""
VIX_NEAR_DAYS = 60
_VIX_BEFORE_2010 = ((1.0, 20.0), (2.5, 50.0), (5.0, 200.0))
# Macroption copy, February 2012 and January 2013: 1 point to 30, 2.5 to 50, 5 above.
_VIX_2010 = ((1.0, 30.0), (2.5, 50.0), (5.0, 200.0))
VIX_LADDERS = (
    Ladder(dt.date(2006, 2, 24), _VIX_BEFORE_2010, _VIX_BEFORE_2010, assumed=True),
    Ladder(dt.date(2010, 1, 1), _VIX_2010, _VIX_2010, assumed=True),
    Ladder(dt.date(2012, 2, 1), _VIX_2010, _VIX_2010, assumed=False),
    # Chain of 2016-06-01: half points from 10 to 15 in the first two months.
    Ladder(dt.date(2016, 1, 1), ((0.5, 15.0), *_VIX_2010), _VIX_2010, assumed=False),
    # Chain of 2024-06-03: half points to 15 in every month (to 16 in two), 1 to 40, 2.5 to 50, 5 to 100, then 10.
    Ladder(
        dt.date(2020, 1, 1),
        ((0.5, 15.0), (1.0, 40.0), (2.5, 50.0), (5.0, 100.0), (10.0, 200.0)),
        ((0.5, 15.0), (1.0, 40.0), (2.5, 50.0), (5.0, 100.0), (10.0, 200.0)),
        assumed=True,
    ),
    Ladder(
        dt.date(2024, 1, 1),
        ((0.5, 15.0), (1.0, 40.0), (2.5, 50.0), (5.0, 100.0), (10.0, 200.0)),
        ((0.5, 15.0), (1.0, 40.0), (2.5, 50.0), (5.0, 100.0), (10.0, 200.0)),
        assumed=False,
    ),
)
