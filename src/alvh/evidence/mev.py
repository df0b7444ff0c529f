"""Does on-chain trading move the VIX curve? A speculative study: off unless asked for, and it decides nothing.

`concepts.md`, "MEV", and `methodology.md`, section 12: no evidence known to us shows that the ordering of on-chain
trades moves SPX or VIX. What a store can hold of the question (daily implied volatilities of bitcoin and ether,
bitcoin's price and the funding of its perpetual) is tested both ways against the front VX future; what it cannot is
listed as not run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import polars as pl

from alvh.evidence.lead_lag import granger, hayashi_yoshida, out_of_sample_gain, shifted_share
from alvh.evidence.verdicts import benjamini_hochberg
from alvh.market.history import History
from alvh.values import Bools, Floats, Ints, Missing

LAGS = (1, 2, 5)
SERIES: Mapping[str, bool] = {"DVOL_BTC": True, "DVOL_ETH": True, "BTC_CLOSE": True, "FUNDING_BTC": False}
"""Series tested, and whether the change is one of logarithms (a funding rate is negative at times)."""
LIQUIDATIONS = "LIQUIDATIONS_USD"
"""Liquidated notional a day, where a user's store has it; elsewhere the falls of bitcoin stand for it."""
MAX_AGE_DAYS = 2
"""A crypto value older than this at a session is missing: those markets never close."""
SHARE_OF_EVENTS = 0.01
MIN_EVENTS = 5
FALSE_DISCOVERIES = 0.05
MIN_OUT_OF_SAMPLE_GAIN = 0.005
SEED = 20260101
PLACEBOS = 99
PLACEBO_P_FACTOR = 10
"""So many times the placebos where they are the p-value itself: 29 tests at 5 % need one below 0.0017."""
HY_LAGS_MINUTES = (1.0, 5.0, 15.0, 60.0)
STAMP_CLOSES, STAMP_OPENS = 1, 0
"""Whether the date of a daily crypto value is the day it ends (known a day later) or the day it begins."""


class StudyRow(NamedTuple):
    """One test.

    Attributes
    ----------
    test : str
        ``granger 5``, ``out of sample 5``, ``event study``, ``hayashi-yoshida 5 min``.
    direction : str
        ``DVOL_BTC -> VX``.
    statistic : float
        Wald statistic; gain of out-of-sample R squared; difference of mean next-day changes of ln VX; difference of the
        squared correlations of both directions.
    p_value : float
        Asymptotic for Granger's test (the larger of both readings of the date stamp), else that of the placebos.
    placebo_p : float
        Share of shifted worlds with a statistic at least as large.
    q_value : float
        False discovery rate (Benjamini-Hochberg) of the p-value over all rows of the study.
    n : int
    verdict : str
        Begins with ``speculative:``.
    """

    test: str
    direction: str
    statistic: float
    p_value: float
    placebo_p: float
    q_value: float
    n: int
    verdict: str


@dataclass(frozen=True)
class MevStudy:
    """Every test that could be run, and every one that could not, with its reason. `may_enable` says whether to act."""

    rows: tuple[StudyRow, ...]
    not_run: tuple[tuple[str, str], ...]

    @property
    def may_enable(self) -> bool:
        """Whether the findings would permit a rule: never while a required test is among those not run."""
        return bool(self.rows) and not self.not_run and all("survives" in row.verdict for row in self.rows)


class _Found(NamedTuple):
    test: str
    direction: str
    statistic: float
    p_value: float
    placebo_p: float
    n: int


Intraday = Mapping[str, tuple[Floats, Floats]]
"""Name -> (minutes, ascending; ln level)."""


def mev_study(
    history: History,
    crypto: pl.DataFrame,
    *,
    intraday: Intraday | None = None,
    seed: int = SEED,
    placebos: int = PLACEBOS,
) -> MevStudy:
    """Test what the store holds of the question, both ways, against shifted worlds.

    Parameters
    ----------
    history : History
        VX settlements and SPX closes.
    crypto : DataFrame
        ``ts`` (UTC), ``series``, ``value``: rows of the table ``crypto_vol``.
    intraday : mapping of name -> (minutes, ln level), optional
        Paths with many observations a day; ``VX`` and others. Hayashi-Yoshida runs only where both are given.
    seed : int
        Of the shifts and of the placebo events.
    placebos : int
        Shifted worlds a test; `PLACEBO_P_FACTOR` times as many where they are its p-value.

    Returns
    -------
    MevStudy
        The same for the same arguments.
    """
    rng = np.random.default_rng(seed)
    vx, spx = vx_change(history), _log_change(history.column("SPX"))
    changes = {name: _both_stamps(history.days, crypto, name, logs=logs) for name, logs in SERIES.items()}
    found: list[_Found] = []
    missing: list[tuple[str, str]] = [
        ("sandwiched share of on-chain volume", "no table labels sandwiched trades"),
        ("two disjoint years", "needs the sandwiched share"),
    ]
    for name, both in changes.items():
        bitcoin = changes["BTC_CLOSE"][STAMP_CLOSES]
        controls = [spx] if name == "BTC_CLOSE" or not np.isfinite(bitcoin).any() else [spx, bitcoin]
        for lags in LAGS:
            for direction, forward in ((f"{name} -> VX", True), (f"VX -> {name}", False)):
                row = _granger(direction, vx, both, controls, lags, placebos, rng, forward=forward)
                _sort(row, f"granger {lags} {direction}", found, missing)
        row = _out_of_sample(f"{name} -> VX", vx, both[STAMP_CLOSES], spx, placebos, rng)
        _sort(row, f"out of sample {name} -> VX", found, missing)
    _sort(_event_study(history, crypto, changes, vx, placebos, rng), "event study", found, missing)
    for row, name in _lead_lag(intraday or {}, placebos, rng):
        _sort(row, name, found, missing)
    return MevStudy(_judged(found), tuple(missing))


