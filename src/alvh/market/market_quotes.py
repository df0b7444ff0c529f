"""Quotes from real chains. A held contract on a day without a quote is marked by the model, and labelled so."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np

from alvh import conventions
from alvh.market.chains import ChainColumns, life_rows, nearest_abs
from alvh.market.history import EPOCH, History
from alvh.market.quotes import Life, Series, carried, last_mark, window
from alvh.market.reconstruct import ModelledQuotes
from alvh.maths import black
from alvh.maths.kernel import kernel
from alvh.values import Contract, Floats, Ints, Missing, Origin, Quote, Right

FULL_CHAIN_EXPIRIES = 4
"""A session has a full chain when so many expiries 7-75 days out are quoted."""
FULL_CHAIN_DAYS = (7, 75)
FULL_CHAIN_SHARE = 0.85
"""`auto` takes market quotes when full chains cover this share of the run's sessions (`decisions.md`, "Quotes")."""
ROOT_SYMBOL = {"SPX": "SPX", "SPXW": "SPX", "XSP": "XSP", "VIX": "VIX", "VIXW": "VIX"}


class MarketQuotes:
    """Real quotes over one history; the model stands in only for marks of what is already held.

    Parameters
    ----------
    history : History
        With the chains of the underlyings the run trades.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self._model = ModelledQuotes(history)
        self.lives: dict[Contract, Life] = {}
        self._forwards: dict[tuple[int, str, dt.date], tuple[float, float, float]] = {}

    @property
    def origin(self) -> Origin:
        """``market``."""
        return "market"

    def chain(self, underlying: str) -> ChainColumns | None:
        """Return the chains of an underlying, None where the history holds none."""
        return self.history.chains.get(underlying)

    def spot(self, i: int, underlying: str) -> float:
        """Return the index close at `i`, or the vendor's cash price where the history has no close."""
        level = self._model.spot(i, underlying)
        chain = self.chain(underlying)
        return float(chain.underlying[i]) if math.isnan(level) and chain is not None else level

    def series(self, i: int, underlying: str) -> Sequence[Series]:
        """Return the series quoted at `i` that have not settled."""
        chain = self.chain(underlying)
        if chain is None:
            return ()
        today = int(self.history.days[i])
        return [
            Series(root, dt.date.fromordinal(day + EPOCH), day - today)
            for root, day in sorted(chain.expiries(i), key=lambda pair: (pair[1], pair[0]))
            if day > today and root in conventions.ROOTS
        ]

    def _parity(self, i: int, root: str, expiry: dt.date) -> tuple[float, float, float]:
        """Return ``(forward, discount, years)`` by put-call parity at the strike where call and put mids are nearest."""
        key = (i, root, expiry)
        if key not in self._forwards:
            self._forwards[key] = self._solve_parity(i, root, expiry)
        return self._forwards[key]

    def _solve_parity(self, i: int, root: str, expiry: dt.date) -> tuple[float, float, float]:
        years = conventions.years_to_settlement(root, expiry, self.history.dates[i])
        x = self._model.inputs
        rates = x.zero_rates[i]
        known = np.isfinite(rates)
        rate = float(np.interp(years * 365.0, x.zero_days[known], rates[known])) if known.any() else math.nan
        discount = math.exp(-rate * years)
        chain = self.chain(ROOT_SYMBOL[root])
        if chain is None:
            return math.nan, discount, years
        day = expiry.toordinal() - EPOCH
        call, put = (chain.rows(i, root, day, call=c) for c in (True, False))
        forward = parity_forward(chain.strike, chain.bid, chain.ask, call[0], call[1], put[0], put[1], discount)
        return forward, discount, years

    def forward(self, i: int, series: Series) -> float:
        """Return the parity forward of a series; the same-expiry VX for VIX options where it is settled."""
        if series.root == "VIX":
            future = self._model.future(i, series.expiry)
            if math.isfinite(future):
                return future
        return self._parity(i, series.root, series.expiry)[0]

    def _rows(self, i: int, series: Series, right: Right) -> tuple[ChainColumns | None, int, int]:
        chain = self.chain(ROOT_SYMBOL[series.root])
        if chain is None:
            return None, 0, 0
        day = series.expiry.toordinal() - EPOCH
        return chain, *chain.rows(i, series.root, day, call=right == "C")

    def strike_at_delta(self, i: int, series: Series, right: Right, abs_delta: float) -> float:
        """Return the quoted strike whose Black delta, at its own mid's volatility, is nearest; NaN where none solves."""
        chain, a, b = self._rows(i, series, right)
        if chain is None or a == b:
            return math.nan
        _, discount, years = self._parity(i, series.root, series.expiry)
        at = strike_by_delta(
            chain.strike[a:b], chain.bid[a:b], chain.ask[a:b], self.forward(i, series), years, discount, right == "C", abs_delta
        )
        return float(chain.strike[a + at]) if at >= 0 else math.nan

    def strike_near(self, i: int, series: Series, right: Right, target: float) -> float:
        """Return the quoted strike nearest `target`, the lower of two; NaN where none is quoted."""
        chain, a, b = self._rows(i, series, right)
        if chain is None or a == b or not math.isfinite(target):
            return math.nan
        strikes = chain.strike[a:b]
        k = int(np.searchsorted(strikes, target))
        if k == len(strikes) or (k > 0 and target - strikes[k - 1] <= strikes[k] - target):
            k -= 1
        return float(strikes[k])

    def vendor_delta(self, i: int, series: Series, right: Right, abs_delta: float) -> float:
        """Return the quoted strike whose vendor's delta is nearest; NaN where no vendor gave one."""
        chain, a, b = self._rows(i, series, right)
        if chain is None or a == b:
            return math.nan
        at = nearest_abs(chain.delta[a:b], abs_delta)
        return float(chain.strike[a + at]) if at >= 0 else math.nan

    def quote(self, i: int, contract: Contract) -> Quote | Missing:
        """Return the chain's quote at `i`; Missing where the contract has none or nobody asks."""
        today = self.history.dates[i]
        chain = self.chain(ROOT_SYMBOL[contract.root])
        if chain is None:
            return Missing(f"no {ROOT_SYMBOL[contract.root]} chain in the store")
        call = contract.right == "C"
        row = chain.row(i, contract.root, contract.expiry.toordinal() - EPOCH, contract.strike, call=call)
        if row < 0:
            return Missing(f"{contract} is not quoted on {today}")
        bid, ask = float(chain.bid[row]), float(chain.ask[row])
        why = unusable(bid, ask)
        if why:
            return Missing(f"{contract} has {why} on {today}")
        series = Series(contract.root, contract.expiry, 0)
        _, discount, years = self._parity(i, contract.root, contract.expiry)
        forward = self.forward(i, series)
        vol = black.implied_vol(0.5 * (bid + ask), forward, contract.strike, years, discount, call)
        return Quote(bid, ask, today, "market", black.delta(forward, contract.strike, years, vol, call))

    def life(self, contract: Contract, i: int) -> Life:
        """Return the chain's quotes of a contract from `i` on; days without one are marked by the model's smile.

        On such a day the mark is the model's price at the model's volatility plus the difference last seen between the
        contract's own volatility and the model's: what it last traded at, moved by what the index did. It is labelled
        modelled, and it is no quote to trade on.
        """
        known = self.lives.get(contract)
        if known is not None and known.first <= i:
            return known
        end = self.history.first_at_or_after(last_mark(contract) + dt.timedelta(1)) - 1
        end = max(end, i)
        n = end - i + 1
        mid, half = np.full(n, np.nan), np.full(n, np.nan)
        chain = self.chain(ROOT_SYMBOL[contract.root])
        if chain is not None:
            self._gather(chain, contract, i, mid, half)
        modelled = np.isnan(mid)
        forward, years, discount, vol, delta = (np.full(n, np.nan) for _ in range(5))
        if modelled.any():
            self._stand_in(contract, i, mid, forward, years, discount, vol, modelled)
        marked, stale = carried(mid)
        life = Life(contract, i, marked, half, forward, years, discount, vol, delta, modelled, stale)
        self.lives[contract] = life
        return life

    def _gather(self, chain: ChainColumns, contract: Contract, first: int, mid: Floats, half: Floats) -> None:
        """Fill mid and half-spread of a contract from the chain, leaving NaN where there is no usable quote."""
        base = chain.key(0, contract.root, contract.expiry.toordinal() - EPOCH, call=contract.right == "C")
        if base < 0:
            return
        keys = base + (np.arange(first, first + len(mid)) * len(chain.roots) << 21)
        rows = np.empty(len(mid), dtype=np.int64)
        life_rows(chain.group_key, chain.group_start, chain.strike, keys, contract.strike, rows)
        found = np.flatnonzero(rows >= 0)
        bid, ask = chain.bid[rows[found]], chain.ask[rows[found]]
        usable = (bid >= 0.0) & (ask > 0.0) & (ask >= bid)
        mid[found[usable]] = 0.5 * (bid[usable] + ask[usable])
        half[found[usable]] = 0.5 * (ask[usable] - bid[usable])

    def _stand_in(
        self,
        contract: Contract,
        first: int,
        mid: Floats,
        forward: Floats,
        years: Floats,
        discount: Floats,
        vol: Floats,
        modelled: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    ) -> None:
        """Mark the days without a quote at the model's smile plus the last residual volatility, in place."""
        shift = 0.0
        for n in range(len(mid)):
            i = first + n
            if not modelled[n]:
                own = self._own_vol(contract, i, float(mid[n]))
                model = self._model.point(contract, i)
                if math.isfinite(own) and math.isfinite(model[4]):
                    shift = own - model[4]
                continue
            price, _, forward[n], discount[n], vol[n] = self._model.point(contract, i, shift)
            years[n] = conventions.years_to_settlement(contract.root, contract.expiry, self.history.dates[i])
            mid[n] = price

    def _own_vol(self, contract: Contract, i: int, mid: float) -> float:
        """Return the Black volatility of a mid at the parity forward of its series."""
        _, discount, years = self._parity(i, contract.root, contract.expiry)
        forward = self.forward(i, Series(contract.root, contract.expiry, 0))
        return black.implied_vol(mid, forward, contract.strike, years, discount, contract.right == "C")

    def meaning(self, contract: Contract, life: Life, offset: int, n: int) -> tuple[Floats, Floats, Floats, Floats]:
        """Return forward, years, discount and volatility behind `n` marks of a life; NaN beyond it.

        A market mark means the parity forward of its series and the volatility that gives its mid.
        """
        forward, years, discount, vol = (
            window(values, offset, n).copy() for values in (life.forward, life.years, life.discount, life.vol)
        )
        series = Series(contract.root, contract.expiry, 0)
        for k in range(min(n, len(life.mid) - offset)):
            if life.modelled[offset + k]:
                continue
            i = life.first + offset + k
            _, discount[k], years[k] = self._parity(i, contract.root, contract.expiry)
            forward[k] = self.forward(i, series)
            vol[k] = black.implied_vol(
                float(life.mid[offset + k]), forward[k], contract.strike, years[k], discount[k], contract.right == "C"
            )
        return forward, years, discount, vol


