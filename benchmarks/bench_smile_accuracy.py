"""Measure the chain-free SPX smile against the real SPX chains at hand: volatility error by session, condor credit.

Run: ``python benchmarks/bench_smile_accuracy.py ../shared/data/real``. The smile of a session is built as the product
builds it, from the day's closes of VIX9D, VIX, VIX3M, VIX6M, VVIX and SKEW on the business clock; only the forward
comes from the chain (parity), so that the error is the smile's. Quotes: out of the money, bid above zero, 12-75 days,
5-50 delta at the quote's own volatility. The condor: the expiry nearest 45 days, shorts nearest 16 delta, wings 50
points further out (nearest listed), credit at mid, same strikes on both sides.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from alvh import conventions
from alvh.maths import black, smile
from chain_quotes import chain_quotes, data_folder

NODES = {"VIX9D": 9.0, "VIX": 30.0, "VIX3M": 93.0, "VIX6M": 184.0}
CHAINS = (
    "spx_cboe_delayed_2019",
    "spx_cboe_quotetable",
    "spx_optionchainanalytics_20240524",
    "spx_hod_201801_02",
    "spx_optionmetrics_20201201",
)
FIXED_RHO, FIXED_ETA = -0.6, 1.2
KINDS = ("rule", "own", "fixed")
"""The product's rule; the same with the indices scaled to the VIX that the chain itself gives (`sessions.csv`), which
takes the hour of the capture out of the error; the fixed shape with plain index levels."""
WING_POINTS = 50.0


@dataclass(frozen=True)
class Smile:
    """One session's curve of strip variance on the business clock, and the shape."""

    clock: np.ndarray
    variance: np.ndarray
    rho: float
    eta: float

    def vols(self, quotes: pl.DataFrame, end: float, now: float) -> np.ndarray:
        """Return the model's volatility of each quote of one expiry."""
        total = smile.pchip(self.clock, self.variance, end - now)
        theta = smile.theta_for_strip(total, self.rho, self.eta)
        k = np.log(quotes["strike"].to_numpy() / quotes["forward"].to_numpy())
        return np.array([smile.vol(float(x), theta, self.rho, self.eta, float(quotes["years"][0])) for x in k])


def closes(data: Path) -> dict[str, dict[dt.date, float]]:
    """Return closes by symbol and date."""
    table = pl.read_parquet(data / "vol_indices.parquet").with_columns(pl.col("symbol").cast(pl.String))
    wanted = table.filter(pl.col("symbol").is_in([*NODES, "VVIX", "SKEW"])).select("symbol", "date", "close")
    out: dict[str, dict[dt.date, float]] = {}
    for symbol, day, value in wanted.drop_nulls().iter_rows():
        out.setdefault(symbol, {})[day] = value
    return out


def own_vix(data: Path) -> dict[tuple[str, dt.date], float]:
    """Return the chain's own 30-day VIX over the official close, by file and session, where the chain allows one."""
    table = pl.read_csv(data / "chains" / "sessions.csv", try_parse_dates=True, infer_schema_length=None)
    known = table.drop_nulls(["vix_recomputed", "vix_official_close"])
    columns = known.select("file", "quote_date", "vix_recomputed", "vix_official_close")
    return {(name, day): own / close for name, day, own, close in columns.iter_rows()}


def smile_of(
    indices: dict[str, dict[dt.date, float]], session: dt.date, *, rule: bool, scale: float = 1.0
) -> Smile | None:
    """Return the session's smile by the rule, or with the fixed shape and plain index levels; None without inputs."""
    vvix, skew = indices["VVIX"].get(session), indices["SKEW"].get(session)
    if vvix is None or skew is None:
        return None
    level = smile.level_of(skew) if rule else 1.0
    now = conventions.close_instant("SPXW", session)
    clock, variance = [], []
    for name, days in NODES.items():
        value = indices[name].get(session)
        if value is not None:
            clock.append(float(conventions.clock_at(now + days)) - float(conventions.clock_at(now)))
            variance.append((scale * value / 100) ** 2 * days / 365 * level)
    rho, eta = (smile.rho_of(vvix), smile.ETA) if rule else (FIXED_RHO, FIXED_ETA)
    return Smile(np.array(clock), np.maximum.accumulate(np.array(variance)), rho, eta)


def with_model(quotes: pl.DataFrame, model: Smile, session: dt.date) -> pl.DataFrame:
    """Return the session's quotes with the model's volatility, expiry by expiry."""
    now = float(conventions.clock_at(conventions.close_instant("SPXW", session)))
    parts = []
    for (_, settle, _), group in quotes.group_by("expiry", "settle", "root", maintain_order=True):
        root = "SPX" if settle == "AM" else "SPXW"
        end = float(conventions.clock_at(conventions.settlement_instant(root, group["expiry"][0])))
        parts.append(group.with_columns(model=pl.Series(model.vols(group, end, now))))
    return pl.concat(parts)


