"""VX and VXM futures: quoted at the daily settlement the exchange publishes, half a spread either side.

The settlement is a published price: such a mark is called ``market`` in every run. The spread around it is assumed.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from alvh import conventions
from alvh.market.half_spread import SPX_VIX, VIX_REFERENCE
from alvh.market.history import EPOCH, History
from alvh.market.quotes import Life, Series, carried, kept_meaning, last_mark
from alvh.values import Contract, Floats, Missing, Quote, Right

HALF_SPREAD: Final = 0.025
"""Half of one outright tick of VX, 0.05 points (CFE contract specification). VXM trades in steps of 0.01, but nobody
quotes it one step wide: its makers hedge in VX, and it is taken to be as wide as VX in points (assumed)."""


class VxQuotes:
    """Quotes of the monthly futures of one root, VX or VXM; weeklies are not used.

    VX is listed where the exchange published its settlement. VXM is listed by rule, from 2020-08-10
    (`alvh.conventions`), and settles at the price of the VX of its month, every day and finally.

    Parameters
    ----------
    root : {"VX", "VXM"}
    history : History
    lives : dict of Contract -> Life
        Where lives are kept.
    """

    def __init__(self, root: str, history: History, lives: dict[Contract, Life]) -> None:
        self.root = root
        self.history = history
        self.lives = lives
        self._series: dict[int, tuple[Series, ...]] = {}

    def spot(self, i: int) -> float:
        """Return the VIX at `i`: what the futures settle to; NaN where missing."""
        return float(self.history.column("VIX")[i])

    def series(self, i: int) -> Sequence[Series]:
        """Return the monthlies with a settlement at `i`, by expiry."""
        known = self._series.get(i)
        if known is None:
            known = self._series[i] = tuple(self._listed(i))
        return known

    def _listed(self, i: int) -> list[Series]:
        vx, today = self.history.vx, self.history.dates[i]
        rule = {expiry.expiry: expiry.assumed for expiry in conventions.listed_expiries(self.root, today)}
        out = []
        for j in range(int(vx.front[i]), len(vx.expiry_days)):
            expiry = dt.date.fromordinal(int(vx.expiry_days[j]) + EPOCH)
            if math.isfinite(vx.settle.item(i, j)) and (self.root == "VX" or expiry in rule):
                out.append(Series(self.root, expiry, (expiry - today).days, self.root != "VX" and rule[expiry]))
        return out

    def forward(self, i: int, series: Series) -> float:
        """Return the settlement of a series: a future is its own forward; NaN where none was published."""
        return float(self._settlements(series.expiry, i, i + 1)[0])

    def strike_at_delta(self, i: int, series: Series, right: Right, abs_delta: float) -> float:  # noqa: ARG002
        """Return NaN: a future has no strike to choose."""
        return math.nan

    def strike_near(self, i: int, series: Series, right: Right, target: float) -> float:  # noqa: ARG002
        """Return 0, which stands for the strike of what has none."""
        return 0.0

    def quote(self, i: int, contract: Contract) -> Quote | Missing:
        """Return the settlement at `i` with the half-spread either side, or why there is no quote."""
        today = self.history.dates[i]
        if contract.expiry <= today:
            return Missing(f"{contract} has settled")
        if contract.right or contract.strike:
            return Missing(f"{contract} is no future")
        if all(series.expiry != contract.expiry for series in self.series(i)):
            return Missing(f"{contract} {self._absent(contract, today)} on {today}")
        life = self.life(contract, i)
        k = i - life.first
        mid, half = life.mid.item(k), life.half_spread.item(k)
        if math.isnan(half):
            return Missing(f"{contract} has no VIX on {today} to tell its spread by")
        return Quote(mid - half, mid + half, today, "market", 1.0)

    def _absent(self, contract: Contract, today: dt.date) -> str:
        """Say why a future that has not settled is not in the list of a day."""
        listed = any(e.expiry == contract.expiry for e in conventions.listed_expiries(self.root, today))
        return "has no settlement" if listed else "is not listed"

    def life(self, contract: Contract, i: int) -> Life:
        """Return the settlements of a future from `i` to the session before its final settlement."""
        known = self.lives.get(contract)
        if known is not None and known.first <= i:
            return known
        stop = max(self.history.first_at_or_after(last_mark(contract) + dt.timedelta(1)), i + 1)
        mid, stale = carried(self._settlements(contract.expiry, i, stop))
        half = np.where(stale | np.isnan(mid), np.nan, half_spreads(self.history.column("VIX")[i:stop]))
        ones, none = np.ones(len(mid)), np.zeros(len(mid))
        dates = self.history.dates[i:stop]
        years = np.array([conventions.years_to_settlement(self.root, contract.expiry, date) for date in dates])
        modelled = np.zeros(len(mid), dtype=bool)
        life = Life(contract, i, mid, half, mid, years, ones, none, ones, modelled, stale)
        self.lives[contract] = life
        return life

    def _settlements(self, expiry: dt.date, first: int, stop: int) -> Floats:
        """Return the daily settlements of an expiry on some sessions; NaN where none was published."""
        j = self.history.vx.column_of(expiry.toordinal() - EPOCH)
        if j < 0:
            return np.full(stop - first, np.nan)
        return self.history.vx.settle[first:stop, j].copy()

    def meaning(
        self,
        contract: Contract,  # noqa: ARG002
        life: Life,
        offset: int,
        n: int,
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Return forward (the settlement itself), years, discount 1 and volatility 0 behind `n` marks of a life."""
        return kept_meaning(life, offset, n)


def half_spreads(vix: Floats) -> Floats:
    """Return half the spread of a future at levels of the VIX, points; NaN where the VIX is missing.

    ``0.025 x max(1, (VIX / 14.2)^0.4724)``: half a tick in calm, and wider in stress as VIX options are
    (`alvh.market.half_spread`). No history of VX quotes was at hand: the whole curve is assumed.
    """
    out: Floats = HALF_SPREAD * np.maximum(1.0, (vix / VIX_REFERENCE) ** SPX_VIX)
    return out
