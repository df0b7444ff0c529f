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
from alvh.market.engines.states import BASIS_DAYS, basis_at, ceiling_points, days_of, total_variance
from alvh.market.history import EPOCH, History
from alvh.market.vx import MIN_FRONT_SESSIONS, VxCurve, expiry_rows
from alvh.maths.kernel import kernel
from alvh.values import Floats, Ints

LEAD_SESSIONS: Final = 560
"""Real sessions in front of the simulated ones: two years and some, as `alvh.adapters.load` takes."""
LISTED_MONTHS: Final = 9
"""Monthly VX expiries with a settlement on a simulated session; CFE lists nine."""
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
    variance, raised = node_variance(path)
    levels = levels_of(path, made, variance, float(closes[-1]))
    nothing = np.full(len(past), np.nan)
    names = dict.fromkeys((*history.series, *levels))
    vx, capped, settled = _curve(history, path, variance, days, cut, levels)
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
        vx_weekly=_past_contracts(history, cut, days),
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


def node_variance(path: Path) -> tuple[Floats, int]:
    """Return total variance to each node, (horizon, nodes), raised where it must be, and on how many sessions."""
    days = days_of(path.nodes)
    level = np.cumsum(np.column_stack([path.column(name) for name in path.nodes]), axis=1)
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


def _curve(
    history: History, path: Path, variance: Floats, days: Ints, cut: slice, levels: Mapping[str, Floats]
) -> tuple[VxCurve, int, int]:
    """Return the VX curve of past and path, how many settlements were capped, and how many there are."""
    real, past = history.vx, cut.stop - cut.start
    today = int(history.days[cut.stop - 1])
    old = real.expiry_days[(real.expiry_days > days[0]) & (real.expiry_days <= today)]
    expiries = np.concatenate((old, expiries_after(today, int(days[-1]))))
    settle, final = np.full((len(days), len(expiries)), np.nan), np.full(len(expiries), np.nan)
    known = np.flatnonzero(np.isin(real.expiry_days, expiries))
    column = np.searchsorted(expiries, real.expiry_days[known])
    settle[:past, column] = real.settle[cut][:, known]
    done = real.expiry_days[known] <= today
    final[column[done]] = real.final[known[done]]
    basis = path.values[:, len(path.names) - len(BASIS_DAYS) :]
    capped, settled = fill_settlements(
        days[past:], expiries, days_of(path.nodes), variance, basis, LISTED_MONTHS, settle[past:]
    )
    for j in range(len(old), len(expiries)):
        t = int(np.searchsorted(days, expiries[j]))
        if t < len(days):
            final[j] = final_settlement(levels, t - past, float(history.column("VIX")[cut.stop - 1]))
    return curve_of(days, settle, expiries, final), capped, settled


def final_settlement(levels: Mapping[str, Floats], t: int, before: float) -> float:
    """Return VRO of a simulated morning: VIX's open, or without one the geometric mean of the closes around it."""
    opened, vix = float(levels["VIX.open"][t]), levels["VIX"]
    earlier = float(vix[t - 1]) if t else before
    return opened if np.isfinite(opened) else float(np.sqrt(earlier * vix[t]))


def expiries_after(today: int, last: int) -> Ints:
    """Return the monthly VX settlement days after `today`, to the `LISTED_MONTHS`-th after `last`."""
    begin, end = (dt.date.fromordinal(day + EPOCH) for day in (today, last))
    months = [
        conventions.vix_expiry(year, month).toordinal() - EPOCH
        for year in range(begin.year, end.year + 2)
        for month in range(1, 13)
    ]
    wanted = np.array([day for day in months if day > today], dtype=np.int64)
    return wanted[: int(np.sum(wanted <= last)) + LISTED_MONTHS]


def curve_of(days: Ints, settle: Floats, expiries: Ints, final: Floats) -> VxCurve:
    """Return a VX curve from its settlements."""
    front = np.searchsorted(expiries, days, side="right").astype(np.int64)
    enough = np.searchsorted(expiry_rows(days, expiries), np.arange(len(days)) + MIN_FRONT_SESSIONS)
    return VxCurve(settle, expiries, final, front, np.maximum(enough, front).astype(np.int64))


def _past_contracts(history: History, cut: slice, days: Ints) -> VxCurve:
    """Return the weekly contracts that settled in the past; none is simulated."""
    curve = history.vx_weekly
    keep = (curve.expiry_days > days[0]) & (curve.expiry_days <= history.days[cut.stop - 1])
    settle = np.full((len(days), int(keep.sum())), np.nan)
    settle[: cut.stop - cut.start] = curve.settle[cut][:, keep]
    return curve_of(days, settle, curve.expiry_days[keep], curve.final[keep])


@kernel
def fill_settlements(
    days: Ints,
    expiries: Ints,
    node_days: Floats,
    variance: Floats,
    basis: Floats,
    months: int,
    out: Floats,
) -> tuple[int, int]:
    """Fill the settlements of the nearest monthly contracts; return how many were capped, and how many there are."""
    capped, settled = 0, 0
    for t in range(len(days)):
        listed = 0
        for j in range(len(expiries)):
            left = float(expiries[j] - days[t])
            if left <= 0.0:
                continue
            if listed == months:
                break
            ceiling = ceiling_points(left, node_days, variance[t])
            gap = basis_at(left, BASIS_DAYS, basis[t])
            if gap > 0.0:
                gap = 0.0
                capped += 1
            out[t, j] = ceiling * np.exp(gap)
            listed += 1
            settled += 1
    return capped, settled
