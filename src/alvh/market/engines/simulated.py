"""A simulated path as a `History`, so that the day can be folded over it like over any other.

The real past up to the start stays in front, for readings look back; from there on the path writes SPX with its open,
high and low, the volatility indices, VX of every listed month and its final settlement. Rates and the dividend yield
stand still at the start's. Whatever the engine does not know is missing there, not imagined: VIX9D, VIX1Y, weekly VX,
SPY, breadth, flows, fundamentals, the calendar of events, and every chain.

Two inequalities are kept by construction, and what they moved is counted. Total variance rises from node to node: a
longer index is raised until forward variance is `LEAST_FORWARD` of the rate before it. No VX future is above the root
of its forward variance: its basis is cut at zero (`methodology.md` section 7).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from alvh import conventions
from alvh.conventions.calendar import LAST_DAY
from alvh.market.engines.fitted import EngineError, Fit
from alvh.market.engines.history_driven import Path, Start
from alvh.market.engines.simulated_vx import Terms, past_contracts, simulated_curve
from alvh.market.engines.states import BASIS_DAYS, LN_VIX, days_of, total_variance
from alvh.market.history import History
from alvh.values import Floats, Ints

LEAD_SESSIONS: Final = 560
"""Real sessions in front of the simulated ones: two years and some, as `alvh.adapters.load` takes."""
LEAST_FORWARD: Final = 0.2
"""Forward variance between two nodes is at least this share of the rate before; the least on 2008-2026 was 0.24."""
SOURCE: Final = "simulated: alvh.market.engines"


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """A simulated market.

    Attributes
    ----------
    history : History
        Lead-in and path on one axis.
    first : int
        Axis position of the first session to be judged; what is before it is lead-in.
    log_weight : float
        Of the path (`tilting.Draw`).
    raised : int
        Sessions on which a longer index had to be raised.
    capped : int
        VX settlements whose basis was cut at zero, and `settled`, of how many.
    settled : int
    """

    history: History
    first: int
    log_weight: float
    raised: int
    capped: int
    settled: int


def simulated_history(
    history: History, made: Fit, path: Path, start: Start, *, lead: int = LEAD_SESSIONS, burn: int = 0
) -> Simulated:
    """Return the market in which a path follows the date of its start.

    Parameters
    ----------
    history : History
        Gives the past, SPX's level, rates and dividends.
    made : Fit
        What the path was drawn from.
    path : Path
    start : Start
        Where it began; its first session is the next one of the exchange's calendar.
    lead : int
        Real sessions kept in front, up to and with the start's; with 0 all of it is simulated.
    burn : int
        Sessions of the path that are lead-in, too (`history_driven.simulate`).

    Raises
    ------
    EngineError
        When the calendar ends before the path, or no SPX close is known at the start.
    """
    now = history.first_at_or_after(start.date + dt.timedelta(1))
    closes = history.column("SPX")[:now]
    closes = closes[np.isfinite(closes)]
    if not len(closes):
        raise EngineError(f"no SPX close at or before {start.date}")
    cut, horizon = slice(max(0, now - lead) if lead else now, now), len(path.values)
    past = history.days[cut]
    days = np.concatenate((past, days_after(start.date, horizon)))
    variance, raised = node_variance(path.names, path.nodes, path.values)
    levels = levels_of(path, made, variance, float(closes[-1]))
    nothing = np.full(len(past), np.nan)
    names = dict.fromkeys((*history.series, *levels))
    vx, capped, settled = simulated_curve(history, _terms(path, start, variance, levels), days, cut)
    held = History(
        dates=tuple(days.astype("datetime64[D]").astype(object)),
        days=days,
        series={
            name: np.concatenate(
                (
                    history.series[name][cut] if name in history.series else nothing,
                    levels.get(name, np.full(horizon, np.nan)),
                )
            )
            for name in names
        },
        rates=_held(history.rates, cut, horizon),
        rate_age_days=_held(history.rate_age_days, cut, horizon),
        vx=vx,
        vx_weekly=past_contracts(history, cut, days),
        dividend_yield=_held({"yield": history.dividend_yield}, cut, horizon)["yield"],
        dividend_assumed=history.dividend_assumed,
        set_value=np.concatenate((history.set_value[cut], levels["SPX.open"])),
        set_proxy=history.set_proxy[cut] + ("simulated_open",) * horizon,
        chains={},
        events={kind: tuple(day for day in dates if day <= start.date) for kind, dates in history.events.items()},
        sources={**history.sources, **dict.fromkeys((*levels, "VX"), SOURCE)},
    )
    return Simulated(held, len(past) + burn, path.log_weight, raised, capped, settled)


def days_after(date: dt.date, horizon: int) -> Ints:
    """Return the exchange's next sessions, days since 1970-01-01; EngineError when its calendar ends before."""
    coming = conventions.sessions(date + dt.timedelta(1), LAST_DAY)[:horizon]
    if len(coming) < horizon:
        raise EngineError(f"{horizon} sessions after {date} end beyond the exchange calendar, which ends {LAST_DAY}")
    return coming.astype("datetime64[D]").astype(np.int64)


