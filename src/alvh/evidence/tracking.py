"""How close a rebuilt series stays to the published one: drift, daily errors, tracking deviation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alvh.values import Floats, Ints, Missing

DAYS_A_YEAR = 365.25
SESSIONS_A_YEAR = 252.0
MIN_SESSIONS = 20


@dataclass(frozen=True, slots=True)
class Tracking:
    """Rebuilt against published between two sessions, both closes known.

    Attributes
    ----------
    first_day, last_day : int
        Days since 1970-01-01.
    ours_annual, published_annual : float
        Compound growth a year, decimals.
    drift_bp : float
        Difference of the logarithmic growth a year, basis points.
    median_bp, p95_bp : float
        Of the absolute daily difference of simple returns, basis points.
    deviation_pct : float
        Annualised standard deviation of that difference, per cent.
    n : int
        Daily differences.
    """

    first_day: int
    last_day: int
    ours_annual: float
    published_annual: float
    drift_bp: float
    median_bp: float
    p95_bp: float
    deviation_pct: float
    n: int


def tracking(days: Ints, published: Floats, returns: Floats, first_day: int, last_day: int) -> Tracking | Missing:
    """Compare daily returns with a published series.

    Parameters
    ----------
    days : array (sessions,)
        Days since 1970-01-01, ascending.
    published : array (sessions,)
        Levels, NaN where none.
    returns : array (sessions,)
        Ours, from the session before, decimals.
    first_day, last_day : int
        Window, both included; cut to the published levels inside it.

    Returns
    -------
    Tracking or Missing
        Missing with fewer than `MIN_SESSIONS` sessions, or where a return of ours inside the window is not known: a
        drift over a hole would be another number.
    """
    inside = np.flatnonzero(np.isfinite(published) & (days >= first_day) & (days <= last_day))
    if len(inside) < MIN_SESSIONS:
        return Missing(f"{len(inside)} published levels in the window")
    i, j = int(inside[0]), int(inside[-1])
    ours = returns[i + 1 : j + 1]
    if not np.isfinite(ours).all():
        return Missing(f"{int((~np.isfinite(ours)).sum())} of our {len(ours)} returns are not known")
    years = (days[j] - days[i]) / DAYS_A_YEAR
    grown, moved = float(np.log1p(ours).sum()), float(np.log(published[j] / published[i]))
    errors = ours - (published[i + 1 : j + 1] / published[i:j] - 1.0)
    errors = errors[np.isfinite(errors)]
    return Tracking(
        int(days[i]),
        int(days[j]),
        float(np.expm1(grown / years)),
        float(np.expm1(moved / years)),
        1e4 * (grown - moved) / years,
        1e4 * float(np.median(np.abs(errors))),
        1e4 * float(np.quantile(np.abs(errors), 0.95)),
        100.0 * float(errors.std(ddof=1)) * float(np.sqrt(SESSIONS_A_YEAR)),
        len(errors),
    )
