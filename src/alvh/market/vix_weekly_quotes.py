"""Options on VIX weeklies: asked for by name (``VIXW``), priced like the monthlies on a future that is often our own.

A weekly VX future was published for few expiries before 2020. Where the day has no settlement of it, its price is read
off the curve: linear in calendar days between spot VIX (today) and the monthlies. Every mark is ``modelled``. They are
illiquid, and nothing in the half-spread says how much: policies have to ask for them (`decisions.md`).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alvh import conventions
from alvh.market import vix_model
from alvh.market.history import EPOCH, History
from alvh.market.quotes import Life, Series, carried, kept_meaning, last_mark
from alvh.market.smile_inputs import SmileInputs, smile_inputs
from alvh.values import Contract, Floats, Missing, Quote, Right

ROOT = "VIXW"
QUANTUM = 0.5
GRID_REACH = 100
"""Steps of the quantum searched on each side of a target."""


@dataclass(frozen=True, slots=True, eq=False)
class WeeklySmile:
    """The smile of one weekly expiry from session `first` to its last mark (`alvh.market.vix_model.expiry`)."""

    first: int
    years: Floats
    smile: Floats


class VixWeeklyQuotes:
    """Quotes of the options on VIX weeklies.

    Parameters
    ----------
    root : str
        ``VIXW``.
    history : History
    lives : dict of Contract -> Life
        Where lives are kept.
    """

    def __init__(self, root: str, history: History, lives: dict[Contract, Life]) -> None:
        self.root = root
        self.history = history
        self.lives = lives
        self._series: dict[int, tuple[Series, ...]] = {}
        self._smiles: dict[dt.date, WeeklySmile] = {}

    @property
    def inputs(self) -> SmileInputs:
        """VVIX, VIX and rates by session."""
        return self.history.derive("smile_inputs", smile_inputs)

    def spot(self, i: int) -> float:
        """Return the VIX at `i`; NaN where missing."""
        return float(self.inputs.vix[i])

    def series(self, i: int) -> Sequence[Series]:
        """Return the weeklies listed at `i`, by expiry: none before October 2015."""
        known = self._series.get(i)
        if known is None:
            today = self.history.dates[i]
            known = self._series[i] = tuple(
                Series(ROOT, listed.expiry, (listed.expiry - today).days, listed.assumed)
                for listed in conventions.listed_expiries(ROOT, today)
                if listed.expiry > today
            )
        return known

    def forward(self, i: int, series: Series) -> float:
        """Return the price of the weekly future of a series; NaN where it is missing or has settled."""
        at = self._smile(i, series.expiry)
        return at.smile.item(0, i - at.first) if at is not None else math.nan

    def strike_at_delta(self, i: int, series: Series, right: Right, abs_delta: float) -> float:
        """Return the listed strike nearest to where a delta to the future is met; NaN where an input is missing."""
        at = self._smile(i, series.expiry)
        if at is None:
            return math.nan
        k, smile = i - at.first, at.smile
        exact = vix_model.strike_of_delta(
            smile.item(0, k), smile.item(2, k), smile.item(3, k), at.years.item(k), right == "C", abs_delta
        )
        return self.strike_near(i, series, right, exact)

    def strike_near(self, i: int, series: Series, right: Right, target: float) -> float:  # noqa: ARG002
        """Return the listed strike nearest `target`, the lower of two; NaN for NaN."""
        if not math.isfinite(target):
            return math.nan
        below = math.floor(target / QUANTUM) * QUANTUM
        above = below + QUANTUM
        for _ in range(2 * GRID_REACH):
            nearest = below if target - below <= above - target else above
            if self._on_grid(i, series.expiry, nearest):
                return nearest
            if nearest == below:
                below -= QUANTUM
            else:
                above += QUANTUM
        return math.nan

    def _on_grid(self, i: int, expiry: dt.date, strike: float) -> bool:
        return strike > 0.0 and conventions.on_grid(ROOT, strike, strike, expiry, self.history.dates[i])

    def quote(self, i: int, contract: Contract) -> Quote | Missing:
        """Return the modelled quote of a contract at `i`, or why there is none."""
        today = self.history.dates[i]
        life = self.lives.get(contract)
        if life is None or life.first > i:
            if not contract.right or contract.expiry <= today:
                return Missing(f"{contract} has settled" if contract.right else f"{contract} is no option")
            if all(series.expiry != contract.expiry for series in self.series(i)):
                return Missing(f"{contract}: no such expiry is listed on {today}")
            if not self._on_grid(i, contract.expiry, contract.strike):
                return Missing(f"{contract} is off the strike grid of {today}")
            life = self.life(contract, i)
        k = i - life.first
        if k >= len(life.mid):
            return Missing(f"{contract} has settled")
        mid, half = life.mid.item(k), life.half_spread.item(k)
        if not math.isfinite(mid + half):
            return Missing(
                f"{contract} cannot be modelled on {today}: no VIX, no VVIX, no VX curve or no Treasury rate"
            )
        return Quote(mid - half, mid + half, today, "modelled", life.delta.item(k))

    def life(self, contract: Contract, i: int) -> Life:
        """Return the modelled quotes of a contract from `i` to its last mark, priced once."""
        known = self.lives.get(contract)
        if known is not None and known.first <= i:
            return known
        at = self._smile(i, contract.expiry) if contract.right else None
        if at is None:
            nothing = np.full(1, np.nan)
            life = Life(contract, i, *(nothing,) * 7, np.ones(1, dtype=bool), np.zeros(1, dtype=bool))
        else:
            k, x = i - at.first, self.inputs
            years, smile = at.years[k:], np.ascontiguousarray(at.smile[:, k:])
            out = np.empty((4, len(years)))
            vix_model.life(i, contract.strike, contract.right == "C", years, smile, x.vix, out)
            mid, stale = carried(out[0])
            modelled = np.ones(len(mid), dtype=bool)
            life = Life(contract, i, mid, out[1], smile[0], years, smile[1], out[2], out[3], modelled, stale)
        self.lives[contract] = life
        return life

    def _smile(self, i: int, expiry: dt.date) -> WeeklySmile | None:
        """Return the smile of an expiry from `i` or earlier to its last mark; None once it is settled."""
        known = self._smiles.get(expiry)
        if known is None or known.first > i:
            known = self._smiles[expiry] = self._computed(expiry, i)
        return known if i - known.first < len(known.years) else None

    def _computed(self, expiry: dt.date, first: int) -> WeeklySmile:
        """Compute an expiry from `first` to its last mark."""
        x = self.inputs
        stop = self.history.first_at_or_after(last_mark(Contract(ROOT, expiry)) + dt.timedelta(1))
        years = conventions.years_to_settlement_array(ROOT, expiry, self.history.sessions[first : max(stop, first)])
        future = weekly_future(self.history, x.vix, expiry, first, max(stop, first))
        smile = np.empty((4, len(years)))
        vix_model.expiry(first, years, future, x.vvix, x.zero_days, x.zero_rates, smile)
        return WeeklySmile(first, years, smile)

    def meaning(
        self,
        contract: Contract,  # noqa: ARG002
        life: Life,
        offset: int,
        n: int,
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Return forward, years, discount and volatility behind `n` marks of a life; NaN beyond it."""
        return kept_meaning(life, offset, n)


def weekly_future(history: History, vix: Floats, expiry: dt.date, first: int, stop: int) -> Floats:
    """Return the price of a weekly VX future on some sessions, points: as published, else read off the curve.

    Read off: linear in calendar days between the last monthly that expires before it (spot VIX, today, where there is
    none) and the first that does not. NaN where either is missing.
    """
    day = expiry.toordinal() - EPOCH
    out = np.full(stop - first, np.nan)
    j = history.vx_weekly.column_of(day)
    if j >= 0:
        out[:] = history.vx_weekly.settle[first:stop, j]
    vx = history.vx
    after = int(np.searchsorted(vx.expiry_days, day))
    if after == len(vx.expiry_days):
        return out
    for n in np.flatnonzero(np.isnan(out)).tolist():
        i = first + n
        today = int(history.days[i])
        before = after - 1
        near = (int(vx.expiry_days[before]), vx.settle.item(i, before)) if before >= int(vx.front[i]) else None
        low_day, low = near if near is not None else (today, vix.item(i))
        high_day, high = int(vx.expiry_days[after]), vx.settle.item(i, after)
        out[n] = low + (high - low) * (day - low_day) / (high_day - low_day)
    return out