def unusable(bid: float, ask: float) -> str:
    """Return why a quote is none: nobody asks, crossed, or missing; empty when it can be used."""
    if math.isnan(bid) or math.isnan(ask):
        return "no bid and ask"
    if ask <= 0.0:
        return "no ask"
    return "a crossed quote" if bid > ask else ""


def full_chain_share(history: History, underlying: str, first: int, last: int) -> float:
    """Return the share of sessions first..last on which an underlying has a full chain."""
    chain = history.chains.get(underlying)
    if chain is None:
        return 0.0
    low, high = FULL_CHAIN_DAYS
    full = 0
    for i in range(first, last + 1):
        near = sum(low <= day - int(history.days[i]) <= high for _, day in chain.expiries(i))
        full += near >= FULL_CHAIN_EXPIRIES
    return full / (last - first + 1)


@kernel
def parity_forward(
    strike: Floats, bid: Floats, ask: Floats, call_a: int, call_b: int, put_a: int, put_b: int, discount: float
) -> float:
    """Return K + (C - P) / discount at the strike where both are two-sided and |C - P| is least; NaN where none is."""
    best, forward = math.inf, math.nan
    p = put_a
    for c in range(call_a, call_b):
        while p < put_b and strike[p] < strike[c]:
            p += 1
        if p == put_b or strike[p] != strike[c]:
            continue
        if not (bid[c] > 0.0 and bid[p] > 0.0 and ask[c] >= bid[c] and ask[p] >= bid[p]):
            continue
        gap = 0.5 * (bid[c] + ask[c]) - 0.5 * (bid[p] + ask[p])
        if abs(gap) < best:
            best, forward = abs(gap), strike[c] + gap / discount
    return forward


@kernel
def strike_by_delta(
    strike: Floats, bid: Floats, ask: Floats, forward: float, years: float, discount: float, call: bool, abs_delta: float
) -> int:
    """Return the position of the two-sided quote whose Black delta is nearest in size; -1 where none has a volatility."""
    best, at = math.inf, -1
    for n in range(len(strike)):
        if not (bid[n] > 0.0 and ask[n] >= bid[n]):
            continue
        vol = black.implied_vol(0.5 * (bid[n] + ask[n]), forward, strike[n], years, discount, call)
        miss = abs(abs(black.delta(forward, strike[n], years, vol, call)) - abs_delta)
        if miss < best:
            best, at = miss, n
    return at


def sessions_with_chain(history: History, underlying: str) -> Ints:
    """Return the axis positions on which an underlying has any chain."""
    chain = history.chains.get(underlying)
    if chain is None:
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(np.diff(chain.session_group) > 0)
