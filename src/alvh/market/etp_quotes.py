"""Options on VXX and UVXY: listed by rule, priced as American options on the share, every mark ``modelled``.

A contract is quoted in the terms of the shares it was listed on (`alvh.conventions.etp_options`): 100 of them, whatever
splits come later. Its mark therefore does not jump at a split, and its settlement is its intrinsic value on the close
of its expiry. What the Options Clearing Corporation delivers are shares; they are taken to be sold at that close.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alvh import conventions
from alvh.conventions.etp_options import basis_days
from alvh.market import etp_model, spx_model, vix_model
from alvh.market.history import History
from alvh.market.quotes import Life, Series, carried, kept_meaning, last_mark
from alvh.market.smile_inputs import SmileInputs, smile_inputs
from alvh.maths.american import american_prices
from alvh.values import Contract, Floats, Missing, Quote, Right

LISTED_SESSIONS = 63
"""A strike listed when the share stood near it stays listed; it counts from where the share stood in a quarter."""
QUANTUM = 0.5
GRID_REACH = 400
"""Steps of the quantum searched from a target."""


@dataclass(frozen=True, eq=False)
class FundColumns:
    """What the model knows of a fund by session; NaN where missing.

    Attributes
    ----------
    adjusted, traded : arrays
        Close on the share basis after the last split of the table, and as it was traded that day, USD.
    levered : array
        Leverage of the next day's move.
    spread : array
        By what the half-spread of December 2016 is multiplied.
    """

    adjusted: Floats
    traded: Floats
    levered: Floats
    spread: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ExpirySmile:
    """The smile of one expiry from session `first` to its last mark, in the terms of one root.

    `smile` has two rows: floor of the share and volatility above it.
    """

    first: int
    spot: Floats
    years: Floats
    forward: Floats
    discount: Floats
    rate: Floats
    smile: Floats


def fund_columns(history: History, fund: str) -> FundColumns:
    """Lay the columns of a fund out; the store's close is adjusted for every split of the table, to the last one."""
    adjusted = history.column(fund)
    factors = [conventions.price_of_basis(conventions.etp_root(fund, day)) for day in history.dates]
    return FundColumns(
        adjusted=adjusted,
        traded=adjusted / np.array(factors),
        levered=np.array([etp_model.leverage(fund, day) for day in history.dates]),
        spread=np.array([etp_model.spread_factor(fund, day.toordinal()) for day in history.dates]),
    )


def columns_of(history: History, fund: str) -> FundColumns:
    """Return `fund_columns`, computed once for a history."""
    return history.derive(("etp", fund), lambda known: fund_columns(known, fund))


def share_close(history: History, root: str, i: int) -> float:
    """Return the close of the share an option root is on, in the root's own terms, USD; NaN where missing."""
    adjusted = columns_of(history, str(conventions.fund_of(root))).adjusted
    return adjusted.item(i) / conventions.price_of_basis(root)


