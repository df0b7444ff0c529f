"""Fit the two rules of the demo market and print their errors outside the window they were fitted on.

    PYTHONPATH=src python benchmarks/fit_demo_market.py FOLDER

FOLDER holds the canonical tables ``vol_indices``, ``vx_futures`` and ``rates`` as Parquet files. The rules are fitted
on 2007-2013 and 2019 to the end, and tested on 2014-01-03 to 2018-12-31, started from nothing but the VIX closes of
that window, as `alvh demo` starts. ``docs/demo-market.md`` quotes what this prints.
"""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
import polars as pl
from scipy.optimize import least_squares

from alvh.adapters.sources import demo
from alvh.market.demo_market import (
    LISTED_MONTHS,
    NODE_DAYS,
    CurveRule,
    VvixRule,
    forward_curve,
    node_points,
    slow_average,
    vro_proxy_points,
    vvix_points,
    vx_points,
)
from alvh.values import Bools, Dates, Floats, Ints

FIRST_FIT_DAY = dt.date(2007, 1, 1)
ROBUST_LOG_SCALE = 0.1
"""Relative errors beyond this count linearly, so that a few crash days do not decide the fit."""
FAST_HALF_LIFE = 5.0
"""Sessions; chosen, not fitted: on the fitted window every value from 2 to 20 gives VVIX within 0.1 points."""
FIRST_GUESS = (0.07, 0.8, 65.0, 3.0, 1.0, 1.0)


@dataclass(frozen=True)
class Sample:
    """VIX closes on their sessions, the other indices beside them, and VX settlements pointing at them."""

    sessions: Dates
    vix: Floats
    indices: dict[str, Floats]
    row: Ints
    years: Floats
    number: Ints
    settle: Floats

    def part(self, inside: Bools) -> Sample:
        """Keep some sessions; averages then start at the first one kept."""
        keep = inside[self.row]
        renumbered = np.cumsum(inside) - 1
        return Sample(
            self.sessions[inside],
            self.vix[inside],
            {name: values[inside] for name, values in self.indices.items()},
            renumbered[self.row[keep]],
            self.years[keep],
            self.number[keep],
            self.settle[keep],
        )


def read(folder: Path) -> Sample:
    """Read the tables; VIX from 1990 on, so that the averages are settled when the fit begins."""
    closes = (
        pl.read_parquet(folder / "vol_indices.parquet")
        .filter(pl.col("symbol").is_in(["VIX", "VVIX", *NODE_DAYS]))
        .pivot(on="symbol", index="date", values="close")
        .drop_nulls("VIX")
        .sort("date")
        .with_row_index("row")
    )
    live = (
        pl.read_parquet(folder / "vx_futures.parquet")
        .filter(pl.col("kind") == "monthly", pl.col("date") < pl.col("expiry"), pl.col("settle").is_not_null())
        .with_columns(number=pl.col("expiry").rank("ordinal").over("date"))
        .filter(pl.col("number") <= LISTED_MONTHS)
        .join(closes.select("date", "row"), on="date")
    )
    years = (live["expiry"] - live["date"]).dt.total_days().to_numpy() / 365.0
    return Sample(
        closes["date"].to_numpy(),
        closes["VIX"].to_numpy(),
        {name: closes[name].to_numpy() for name in ("VVIX", *NODE_DAYS)},
        live["row"].to_numpy().astype(np.int64),
        years,
        live["number"].to_numpy().astype(np.int64),
        live["settle"].to_numpy(),
    )


def in_demo(sample: Sample) -> Bools:
    """Whether a session is one of the demo market's."""
    return (sample.sessions >= np.datetime64(demo.FIRST)) & (sample.sessions <= np.datetime64(demo.LAST))


def fitted(sample: Sample) -> Bools:
    """Whether a session belongs to the window the rules are fitted on."""
    return (sample.sessions >= np.datetime64(FIRST_FIT_DAY)) & ~in_demo(sample)


def fit_curve(sample: Sample, inside: Bools) -> CurveRule:
    """Fit the curve to log VX settlements and log index nodes of the sessions `inside`."""
    rows = np.flatnonzero(inside[sample.row])

    def errors(logs: Floats) -> Floats:
        rule = CurveRule(*np.exp(logs), FAST_HALF_LIFE)
        curve = forward_curve(sample.vix, rule)
        vx = vx_points(curve.at(sample.row[rows]), sample.years[rows], rule)
        parts = [np.log(vx / sample.settle[rows])]
        for name, days in NODE_DAYS.items():
            error = np.log(node_points(curve, days) / sample.indices[name])
            parts.append(error[inside & np.isfinite(error)])
        return np.concatenate(parts)

    found = least_squares(errors, np.log(FIRST_GUESS), loss="soft_l1", f_scale=ROBUST_LOG_SCALE)
    return CurveRule(*(float(f"{p:.4g}") for p in np.exp(found.x)), FAST_HALF_LIFE)


