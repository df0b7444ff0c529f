"""Other smiles than the shipped one, each judged on chains it has not seen: past chains only, or other years only."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from alvh.evidence.chain_errors import Capture, condor_credit, rmse
from alvh.maths.smile import ETA
from alvh.values import Floats

MIN_PAST: Final = 5
PAST: Final = 20
"""Captures a refit looks back on: at least, at most."""
ETAS: Final = (0.85, 0.90, 0.95, 1.0, 1.05, ETA)
LEVELS: Final = (0.0, -0.01, -0.02, -0.03, -0.04, -0.05)


@dataclass(frozen=True, slots=True)
class Bend:
    """A smile with another bend, or moved in level or slope; the shipped one as it stands."""

    level: float = 0.0
    slope: float = 0.0
    eta: float = ETA


GRID: Final = tuple(Bend(level, 0.0, eta) for eta, level in itertools.product(ETAS, LEVELS))
"""What a refit chooses from: two numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """RMSE by capture in volatility points, and the error of the credit where a capture has a condor, a share of it."""

    rmse: Floats
    credit: Floats

    @property
    def median(self) -> float:
        """Median RMSE; NaN without a capture."""
        return float(np.median(self.rmse)) if len(self.rmse) else np.nan

    @property
    def p90(self) -> float:
        """RMSE that nine captures in ten stay below; NaN without a capture."""
        return float(np.quantile(self.rmse, 0.9)) if len(self.rmse) else np.nan

    @property
    def credit_mean(self) -> float:
        """Mean error of the credit; NaN without a condor."""
        return float(np.mean(self.credit)) if len(self.credit) else np.nan

    @property
    def credit_size(self) -> float:
        """Median absolute error of the credit; NaN without a condor."""
        return float(np.median(np.abs(self.credit))) if len(self.credit) else np.nan


def judge(captures: Sequence[Capture], bends: Sequence[Bend]) -> Judged:
    """Return the errors of captures, each under its own bend."""
    both = list(zip(captures, bends, strict=True))
    errors = [rmse(one.error(bend.level, bend.slope, bend.eta)) for one, bend in both]
    condors = [condor_credit(one, bend.level, bend.slope, bend.eta) for one, bend in both]
    return Judged(np.array(errors), np.array([found[1] for found in condors if found is not None]))


def grid_errors(captures: Sequence[Capture]) -> Floats:
    """Return the RMSE of every capture (rows) under every bend of `GRID` (columns), volatility points."""
    return np.array([[rmse(one.error(bend.level, bend.slope, bend.eta)) for bend in GRID] for one in captures])


def walk_forward(captures: Sequence[Capture], errors: Floats) -> tuple[list[Capture], list[Bend]]:
    """Return the captures with enough of a past, and for each the bend that was best on the last of them.

    Only captures of earlier sessions count, at least `MIN_PAST`, at most `PAST`. `errors` is `grid_errors`.
    """
    order = sorted(range(len(captures)), key=lambda n: (captures[n].session, captures[n].source))
    judged, bends = [], []
    for n in order:
        past = [m for m in order if captures[m].session < captures[n].session][-PAST:]
        if len(past) >= MIN_PAST:
            judged.append(captures[n])
            bends.append(GRID[int(np.argmin(errors[past].mean(axis=0)))])
    return judged, bends


def leave_year_out(captures: Sequence[Capture], errors: Floats) -> tuple[list[Capture], list[Bend]]:
    """Return the captures and for each the bend that was best in all other years.

    Years weigh alike, however many chains one has. Nothing is judged where there is only one year. `errors` is
    `grid_errors`.
    """
    years = np.array([one.session.year for one in captures])
    best: dict[int, Bend] = {}
    for year in np.unique(years).tolist():
        others = [errors[years == other].mean(axis=0) for other in np.unique(years[years != year]).tolist()]
        if others:
            best[year] = GRID[int(np.argmin(np.mean(others, axis=0)))]
    kept = [one for one in captures if one.session.year in best]
    return kept, [best[one.session.year] for one in kept]
