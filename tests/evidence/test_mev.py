"""The speculative study: what is planted is found, what is noise is not, and what the data lack is listed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl
import pytest

from alvh.adapters.schema import CRYPTO_VOL
from alvh.evidence.mev import MevStudy, mev_study, on_sessions, vx_change
from alvh.market.history import build_history
from tiny_market import TinySpec

SPEC = TinySpec(seed=11, sessions=520, shock_at=())


@cache
def market():
    return build_history(SPEC.tables())


def rows(name, days, values):
    stamps = pl.Series("ts", np.array(days, dtype="datetime64[D]").astype("datetime64[us]")).dt.replace_time_zone("UTC")
    frame = pl.DataFrame({"ts": stamps, "value": np.asarray(values, dtype=np.float64)})
    return CRYPTO_VOL.conform(frame.with_columns(series=pl.lit(name), unit=pl.lit("points"), source=pl.lit("made")))


def every_day(seed, name="DVOL_BTC", level=50.0):
    days = np.arange(market().sessions[0] - 3, market().sessions[-1] + 3)
    walk = level * np.exp(np.cumsum(0.03 * np.random.default_rng(seed).standard_normal(len(days))))
    return rows(name, days, walk)


def leading(strength=2.0):
    """A DVOL whose change of session t is what VX does on t + 1, and noise."""
    moves = np.nan_to_num(np.concatenate((vx_change(market())[1:], [0.0])))
    noise = 0.01 * np.random.default_rng(3).standard_normal(len(moves))
    # Dated the day before each session, so that the later reading of the stamp knows it at that session, too.
    return rows("DVOL_BTC", market().sessions - 1, 50.0 * np.exp(np.cumsum(strength * moves + noise)))


def test_the_front_future_is_followed_within_one_contract():
    history = market()
    moves, vx = vx_change(history), history.vx
    assert np.isnan(moves[0])
    i = next(i for i in range(1, len(history)) if vx.first_far[i] != vx.first_far[i - 1])
    column = vx.first_far[i]
    assert moves[i] == np.log(vx.settle[i, column] / vx.settle[i - 1, column])
    assert np.isfinite(moves[1:]).all()


def test_a_value_is_known_on_its_day_or_the_day_after_and_not_for_long():
    days = np.array(["2024-01-04", "2024-01-05", "2024-01-08"], dtype="datetime64[D]").astype(np.int64)
    made = rows("DVOL_BTC", ["2024-01-04", "2024-01-06"], [50.0, 60.0])
    np.testing.assert_array_equal(on_sessions(days, made, "DVOL_BTC", 0), [50.0, 50.0, 60.0])
    np.testing.assert_array_equal(on_sessions(days, made, "DVOL_BTC", 1), [np.nan, 50.0, 60.0])
    # Four days later it is no longer known.
    later = np.array(["2024-01-10"], dtype="datetime64[D]").astype(np.int64)
    assert np.isnan(on_sessions(later, made, "DVOL_BTC", 0)).all()
    assert np.isnan(on_sessions(days, made, "DVOL_ETH", 0)).all()


def test_a_planted_lead_survives_and_is_still_called_speculative():
    study = mev_study(market(), leading(), placebos=39)
    by = {(row.test, row.direction): row for row in study.rows}
    found = by["granger 1", "DVOL_BTC -> VX"]
    assert found.p_value < 1e-6
    assert found.placebo_p == 1.0 / 40.0
    assert found.q_value <= 0.05
    assert found.verdict == "speculative: survives the placebos; weight 0 all the same"
    ahead = by["out of sample 5", "DVOL_BTC -> VX"]
    assert ahead.statistic > 0.1
    assert not study.may_enable


def test_noise_is_not_found():
    frame = pl.concat((every_day(1), every_day(2, "BTC_CLOSE", 30000.0), every_day(4, "DVOL_ETH")))
    study = mev_study(market(), frame, placebos=19)
    assert len(study.rows) == 3 * 7 + 1
    assert all(row.q_value > 0.05 or "forecasts no better" in row.verdict for row in study.rows)
    assert all(row.verdict.startswith("speculative: ") for row in study.rows)
    event = study.rows[-1]
    assert event.test == "event study"
    assert event.direction == "falls of BTC (proxy of liquidations) -> VX"
    assert event.n == 5  # 1 % of some 519 sessions


def test_what_could_not_be_run_is_listed_with_its_reason():
    study = mev_study(market(), every_day(1), placebos=9)
    listed = dict(study.not_run)
    assert "no table labels sandwiched trades" in listed["sandwiched share of on-chain volume"]
    assert "intraday" in listed["hayashi-yoshida"]
    assert "coefficients" in listed["granger 1 DVOL_ETH -> VX"]
    assert listed["event study"].startswith("0 events")
    empty = mev_study(market(), CRYPTO_VOL.empty(), placebos=9)
    assert not empty.rows
    assert not empty.may_enable


def test_liquidations_are_used_where_they_are_known():
    days = market().sessions - 1
    size = np.arange(len(days), dtype=np.float64) % 89
    study = mev_study(market(), rows("LIQUIDATIONS_USD", days, size), placebos=9)
    assert [row.direction for row in study.rows] == ["LIQUIDATIONS_USD -> VX"]
    # Dated the day before each session: sizes stand on their sessions, those of 88 are the largest, VX moves after.
    moves = vx_change(market())
    known = np.arange(0, len(days) - 1)
    known = known[np.isfinite(moves[known + 1])]
    top = known[np.argsort(size[known], kind="stable")][-int(0.01 * len(known)) :]
    rest = np.setdiff1d(known, top)
    assert study.rows[0].statistic == pytest.approx(moves[top + 1].mean() - moves[rest + 1].mean())


def test_paths_within_the_day_show_who_leads():
    rng = np.random.default_rng(5)
    path = np.cumsum(rng.standard_normal(600))
    minutes = np.arange(600.0)
    study = mev_study(
        market(), CRYPTO_VOL.empty(), intraday={"DVOL_BTC": (minutes, path), "VX": (minutes + 5.0, path)}, placebos=9
    )
    by = {row.test: row for row in study.rows}
    assert by["hayashi-yoshida 5 min"].direction == "DVOL_BTC -> VX"
    assert by["hayashi-yoshida 5 min"].statistic == pytest.approx(1.0, abs=0.05)
    assert by["hayashi-yoshida 5 min"].p_value == pytest.approx(1.0 / 91.0, abs=0.02)
    assert len(study.rows) == 4


def test_the_same_arguments_give_the_same_study_and_another_seed_other_placebos():
    one, two = (mev_study(market(), every_day(1), placebos=19) for _ in range(2))
    assert one == two
    other = mev_study(market(), every_day(1), placebos=19, seed=2)
    assert [row.statistic for row in other.rows] == [row.statistic for row in one.rows]
    assert other != one


def test_nothing_may_be_enabled_while_a_required_test_was_not_run():
    study = mev_study(market(), leading(), placebos=39)
    best = tuple(row for row in study.rows if "survives" in row.verdict)
    assert best
    assert not replace(study, rows=best).may_enable
    assert MevStudy(best, ()).may_enable
    assert not MevStudy((), ()).may_enable


def test_the_shared_data_find_nothing(shared):
    folder = shared / "data" / "real"
    tables = {name: pl.read_parquet(folder / f"{name}.parquet") for name in ("underlyings", "vx_futures")}
    history = build_history(
        {"underlyings": tables["underlyings"].filter(pl.col("symbol") == "SPX"), "vx_futures": tables["vx_futures"]},
        first=dt.date(2022, 1, 3),
        last=dt.date(2025, 12, 31),
    )
    study = mev_study(history, pl.read_parquet(folder / "crypto_vol.parquet"), placebos=19)
    assert len(study.rows) == 29
    assert min(row.n for row in study.rows if row.test.startswith("granger")) > 600
    assert all(row.q_value > 0.05 for row in study.rows)
    assert not study.may_enable
