"""The roll window of a session, 10:00-11:00 Chicago: what index policies see between the settlement and the close.

No intraday quotes are in a store of closes, so the window is a proxy, made of two published prices of the session and
the volatility of the evening before. It is no forecast and no close: what a policy decides in it sees of the session
the proxy alone, everything else as it stood at the close before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from alvh import conventions
from alvh.market.history import History
from alvh.market.observe import View
from alvh.market.reconstruct import ModelledQuotes
from alvh.market.smile_inputs import NODES, SmileInputs, smile_inputs
from alvh.values import Floats, Instant, Ints, Phase

Vols: TypeAlias = Literal["previous_close", "spot", "open", "blend", "close"]
ROLL_MINUTE: Final = 10 * 60 + 30
"""Middle of the window, minutes after midnight in Chicago."""
OPEN_WEIGHT: Final = 0.65
"""Share of the opening in the proxy of the window's average price (`feasibility.md`, measured there)."""


YEAR_SESSIONS: Final = 252
"""Closes that the slope of the VIX on the index is measured over."""


@dataclass(frozen=True, slots=True)
class RollWindow:
    """How the window is made from what is published.

    Attributes
    ----------
    open_weight : float
        The index stands at ``open_weight x SET + (1 - open_weight) x close`` of the session, SET being the proxy of the
        opening settlement (`alvh.market.history.soq_proxy`; a stale printed open is not used). The close stands for the
        part of the window's average that no open tells; 1 uses nothing of it.
    vols : {"spot", "previous_close", "open", "blend", "close"}
        Level of the volatility indices: that of the close before; or that, moved with the index by the slope the VIX
        had on it in the last year (`elasticity`), which is what quotes do in a morning; or moved as the VIX itself:
        from its close before to its open, to the same blend of open and close as the index, or to its close.
        ``blend`` uses of the VIX's close what it uses of the index's; ``close`` looks ahead: it is there to measure by.
    within_range : bool
        Whether SET is first brought into the session's range: the index of the window lies in it, the opening prices
        that SET is made of need not (19 September 2008: SET 1280, high 1265).
    """

    open_weight: float = OPEN_WEIGHT
    vols: Vols = "spot"
    within_range: bool = True


DEFAULT_WINDOW: Final = RollWindow()
"""What a policy decides in that says nothing else."""


def roll_level(history: History, window: RollWindow) -> Floats:
    """Return the index in the window of each session, points; NaN where opening or close is missing."""
    low, high = history.column("SPX.low"), history.column("SPX.high")
    opened = np.fmin(np.fmax(history.set_value, low), high) if window.within_range else history.set_value
    level: Floats = window.open_weight * opened + (1.0 - window.open_weight) * history.column("SPX")
    return level


def vol_move(history: History, window: RollWindow) -> Floats:
    """Return by what the volatility indices of the close before are multiplied; 1 where the VIX is not known."""
    vix = history.column("VIX")
    before = lagged(vix)
    opened = history.column("VIX.open")
    now = {
        "previous_close": before,
        "spot": before * (roll_level(history, window) / lagged(history.column("SPX"))) ** lagged(elasticity(history)),
        "open": opened,
        "blend": window.open_weight * opened + (1.0 - window.open_weight) * vix,
        "close": vix,
    }[window.vols]
    move = now / before
    return np.where(np.isfinite(move), move, 1.0)


def elasticity(history: History) -> Floats:
    """Return the slope of the VIX's log changes on those of the SPX over the last year of closes; NaN before it.

    Least squares without a constant over `YEAR_SESSIONS` sessions, those without either close left out.
    """
    x, y = (np.diff(np.log(history.column(name)), prepend=np.nan) for name in ("SPX", "VIX"))
    both = np.isfinite(x) & np.isfinite(y)
    xy, xx, n = (np.cumsum(np.where(both, part, 0.0)) for part in (x * y, x * x, np.ones(len(x))))
    out = np.full(len(x), np.nan)
    k = YEAR_SESSIONS
    out[k:] = (xy[k:] - xy[:-k]) / (xx[k:] - xx[:-k])
    out[k:][n[k:] - n[:-k] < k // 2] = np.nan
    return out


def lagged(values: Floats) -> Floats:
    """Return what was known at the session before, by session; NaN first."""
    out = np.full_like(values, np.nan)
    out[1:] = values[:-1]
    return out


def roll_history(history: History, window: RollWindow) -> History:
    """Return a history whose entry of each session is what is known in its roll window.

    The index stands at `roll_level`, the volatility indices at those of the close before times `vol_move`, every other
    series, rate, yield and VX settlement at the close before. Chains are dropped: they show closes.
    """
    move = vol_move(history, window)
    series = {name: lagged(values) for name, values in history.series.items()}
    for name, _ in NODES:
        if name in series:
            series[name] = series[name] * move
    series["SPX"] = roll_level(history, window)
    if "SPY.adj_close" in series and "SPY" in series:
        # What goes ex-dividend this morning is known this morning: on a roll day it is a whole quarter's.
        series["SPY.adj_close"] = series["SPY"] * history.column("SPY.adj_close") / history.column("SPY")
    made = replace(
        history,
        series=series,
        rates={name: lagged(values) for name, values in history.rates.items()},
        rate_age_days={name: lagged(values) for name, values in history.rate_age_days.items()},
        # Before the fourth distribution it is a constant, also on the evening before the history began.
        dividend_yield=np.concatenate((history.dividend_yield[:1], history.dividend_yield[:-1])),
        vx=replace(history.vx, settle=lagged(history.vx.settle)),
        vx_weekly=replace(history.vx_weekly, settle=lagged(history.vx_weekly.settle)),
        chains={},
        _memo={},
    )
    # The clock of the reconstruction stands at the window, not at the close: both are kept under the names it asks by.
    made.derive("close_minutes", lambda known: dict.fromkeys(("SPX", "VIX"), roll_minutes(known)))
    made.derive("smile_inputs", at_the_window)
    return made


def roll_minutes(history: History) -> Ints:
    """Return the instant of each session's window, minutes since 1970-01-01 00:00 Chicago wall clock."""
    return history.days * conventions.MINUTES_PER_DAY + ROLL_MINUTE


def at_the_window(history: History) -> SmileInputs:
    """Return the inputs of the reconstruction with the clock at the window; an index spans its days from there."""
    inputs = smile_inputs(history)
    instant = roll_minutes(history) / conventions.MINUTES_PER_DAY
    ends = np.stack([np.asarray(conventions.clock_at(instant + days)) for _, days in NODES], axis=1)
    return replace(inputs, clock=np.asarray(conventions.clock_at(instant)), node_clock=ends)


class RollView(View):
    """A view at the roll window of a session: of the session the proxy, of everything else the close before."""

    __slots__ = ()

    @property
    def instant(self) -> Instant:
        """The instant this view stands at."""
        return Instant(self.date, Phase.ROLL)


def roll_view(history: History, i: int, window: RollWindow) -> RollView:
    """Return the view at the roll window of session `i`; its quotes are modelled, whatever the run's are."""
    known = history.derive(("roll", window), lambda whole: roll_history(whole, window))
    quotes = known.derive("roll_quotes", ModelledQuotes)
    return RollView(known, quotes, i)
