"""The volatility notes and funds, rebuilt day by day from VX settlements: VXX, VXZ, VIXY, VIXM, UVXY, SVXY.

Formula: `alvh.maths.futures_index` (S&P 500 VIX Futures Indices). Two accounts of what a fund costs are given, and the
threshold is set on the second: the management fee alone with all assets in bills, and costs as filed, where the fund
earns on its assets the share of the bill's yield that its filings show. Nothing is fitted to the prices compared with.
The close of a fund is at 16:00 New York; VX settled at 16:15 until 23 October 2020, which is most of the daily error.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import polars as pl

from alvh.conventions import sessions
from alvh.conventions.splits import price_factor
from alvh.conventions.vol_funds import FILINGS, FUNDS, LEVERAGE_CHANGE, SETTLEMENT_CHANGE, VolFund, expense
from alvh.evidence.replication import Desk, Row, Target
from alvh.evidence.tracking import Tracking, tracking
from alvh.market.vx import VxCurve, expiry_rows
from alvh.maths.futures_index import MID_TERM, SHORT_TERM, bill_return, fund_return, roll_returns
from alvh.values import Dates, Floats, Ints, Missing

EPOCH: Final = dt.date(1970, 1, 1).toordinal()
DRIFT_THRESHOLD_BP: Final = {"VXX": 15.0}
OTHER_DRIFT_THRESHOLD_BP: Final = 60.0
BILL: Final = "IRX"
BILL_MAX_AGE_DAYS: Final = 10
GEARED_UNTIL, GEARED_FROM = dt.date(2018, 1, 31), dt.date(2018, 3, 1)
"""February 2018 is in neither window: on the 5th the closes of the funds were struck before the futures had settled."""
WORST_DAY: Final = dt.date(2018, 2, 5)
WORST_MOVE_PCT: Final = 97.0
"""As published (`methodology.md` section 5)."""
_BEGINNING, _END = dt.date(1990, 1, 1), dt.date(2035, 12, 31)
_ERAS: Final = {"16:15": (_BEGINNING, SETTLEMENT_CHANGE - dt.timedelta(1)), "16:00": (SETTLEMENT_CHANGE, _END)}
_GEARED_WINDOWS: Final = ((_BEGINNING, GEARED_UNTIL), (GEARED_FROM, _END))
_INDICES: Final = {"short": SHORT_TERM, "mid": MID_TERM}
Window = tuple[dt.date, dt.date]


@dataclass(frozen=True)
class Ingredients:
    """What every fund is made of, on one axis of sessions; entry t of each return is from t-1 to t.

    Attributes
    ----------
    days, elapsed : arrays
        Days since 1970-01-01, and calendar days since the session before.
    contracts : dict
        Contract return by index; ``early`` and ``late`` are the short one rolled a session early or late.
    bill_yield, bill : arrays
        Discount rate known at the session before, and its return.
    """

    days: Ints
    elapsed: Ints
    contracts: dict[str, Floats]
    bill_yield: Floats
    bill: Floats


def ingredients(desk: Desk) -> Ingredients | Missing:
    """Read settlements and bills of the store and roll both indices."""
    futures = desk.read("vx_futures", kind="monthly")
    if futures.is_empty():
        return Missing("no VX settlements in the store")
    rates = desk.read("rates", series=BILL).drop_nulls("value").sort("date")
    if rates.is_empty():
        return Missing(f"no bill yields ({BILL}) in the store")
    axis: Dates = sessions(*_span(futures["date"]))
    days: Ints = axis.astype("datetime64[D]").astype(np.int64)
    curve = VxCurve.build(days, futures)
    rows = expiry_rows(days, curve.expiry_days)
    rolled = {name: roll_returns(curve.settle, curve.front, rows, months) for name, months in _INDICES.items()}
    # The same roll with every settlement date moved by one session: what a slip of the calendar would cost. Late, a
    # remainder is held into final settlement.
    held = curve.settle.copy()
    inside = np.flatnonzero(rows < len(days))
    held[rows[inside], inside] = curve.final[inside]
    for name, moved in (("early", -1), ("late", 1)):
        shifted = rows + moved
        front = np.searchsorted(shifted, np.arange(len(days)), side="right")
        rolled[name] = roll_returns(held, front.astype(np.int64), shifted, SHORT_TERM)
    yields = _as_of(days, rates)
    elapsed = np.diff(days, prepend=days[0])
    bill = np.array([bill_return(y, d) for y, d in zip(yields.tolist(), elapsed.tolist(), strict=True)])
    return Ingredients(days, elapsed, rolled, yields, bill)


def _span(dates: pl.Series) -> tuple[dt.date, dt.date]:
    first, last = dates.min(), dates.max()
    if not isinstance(first, dt.date) or not isinstance(last, dt.date):
        raise TypeError("settlements without dates")
    return first, last


def _as_of(days: Ints, rates: pl.DataFrame) -> Floats:
    """Return the bill's discount rate known at the session before each session, decimals; NaN when too old."""
    at = rates["date"].cast(pl.Int32).to_numpy().astype(np.int64)
    value = rates["value"].cast(pl.Float64).to_numpy() / 100.0
    before = np.concatenate((days[:1], days[:-1]))
    where = np.searchsorted(at, before, side="right") - 1
    known = (where >= 0) & (before - at[np.maximum(where, 0)] <= BILL_MAX_AGE_DAYS)
    out: Floats = np.where(known, value[np.maximum(where, 0)], np.nan)
    return out


