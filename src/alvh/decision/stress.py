"""Today's book under stress: what every layer would gain or lose on given joint moves of SPX, VX futures and VVIX.

Moves come from anywhere: whole days of the past in their order (a replay), blocks of them, or paths of a model. Options
and futures on VIX follow the VX future of their own expiry, never spot VIX, which nobody can trade; how legs are valued
at the end is said in `alvh.decision.scenario_book`. No roll, exit or new entry is in it: it is the book as it stands.
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from alvh.decision.book_after import Units
from alvh.decision.scenario_book import DISPLACED, Path, Priced, block_moves, pnl_on, priced, wanted_paths
from alvh.diagnosis.scenarios import SPX_COLUMN, VVIX_COLUMN
from alvh.market.engines.named_replays import EPISODES
from alvh.market.engines.quintic_paths import QuinticPaths
from alvh.market.observe import View
from alvh.maths.bootstrap import Blocks
from alvh.maths.vix_call import call_price, displacement, put_price, shape, vvix_term
from alvh.values import Contract, Floats, Holdings, Missing, Plan

Moves: TypeAlias = Callable[[Sequence[Path]], Floats]
"""Paths -> their log moves, (scenarios, paths)."""


class Replay(NamedTuple):
    """A stretch of real sessions, by name: those after `eve`, up to `last`."""

    name: str
    eve: dt.date
    last: dt.date


REPLAYS: Final = tuple(Replay(name, episode.eve, episode.last) for name, episode in EPISODES.items())
"""The named replays of the scenario engine: chosen because they hurt, they say nothing of how often it happens."""


class PastMoves(NamedTuple):
    """Joint moves of past sessions, oldest first: rows of `alvh.diagnosis.scenarios.joint_moves`, NaN where missing."""

    dates: tuple[dt.date, ...]
    rows: Floats

    def of(self, replay: Replay) -> Floats | Missing:
        """Return the rows of a replay, or why there are none."""
        first, stop = bisect_right(self.dates, replay.eve), bisect_right(self.dates, replay.last)
        if not self.dates or replay.last > self.dates[-1]:
            return Missing(f"{replay.name} ends on {replay.last}, after what is known")
        if replay.eve < self.dates[0]:
            return Missing(f"{replay.name} begins after {replay.eve}, before the moves that are known")
        rows = self.rows[first:stop]
        lacking = int((~np.isfinite(rows).all(axis=1)).sum())
        if lacking:
            return Missing(f"{replay.name}: {lacking} of {len(rows)} sessions lack a move of SPX, VX or VVIX")
        return rows


class StressedBook(NamedTuple):
    """A book ready for moves up to one horizon.

    Attributes
    ----------
    horizon : int
        Sessions.
    layers : tuple of str
    legs : tuple of Priced
    held : array (legs, layers)
        Units.
    unpriced : mapping of layer -> Missing
        Layers of which a contract has no price or no path, with the first reason.
    """

    horizon: int
    layers: tuple[str, ...]
    legs: tuple[Priced, ...]
    held: Floats
    unpriced: Mapping[str, Missing]

    def pnl(self, moves: Moves) -> Floats:
        """Return the profit of every layer in every scenario, USD, (scenarios, layers); NaN for an unpriced layer."""
        paths, where = wanted_paths(self.legs, self.horizon)
        drawn = moves(paths)
        out = pnl_on(drawn, self.legs, where, self.held) if self.legs else np.zeros((len(drawn), len(self.layers)))
        out[:, [layer in self.unpriced for layer in self.layers]] = np.nan
        return out


def book_after_plan(book: Holdings, plan: Plan, condors: Sequence[str], others: Sequence[str]) -> Units:
    """Return what is held once tonight's plan is filled, by layer, and the largest loss of its condors, USD.

    What adds up to nothing, and a layer that holds nothing, is not in it.

    Parameters
    ----------
    book, plan
        The account, and what was decided for it.
    condors, others : sequences of str
        Layers that sell condors, and all the others of the policy.
    """
    units = Units()
    closing = {order.campaign for order in plan.orders if order.kind == "close"}
    for layer in (*condors, *others):
        for campaign in book.campaigns(layer):
            if layer in condors and campaign.positions and campaign.name not in closing:
                units.max_loss_usd += campaign.max_loss_cents / 100.0
            for contract, position in campaign.positions.items():
                units.add(layer, contract, position.quantity)
    for order in plan.orders:
        if order.kind == "open" and order.layer in condors:
            units.max_loss_usd += order.lots * order.max_loss_usd_per_lot
        for leg in order.legs:
            units.add(order.layer, leg.contract, leg.ratio * order.lots)
    left = {layer: {c: n for c, n in held.items() if n} for layer, held in units.by_layer.items()}
    units.by_layer = {layer: held for layer, held in left.items() if held}
    return units


def stressed_book(
    view: View, units: Units, mids: Mapping[Contract, float], bill: float, vvix: float, horizon: int
) -> StressedBook:
    """Price every contract of a book for moves up to a horizon.

    Parameters
    ----------
    view : View
    units : Units
    mids : mapping of contract -> points
        Today's prices.
    bill, vvix : float
        Bill rate a year, and VVIX today, points.
    horizon : int
        Sessions.
    """
    by_layer = units.by_layer
    layers = tuple(by_layer)
    made: dict[Contract, Priced | Missing] = {}
    for layer in layers:
        for contract in by_layer[layer]:
            if contract not in made:
                made[contract] = from_model(priced(view, contract, mids[contract], bill, vvix, horizon), bill, vvix)
    ready = {contract: leg for contract, leg in made.items() if not isinstance(leg, Missing)}
    unpriced: dict[str, Missing] = {}
    for layer in layers:
        for contract in by_layer[layer]:
            why = made[contract]
            if isinstance(why, Missing):
                unpriced.setdefault(layer, why)
    held = np.array([[by_layer[layer].get(c, 0.0) for layer in layers] for c in ready], dtype=np.float64)
    return StressedBook(horizon, layers, tuple(ready.values()), held.reshape(-1, len(layers)), unpriced)


def from_model(leg: Priced | Missing, bill: float, vvix: float) -> Priced | Missing:
    """Return an option on VIX that lives on with today's price in the model instead of its quote.

    It is valued by the model at the end: on market quotes what lies between the two today would be in the profit of
    every scenario, a day old or not. What settles on the way is paid out, and stays at its quote; so does
    what the model has no price for, VVIX being too high for its floor.
    """
    if isinstance(leg, Missing) or leg.kind != DISPLACED:
        return leg
    years = leg.days / 365.0
    floor, s = displacement(leg.level, years), shape(leg.level, years, vvix / 100.0 * vvix_term(years))
    value = (call_price if leg.call else put_price)(leg.level, leg.strike, floor, s, years) * math.exp(-bill * years)
    earned = 1.0 + bill * (years - leg.years)
    return leg._replace(paid=value * earned) if math.isfinite(value) else leg


def replayed(rows: Floats) -> Moves:
    """Return the moves of one stretch of sessions, as it was: each future at its remaining term of every session."""
    n = len(rows)
    # In the middle of each row's share, so that rounding down finds the row.
    whole = Blocks(np.array([0, n]), (np.arange(n) + 0.5) / n, np.ones(n, dtype=np.int64))
    return lambda paths: block_moves(rows, whole, paths)


def in_blocks(rows: Floats, blocks: Blocks) -> Moves:
    """Return the moves of scenarios made of blocks of past sessions."""
    return lambda paths: block_moves(rows, blocks, paths)


def of_model(drawn: QuinticPaths) -> Moves:
    """Return the moves of a model's paths: each contract's log change from its own price in the model today."""

    def moves(paths: Sequence[Path]) -> Floats:
        out = np.empty((len(drawn.factor), len(paths)))
        for k, (column, days, until) in enumerate(paths):
            if column == SPX_COLUMN:
                out[:, k] = drawn.spx[:, until]
            elif column == VVIX_COLUMN:
                out[:, k] = np.log(drawn.vvix(until) / drawn.vvix(0))
            else:
                out[:, k] = np.log(drawn.vx(until, days / 365.0) / drawn.vx(0, days / 365.0))
        return out

    return moves


class Spread(NamedTuple):
    """Profit over many scenarios, USD: percentiles 5, 50, 95, the mean and its standard error; NaN where unpriced."""

    low: float
    middle: float
    high: float
    mean: float
    error: float


def spread_of(pnl: Floats, weight: Floats | None = None) -> Spread:
    """Return percentiles and mean of profits, each scenario weighing as given, or all the same.

    A percentile is the smallest profit that, with all below it, weighs that much.
    """
    if not np.isfinite(pnl).all():
        return Spread(*[math.nan] * 5)
    w = np.full(len(pnl), 1.0 / len(pnl)) if weight is None else weight / weight.sum()
    order = np.argsort(pnl)
    # The tolerance keeps sums of equal weights from stepping over a percentile that they meet.
    reached = np.cumsum(w[order]) + 1e-12
    places = [min(int(np.searchsorted(reached, share)), len(pnl) - 1) for share in (0.05, 0.5, 0.95)]
    low, middle, high = (float(x) for x in pnl[order[places]])
    mean = float(w @ pnl)
    return Spread(low, middle, high, mean, math.sqrt(float(w**2 @ (pnl - mean) ** 2)))
