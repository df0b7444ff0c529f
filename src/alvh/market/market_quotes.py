"""Quotes from real chains. A held contract on a day without a quote is marked by the model, and labelled so."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np

from alvh import conventions
from alvh.market import spx_model
from alvh.market.chain_search import gather_life, nearest_abs, parity_forward, strike_by_delta
from alvh.market.chains import ChainColumns
from alvh.market.expiries import UNDERLYING
from alvh.market.history import EPOCH, History
from alvh.market.other_roots import other_roots
from alvh.market.quotes import Life, Series, carried, last_mark, window
from alvh.market.reconstruct import ROOTS, ModelledQuotes
from alvh.maths import black
from alvh.values import Bools, Contract, Floats, Ints, Missing, Origin, Quote, Right

FULL_CHAIN_EXPIRIES = 4
"""A session has a full chain when so many expiries 7-75 days out are quoted, or all where fewer were listed: before
2005 SPX had two or three monthlies there, and VIX has no more without its weeklies."""
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
        # Weeklies on the VIX are quoted in its chain, where there is one.
        self._others = {
            root: made for root, made in other_roots(history, self.lives).items() if root not in ROOT_SYMBOL
        }
        self._rows: dict[Contract, Ints] = {}
        self._series: dict[tuple[int, str], tuple[Series, ...]] = {}
        self._observed: dict[str, Bools] = {}
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
        """Return the series quoted at `i` that have not settled; of VIX the monthlies, of ``VIXW`` the weeklies.

        A vendor may quote weeklies under the root of the monthlies: the calendar decides, not the name.
        """
        if underlying in self._others:
            return self._others[underlying].series(i)
        key = (i, underlying)
        known = self._series.get(key)
        if known is None:
            known = self._series[key] = tuple(self._quoted(i, underlying))
        return known

    def observed(self, i: int, underlying: str) -> bool:
        """Whether anything of an underlying was quoted at `i` under a root that can be traded."""
        if underlying in self._others:
            return bool(self._others[underlying].series(i))
        known = self._observed.get(underlying)
        if known is None:
            symbol = ROOT_SYMBOL.get(underlying, underlying)
            known = self._observed[underlying] = observed_sessions(self.history, symbol)
        return bool(known[i])

    def _quoted(self, i: int, underlying: str) -> list[Series]:
        symbol = ROOT_SYMBOL.get(underlying, underlying)
        chain = self.chain(symbol)
        if chain is None:
            return []
        today = int(self.history.days[i])
        out = []
        for root, day in sorted(chain.expiries(i), key=lambda pair: (pair[1], pair[0])):
            expiry = dt.date.fromordinal(day + EPOCH)
            if day > today and ROOT_SYMBOL.get(root) == symbol and (symbol != "VIX" or asked(underlying, root, expiry)):
                out.append(Series(root, expiry, day - today))
        return out

    def _parity(self, i: int, root: str, expiry: dt.date) -> tuple[float, float, float]:
        """Return ``(forward, discount, years)`` by parity at the strike where call and put mids are nearest."""
        key = (i, root, expiry)
        if key not in self._forwards:
            self._forwards[key] = self._solve_parity(i, root, expiry)
        return self._forwards[key]

    def _solve_parity(self, i: int, root: str, expiry: dt.date) -> tuple[float, float, float]:
        years = conventions.years_to_settlement(root, expiry, self.history.dates[i])
        x = self._model.inputs
        rate = spx_model.zero_rate(years * spx_model.DAYS_A_YEAR, x.zero_days, x.zero_rates[i])
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
        if series.root in self._others:
            return self._others[series.root].forward(i, series)
        if series.root == "VIX":
            future = self._model.future(i, series.expiry)
            if math.isfinite(future):
                return future
        return self._parity(i, series.root, series.expiry)[0]

    def _group(self, i: int, series: Series, right: Right) -> tuple[ChainColumns | None, int, int]:
        chain = self.chain(ROOT_SYMBOL[series.root])
        if chain is None:
            return None, 0, 0
        day = series.expiry.toordinal() - EPOCH
        return chain, *chain.rows(i, series.root, day, call=right == "C")

    def strike_at_delta(self, i: int, series: Series, right: Right, abs_delta: float) -> float:
        """Return the quoted strike nearest in Black delta, at its own mid's volatility; NaN where none solves."""
        if series.root in self._others:
            return self._others[series.root].strike_at_delta(i, series, right, abs_delta)
        chain, a, b = self._group(i, series, right)
        if chain is None or a == b:
            return math.nan
        _, discount, years = self._parity(i, series.root, series.expiry)
        quoted = chain.strike[a:b], chain.bid[a:b], chain.ask[a:b]
        means = self.forward(i, series), years, discount
        at = strike_by_delta(*quoted, *means, right == "C", abs_delta)
        return float(chain.strike[a + at]) if at >= 0 else math.nan

    def strike_near(self, i: int, series: Series, right: Right, target: float) -> float:
        """Return the quoted strike nearest `target`, the lower of two; NaN where none is quoted."""
        if series.root in self._others:
            return self._others[series.root].strike_near(i, series, right, target)
        chain, a, b = self._group(i, series, right)
        if chain is None or a == b or not math.isfinite(target):
            return math.nan
        strikes = chain.strike[a:b]
        k = int(np.searchsorted(strikes, target))
        if k == len(strikes) or (k > 0 and target - strikes[k - 1] <= strikes[k] - target):
            k -= 1
        return float(strikes[k])

    def vendor_delta(self, i: int, series: Series, right: Right, abs_delta: float) -> float:
        """Return the quoted strike whose vendor's delta is nearest; NaN where no vendor gave one."""
        chain, a, b = self._group(i, series, right)
        if chain is None or a == b:
            return math.nan
        at = nearest_abs(chain.delta[a:b], abs_delta)
        return float(chain.strike[a + at]) if at >= 0 else math.nan

    def quote(self, i: int, contract: Contract) -> Quote | Missing:
        """Return the chain's quote at `i`; Missing where the contract has none or nobody asks.

        What is quoted once is likely to be traded and held: its whole life is gathered at the first question.
        """
        if contract.root in self._others:
            return self._others[contract.root].quote(i, contract)
        life = self.lives.get(contract)
        if life is None or life.first > i:
            if contract.expiry <= self.history.dates[i] or contract.root not in ROOT_SYMBOL:
                return self._no_quote(i, contract)
            life = self.life(contract, i)
        k = i - life.first
        if k >= len(life.half_spread) or math.isnan(life.half_spread.item(k)):
            return self._no_quote(i, contract)
        chain, row = self.history.chains[ROOT_SYMBOL[contract.root]], self._rows[contract].item(k)
        bid, ask = chain.bid.item(row), chain.ask.item(row)
        forward, discount, years = self._parity(i, contract.root, contract.expiry)
        if contract.root == "VIX":
            forward = self.forward(i, Series(contract.root, contract.expiry, 0))
        if math.isnan(forward):
            return Quote(bid, ask, self.history.dates[i], "market")
        call = contract.right == "C"
        vol = black.implied_vol(0.5 * (bid + ask), forward, contract.strike, years, discount, call)
        delta = black.delta(forward, contract.strike, years, vol, call)
        return Quote(bid, ask, self.history.dates[i], "market", delta)

    def _no_quote(self, i: int, contract: Contract) -> Missing:
        """Say why a contract has no quote at `i`."""
        today = self.history.dates[i]
        symbol = ROOT_SYMBOL.get(contract.root, contract.root)
        chain = self.chain(symbol)
        if chain is None:
            return Missing(f"no {symbol} chain in the store")
        if contract.expiry <= today:
            return Missing(f"{contract} has settled")
        call = contract.right == "C"
        row = chain.row(i, contract.root, contract.expiry.toordinal() - EPOCH, contract.strike, call=call)
        if row < 0:
            return Missing(f"{contract} is not quoted on {today}")
        return Missing(f"{contract} has {unusable(float(chain.bid[row]), float(chain.ask[row]))} on {today}")

    def life(self, contract: Contract, i: int) -> Life:
        """Return the chain's quotes of a contract from `i` on; days without one are marked by the model's smile.

        On such a day the mark is the model's price at the model's volatility plus the difference last seen between the
        contract's own volatility and the model's: what it last traded at, moved by what the index did. It is labelled
        modelled, and it is no quote to trade on.
        """
        if contract.root in self._others:
            return self._others[contract.root].life(contract, i)
        known = self.lives.get(contract)
        if known is not None and known.first <= i:
            return known
        end = self.history.first_at_or_after(last_mark(contract) + dt.timedelta(1)) - 1
        end = max(end, i)
        n = end - i + 1
        mid, half, rows = np.full(n, np.nan), np.full(n, np.nan), np.full(n, -1, dtype=np.int64)
        chain = self.chain(ROOT_SYMBOL[contract.root])
        if chain is not None:
            key = chain.key(i, contract.root, contract.expiry.toordinal() - EPOCH, call=contract.right == "C")
            gather_life(
                chain.group_key,
                chain.group_start,
                chain.strike,
                chain.bid,
                chain.ask,
                key,
                chain.step if key >= 0 else 0,
                contract.strike,
                rows,
                mid,
                half,
            )
        modelled = np.isnan(mid)
        meaning = np.full((5, n), np.nan)
        if modelled.any() and contract.root in UNDERLYING:
            self._stand_in(contract, i, mid, meaning, modelled)
        mid, stale = carried(mid)
        forward, years, discount, vol, delta = meaning
        life = Life(contract, i, mid, half, forward, years, discount, vol, delta, modelled & ~stale, stale)
        self.lives[contract] = life
        self._rows[contract] = rows
        return life

    def _stand_in(self, contract: Contract, first: int, mid: Floats, meaning: Floats, modelled: Bools) -> None:
        """Mark the days without a quote at the model's volatility plus the last residual, in place.

        `meaning` receives, on those days, forward, years, discount, volatility and delta.
        """
        model = self._model.life(contract, first)
        call = contract.right == "C"
        shift = 0.0
        for n in range(len(mid)):
            k = first + n - model.first
            forward, years, discount = model.forward.item(k), model.years.item(k), model.discount.item(k)
            vol = model.vol.item(k)
            if not modelled[n]:
                residual = self._own_vol(contract, first + n, mid.item(n)) - vol
                # Not the one before it: a mark must not hang on how early somebody began to ask.
                shift = residual if math.isfinite(residual) else 0.0
                continue
            vol += shift
            mid[n] = black.price(forward, contract.strike, years, vol, discount, call)
            meaning[:, n] = forward, years, discount, vol, black.delta(forward, contract.strike, years, vol, call)

    def _own_vol(self, contract: Contract, i: int, mid: float) -> float:
        """Return the Black volatility of a mid at the parity forward of its series."""
        _, discount, years = self._parity(i, contract.root, contract.expiry)
        forward = self.forward(i, Series(contract.root, contract.expiry, 0))
        return black.implied_vol(mid, forward, contract.strike, years, discount, contract.right == "C")

    def meaning(self, contract: Contract, life: Life, offset: int, n: int) -> tuple[Floats, Floats, Floats, Floats]:
        """Return forward, years, discount and volatility behind `n` marks of a life; NaN beyond it.

        A market mark means the parity forward of its series and the volatility that gives its mid.
        """
        if contract.root in self._others:
            return self._others[contract.root].meaning(contract, life, offset, n)
        forward, years, discount, vol = (
            window(values, offset, n).copy() for values in (life.forward, life.years, life.discount, life.vol)
        )
        series = Series(contract.root, contract.expiry, 0)
        for k in range(min(n, len(life.mid) - offset)):
            if life.modelled[offset + k] or life.stale[offset + k]:
                continue
            i = life.first + offset + k
            _, discount[k], years[k] = self._parity(i, contract.root, contract.expiry)
            forward[k] = self.forward(i, series)
            vol[k] = black.implied_vol(
                float(life.mid[offset + k]), forward[k], contract.strike, years[k], discount[k], contract.right == "C"
            )
        return forward, years, discount, vol