def node_variance(names: tuple[str, ...], nodes: tuple[str, ...], values: Floats) -> tuple[Floats, int]:
    """Return total variance to each node, raised where it must be, and on how many sessions it was.

    Parameters
    ----------
    names, nodes : tuples of str
    values : array (n, columns)
        States.

    Returns
    -------
    variance : array (n, nodes)
    raised : int
    """
    days = days_of(nodes)
    level = np.cumsum(values[:, [names.index(name) for name in nodes]], axis=1)
    variance = np.column_stack([total_variance(level[:, j], days[j]) for j in range(len(days))])
    as_drawn = variance.copy()
    before_days, before = 0.0, np.zeros(len(variance))
    rate = variance[:, 0] / days[0]
    for j in range(len(days)):
        least = before + LEAST_FORWARD * rate * (days[j] - before_days)
        variance[:, j] = np.maximum(variance[:, j], least)
        rate = (variance[:, j] - before) / (days[j] - before_days)
        before_days, before = days[j], variance[:, j]
    return variance, int(np.sum((variance > as_drawn).any(axis=1)))


def _terms(path: Path, start: Start, variance: Floats, levels: Mapping[str, Floats]) -> Terms:
    """Return what VX is made of, from the start on."""
    begin = start.values[None, :]
    first, _ = node_variance(path.names, path.nodes, begin)
    basis = np.concatenate((begin, path.values))[:, len(path.names) - len(BASIS_DAYS) :]
    vix = np.concatenate((np.exp(begin[:, LN_VIX]), levels["VIX"]))
    opened = np.concatenate(([np.nan], levels["VIX.open"]))
    return Terms(days_of(path.nodes), np.concatenate((first, variance)), basis, vix, opened)


def levels_of(path: Path, made: Fit, variance: Floats, spx: float) -> Mapping[str, Floats]:
    """Return the simulated series by name, points; a high, low or open only where the rows drawn have one."""
    out: dict[str, Floats] = {}
    close = spx * np.exp(np.cumsum(path.column("SPX")))
    body, up, down, vix = (made.intraday[path.rows] * path.stretch[:, [0, 0, 0, 1]]).T
    opened = close * np.exp(-np.where(np.isfinite(body), body, 0.0))
    out["SPX"], out["SPX.open"] = close, opened
    out["SPX.high"] = np.maximum(close, opened) * np.exp(up)
    out["SPX.low"] = np.minimum(close, opened) * np.exp(down)
    years = days_of(path.nodes) / 365.0
    for j, name in enumerate(path.nodes):
        out[name] = 100.0 * np.sqrt(variance[:, j] / years[j])
    out["VIX.open"] = out["VIX"] * np.exp(-vix)
    for name in ("VVIX", "SKEW"):
        if name in path.names:
            out[name] = np.exp(path.column(name))
    return out


def _held(table: Mapping[str, Floats], cut: slice, horizon: int) -> dict[str, Floats]:
    """Return each series with its last known value held over the horizon."""
    out = {}
    for name, values in table.items():
        known = values[: cut.stop][np.isfinite(values[: cut.stop])]
        out[name] = np.concatenate((values[cut], np.full(horizon, known[-1] if len(known) else np.nan)))
    return out
