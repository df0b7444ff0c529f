"""Worlds in which we know the answer: an account of overlapping condors, and a piece added that changes nothing.

They are how the verdicts of `alvh.evidence.margins` are judged: in a null world "pays" and "does not pay" are both
false. A world has a market with clustering volatility, leverage and jumps; an account that enters a condor every week
and holds each for 21 sessions, marked daily (four overlap; nine of ten win, losses are rare and large); and a piece.

What "changes nothing" means differs by metric, and so do the pieces:

- *growth and P&L*: the mean of the difference of log returns (of P&L) is nought. ``long tail`` pays a little every day
  and gains on the market's jumps, as VIX calls do; ``short tail`` is its mirror image, as sold wings are; ``booked
  late`` and ``booked late, short`` are overlapping trades with the skewed payoffs of the two, each accrued evenly while
  it is held, so that the differences are as dependent as overlapping trades can make them.
- *drawdown and tail*: with and without have the same law, they may be exchanged. ``twin`` is the same condor entered on
  another weekday; ``crash coin`` is something that in each stretch of stress helps or hurts by the toss of a coin;
  ``noise`` is a piece that adds and takes at random, more in volatile markets. These are null for all four metrics.

``long tail`` and ``short tail`` are tied to the account's worst days and so do change drawdowns: they are null for
growth only. Planted effects are the same pieces with something true added (`Plant`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from alvh.values import Floats

HELD_SESSIONS = 21
ENTRY_EVERY = 5

GROWTH_NULLS = ("long tail", "short tail", "booked late", "booked late, short")
EXCHANGEABLE = ("twin", "crash coin", "noise")
PIECES = GROWTH_NULLS + EXCHANGEABLE


@dataclass(frozen=True, slots=True)
class Law:
    """Parameters of a world; the defaults are those methods were chosen on, `OTHER` those they were judged on.

    Attributes
    ----------
    vol_annual : float
        Median volatility of the market, decimal.
    vol_memory, vol_of_vol : float
        Daily persistence and shock of log volatility.
    leverage : float
        Correlation of the market's shock and that of its volatility.
    jumps_per_year, jump : float
        Intensity of jumps and their mean size (exponential, decimal, a fall); each also raises log volatility.
    richness : float
        Implied over actual volatility: what condors earn.
    width : float
        Short strike in standard deviations of the holding period; wings are half as wide again.
    risk : float
        Largest loss of one entry over the account.
    piece_risk : float
        Standard deviation a year of a piece, decimal of the account.
    """

    vol_annual: float = 0.14
    vol_memory: float = 0.97
    vol_of_vol: float = 0.10
    leverage: float = -0.6
    jumps_per_year: float = 1.5
    jump: float = 0.035
    richness: float = 1.15
    width: float = 1.5
    risk: float = 0.02
    piece_risk: float = 0.02


OTHER = Law(
    vol_annual=0.17, vol_memory=0.985, vol_of_vol=0.07, leverage=-0.75, jumps_per_year=0.8, jump=0.05, richness=1.05,
    width=1.2, risk=0.03, piece_risk=0.035,
)  # fmt: skip


class Market(NamedTuple):
    """A market's path: log returns, volatility a session known at its start, and the jump in the return (0: none)."""

    log_return: Floats
    vol_session: Floats
    jump: Floats


class World(NamedTuple):
    """Daily returns of one account with and without the piece, and the volatility a session began with."""

    returns_with: Floats
    returns_without: Floats
    vol_session: Floats


@dataclass(frozen=True, slots=True)
class Plant:
    """A true effect added to a piece.

    Attributes
    ----------
    growth : float
        Log return a year that the piece truly adds.
    cover : float
        Share of the account's loss that the piece takes over on sessions of more than two standard deviations.
    """

    growth: float = 0.0
    cover: float = 0.0


NOTHING = Plant()


def market(rng: np.random.Generator, sessions: int, law: Law) -> Market:
    """Return a market's path: log volatility is an AR(1) that falls in price and jumps push up."""
    shock = rng.standard_normal((2, sessions))
    is_jump = rng.random(sessions) < law.jumps_per_year / 252.0
    jump = np.where(is_jump, -law.jump * rng.exponential(1.0, sessions), 0.0)
    own = law.leverage * shock[0] + np.sqrt(1.0 - law.leverage**2) * shock[1]
    push = law.vol_of_vol * own - 12.0 * jump
    log_vol = np.empty(sessions)
    level = law.vol_of_vol / np.sqrt(1.0 - law.vol_memory**2) * rng.standard_normal()
    for t in range(sessions):
        log_vol[t] = level
        level = law.vol_memory * level + push[t]
    vol = law.vol_annual / np.sqrt(252.0) * np.exp(np.clip(log_vol, -1.2, 1.8))
    return Market(vol * shock[0] - 0.5 * vol * vol + jump + law.jumps_per_year * law.jump / 252.0, vol, jump)


def condors(path: Market, law: Law, offset: int) -> Floats:
    """Return daily returns of an account that enters a condor every fifth session, from `offset` on.

    A condor is worth what it would pay if the log index moved normally with the implied volatility of the day until
    its end (Bachelier's formula on the log index); strikes stand at `Law.width` deviations either way.
    """
    n = path.log_return.size
    level = np.concatenate(([0.0], np.cumsum(path.log_return)))
    implied = law.richness * np.append(path.vol_session, path.vol_session[-1])
    gained = np.zeros(n)
    entries = np.arange(offset, n, ENTRY_EVERY)
    deviation = implied[entries] * np.sqrt(HELD_SESSIONS)
    short, wing = law.width * deviation, 0.5 * law.width * deviation
    before = _owed(np.zeros(entries.size), deviation, short, wing)
    for age in range(1, HELD_SESSIONS + 1):
        count = int(np.sum(entries + age <= n))
        at = entries[:count] + age
        left = implied[at] * np.sqrt(HELD_SESSIONS - age)
        now = _owed(level[at] - level[entries[:count]], left, short[:count], wing[:count])
        gained[at - 1] += before[:count] - now
        before = now
    return law.risk * gained