def condor_bias(quotes: pl.DataFrame) -> tuple[float, float] | None:
    """Return (market credit, model / market - 1) of the condor nearest 45 days; None where it has no legs."""
    near = quotes.filter(pl.col("days").is_between(25, 65))
    if near.is_empty():
        return None
    chosen = near.sort((pl.col("days") - 45).abs(), "root")
    one = near.filter((pl.col("expiry") == chosen["expiry"][0]) & (pl.col("settle") == chosen["settle"][0]))
    market = modelled = 0.0
    for call, sign in ((False, -1.0), (True, 1.0)):
        side = one.filter(pl.col("call") == call)
        if side.is_empty():
            return None
        short = side.sort((pl.col("abs_delta") - 0.16).abs()).row(0, named=True)
        target = short["strike"] + sign * WING_POINTS
        long = side.sort((pl.col("strike") - target).abs()).row(0, named=True)
        if abs(short["abs_delta"] - 0.16) > 0.03 or abs(long["strike"] - target) > 10:
            return None
        for leg, quantity in ((short, 1.0), (long, -1.0)):
            market += quantity * leg["mid"]
            modelled += quantity * black.price(
                leg["forward"], leg["strike"], leg["years"], leg["model"], leg["discount"], call
            )
    return market, modelled / market - 1.0


def measure(
    data: Path, name: str, indices: dict[str, dict[dt.date, float]], own: dict[tuple[str, dt.date], float]
) -> list[dict[str, object]]:
    """Return one row for each session and snapshot of a chain file: errors of the rule and of the fixed shape."""
    quotes = chain_quotes(data, name).filter(pl.col("otm") & pl.col("days").is_between(12, 75))
    rows: list[dict[str, object]] = []
    for (session, _), group in quotes.group_by("session", "snapshot", maintain_order=True):
        row: dict[str, object] = {"file": name, "session": session, "vix": group["vix"][0]}
        for kind in KINDS:
            scale = own.get((name, session)) if kind == "own" else 1.0
            model = None if scale is None else smile_of(indices, session, rule=kind != "fixed", scale=scale)
            if model is None:
                continue
            priced = with_model(group, model, session)
            judged = priced.filter(pl.col("abs_delta").is_between(0.05, 0.5))
            error = 100.0 * (judged["model"] - judged["vol"]).to_numpy()
            inside = np.abs(model_gap(judged)) <= 2.0 * judged["half"].to_numpy()
            condor = condor_bias(priced)
            row |= {
                "quotes": judged.height,
                f"{kind}_rmse": math.sqrt(float(np.mean(error**2))),
                f"{kind}_bias": float(np.mean(error)),
                f"{kind}_shape": float(np.std(error)),
                f"{kind}_inside": float(np.mean(inside)),
                f"{kind}_condor": condor[1] if condor else None,
            }
        if row.get("quotes"):
            rows.append(row)
    return rows


def model_gap(quotes: pl.DataFrame) -> np.ndarray:
    """Return model price - mid of each quote, points."""
    columns = ("forward", "strike", "years", "model", "discount", "call")
    return black.price_many(*(quotes[c].to_numpy() for c in columns)) - quotes["mid"].to_numpy()


def summary(title: str, table: pl.DataFrame) -> None:
    """Print the distribution over sessions of both smiles."""
    print(f"\n{title}: {table.height} chains")
    for kind in KINDS:
        rmse, condor = table[f"{kind}_rmse"].drop_nulls(), table[f"{kind}_condor"].drop_nulls()
        if not rmse.len():
            continue
        print(
            f"  {kind:5} ({rmse.len()}) RMSE median {rmse.median():.2f} p90 {rmse.quantile(0.9, 'linear'):.2f}"
            f"  bias {table[f'{kind}_bias'].median():+.2f}  shape {table[f'{kind}_shape'].median():.2f}"
            f"  up to 1.0: {(rmse <= 1.0).mean():.0%}"
            f"  inside 2 half-spreads {table[f'{kind}_inside'].median():.0%}"
            + (
                f"  | condor ({condor.len()}) mean {condor.mean():+.1%} median {condor.median():+.1%}"
                f" |median| {condor.abs().median():.1%} |p90| {condor.abs().quantile(0.9, 'linear'):.1%}"
                if condor.len()
                else ""
            )
        )


def main() -> None:
    """Print the table of sessions, then the summaries."""
    data = data_folder(__doc__)
    indices = closes(data)
    own = own_vix(data)
    rows = [row for name in CHAINS for row in measure(data, name, indices, own)]
    table = pl.DataFrame(rows, infer_schema_length=None)
    print("session     VIX    quotes  rule: RMSE  bias  shape  condor   fixed: RMSE  bias  condor  file")
    for row in table.iter_rows(named=True):
        condors = [f"{row[k]:+7.1%}" if row[k] is not None else "      -" for k in ("rule_condor", "fixed_condor")]
        print(
            f"{row['session']} {row['vix']:6.2f} {row['quotes']:7d}      {row['rule_rmse']:6.2f}"
            f" {row['rule_bias']:+6.2f} {row['rule_shape']:5.2f} {condors[0]}       {row['fixed_rmse']:6.2f}"
            f" {row['fixed_bias']:+6.2f} {condors[1]}  {row['file']}"
        )
    for name in CHAINS:
        part = table.filter(pl.col("file") == name)
        if part.height:
            summary(name, part)
    summary("all full chains (2019, quote tables, 24 May 2024)", table.filter(pl.col("file").is_in(CHAINS[:3])))
    summary("all", table)


if __name__ == "__main__":
    main()
