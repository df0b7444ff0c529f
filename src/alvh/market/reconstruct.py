"""Quotes where no chain exists: priced on demand from what is published every day, and labelled ``modelled``."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np

from alvh import conventions
from alvh.market import spx_model, vix_model
from alvh.market.expiries import SCALE, UNDERLYING, Expiries
from alvh.market.history import EPOCH, History
from alvh.market.listed_strikes import level_for, recent_range
from alvh.market.model_shift import ModelShift
from alvh.market.other_roots import other_roots
from alvh.market.quotes import Life, Series, carried, kept_meaning
from alvh.market.smile_inputs import SmileInputs, smile_inputs
from alvh.values import Contract, Floats, Missing, Origin, Quote, Right

ROOTS = {"SPX": ("SPX", "SPXW"), "XSP": ("XSP",), "VIX": ("VIX",)}
"""Roots listed on an underlying; of VIX the monthlies only (`decisions.md`, "What existed on the day")."""
QUANTUM = {"SPX": 5.0, "SPXW": 5.0, "XSP": 1.0, "VIX": 0.5}
"""Every listed strike is a multiple of it."""
GRID_REACH = 100
"""Multiples of the quantum searched on each side of a target: wider than any listed step (100 points)."""


class ModelledQuotes:
    """The reconstruction over one history (see `docs/quotes.md` for the method and its measured error).

    A contract has a quote when it was listed: its expiry by the listing rules, its strike by the grid of a session no
    later than the one asked about, since what is once listed stays. What somebody holds has a life (`life`), and stays
    quoted as long as it lives.

    Parameters
    ----------
    history : History
    shift : ModelShift, optional
        Moves the smiles of SPX, XSP and monthly VIX options within their error (a model band's draw).
    """

    def __init__(self, history: History, shift: ModelShift | None = None) -> None:
        self.history = history
        as_published: SmileInputs = history.derive("smile_inputs", smile_inputs)
        self.inputs = as_published if shift is None else shift.smile(as_published)
        self.lives: dict[Contract, Life] = {}
        self._others = other_roots(history, self.lives)
        self._expiries = Expiries(history, self.inputs, shift)
        self._range = history.derive("recent_range", recent_range)
        self._series: dict[tuple[int, str], tuple[Series, ...]] = {}

    @property
    def origin(self) -> Origin:
        """``modelled``."""
        return "modelled"

    def spot(self, i: int, underlying: str) -> float:
        """Return the cash level at `i`; NaN where missing."""
        if underlying in self._others:
            return self._others[underlying].spot(i)
        if underlying in SCALE:
            return SCALE[underlying] * float(self.inputs.spot[i])
        return float(self.inputs.vix[i])

    def series(self, i: int, underlying: str) -> Sequence[Series]:
        """Return the listed series of an underlying that have not settled and still trade at `i`."""
        if underlying in self._others:
            return self._others[underlying].series(i)
        key = (i, underlying)
        known = self._series.get(key)
        if known is None:
            today = self.history.dates[i]
            found = [
                Series(root, listed.expiry, (listed.expiry - today).days, listed.assumed)
                for root in ROOTS[underlying]
                for listed in conventions.listed_expiries(root, today)
                if listed.expiry > today
            ]
            known = self._series[key] = tuple(sorted(found, key=lambda s: (s.expiry, s.root)))
        return known

    def observed(self, i: int, underlying: str) -> bool:
        """Whether anything of an underlying is listed at `i`."""
        return bool(self.series(i, underlying))

    def future(self, i: int, expiry: dt.date) -> float:
        """Return the settlement of the VX future of an expiry at `i`; NaN where there is none."""
        j = self.history.vx.column_of(expiry.toordinal() - EPOCH)
        return self.history.vx.settle.item(i, j) if j >= 0 else math.nan

    def forward(self, i: int, series: Series) -> float:
        """Return the forward of a series: the same-expiry VX for VIX options, carry for SPX; NaN once it is settled."""
        if series.root in self._others:
            return self._others[series.root].forward(i, series)
        life = self._expiries.at(i, series.root, series.expiry)
        return life.smile.item(0, i - life.first) if life is not None else math.nan

    def strike_at_delta(self, i: int, series: Series, right: Right, abs_delta: float) -> float:
        """Return the strike on the grid nearest to where the delta is met; NaN where an input is missing."""
        if series.root in self._others:
            return self._others[series.root].strike_at_delta(i, series, right, abs_delta)
        life = self._expiries.at(i, series.root, series.expiry)
        if life is None:
            return math.nan
        k, call = i - life.first, right == "C"
        smile, years = life.smile, life.years.item(k)
        if series.root == "VIX":
            exact = vix_model.strike_of_delta(
                smile.item(0, k), smile.item(2, k), smile.item(3, k), years, call, abs_delta
            )
        else:
            rho = self.inputs.rho.item(i)
            exact = spx_model.strike_of_delta(smile.item(0, k), smile.item(2, k), rho, years, call, abs_delta)
        return self.strike_near(i, series, right, exact)

    def strike_near(self, i: int, series: Series, right: Right, target: float) -> float:
        """Return the listed strike nearest `target`, the lower of two; NaN for NaN, or where no grid is known."""
        if series.root in self._others:
            return self._others[series.root].strike_near(i, series, right, target)
        root, expiry = series.root, series.expiry
        level = self.forward(i, series) if root == "VIX" else self.grid_level(i, root, target)
        if not (math.isfinite(target) and math.isfinite(level)):
            return math.nan
        quantum = QUANTUM[root]
        below = math.floor(target / quantum) * quantum
        above = below + quantum
        for _ in range(2 * GRID_REACH):
            if target - below <= above - target:
                if self.on_grid(i, root, expiry, below):
                    return below
                below -= quantum
            else:
                if self.on_grid(i, root, expiry, above):
                    return above
                above += quantum
        return math.nan

    def on_grid(self, i: int, root: str, expiry: dt.date, strike: float) -> bool:
        """Whether the strike grid of the session has a strike; False where no index level is known."""
        if not strike > 0.0:
            return False
        level = self.grid_level(i, root, strike) if root != "VIX" else strike
        return math.isfinite(level) and conventions.on_grid(root, strike, level, expiry, self.history.dates[i])

    def grid_level(self, i: int, root: str, strike: float) -> float:
        """Return the level a strike's distance from the money is measured from; NaN where it is missing."""
        scale = SCALE[UNDERLYING[root]]
        low, high = self._range
        return level_for(strike, scale * low.item(i), scale * high.item(i), self.inputs.vix.item(i))

    def vendor_delta(self, i: int, series: Series, right: Right, abs_delta: float) -> float:  # noqa: ARG002
        """Return NaN: a reconstruction has no vendor."""
        return math.nan

    def quote(self, i: int, contract: Contract) -> Quote | Missing:
        """Return the modelled quote of a contract at `i`, or why there is none.

        What is quoted once is likely to be traded and held: its whole life is priced at the first question.
        """
        if contract.root in self._others:
            return self._others[contract.root].quote(i, contract)
        life = self.lives.get(contract)
        if life is None or life.first > i:
            why = self._refusal(i, contract)
            if why:
                return Missing(why)
            life = self.life(contract, i)
        k = i - life.first
        if k >= len(life.mid):
            return Missing(f"{contract} has settled")
        mid, half = life.mid.item(k), life.half_spread.item(k)
        # A carried mark has no half-spread: it is not something to trade on.
        if not math.isfinite(mid + half):
            return Missing(f"{contract} cannot be modelled on {self.history.dates[i]}: {self._absent(i, contract)}")
        return Quote(mid - half, mid + half, self.history.dates[i], "modelled", life.delta.item(k))

    def _refusal(self, i: int, contract: Contract) -> str:
        """Return why a contract that nobody holds has no quote at `i`; empty where it was listed."""
        root, expiry, strike, right = contract
        today = self.history.dates[i]
        if root not in UNDERLYING or not right:
            return f"{contract} is nothing the reconstruction covers"
        if expiry <= today:
            return f"{contract} has settled"
        if not self._expiry_listed(i, root, expiry):
            return f"{contract}: no such expiry is listed on {today}"
        # Where no level of the index is known there is no grid either, and `_absent` says what is missing.
        if self.on_grid(i, root, expiry, strike) or not (root == "VIX" or math.isfinite(self._range[0].item(i))):
            return ""
        for past in range(i - 1, -1, -1):
            if not self._expiry_listed(past, root, expiry):
                break
            if self.on_grid(past, root, expiry, strike):
                return ""
        return f"{contract} is off the strike grid of {today} and of every session before"

    def _expiry_listed(self, i: int, root: str, expiry: dt.date) -> bool:
        return any(s.expiry == expiry and s.root == root for s in self.series(i, UNDERLYING[root]))

    def _absent(self, i: int, contract: Contract) -> str:
        """Name the inputs that a modelled quote lacks at `i`."""
        x = self.inputs
        if contract.root == "VIX" and math.isnan(self.future(i, contract.expiry)):
            return f"no VX settlement of {contract.expiry}"
        needed = {"VIX": x.vix, "VVIX": x.vvix}
        if contract.root != "VIX":
            needed |= {"SPX": x.spot, "dividend yield": x.dividend_yield}
        absent = [name for name, values in needed.items() if not np.isfinite(values[i])]
        if not np.isfinite(x.zero_rates[i]).any():
            absent.append("Treasury rate")
        return "no " + ", no ".join(absent) if absent else "the smile has no solution"

    def life(self, contract: Contract, i: int) -> Life:
        """Return the modelled quotes of a contract from `i` to its last mark, priced once."""
        if contract.root in self._others:
            return self._others[contract.root].life(contract, i)
        known = self.lives.get(contract)
        if known is not None and known.first <= i:
            return known
        life = self.lives[contract] = self._priced(contract, i)
        return life

    def _priced(self, contract: Contract, i: int) -> Life:
        """Price a contract from `i` on; one NaN where there is nothing to price."""
        covered = contract.root in UNDERLYING and contract.right
        expiry = self._expiries.at(i, contract.root, contract.expiry) if covered else None
        if expiry is None:
            nothing = np.full(1, np.nan)
            return Life(contract, i, *(nothing,) * 7, np.ones(1, dtype=bool), np.zeros(1, dtype=bool))
        x, k, call = self.inputs, i - expiry.first, contract.right == "C"
        years, smile = expiry.years[k:], expiry.smile[:, k:]
        out = np.empty((4, len(years)))
        if contract.root == "VIX":
            vix_model.life(i, contract.strike, call, years, smile, x.vix, out)
        else:
            scale = SCALE[UNDERLYING[contract.root]]
            spx_model.life(i, contract.strike, call, scale, years, smile, x.rho, x.vix, out)
        mid, stale = carried(out[0])
        modelled = np.ones(len(mid), dtype=bool)
        # Where there was no mid to carry on, the kernels gave no half-spread either.
        return Life(contract, i, mid, out[1], smile[0], years, smile[1], out[2], out[3], modelled, stale)

    def meaning(self, contract: Contract, life: Life, offset: int, n: int) -> tuple[Floats, Floats, Floats, Floats]:
        """Return forward, years, discount and volatility behind `n` marks of a life; NaN beyond it."""
        if contract.root in self._others:
            return self._others[contract.root].meaning(contract, life, offset, n)
        return kept_meaning(life, offset, n)
