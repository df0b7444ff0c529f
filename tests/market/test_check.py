"""The report as a whole: counts against the capped list, order, JSON, places, and real data held against its README."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.adapters.schema import TABLES
from alvh.conventions.calendar import FIRST_DAY, LAST_DAY, sessions
from alvh.market.check import CHECKS, COLUMNS, Facts, check
from market.checkframes import DAYS, KEYS, facts, option, series, table


def crossed(n):
    return table("chains", [option(2000 + 5 * k, "C", 2, 1) for k in range(n)])


def test_everything_is_counted_and_so_many_are_listed():
    report = check({"chains": crossed(7)}, facts(), limit=3, only=("quotes",))
    assert len(report.findings) == 3
    assert report.count("crossed_quote") == report.count("crossed_quote", "chains") == 7
    assert report.count("crossed_quote", "vx_futures") == 0
    assert report.severe("error") == 7
    assert report.severe("warning") == 0
    assert report.rows == {"chains": 7}
    *listed, rest = report.to_dicts()
    assert [entry["row"] for entry in listed] == [0, 1, 2]
    assert (rest["check"], rest["detail"], rest["value"]) == ("crossed_quote", "not listed", 4.0)


def test_each_kind_has_its_own_cap():
    rows = [option(2000 + k, "C", 2, 1) for k in range(3)] + [option(3000 + k, "C", 2, 2) for k in range(3)]
    report = check({"chains": table("chains", rows)}, facts(), limit=2, only=("quotes",))
    assert [f.check for f in report.findings] == ["crossed_quote"] * 2 + ["locked_quote"] * 2


def test_json_is_plain():
    report = check({"vol_indices": series("vol_indices", [10, None, *range(12, 20)], symbol="VIX")}, facts())
    assert json.loads(json.dumps(report.to_dicts())) == [
        {
            "check": "missing_sessions",
            "table": "vol_indices",
            "severity": "warning",
            "date": "2019-05-07",
            "symbol": "VIX",
            "detail": "2019-05-07 to 2019-05-07",
            "file": "",
            "row": 0,
            "value": 1.0,
            "why": "NYSE sessions without a row: 1, from 2019-05-07 to 2019-05-07",
        }
    ]


def test_file_and_row_are_those_of_the_frame():
    placed = crossed(2).with_columns(
        pl.Series("file", ["chains/SPX/a.parquet", "chains/SPX/b.parquet"]), pl.Series("row", [17, 4])
    )
    report = check({"chains": placed}, facts(), only=("quotes",))
    assert [(f.file, f.row) for f in report.findings] == [("chains/SPX/a.parquet", 17), ("chains/SPX/b.parquet", 4)]


def test_no_tables_and_empty_tables_give_nothing():
    assert check({}, facts()).findings == ()
    empty = {name: TABLES[name].empty() for name in COLUMNS}
    report = check(empty, facts())
    assert report.findings == ()
    assert report.counts == {}


def test_a_clean_market_gives_nothing():
    closes = [10.0 + n for n in range(10)]
    tables = {
        "vol_indices": series("vol_indices", closes, symbol="VIX"),
        "underlyings": series("underlyings", closes, symbol="SPX"),
        "rates": table("rates", [{"date": d, "series": "SOFR", "value": 1.0} for d in DAYS]),
        "chains": table("chains", [option(2800, "C", 10 + n, 11 + n, day) for n, day in enumerate(DAYS)]),
        "vx_futures": table(
            "vx_futures",
            [
                {
                    "date": d,
                    "expiry": dt.date(2019, m, 19),
                    "contract": str(m),
                    "kind": "monthly",
                    "settle": 9.0 + n + m,
                }
                for n, d in enumerate(DAYS)
                for m in range(6, 13)
            ],
        ),
    }
    assert check(tables, facts()).to_dicts() == []


def test_the_frames_are_left_alone():
    frame = crossed(3)
    before = frame.clone()
    check({"chains": frame}, facts())
    assert frame.equals(before)


def test_mistakes_of_a_programmer():
    with pytest.raises(ValueError, match="no checks"):
        check({}, facts(), only=("nonsense",))
    with pytest.raises(ValueError, match="sorted"):
        Facts(np.array(["2019-05-07", "2019-05-06"], dtype="datetime64[D]"))
    with pytest.raises(ValueError, match="datetime64"):
        Facts(np.array([1, 2]))


@settings(max_examples=15)
@given(order=st.permutations(range(30)), close=st.lists(st.sampled_from([9.0, 10.0, 20.0]), min_size=30, max_size=30))
def test_the_order_of_the_rows_does_not_matter(order, close):
    """Whatever is wrong with three series, it is found at the same places however the rows lie."""
    rows = [
        {"date": DAYS[n % 10], "symbol": symbol, "open": 9.5, "high": 11.0, "low": 9.0, "close": close[n]}
        for n, symbol in enumerate(["VIX"] * 10 + ["VVIX"] * 10 + ["SKEW"] * 10)
        if n % 7
    ]
    placed = table("vol_indices", rows).with_row_index("row").with_columns(pl.lit("f").alias("file"))
    shuffled = placed[[n for n in order if n < placed.height]]
    told = check({"vol_indices": placed}, facts()).to_dicts()
    assert told
    assert check({"vol_indices": shuffled}, facts()).to_dicts() == told


def real(folder, names):
    tables = {}
    for name in names:
        frame = pl.read_parquet(folder / f"{name}.parquet")
        tables[name] = TABLES[name].conform(frame.select(c for c in frame.columns if c in TABLES[name].columns))
    return tables


@pytest.mark.shared
def test_real_series_show_what_their_readme_says(shared):
    tables = real(shared / "data/real", ["vol_indices", "underlyings", "vx_futures"])
    told = Facts(sessions(FIRST_DAY, LAST_DAY), KEYS)
    report = check(tables, told, limit=10_000)
    missing = {}
    for finding in report.findings:
        if finding.check == "missing_sessions":
            kind = finding.table, finding.symbol
            missing[kind] = missing.get(kind, 0) + int(finding.value)
    # README: days missing of each index; NDX misses three days, ES1 a week.
    assert {s: n for (t, s), n in missing.items() if t == "vol_indices"} == {
        "VIX": 3, "VIX1Y": 7, "VVIX": 61, "SKEW": 16, "VXN": 2, "VXO": 9, "DSPX": 1,
    }  # fmt: skip
    assert {s: n for (t, s), n in missing.items() if t == "underlyings"} == {"NDX": 3, "ES1.BACKADJ": 5}
    # README: 33 holiday rows of VIX, 113 half-sessions of ES1; CFE's three extra sessions are none.
    assert report.count("not_a_session", "vol_indices") == 33
    assert report.count("not_a_session", "underlyings") == 113
    assert report.count("not_a_session", "vx_futures") == 0
    # README: at least seven monthlies from 2007; no bar contradicts itself; no duplicates.
    assert report.count("vx_curve_hole") == 0
    assert report.count("duplicate_key") == 0
    assert not any(report.count(f"{p}_outside_range") for p in ("open", "close"))
    # README: M2007 misses 2006-11-21 .. 12-26, N2009 2008-07-22 .. 09-19, G2009's settle of 2008-04-21 was nulled.
    gaps = {(f.symbol, f.detail) for f in report.findings if f.check == "vx_contract_gap"}
    assert gaps >= {
        ("VX/M2007", "2006-11-21 to 2006-12-26"),
        ("VX/N2009", "2008-07-22 to 2008-09-19"),
        ("VX/G2009", "2008-04-21 to 2008-04-21"),
    }
    # README: SVXY.IEX is not adjusted for the split of 2024-04-11; everything else is.
    splits = [(f.symbol, f.date) for f in report.findings if f.check.startswith("split")]
    assert splits == [("SVXY.IEX", dt.date(2024, 4, 11))]


def test_every_check_is_reachable_alone():
    for name in CHECKS:
        assert check({"chains": crossed(1)}, facts(), only=(name,)).rows == {"chains": 1}