def income_share(made: Ingredients) -> float:
    """Return the share of the bill's yield that the sponsor's funds earned on their assets, by its filings.

    Sum of filed income (net investment income + expenses) over the sum of the bill's mean yield of the same periods.
    All filings read are SVXY's; that the sister funds are run alike is assumed.
    """
    earned = paid = 0.0
    for one in FILINGS:
        inside = (made.days >= _day(one.first)) & (made.days <= _day(one.last)) & np.isfinite(made.bill_yield)
        if one.income_net is not None and inside.any():
            earned += one.income_net + one.expense
            paid += float(made.bill_yield[inside].mean())
    return earned / paid if paid > 0.0 else 1.0


def daily_returns(
    made: Ingredients, fund: VolFund, *, as_filed: bool, contracts: str | None = None, cash_share: float | None = None
) -> Floats:
    """Return the fund's daily return, rebuilt.

    Parameters
    ----------
    made : Ingredients
    fund : VolFund
    as_filed : bool
        Costs and income as filed; else the management fee alone and all assets in bills.
    contracts : str, optional
        Another contract return of `made` than the fund's own index.
    cash_share : float, optional
        Share of the bill's return earned, where it is not the one that `as_filed` says.
    """
    moves = made.contracts[contracts or fund.index]
    share = cash_share if cash_share is not None else income_share(made) if as_filed and not fund.note else 1.0
    change = _day(LEVERAGE_CHANGE)
    fees = {since: expense(fund.symbol, since_change=since) if as_filed else fund.fee_annual for since in (False, True)}
    out = np.full(len(moves), np.nan)
    for t in range(1, len(moves)):
        since = bool(made.days[t - 1] >= change)
        leverage = fund.leverage if since else fund.leverage_before
        out[t] = fund_return(moves[t], share * made.bill[t], leverage, fees[since], float(made.elapsed[t]))
    return out


def run(fund: VolFund, desk: Desk) -> Sequence[Row] | Missing:
    """Rebuild one fund and compare it with its published closes."""
    made = ingredients(desk)
    if isinstance(made, Missing):
        return made
    found = _published(desk, fund.symbol, made.days)
    if isinstance(found, Missing):
        return found
    published, source = found
    filed = daily_returns(made, fund, as_filed=True)
    rows: list[Row] = []
    threshold = DRIFT_THRESHOLD_BP.get(fund.symbol, OTHER_DRIFT_THRESHOLD_BP)
    geared = fund.leverage != fund.leverage_before
    for window in _GEARED_WINDOWS if geared else ((_BEGINNING, _END),):
        one = _track(made, published, filed, window)
        if isinstance(one, Missing):
            continue
        rows.append(_drift(fund, "drift", one, source, threshold, _note(made, fund)))
        rows += [] if fund.note else _other_costs(made, fund, published, source, window)
    rows += _eras(made, fund, published, filed, source)
    if not rows:
        return Missing(f"too few closes of {fund.symbol} beside VX settlements")
    if fund.symbol == "VXX":
        rows += [*_slips(made, fund, published, source), *_worst_day(made)]
    return [*rows, *_as_traded(desk, fund.symbol, made.days, published)]