def vx_change(history: History) -> Floats:
    """Return the daily change of ln F1, within the one contract that is F1 today; NaN where a settlement is missing."""
    vx, n = history.vx, len(history)
    out = np.full(n, np.nan)
    rows = np.flatnonzero(vx.first_far[1:] < vx.settle.shape[1]) + 1
    column = vx.first_far[rows]
    out[rows] = np.log(vx.settle[rows, column] / vx.settle[rows - 1, column])
    return out


def on_sessions(days: Ints, crypto: pl.DataFrame, name: str, stamp: int) -> Floats:
    """Return the last value of a crypto series known at each session; NaN when older than `MAX_AGE_DAYS`.

    A value dated d counts as known on d itself (`STAMP_OPENS`) or from the day after (`STAMP_CLOSES`). Weekends and
    holidays thus fall into the change up to the next session, as they do in VX.
    """
    rows = crypto.filter(pl.col("series") == name).drop_nulls("value").sort("ts", maintain_order=True)
    if rows.is_empty():
        return np.full(len(days), np.nan)
    at = rows["ts"].dt.date().cast(pl.Int32).to_numpy().astype(np.int64) + stamp
    where = np.searchsorted(at, days, side="right") - 1
    known = (where >= 0) & (days - at[np.maximum(where, 0)] <= MAX_AGE_DAYS)
    return np.where(known, rows["value"].to_numpy()[np.maximum(where, 0)], np.nan)


def _both_stamps(days: Ints, crypto: pl.DataFrame, name: str, *, logs: bool) -> tuple[Floats, Floats]:
    """Return the change between sessions under both readings of the date stamp."""
    opens, closes = (on_sessions(days, crypto, name, stamp) for stamp in (STAMP_OPENS, STAMP_CLOSES))
    change = _log_change if logs else _change
    return change(opens), change(closes)


def _granger(
    direction: str,
    vx: Floats,
    both: tuple[Floats, Floats],
    controls: Sequence[Floats],
    lags: int,
    placebos: int,
    rng: np.random.Generator,
    *,
    forward: bool,
) -> _Found | Missing:
    """Run Granger's test under both readings of the stamp, keep the weaker one, and set shifted worlds beside it."""
    results = []
    for series in both:
        x, y = (series, vx) if forward else (vx, series)
        result = granger(x, y, lags, controls)
        if isinstance(result, Missing):
            return result
        results.append((result.p_value, result, x, y))
    p_value, weaker, x, y = max(results, key=lambda item: item[0])

    def statistic(moved: Floats) -> float:
        again = granger(moved, y, lags, controls)
        return again.wald if not isinstance(again, Missing) else 0.0

    placebo = shifted_share(x, y, weaker.wald, statistic, placebos, rng)
    return _Found(f"granger {lags}", direction, weaker.wald, p_value, placebo, weaker.n)


def _out_of_sample(
    direction: str, vx: Floats, series: Floats, spx: Floats, placebos: int, rng: np.random.Generator
) -> _Found | Missing:
    """Return the gain in forecasting VX by the longest lags, against shifted worlds."""
    lags = LAGS[-1]
    result = out_of_sample_gain(series, vx, lags, [spx])
    if isinstance(result, Missing):
        return result
    gain, n = result

    def statistic(moved: Floats) -> float:
        again = out_of_sample_gain(moved, vx, lags, [spx])
        return again[0] if not isinstance(again, Missing) else -np.inf

    placebo = shifted_share(series, vx, gain, statistic, PLACEBO_P_FACTOR * placebos, rng)
    return _Found(f"out of sample {lags}", direction, gain, placebo, placebo, n)