def _owed(moved: Floats, deviation: Floats, short: Floats, wing: Floats) -> Floats:
    """Return what a condor owes in expectation, as a share of its width."""

    def beyond(strike: Floats, where: Floats) -> Floats:
        d = (where - strike) / np.maximum(deviation, 1e-9)
        density = np.exp(-0.5 * d * d) / np.sqrt(2.0 * np.pi)
        value: Floats = (where - strike) * ndtr(d) + deviation * density
        return value

    up, down = (beyond(short, side) - beyond(short + wing, side) for side in (moved, -moved))
    owed: Floats = (up + down) / wing
    return owed


def world(seed: int, piece: str, sessions: int, law: Law, plant: Plant = NOTHING) -> World:
    """Return one world.

    Parameters
    ----------
    seed : int
    piece : str
        One of `PIECES`.
    sessions : int
    law : Law
    plant : Plant
        What is true beyond the null.
    """
    rng = np.random.default_rng(seed)
    path = market(rng, sessions, law)
    if piece == "twin":
        offsets = rng.permutation(ENTRY_EVERY)[:2]
        one, other = (np.log1p(condors(path, law, int(k))) for k in offsets)
    else:
        other = np.log1p(condors(path, law, 0))
        gain = _PIECES[piece](rng, path, law)
        # A symmetrical piece is shared between the two sides, which makes them exchangeable; a skewed one is added.
        one, other = (other + 0.5 * gain, other - 0.5 * gain) if piece in EXCHANGEABLE else (other + gain, other)
    if plant.growth:
        one = one + plant.growth / 252.0
    if plant.cover:
        worst = other < -2.0 * np.std(other)
        one = one - np.where(worst, plant.cover * other, 0.0)
    return World(np.expm1(one), np.expm1(other), path.vol_session)


def _long_tail(rng: np.random.Generator, path: Market, law: Law) -> Floats:
    """Gains on jumps in proportion to their size, for a fair premium a day; and takes part in volatility."""
    per_year = law.jumps_per_year
    size = 0.92 * law.piece_risk / np.sqrt(2.0 * per_year)
    paid = size * per_year / 252.0
    ordinary = 0.4 * law.piece_risk / np.sqrt(252.0) * (path.vol_session / np.median(path.vol_session))
    gain: Floats = size * (-path.jump / law.jump) - paid + ordinary * rng.standard_normal(path.jump.size)
    return gain


def _short_tail(rng: np.random.Generator, path: Market, law: Law) -> Floats:
    return -_long_tail(rng, path, law)


def _booked_late(rng: np.random.Generator, path: Market, law: Law) -> Floats:
    """Overlapping trades that lose 1 nine times of ten and gain 9 once, each accrued evenly while it is held."""
    n = path.jump.size
    payoff = np.where(rng.random(n + HELD_SESSIONS) < 0.1, 9.0, -1.0)
    payoff[np.arange(n + HELD_SESSIONS) % ENTRY_EVERY > 0] = 0.0
    accrued = np.convolve(payoff, np.full(HELD_SESSIONS, 1.0 / HELD_SESSIONS), "valid")[:n]
    # A payoff has a standard deviation of 3, and 252 / 5 trades a year are independent.
    gain: Floats = law.piece_risk / (3.0 * np.sqrt(252.0 / ENTRY_EVERY)) * accrued
    return gain


def _booked_late_short(rng: np.random.Generator, path: Market, law: Law) -> Floats:
    return -_booked_late(rng, path, law)


def _crash_coin(rng: np.random.Generator, path: Market, law: Law) -> Floats:
    """In each month of stress a coin decides whether the piece takes or adds a share of what the market does."""
    n = path.jump.size
    stress = path.vol_session > 1.5 * np.median(path.vol_session)
    # One coin for a stretch: it is tossed again where stress begins after a month without it.
    coin, sides, quiet = 1.0, np.empty(n), HELD_SESSIONS
    for t in range(n):
        if stress[t]:
            coin = coin if quiet < HELD_SESSIONS else (1.0 if rng.random() < 0.5 else -1.0)
            quiet = 0
        else:
            quiet += 1
        sides[t] = coin
    moved = np.where(stress, np.abs(path.log_return), 0.0)
    return law.piece_risk / 0.14 * sides * moved


def _noise(rng: np.random.Generator, path: Market, law: Law) -> Floats:
    scale = law.piece_risk / np.sqrt(252.0) * (path.vol_session / np.median(path.vol_session))
    gain: Floats = scale * rng.standard_t(4.0, path.jump.size) / np.sqrt(2.0)
    return gain


_PIECES: Mapping[str, Callable[[np.random.Generator, Market, Law], Floats]] = MappingProxyType(
    {
        "long tail": _long_tail,
        "short tail": _short_tail,
        "booked late": _booked_late,
        "booked late, short": _booked_late_short,
        "crash coin": _crash_coin,
        "noise": _noise,
    }
)