def _other_costs(made: Ingredients, fund: VolFund, published: Floats, source: str, window: Window) -> list[Row]:
    """Return the drift with less of what the filings say: without them, and with the costs but the whole bill."""
    variants = {
        "drift, management fee and whole bill only": daily_returns(made, fund, as_filed=False),
        "drift, costs as filed, whole bill": daily_returns(made, fund, as_filed=True, cash_share=1.0),
    }
    tracked = {measure: _track(made, published, returns, window) for measure, returns in variants.items()}
    return [
        _drift(fund, measure, one, source, None, "variant")
        for measure, one in tracked.items()
        if isinstance(one, Tracking)
    ]


def _eras(made: Ingredients, fund: VolFund, published: Floats, returns: Floats, source: str) -> list[Row]:
    """Return the daily errors before and after VX settlements moved to the close of the funds."""
    rows: list[Row] = []
    geared = fund.leverage != fund.leverage_before
    for era, window in _ERAS.items():
        one = _track(made, published, returns, window)
        if isinstance(one, Tracking):
            note = "February 2018 is among them" if geared and window[0] < LEVERAGE_CHANGE else ""
            if fund.symbol == "VXX" and window[0] == SETTLEMENT_CHANGE:
                note = "from 14 March 2022 Barclays sold no new notes for months, and the price left the value"
            rows += _daily(fund, f"VX settled at {era}", one, source, note)
    return rows


def _slips(made: Ingredients, fund: VolFund, published: Floats, source: str) -> list[Row]:
    """Return the drift of three wrong methods, which shows what the right one is worth."""
    wrong = {
        "drift, were the roll a session early": daily_returns(made, fund, as_filed=True, contracts="early"),
        "drift, were the roll a session late": daily_returns(made, fund, as_filed=True, contracts="late"),
        "drift, were no bill earned": daily_returns(made, fund, as_filed=True, cash_share=0.0),
    }
    out = []
    for measure, returns in wrong.items():
        one = _track(made, published, returns, (_BEGINNING, _END))
        if isinstance(one, Tracking):
            out.append(_drift(fund, measure, one, source, None, "variant, wrong on purpose"))
    return out


def _worst_day(made: Ingredients) -> list[Row]:
    """Return the jump of the front months on 5 February 2018, the session that ended XIV."""
    at = int(np.searchsorted(made.days, _day(WORST_DAY)))
    if at == len(made.days) or made.days[at] != _day(WORST_DAY) or not np.isfinite(made.contracts["short"][at]):
        return []
    ours = 100.0 * float(made.contracts["short"][at])
    measure = "move of the short-term index on one day, %"
    source = "sixfigureinvesting.com, 2019-02: about +97 %"
    error = ours - WORST_MOVE_PCT
    return [Row("vxx", measure, WORST_DAY, WORST_DAY, ours, WORST_MOVE_PCT, error, "% points", None, source, 1)]