class EtpQuotes:
    """Quotes of the options on one fund, or of one share basis of it.

    Parameters
    ----------
    root : str
        ``VXX`` or ``UVXY`` (its cash level and what is listed new on a day), or an option root (``VXX4``).
    history : History
    lives : dict of Contract -> Life
        Where lives are kept.
    """

    def __init__(self, root: str, history: History, lives: dict[Contract, Life]) -> None:
        self.fund = conventions.fund_of(root) or root
        self.history = history
        self.lives = lives
        self._series: dict[int, tuple[Series, ...]] = {}
        self._smiles: dict[tuple[str, dt.date], ExpirySmile] = {}

    @property
    def columns(self) -> FundColumns:
        """The fund's columns."""
        return columns_of(self.history, self.fund)

    @property
    def inputs(self) -> SmileInputs:
        """VVIX, VIX and rates by session."""
        return self.history.derive("smile_inputs", smile_inputs)

    def spot(self, i: int) -> float:
        """Return the close as traded at `i`, USD; NaN where missing."""
        return self.columns.traded.item(i)

    def series(self, i: int) -> Sequence[Series]:
        """Return the expiries listed new at `i`, on the shares of that day."""
        known = self._series.get(i)
        if known is None:
            today = self.history.dates[i]
            root = conventions.etp_root(self.fund, today)
            known = self._series[i] = tuple(
                Series(root, listed.expiry, (listed.expiry - today).days, listed.assumed)
                for listed in conventions.listed_expiries(root, today)
                if listed.expiry > today
            )
        return known

    def forward(self, i: int, series: Series) -> float:
        """Return the share's forward in the root's terms; NaN where the share has no close or the series settled."""
        at = self._smile(i, series.root, series.expiry)
        return at.forward.item(i - at.first) if at is not None else math.nan

    def strike_at_delta(self, i: int, series: Series, right: Right, abs_delta: float) -> float:
        """Return the listed strike nearest to where a delta to the forward is met; NaN where an input is missing."""
        at = self._smile(i, series.root, series.expiry)
        if at is None:
            return math.nan
        k = i - at.first
        forward, years, call = at.forward.item(k), at.years.item(k), right == "C"
        exact = vix_model.strike_of_delta(forward, at.smile.item(0, k), at.smile.item(1, k), years, call, abs_delta)
        return self.strike_near(i, series, right, exact)

    def strike_near(self, i: int, series: Series, right: Right, target: float) -> float:  # noqa: ARG002
        """Return the listed strike nearest `target`, the lower of two; NaN for NaN, or where no close is known."""
        low, high = self._range(i, series.root)
        if not (math.isfinite(target) and math.isfinite(low)):
            return math.nan
        below = math.floor(target / QUANTUM) * QUANTUM
        above = below + QUANTUM
        for _ in range(GRID_REACH):
            nearest = below if target - below <= above - target else above
            if self._on_grid(i, series, nearest, low, high):
                return nearest
            if nearest == below:
                below -= QUANTUM
            else:
                above += QUANTUM
        return math.nan

    def _range(self, i: int, root: str) -> tuple[float, float]:
        """Return the lowest and highest close of a quarter in a root's terms, since the root is listed; or NaN."""
        first = self.history.first_at_or_after(basis_days(root)[0])
        closes = self.columns.adjusted[max(first, i - LISTED_SESSIONS + 1, 0) : i + 1]
        closes = closes[np.isfinite(closes)] / conventions.price_of_basis(root)
        return (float(closes.min()), float(closes.max())) if len(closes) else (math.nan, math.nan)

    def _on_grid(self, i: int, series: Series, strike: float, low: float, high: float) -> bool:
        level = min(max(strike, low), high)
        return conventions.on_grid(series.root, strike, level, series.expiry, self.history.dates[i])

    def quote(self, i: int, contract: Contract) -> Quote | Missing:
        """Return the modelled quote of a contract at `i`, or why there is none."""
        today = self.history.dates[i]
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
        if not math.isfinite(mid + half):
            return Missing(f"{contract} cannot be modelled on {today}: {self._absent(i)}")
        return Quote(mid - half, mid + half, today, "modelled", life.delta.item(k))

    def _refusal(self, i: int, contract: Contract) -> str:
        """Return why a contract that nobody holds has no quote at `i`; empty where it was once listed."""
        root, expiry, strike, right = contract
        today = self.history.dates[i]
        if conventions.fund_of(root) is None or not right:
            return f"{contract} is no option on {self.fund}"
        if expiry <= today:
            return f"{contract} has settled"
        # What was listed before a split is still there after it; nothing new is listed on the old shares.
        latest = min(i, self.history.first_at_or_after(min(basis_days(root)[1], today) + dt.timedelta(1)) - 1)
        listed = False
        for past in range(latest, -1, -1):
            found = next((s for s in self.series(past) if (s.root, s.expiry) == (root, expiry)), None)
            if found is None:
                break
            listed = True
            low, high = self._range(past, root)
            # Without a close there is no grid, and `_absent` says what is missing.
            if (past == i and math.isnan(low)) or (strike > 0.0 and self._on_grid(past, found, strike, low, high)):
                return ""
        if not listed:
            return f"{contract}: no such expiry is listed on {today}"
        return f"{contract} is off the strike grid of {today} and of every session before"

    def _absent(self, i: int) -> str:
        """Name the inputs that a quote lacks at `i`."""
        x = self.inputs
        needed = {self.fund: self.columns.adjusted, "VIX": x.vix, "VVIX": x.vvix}
        absent = [name for name, values in needed.items() if not np.isfinite(values[i])]
        if not np.isfinite(x.zero_rates[i]).any():
            absent.append("Treasury rate")
        return "no " + ", no ".join(absent) if absent else "the smile has no solution"

    def life(self, contract: Contract, i: int) -> Life:
        """Return the modelled quotes of a contract from `i` to its last mark, priced once.

        Raises
        ------
        QuantLibMissingError
            When QuantLib is not installed (`alvh.maths.american`).
        """
        known = self.lives.get(contract)
        if known is not None and known.first <= i:
            return known
        life = self.lives[contract] = self._priced(contract, i)
        return life

    def _priced(self, contract: Contract, i: int) -> Life:
        """Price a contract from `i` on; one NaN where there is nothing to price."""
        at = self._smile(i, contract.root, contract.expiry) if contract.right and contract.strike > 0.0 else None
        if at is None:
            nothing = np.full(1, np.nan)
            return Life(contract, i, *(nothing,) * 7, np.ones(1, dtype=bool), np.zeros(1, dtype=bool))
        k, call, strike = i - at.first, contract.right == "C", contract.strike
        years, forward, discount = at.years[k:], at.forward[k:], at.discount[k:]
        vol, delta = out = np.empty((2, len(years)))
        etp_model.vols(strike, call, forward, years, np.ascontiguousarray(at.smile[:, k:]), out)
        price = american_prices(at.spot[k:], strike, years, vol, at.rate[k:], etp_model.BORROW, call)
        mid, stale = carried(price)
        x, spread = self.inputs, self.columns.spread
        half = np.array(
            [
                min(etp_model.half_spread(p, t * spx_model.DAYS_A_YEAR, x.vix.item(i + n), spread.item(i + n)), p)
                if math.isfinite(p)
                else math.nan
                for n, (p, t) in enumerate(zip(price.tolist(), years.tolist(), strict=True))
            ]
        )
        modelled = np.ones(len(mid), dtype=bool)
        return Life(contract, i, mid, half, forward, years, discount, vol, delta, modelled, stale)

    def _smile(self, i: int, root: str, expiry: dt.date) -> ExpirySmile | None:
        """Return the smile of an expiry from `i` or earlier to its last mark; None once it is settled."""
        known = self._smiles.get((root, expiry))
        if known is None or known.first > i:
            known = self._smiles[root, expiry] = self._computed(root, expiry, i)
        return known if i - known.first < len(known.years) else None

    def _computed(self, root: str, expiry: dt.date, first: int) -> ExpirySmile:
        """Compute an expiry from `first` to its last mark."""
        x, columns = self.inputs, self.columns
        stop = self.history.first_at_or_after(last_mark(Contract(root, expiry)) + dt.timedelta(1))
        sessions = slice(first, max(stop, first))
        years = conventions.years_to_settlement_array(root, expiry, self.history.sessions[sessions])
        days = years * spx_model.DAYS_A_YEAR
        rates = [spx_model.zero_rate(d, x.zero_days, r) for d, r in zip(days, x.zero_rates[sessions], strict=True)]
        rate = np.array(rates, dtype=np.float64)
        spot = columns.adjusted[sessions] / conventions.price_of_basis(root)
        forward = spot * np.exp((rate - etp_model.BORROW) * years)
        smile = np.empty((2, len(years)))
        etp_model.smile(forward, years, x.vvix[sessions], columns.levered[sessions], smile)
        return ExpirySmile(first, spot, years, forward, np.exp(-rate * years), rate, smile)

    def meaning(
        self,
        contract: Contract,  # noqa: ARG002
        life: Life,
        offset: int,
        n: int,
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Return forward, years, discount and volatility behind `n` marks of a life; NaN beyond it."""
        return kept_meaning(life, offset, n)