def fit_vvix(sample: Sample, inside: Bools, slow: float) -> VvixRule:
    """Fit ln VVIX by least squares; the half-lives are given."""
    target, log_vix = np.log(sample.indices["VVIX"]), np.log(sample.vix)
    gaps = [log_vix - slow_average(log_vix, half_life) for half_life in (FAST_HALF_LIFE, slow)]
    columns = np.column_stack([np.ones(len(log_vix)), log_vix, *gaps])
    rows = inside & np.isfinite(target)
    beta, *_ = np.linalg.lstsq(columns[rows], target[rows], rcond=None)
    return VvixRule(*(float(f"{b:.4g}") for b in beta), FAST_HALF_LIFE, slow)


def line(name: str, error: Floats) -> None:
    """Print the mean absolute error, the bias and the 95th percentile of the absolute error."""
    error = error[np.isfinite(error)]
    size = np.abs(error)
    tail = np.quantile(size, 0.95)
    print(f"  {name:<34} n {len(error):>5}  MAE {size.mean():6.2f}  bias {error.mean():+6.2f}  p95 {tail:6.2f}")


def jumps(vix: Floats) -> Bools:
    """Whether VIX stands more than a quarter above its fast average."""
    log_vix = np.log(vix)
    return log_vix - slow_average(log_vix, FAST_HALF_LIFE) > np.log(1.25)


def report_curve(sample: Sample, rule: CurveRule) -> None:
    """Print the errors of VX by its number, of the index nodes, and of the slope of the front."""
    curve = forward_curve(sample.vix, rule)
    vx = vx_points(curve.at(sample.row), sample.years, rule)
    jumped = jumps(sample.vix)[sample.row]
    for number in range(1, LISTED_MONTHS + 1):
        chosen = sample.number == number
        line(f"F{number}, points", (vx - sample.settle)[chosen])
        line(f"F{number} after a jump of VIX", (vx - sample.settle)[chosen & jumped])
    for name, days in NODE_DAYS.items():
        line(f"{name}, points", node_points(curve, days) - sample.indices[name])
    front, second = (sample.number == n for n in (1, 2))
    both = np.intersect1d(sample.row[front], sample.row[second])
    slopes = [
        (of[second][np.isin(sample.row[second], both)] - of[front][np.isin(sample.row[front], both)])
        for of in (vx, sample.settle)
    ]
    agree = (np.sign(slopes[0]) == np.sign(slopes[1])).mean()
    print(
        f"  F2-F1: model {slopes[0].mean():+.2f}, real {slopes[1].mean():+.2f} points on average; same sign {agree:.1%}"
    )


def report_vvix(sample: Sample, rule: VvixRule) -> None:
    """Print the error of VVIX, over all sessions and where VIX has just jumped."""
    error = vvix_points(sample.vix, rule) - sample.indices["VVIX"]
    line("VVIX, points", error)
    line("VVIX after a jump of VIX", error[jumps(sample.vix)])


def report_final(folder: Path, sample: Sample) -> None:
    """Print how near each candidate stands to the real final settlement values."""
    final = (
        pl.read_parquet(folder / "vx_futures.parquet")
        .filter(pl.col("kind") == "monthly", pl.col("date") == pl.col("expiry"))
        .join(pl.DataFrame({"date": sample.sessions}).with_row_index("row"), on="date")
    )
    row, real = final["row"].to_numpy(), final["settle"].to_numpy()
    row, real = row[row > 0], real[row > 0]
    line("VIX close before", sample.vix[row - 1] - real)
    line("VIX close of the day", sample.vix[row] - real)
    line("geometric mean of the two (used)", vro_proxy_points(sample.vix)[row] - real)


def report_bill(folder: Path, window: tuple[dt.date, dt.date]) -> None:
    """Print how near the annualised monthly bill return stands to the Treasury yields."""
    ours = demo.rate_rows(pl.date_range(*window, eager=True).to_numpy()).filter(pl.col("series") == "DGS1MO")
    rates = pl.read_parquet(folder / "rates.parquet").with_columns(pl.col("series").cast(pl.String))
    for series in ("DGS1MO", "DGS3MO"):
        pair = ours.join(rates.filter(pl.col("series") == series), on="date", suffix="_real").drop_nulls("value_real")
        line(f"bill rate against {series}, percent", (pair["value"] - pair["value_real"]).to_numpy())


def main(folder: Path) -> None:
    """Fit, then print constants and errors."""
    sample = read(folder)
    train = fitted(sample)
    curve_rule = fit_curve(sample, train)
    vvix_rule = fit_vvix(sample, train, curve_rule.half_life_sessions)
    print(f"CURVE_RULE = CurveRule{astuple(curve_rule)}")
    print(f"VVIX_RULE = VvixRule{astuple(vvix_rule)}")
    seen, unseen = sample.part(train), sample.part(in_demo(sample))
    for title, part in (("fitted window", seen), (f"unseen, {demo.FIRST} to {demo.LAST}", unseen)):
        print(title)
        report_curve(part, curve_rule)
        report_vvix(part, vvix_rule)
        report_final(folder, part)
    print("for comparison, unseen: every VX equal to VIX")
    for number in range(1, LISTED_MONTHS + 1):
        chosen = unseen.number == number
        line(f"F{number}, points", (unseen.vix[unseen.row] - unseen.settle)[chosen])
    mean_vvix = float(np.nanmean(seen.indices["VVIX"]))
    line(f"VVIX equal to {mean_vvix:.1f}", mean_vvix - unseen.indices["VVIX"])
    report_bill(folder, (demo.FIRST, demo.LAST))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