def _event_study(
    history: History,
    crypto: pl.DataFrame,
    changes: Mapping[str, tuple[Floats, Floats]],
    vx: Floats,
    placebos: int,
    rng: np.random.Generator,
) -> _Found | Missing:
    """Return how VX moved on the session after the top 1 % of liquidations, against events drawn at random."""
    named = LIQUIDATIONS in crypto["series"].unique().to_list()
    size = (
        on_sessions(history.days, crypto, LIQUIDATIONS, STAMP_CLOSES) if named else -changes["BTC_CLOSE"][STAMP_CLOSES]
    )
    after = np.concatenate((vx[1:], [np.nan]))
    known = np.flatnonzero(np.isfinite(size) & np.isfinite(after))
    count = int(len(known) * SHARE_OF_EVENTS)
    if count < MIN_EVENTS:
        return Missing(f"{count} events among {len(known)} sessions")
    ranked = known[np.argsort(size[known], kind="stable")]

    def difference(events: Ints) -> float:
        chosen: Bools = np.isin(known, events)
        return float(after[known[chosen]].mean() - after[known[~chosen]].mean())

    observed = difference(ranked[-count:])
    worlds = PLACEBO_P_FACTOR * placebos
    drawn = [difference(rng.choice(known, count, replace=False)) for _ in range(worlds)]
    p_value = (1.0 + sum(abs(one) >= abs(observed) for one in drawn)) / (worlds + 1.0)
    proxy = LIQUIDATIONS if named else "falls of BTC (proxy of liquidations)"
    return _Found("event study", f"{proxy} -> VX", observed, p_value, p_value, count)


def _lead_lag(intraday: Intraday, placebos: int, rng: np.random.Generator) -> list[tuple[_Found | Missing, str]]:
    """Return Hayashi-Yoshida rows of every path beside VX's."""
    others = [name for name in intraday if name != "VX"]
    if "VX" not in intraday or not others:
        return [(Missing("no intraday paths of VX and of a crypto market"), "hayashi-yoshida")]
    out: list[tuple[_Found | Missing, str]] = []
    times_y, y = intraday["VX"]
    worlds = PLACEBO_P_FACTOR * placebos
    for name in others:
        times_x, x = intraday[name]
        for lag in HY_LAGS_MINUTES:
            lead = partial(_asymmetry, times_x, times_y=times_y, y=y, lag=lag)
            observed = lead(x)
            steps = np.diff(x)
            stronger = 0
            for shift in rng.integers(1, len(steps), worlds):
                moved = np.concatenate(([x[0]], x[0] + np.cumsum(np.roll(steps, int(shift)))))
                stronger += abs(lead(moved)) >= abs(observed)
            p_value = (1.0 + stronger) / (worlds + 1.0)
            direction = f"{name} -> VX" if observed > 0.0 else f"VX -> {name}"
            title = f"hayashi-yoshida {lag:g} min"
            out.append((_Found(title, direction, observed, p_value, p_value, len(steps)), title))
    return out


def _asymmetry(times_x: Floats, x: Floats, *, times_y: Floats, y: Floats, lag: float) -> float:
    """Return the squared correlation with x leading less that with y leading by the same lag."""
    leads, follows = (hayashi_yoshida(times_x, x, times_y, y, sign * lag) for sign in (1.0, -1.0))
    return float(leads**2 - follows**2)


def _judged(found: Sequence[_Found]) -> tuple[StudyRow, ...]:
    """Add q-values over all tests and a verdict in words."""
    rates = benjamini_hochberg([one.p_value for one in found]) if found else []
    return tuple(
        StudyRow(
            one.test,
            one.direction,
            one.statistic,
            one.p_value,
            one.placebo_p,
            rate,
            one.n,
            _verdict(one, rate),
        )
        for one, rate in zip(found, rates, strict=True)
    )


def _verdict(one: _Found, rate: float) -> str:
    if one.test.startswith("out of sample") and one.statistic <= MIN_OUT_OF_SAMPLE_GAIN:
        return f"speculative: forecasts no better than without it (a gain of {MIN_OUT_OF_SAMPLE_GAIN:.1%} is required)"
    if rate > FALSE_DISCOVERIES:
        return f"speculative: nothing found at a false discovery rate of {FALSE_DISCOVERIES:.0%}"
    if one.placebo_p > FALSE_DISCOVERIES:
        return f"speculative: shifted worlds look as strong in {one.placebo_p:.0%} of cases"
    return "speculative: survives the placebos; weight 0 all the same"


def _sort(row: _Found | Missing, name: str, found: list[_Found], missing: list[tuple[str, str]]) -> None:
    if isinstance(row, Missing):
        missing.append((name, row.why))
    else:
        found.append(row)


def _change(values: Floats) -> Floats:
    return np.concatenate(([np.nan], np.diff(values)))


def _log_change(values: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return _change(np.log(values))