def unusable(bid: float, ask: float) -> str:
    """Return why a quote is none: a side is missing or negative, nobody asks, it is crossed; empty for a good one."""
    if math.isnan(bid) or math.isnan(ask) or bid < 0.0:
        return "no bid and ask"
    if ask <= 0.0:
        return "no ask"
    return "a crossed quote" if bid > ask else ""


def full_chain_share(history: History, underlying: str, first: int, last: int) -> float:
    """Return the share of sessions first..last on which an underlying has a full chain; 0 for no sessions."""
    chain = history.chains.get(underlying)
    if chain is None or last < first:
        return 0.0
    return sum(_is_full(history, chain, underlying, i) for i in range(first, last + 1)) / (last - first + 1)


def _is_full(history: History, chain: ChainColumns, underlying: str, i: int) -> bool:
    """Whether the chain of a session has as many expiries as were listed, or `FULL_CHAIN_EXPIRIES` of more."""
    low, high = FULL_CHAIN_DAYS
    today = history.dates[i]
    near = sum(low <= day - int(history.days[i]) <= high for _, day in chain.expiries(i))
    if near >= FULL_CHAIN_EXPIRIES or not near:
        return near > 0
    listed = sum(
        low <= (series.expiry - today).days <= high
        for root in ROOTS[underlying]
        for series in conventions.listed_expiries(root, today)
    )
    return near >= listed


def observed_sessions(history: History, underlying: str) -> Bools:
    """Return on which sessions an underlying was quoted under a root that can be traded."""
    out = np.zeros(len(history), dtype=bool)
    chain = history.chains.get(underlying)
    if chain is not None:
        place = chain.group_key >> 21
        traded = np.array([ROOT_SYMBOL.get(root) == underlying for root in chain.roots], dtype=bool)
        out[(place // len(chain.roots))[traded[place % len(chain.roots)]]] = True
    return out


def asked(underlying: str, root: str, expiry: dt.date) -> bool:
    """Whether a VIX series is what was asked for: a monthly for ``VIX``, a weekly for ``VIXW``."""
    weekly = root == "VIXW" or expiry != conventions.vix_expiry(expiry.year, expiry.month)
    return weekly == (underlying == "VIXW")
