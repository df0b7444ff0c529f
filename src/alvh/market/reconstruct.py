"""Quotes where no chain exists: priced on demand from what is published every day, and labelled ``modelled``."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np

from alvh import conventions
from alvh.market import spx_model, vix_model
from alvh.market.history import EPOCH, History
from alvh.market.listed_strikes import level_for, recent_range
from alvh.market.quotes import Life, Series, carried, last_mark, window
from alvh.market.smile_inputs import SmileInputs, smile_inputs
from alvh.maths import black
from alvh.maths.smile import theta_table
from alvh.values import Contract, Floats, Ints, Missing, Origin, Quote, Right

VIX_MONTHS_LISTED = 6
"""The six nearest VIX monthlies are assumed to be listed (`decisions.md`, "What existed on the day")."""
SCALE = {"SPX": 1.0, "XSP": 0.1}
ROOTS = {"SPX": ("SPX", "SPXW"), "XSP": ("XSP",)}


class ModelledQuotes:
    """The reconstruction over one history (see `docs/quotes.md` for the method and its measured error).

    Parameters
    ----------
    history : History
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self.inputs: SmileInputs = history.derive("smile_inputs", smile_inputs)
        self._table = theta_table()
        self._range = history.derive("recent_range", recent_range)
        self.lives: dict[Contract, Life] = {}
        self._series: dict[tuple[int, str], tuple[Series, ...]] = {}
        self._timing: dict[tuple[str, dt.date], tuple[Ints, int, float]] = {}
        self._close_minutes = {
            name: np.array(
                [round(conventions.close_instant(root, d) * conventions.MINUTES_PER_DAY) for d in history.dates]
            )
            for name, root in (("SPX", "SPXW"), ("VIX", "VIX"))
        }

    @property
    def origin(self) -> Origin:
        """``modelled``."""
        return "modelled"

    def spot(self, i: int, underlying: str) -> float:
        """Return the cash level at `i`; NaN where missing."""
        if underlying in SCALE:
            return SCALE[underlying] * float(self.inputs.spot[i])
        return float(self.inputs.vix[i])

    def series(self, i: int, underlying: str) -> Sequence[Series]:
        """Return the listed series of an underlying that have not settled and still trade at `i`."""
        key = (i, underlying)
        if key not in self._series:
            self._series[key] = tuple(self._listed(i, underlying))
        return self._series[key]

    def _listed(self, i: int, underlying: str) -> list[Series]:
        today = self.history.dates[i]
        if underlying == "VIX":
            front = int(self.history.vx.front[i])
            months = self.history.vx.expiry_days[front : front + VIX_MONTHS_LISTED].tolist()
            now = int(self.history.days[i])
            return [Series("VIX", dt.date.fromordinal(day + EPOCH), day - now, assumed=True) for day in months]
        out = [
            Series(root, listed.expiry, (listed.expiry - today).days, listed.assumed)
            for root in ROOTS[underlying]
            for listed in conventions.listed_expiries(root, today)
            if listed.expiry > today
        ]
        return sorted(out, key=lambda s: (s.expiry, s.root))

    def _times(self, root: str, expiry: dt.date) -> tuple[Ints, int, float]:
        """Return the close of every session and the settlement, in minutes, and the business clock at settlement."""
        key = (root, expiry)
        known = self._timing.get(key)
        if known is None:
            settlement = conventions.settlement_instant(root, expiry)
            close = self._close_minutes["VIX" if root == "VIX" else "SPX"]
            minutes = round(settlement * conventions.MINUTES_PER_DAY)
            known = self._timing[key] = (close, minutes, conventions.clock_reading(settlement))
        return known

    def years(self, i: int, root: str, expiry: dt.date) -> float:
        """Return the years from the close of session `i` to settlement; 0 after it."""
        close, settlement, _ = self._times(root, expiry)
        return max(0, settlement - int(close[i])) / conventions.MINUTES_PER_YEAR

    def _years_between(self, first: int, last: int, root: str, expiry: dt.date) -> Floats:
        """Return `years` for sessions first..last."""
        close, settlement, _ = self._times(root, expiry)
        out: Floats = np.maximum(settlement - close[first : last + 1], 0) / conventions.MINUTES_PER_YEAR
        return out

    def smile(self, i: int, series: Series) -> tuple[float, float, float, float]:
        """Return ``(forward, discount, theta, years)`` of an SPX or XSP series at `i`; NaN where missing."""
        years, clock = self.years(i, series.root, series.expiry), self._times(series.root, series.expiry)[2]
        x = self.inputs
        forward, discount, theta = spx_model.smile_at(
            self._table, clock, years, x.clock[i], x.node_clock[i], x.node_variance[i], x.rho[i],
            self.spot(i, "XSP" if series.root == "XSP" else "SPX"), x.dividend_yield[i], x.zero_days, x.zero_rates[i],
        )
        return forward, discount, theta, years

    def future(self, i: int, expiry: dt.date) -> float:
        """Return the settlement of the VX future of an expiry at `i`; NaN where there is none."""
        j = self.history.vx.column_of(expiry.toordinal() - EPOCH)
        return float(self.history.vx.settle[i, j]) if j >= 0 else math.nan

    def forward(self, i: int, series: Series) -> float:
        """Return the forward of a series: the same-expiry VX for VIX options, carry for SPX."""
        if series.root == "VIX":
            return self.future(i, series.expiry)
        return self.smile(i, series)[0]

    def strike_at_delta(self, i: int, series: Series, right: Right, abs_delta: float) -> float:
        """Return the strike on the grid nearest to where the delta is met; NaN where an input is missing."""
        call = right == "C"
        if series.root == "VIX":
            years = self.years(i, "VIX", series.expiry)
            exact = vix_model.strike_of_delta(
                self.future(i, series.expiry), float(self.inputs.vvix[i]), years, call, abs_delta
            )
        else:
            forward, _, theta, years = self.smile(i, series)
            exact = spx_model.strike_of_delta(forward, theta, float(self.inputs.rho[i]), years, call, abs_delta)
        return self.strike_near(i, series, right, exact)

    def strike_near(self, i: int, series: Series, right: Right, target: float) -> float:
        """Return the strike of the day's grid nearest `target`; NaN for NaN."""
        level = self.grid_level(i, series.root, series.expiry, target)
        if not (math.isfinite(target) and math.isfinite(level)):
            return math.nan
        return conventions.nearest_strike(series.root, target, level, series.expiry, self.history.dates[i])

    def grid_level(self, i: int, root: str, expiry: dt.date, strike: float) -> float:
        """Return the level a strike's distance from the money is measured from; NaN where it is missing."""
        if root == "VIX":
            return self.future(i, expiry)
        scale = SCALE["XSP" if root == "XSP" else "SPX"]
        low, high = self._range
        return level_for(strike, scale * float(low[i]), scale * float(high[i]), float(self.inputs.vix[i]))

    def vendor_delta(self, i: int, series: Series, right: Right, abs_delta: float) -> float:
        """Return NaN: a reconstruction has no vendor."""
        return math.nan

    def quote(self, i: int, contract: Contract) -> Quote | Missing:
        """Return the modelled quote of a contract at `i`, or which input is missing.

        What is quoted once is likely to be traded and held: its whole life is priced at the first question.
        """
        life = self.lives.get(contract)
        if life is None or life.first > i:
            life = self.life(contract, i)
        k = i - life.first
        if k >= len(life.mid):
            return Missing(f"{contract} has settled")
        mid, half = life.mid.item(k), life.half_spread.item(k)
        # A carried mark has no half-spread: it is not something to trade on.
        if not math.isfinite(mid + half):
            return Missing(f"{contract} cannot be modelled on {self.history.dates[i]}: {self._absent(i, contract)}")
        return Quote(mid - half, mid + half, self.history.dates[i], "modelled", life.delta.item(k))

    def _absent(self, i: int, contract: Contract) -> str:
        """Name the inputs that a modelled quote lacks at `i`."""
        x = self.inputs
        if contract.root == "VIX" and math.isnan(self.future(i, contract.expiry)):
            return f"no VX settlement of {contract.expiry}"
        absent = [
            name
            for name, values in (("SPX", x.spot), ("VIX", x.vix), ("VVIX", x.vvix), ("a dividend yield", x.dividend_yield))
            if not np.isfinite(values[i])
        ]
        if not np.isfinite(x.zero_rates[i]).any():
            absent.append("a Treasury rate")
        return "no " + ", no ".join(absent) if absent else "the smile has no solution"

    def _priced(self, contract: Contract, first: int, last: int, vol_shift: Floats) -> Floats:
        """Price an SPX or XSP option on sessions first..last: mid, half, forward, discount, vol, delta."""
        x = self.inputs
        years = self._years_between(first, last, contract.root, contract.expiry)
        clock = self._times(contract.root, contract.expiry)[2]
        out = np.empty((last - first + 1, 6))
        spx_model.life(
            self._table, first, contract.strike, contract.right == "C", 0.1 if contract.root == "XSP" else 1.0,
            clock, years, x.clock, x.node_clock, x.node_variance, x.rho, x.spot,
            x.dividend_yield, x.zero_days, x.zero_rates, x.vix, vol_shift, out,
        )
        return out

    def point(self, contract: Contract, i: int, vol_shift: float = 0.0) -> tuple[float, float, float, float, float]:
        """Return ``(mid, half_spread, forward, discount, vol)`` of an option at `i`, its volatility moved by `vol_shift`."""
        if contract.root == "VIX":
            row = self._vix_priced(contract, i, i)[0]
            if vol_shift:
                years = self.years(i, "VIX", contract.expiry)
                vol = float(row[4]) + vol_shift
                row[0] = black.price(float(row[2]), contract.strike, years, vol, float(row[3]), contract.right == "C")
                row[4] = vol
        else:
            row = self._priced(contract, i, i, np.array([vol_shift]))[0]
        return float(row[0]), float(row[1]), float(row[2]), float(row[3]), float(row[4])

    def life(self, contract: Contract, i: int) -> Life:
        """Return the modelled quotes of a contract from `i` to its last mark, priced once."""
        known = self.lives.get(contract)
        if known is not None and known.first <= i:
            return known
        end = self.history.first_at_or_after(last_mark(contract) + dt.timedelta(1)) - 1
        end = max(end, i)
        if contract.root == "VIX":
            out = self._vix_priced(contract, i, end)
        else:
            out = self._priced(contract, i, end, np.zeros(end - i + 1))
        mid, stale = carried(out[:, 0])
        life = Life(
            contract, i, mid, np.where(stale, np.nan, out[:, 1]), out[:, 2], 
            self._years_between(i, end, contract.root, contract.expiry),
            out[:, 3], out[:, 4], out[:, 5], np.ones(len(mid), dtype=bool), stale,
        )
        self.lives[contract] = life
        return life

    def meaning(self, contract: Contract, life: Life, offset: int, n: int) -> tuple[Floats, Floats, Floats, Floats]:
        """Return forward, years, discount and volatility behind `n` marks of a life; NaN beyond it."""
        forward, years, discount, vol = (
            window(values, offset, n) for values in (life.forward, life.years, life.discount, life.vol)
        )
        return forward, years, discount, vol

    def _vix_priced(self, contract: Contract, first: int, last: int) -> Floats:
        """Price a VIX option on sessions first..last."""
        x = self.inputs
        years = self._years_between(first, last, "VIX", contract.expiry)
        j = self.history.vx.column_of(contract.expiry.toordinal() - EPOCH)
        future = np.ascontiguousarray(self.history.vx.settle[first : last + 1, j]) if j >= 0 else np.full(len(years), np.nan)
        out = np.empty((last - first + 1, 6))
        vix_model.life(
            first, contract.strike, contract.right == "C", years, future, x.vvix, x.zero_days, x.zero_rates, x.vix, out
        )
        return out
