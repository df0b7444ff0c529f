"""Reconstructed chains beside every real chain in the store, and the reconstructed surfaces of every day by themselves.

Thresholds stand on whole SPX chains (three expiries or more between 12 and 75 days). What else is quoted is reported.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

from alvh.evidence.chain_errors import FIRST_DAYS, LAST_DAYS, Capture, captures_of, half_spreads_off, own_shift
from alvh.evidence.chain_quotes import quoted
from alvh.evidence.chain_refits import Bend, Judged, grid_errors, judge, leave_year_out, walk_forward
from alvh.evidence.replication import Desk, Row, Target
from alvh.evidence.surface_rows import surface_rows
from alvh.evidence.vix_call_errors import CallError, call_errors, last_trades
from alvh.market.history import History, build_history
from alvh.market.model_error import MEASURED
from alvh.market.smile_inputs import SmileInputs, smile_inputs
from alvh.values import Bools, Floats, Missing

NAME: Final = "chains"
TABLES: Final = ("vol_indices", "underlyings", "vx_futures", "rates")
FROM: Final = dt.date(2007, 1, 3)
MEDIAN_POINTS, P90_POINTS, CREDIT_MEAN_PCT, CREDIT_SIZE_PCT = 0.80, 1.25, 5.0, 7.0
DELTA_EDGES: Final = (0.05, 0.10, 0.20, 0.35, 0.50)
DAY_EDGES: Final = (12.0, 20.0, 30.0, 45.0, 60.0, 75.0)
VIX_EDGES: Final = (0.0, 15.0, 20.0, 25.0, 100.0)
VIX_CALL_DAYS: Final = (5.0, 300.0)
POINTS: Final = "vol points"
_SAME_DAYS: Final = 4
_YEAR_MIN: Final = 200
"""Judged quotes a capture needs to say how an error lasts."""


def run(desk: Desk) -> Sequence[Row] | Missing:
    """Compare; Missing without closes to reconstruct from."""
    try:
        history = build_history({name: desk.read(name) for name in TABLES})
    except ValueError as error:
        return Missing(str(error))
    inputs = smile_inputs(history)
    if not np.isfinite(inputs.rho).any():
        return Missing("no VVIX in the store: no smile can be reconstructed")
    rates = desk.read("rates")
    rows = _spx(desk, history, inputs, rates)
    rows += _spy(desk, history, inputs, rates)
    rows += _vix_calls(desk, history, rates)
    return [*rows, *surface_rows(NAME, history, inputs)]


def _captures(desk: Desk, symbol: str, history: History, inputs: SmileInputs, rates: pl.DataFrame) -> list[Capture]:
    """Return the captures of a symbol that can be judged; maybe none."""
    chains = desk.read("chains", symbol=symbol)
    if chains.is_empty():
        return []
    dividend = float(np.nanmean(history.dividend_yield))
    found = quoted(chains, rates, first_days=FIRST_DAYS, last_days=LAST_DAYS, dividend=dividend)
    return captures_of(found, inputs, history.dates) if found.height else []


def _spx(desk: Desk, history: History, inputs: SmileInputs, rates: pl.DataFrame) -> list[Row]:
    """Return everything about SPX chains; no row without any."""
    found = _captures(desk, "SPX", history, inputs, rates)
    whole = [one for one in found if one.whole]
    rows: list[Row] = []
    if whole:
        source = _sources(whole)
        shipped = judge(whole, [Bend()] * len(whole))
        rows += _judged("SPX", whole, shipped, source, thresholds=True)
        if rows[0].passed is False or rows[1].passed is False:
            why = _where(whole)
            rows[:2] = [replace(row, note=why) for row in rows[:2]]
        rows += _places(whole, inputs.vix, source)
        rows += _variants(whole, source)
        rows += _lasting(whole, source)
    parts = [one for one in found if not one.whole]
    if parts:
        rows += _judged("SPX, captures of one or two expiries", parts, judge(parts, [Bend()] * len(parts)), "")[:2]
    return rows


def _spy(desk: Desk, history: History, inputs: SmileInputs, rates: pl.DataFrame) -> list[Row]:
    """Return the error of the SPX smile beside SPY options, which are American."""
    rows: list[Row] = []
    found = _captures(desk, "SPY", history, inputs, rates)
    for label, chosen in (
        ("SPY, whole chains", [one for one in found if one.whole]),
        ("SPY, captures of one or two expiries", [one for one in found if not one.whole]),
    ):
        if chosen:
            made = _judged(label, chosen, judge(chosen, [Bend()] * len(chosen)), "")[:2]
            note = "American, read as European; puts alone on the vendor's cash price carried at the mean yield"
            rows += [replace(row, note=note) for row in made]
    return rows


def _judged(
    label: str, chosen: Sequence[Capture], made: Judged, source: str, *, thresholds: bool = False, note: str = ""
) -> list[Row]:
    """Return RMSE and credit of captures."""
    limits = (MEDIAN_POINTS, P90_POINTS, CREDIT_MEAN_PCT, CREDIT_SIZE_PCT) if thresholds else (None,) * 4
    n, condors, who = len(made.rmse), len(made.credit), source or _sources(chosen)
    measured = [
        ("RMSE, median", made.median, POINTS, n),
        ("RMSE, 90th percentile", made.p90, POINTS, n),
    ]
    if condors:
        measured.append(("credit of a condor, mean error", 100.0 * made.credit_mean, "%", condors))
        measured.append(("credit of a condor, median |error|", 100.0 * made.credit_size, "%", condors))
    return [
        _row(f"{label}: {name}", chosen, value, unit, limit, who, count, note)
        for (name, value, unit, count), limit in zip(measured, limits, strict=False)
    ]


def _row(
    measure: str,
    chosen: Sequence[Capture],
    error: float,
    unit: str,
    limit: float | None,
    source: str,
    n: int,
    note: str = "",
) -> Row:
    days = [one.session for one in chosen]
    return Row(NAME, measure, min(days), max(days), None, None, error, unit, limit, source, n, 1.0, note)


def _where(whole: Sequence[Capture]) -> str:
    """Say in numbers where the error sits."""
    errors = [one.error() for one in whole]
    shape = float(np.median([float(np.std(error)) for error in errors]))
    level = float(np.median([float(np.mean(error)) for error in errors]))
    wing = _mean_by_capture(whole, lambda one: one.abs_delta < DELTA_EDGES[1])
    money = _mean_by_capture(whole, lambda one: one.abs_delta >= DELTA_EDGES[-2])
    bent = "too much" if wing > money else "too little"
    return (
        f"mean error {level:+.2f}, RMSE without it {shape:.2f}; {wing:+.2f} below 10 delta and {money:+.2f} from 35 "
        f"delta on: the smile bends {bent}, and the variants say what another would do"
    )


def _mean_by_capture(whole: Sequence[Capture], here: Callable[[Capture], Bools]) -> float:
    """Return the mean over captures of their mean error in a place of the smile; NaN where no capture has quotes."""
    means = [
        float(np.mean(one.error()[mask])) for one in whole if (mask := here(one)[one.judged]).any()
    ]  # fmt: skip
    return float(np.mean(means)) if means else np.nan


def _places(whole: Sequence[Capture], vix: Floats, source: str) -> list[Row]:
    """Return the mean error by delta, tenor and state; RMSE and half-spreads in the note."""
    errors = np.concatenate([one.error() for one in whole])
    off = np.abs(np.concatenate([half_spreads_off(one) for one in whole]))
    weight = np.concatenate([np.full(int(one.judged.sum()), 1.0 / one.judged.sum()) for one in whole])

    def column(of: Callable[[Capture], Floats | Bools]) -> Floats:
        return np.concatenate([of(one)[one.judged] for one in whole]).astype(np.float64)

    delta, days, call = column(lambda one: one.abs_delta), column(lambda one: one.days), column(lambda one: one.call)
    state = column(lambda one: np.full(len(one.k), vix[one.i]))
    friday = column(lambda one: one.friday)
    places: list[tuple[str, Bools]] = [("all", np.ones(len(errors), dtype=bool))]
    for side, chosen in (("puts", call == 0), ("calls", call == 1)):
        places += [
            (f"{side} of {100 * a:.0f} to {100 * b:.0f} delta", chosen & m) for a, b, m in _bins(delta, DELTA_EDGES)
        ]
    places += [(f"{a:.0f} to {b:.0f} days", m) for a, b, m in _bins(days, DAY_EDGES)]
    places += [(f"VIX {a:.0f} to {b:.0f}", m) for a, b, m in _bins(state, VIX_EDGES)]
    places += [("Friday expiries", friday == 1), ("other expiries", friday == 0)]
    return [
        _row(
            f"SPX: mean error, {label}", whole, float(np.average(errors[mask], weights=weight[mask])), POINTS, None,
            source, int(mask.sum()),
            note=f"RMSE {np.sqrt(np.average(errors[mask] ** 2, weights=weight[mask])):.2f}; median |error| "
            f"{np.median(off[mask]):.1f} half-spreads, {np.mean(off[mask] <= 2.0):.0%} within two",
        )
        for label, mask in places
        if mask.any()
    ]  # fmt: skip


def _bins(values: Floats, edges: Sequence[float]) -> list[tuple[float, float, Bools]]:
    """Return (from, below, where); the last bin keeps its upper edge."""
    last = edges[-1]
    return [(a, b, (values >= a) & ((values < b) | ((b == last) & (values == b)))) for a, b in pairwise(edges)]


def _variants(whole: Sequence[Capture], source: str) -> list[Row]:
    """Return what other smiles would give: named ones, and refits judged on chains they have not seen."""
    rows: list[Row] = []
    named = {
        "volatilities 3 % lower": Bend(level=-0.03),
        "bend 1.0": Bend(eta=1.0),
        "bend 1.0, volatilities 3 % lower": Bend(level=-0.03, eta=1.0),
    }
    for label, bend in named.items():
        rows += _judged(f"SPX, {label}", whole, judge(whole, [bend] * len(whole)), source, note="variant")
    errors = grid_errors(whole)
    for label, (kept, bends) in (
        ("bend and level of all other years", leave_year_out(whole, errors)),
        ("bend and level refitted to past chains", walk_forward(whole, errors)),
    ):
        if kept:
            rows += _compared(f"SPX, {label}", kept, bends, source)
    return rows


def _compared(label: str, kept: Sequence[Capture], bends: Sequence[Bend], source: str) -> list[Row]:
    """Return a refit beside the shipped smile on the same captures: ours the refit's, published the shipped one's."""
    after, before = judge(kept, bends), judge(kept, [Bend()] * len(kept))
    chosen = sorted({(bend.eta, bend.level) for bend in bends})
    note = "variant; `published` is the shipped smile on the same chains; bend and level: " + ", ".join(
        f"{eta:g} and {100 * level:+.0f} %" for eta, level in chosen
    )
    both = zip(_judged(label, kept, after, source), _judged(label, kept, before, source), strict=True)
    return [
        replace(new, ours=new.error, published=old.error, error=new.error - old.error, note=note) for new, old in both
    ]


def _lasting(whole: Sequence[Capture], source: str) -> list[Row]:
    """Return the error model of `alvh.market.model_error`, measured again: ours here, published the committed one."""
    fitted: dict[dt.date, list[tuple[float, float]]] = {}
    for one in whole:
        if one.judged.sum() >= _YEAR_MIN and np.isfinite((shift := own_shift(one))[0]):
            fitted.setdefault(one.session, []).append(shift)
    days = sorted(fitted)
    years = np.array([day.year for day in days])
    # What lasts shows only between years.
    if len(np.unique(years)) < 2:
        return []
    rows = []
    table = np.array([np.mean(fitted[day], axis=0) for day in days])
    for at, (name, drift) in enumerate((("level", MEASURED.level), ("slope", MEASURED.slope))):
        means = {year: float(table[years == year, at].mean()) for year in np.unique(years).tolist()}
        around = table[:, at] - np.array([means[year] for year in years.tolist()])
        passing = float(np.sqrt(np.sum(around**2) / (len(days) - len(means))))
        next_to = np.array([(b - a).days <= _SAME_DAYS for a, b in pairwise(days)])
        a, b = around[:-1][next_to], around[1:][next_to]
        memory = float(np.sum(a * b) / np.sqrt(np.sum(a * a) * np.sum(b * b))) if len(a) else np.nan
        lasting = float(np.sqrt(np.mean(np.square(list(means.values())))))
        for part, ours, committed in (
            ("lasting deviation", lasting, drift.lasting),
            ("passing deviation", passing, drift.passing),
            ("memory from session to session", memory, drift.memory),
        ):
            measure = f"error model, {name}: {part}"
            row = _row(
                measure, whole, ours - committed, "", None, source, len(days), "`published` is what --band draws from"
            )
            rows.append(replace(row, ours=ours, published=committed))
    return rows


def _vix_calls(desk: Desk, history: History, rates: pl.DataFrame) -> list[Row]:
    """Return the error of VIX calls by tenor and delta, session by session: too few to average."""
    chains = desk.read("chains", symbol="VIX")
    if chains.is_empty():
        return []
    rows: list[Row] = []
    for kind, part in (("quotes", chains), ("last trades", last_trades(chains))):
        found = quoted(part, rates, first_days=VIX_CALL_DAYS[0], last_days=VIX_CALL_DAYS[1]) if part.height else part
        if found.is_empty():
            continue
        rows += [_call_row(one, kind) for one in call_errors(found, history)]
    return sorted(rows, key=lambda row: (row.first or FROM, row.measure[:2], row.ours or 0.0))


def _call_row(one: CallError, kind: str) -> Row:
    note = f"{one.half_spreads:+.1f} half-spreads" if kind == "quotes" else "last trades, maybe hours old"
    return Row(
        NAME, f"VIX call of {100 * one.delta:.0f} delta, {one.days:.0f} days: error of the price", one.session,
        one.session, None, None, 100.0 * one.share, "%", None, f"{kind} of the VIX chain", 1, 1.0, note,
    )  # fmt: skip


def _sources(chosen: Sequence[Capture]) -> str:
    """Return where captures came from, the most frequent first."""
    names = [one.source for one in chosen]
    ordered = sorted(set(names), key=lambda name: (-names.count(name), name))
    more = f" and {len(ordered) - 3} others" if len(ordered) > 3 else ""
    return "quotes: " + ", ".join(ordered[:3]) + more


TARGETS: Final = (Target(NAME, "Reconstructed chains beside every real one, and their freedom from arbitrage", run),)