def _as_traded(desk: Desk, symbol: str, days: Ints, published: Floats) -> list[Row]:
    """Return how far the adjusted closes, divided by the committed splits, are from the prices in option chains."""
    chains = desk.read("chains", symbol=symbol)
    spots = chains.drop_nulls("underlying_price").group_by("quote_date").agg(pl.col("underlying_price").median())
    known = np.flatnonzero(np.isfinite(published))
    basis = _date(int(days[known[-1]]))
    level = dict(zip(days[known].tolist(), published[known].tolist(), strict=True))
    sessions_of: list[dt.date] = []
    errors: list[float] = []
    for session, spot in spots.sort("quote_date").iter_rows():
        if _day(session) in level and spot > 0.0:
            sessions_of.append(session)
            errors.append(abs(level[_day(session)] / price_factor(symbol, session, basis) / spot - 1.0))
    if not errors:
        return []
    measure = "|adjusted close over split table / price in option chains - 1|, median"
    return [
        Row(
            symbol.lower(), measure, min(sessions_of), max(sessions_of), None, None, 100.0 * float(np.median(errors)),
            "%", None, "prices of the underlying in the store's chains", len(errors),
            note="a wrong or missing split would show as a factor",
        )
    ]  # fmt: skip


def _note(made: Ingredients, fund: VolFund) -> str:
    if fund.note:
        return f"fee {fund.fee_annual:.2%} a year"
    before, since = (expense(fund.symbol, since_change=change) for change in (False, True))
    costs = f"{before:.2%}" if before == since else f"{before:.2%}, since 2018 {since:.2%},"
    basis = "derived from sister funds' filings" if fund.symbol == "UVXY" else "as filed"
    return f"costs {costs} a year {basis}; {income_share(made):.0%} of the bill's yield earned, as filed by SVXY"


def _track(made: Ingredients, published: Floats, returns: Floats, window: Window) -> Tracking | Missing:
    return tracking(made.days, published, returns, _day(window[0]), _day(window[1]))


def _drift(fund: VolFund, measure: str, one: Tracking, source: str, threshold: float | None, note: str) -> Row:
    return Row(
        fund.symbol.lower(),
        f"{measure} (ours and published: growth a year, %)",
        _date(one.first_day),
        _date(one.last_day),
        100.0 * one.ours_annual,
        100.0 * one.published_annual,
        one.drift_bp,
        "bp a year",
        threshold,
        source,
        one.n,
        note=note,
    )


def _daily(fund: VolFund, era: str, one: Tracking, source: str, note: str) -> list[Row]:
    first, last = _date(one.first_day), _date(one.last_day)
    measured = (
        ("drift", one.drift_bp, "bp a year"),
        ("daily |error|, median", one.median_bp, "bp"),
        ("daily |error|, 95th percentile", one.p95_bp, "bp"),
        ("tracking deviation a year", one.deviation_pct, "%"),
    )
    return [
        Row(fund.symbol.lower(), f"{name}, {era}", first, last, None, None, error, unit, None, source, one.n, note=note)
        for name, error, unit in measured
    ]


def _published(desk: Desk, symbol: str, days: Ints) -> tuple[Floats, str] | Missing:
    """Return split-adjusted closes of a fund on the axis, from the underlyings, else the benchmarks."""
    rows = desk.read("underlyings", symbol=symbol).drop_nulls("close")
    if rows.is_empty():
        rows = desk.read("benchmarks", symbol=symbol, freq="D").drop_nulls("close")
    if rows.is_empty():
        return Missing(f"no closes of {symbol} in the store")
    at = rows["date"].cast(pl.Int32).to_numpy().astype(np.int64)
    where = np.searchsorted(days, at)
    there = (where < len(days)) & (days[np.minimum(where, len(days) - 1)] == at)
    out = np.full(len(days), np.nan)
    out[where[there]] = rows["close"].to_numpy()[there]
    return out, "closes, split-adjusted: " + ", ".join(sorted({str(name) for name in rows["source"].to_list()}))


def _day(date: dt.date) -> int:
    return date.toordinal() - EPOCH


def _date(day: int) -> dt.date:
    return dt.date.fromordinal(day + EPOCH)


_ABOUT: Final = {"short": "S&P 500 VIX Short-Term Futures", "mid": "S&P 500 VIX Mid-Term Futures"}
TARGETS: Final = tuple(
    Target(
        fund.symbol.lower(),
        f"{fund.symbol}: {fund.leverage:g} x {_ABOUT[fund.index]}, rebuilt from VX settlements",
        partial(run, fund),
    )
    for fund in FUNDS
)
