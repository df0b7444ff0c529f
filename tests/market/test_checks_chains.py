"""Quotes, parity, copied chains and ended contracts in option chains: every finding counted by hand."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from alvh.market.check import check, parity_residuals
from alvh.market.checks.finding import located
from market.checkframes import DAYS, facts, findings, option, table

EXPIRY = dt.date(2019, 6, 21)


def chain(rows):
    return table("chains", rows)


def smile(strikes, forward=2900.0, discount=0.997, half=0.5, day=DAYS[0], shifts=None, root="SPX"):
    """Build calls and puts whose mids obey parity exactly, each call's mid moved by its shift."""
    rows = []
    for strike in strikes:
        call = 120.0 + (forward - strike) * discount / 2
        put = call - (forward - strike) * discount
        moved = call + (shifts or {}).get(strike, 0.0)
        rows.append(option(strike, "C", moved - half, moved + half, day, root=root))
        rows.append(option(strike, "P", put - half, put + half, day, root=root))
    return rows


def test_crossed_locked_empty_and_negative_quotes():
    rows = [
        option(2800, "C", 10, 10.4),
        option(2805, "C", 10.5, 10),  # crossed
        option(2810, "C", 7, 7),  # locked
        option(2815, "C", 0, 0),  # nobody quotes
        option(2820, "C", 3, 0),  # a bid without an ask
        option(2825, "C", -1, 2),  # negative
        option(2830, "C", 0, 0.05),  # an ordinary far option
        {**option(2835, "C", 0, 0), "bid": None, "ask": None},  # a source without quotes
    ]
    assert findings("chains", chain(rows), only=("quotes",)) == [
        ("crossed_quote", DAYS[0], "SPX", 1, 0.5),
        ("crossed_quote", DAYS[0], "SPX", 4, 3.0),
        ("negative_price", DAYS[0], "SPX", 5, -1.0),
        ("locked_quote", DAYS[0], "SPX", 2, 7.0),
        ("zero_quote", DAYS[0], "SPX", 3, 0.0),
    ]


def test_the_sentence_names_the_contract():
    (finding,) = check({"chains": chain([option(2805, "C", 10.5, 10)])}, facts(), only=("quotes",)).findings
    assert finding.detail == "SPX 2019-06-21 2805.0 C"
    assert finding.why == "bid 10.5 above ask 10.0"
    assert finding.severity == "error"


def test_parity_finds_forward_and_discount():
    fit = parity_residuals(located(chain(smile(range(2800, 3001, 25))))).row(0, named=True)
    assert fit["strikes"] == 9
    assert fit["forward_points"] == pytest.approx(2900.0, abs=1e-6)
    assert fit["discount"] == pytest.approx(0.997, abs=1e-9)
    assert fit["residual_points"] == pytest.approx(0.0, abs=1e-9)
    assert fit["half_spread_points"] == pytest.approx(0.5)


def test_parity_uses_strikes_within_five_percent():
    # 2900 x 0.05 = 145: 2750 and 3050 lie outside, 2760 and 3040 inside.
    fit = parity_residuals(located(chain(smile([2750, 2760, 2800, 2900, 3000, 3040, 3050])))).row(0, named=True)
    assert fit["strikes"] == 5


def test_a_chain_that_breaks_parity_by_more_than_its_spread():
    strikes = list(range(2800, 3001, 25))
    clean = smile(strikes)
    assert findings("chains", chain(clean)) == []
    # Alternate calls are five points too dear: with nine strikes the residuals are far beyond the half-spread of 0.5.
    shifts = dict.fromkeys(strikes[::2], 5.0)
    (found,) = findings("chains", chain(smile(strikes, shifts=shifts)), only=("parity",))
    assert found[:3] == ("parity_residual", DAYS[0], "SPX")
    # Five of nine residuals are 5 - 25/9 = 2.222, four are 2.777: the median is 2.222 (the shift is even in strike).
    assert found[4] == pytest.approx(5 - 25 / 9, abs=1e-6)
    # The worst call is one of the four that were not moved: every second strike, two rows a strike.
    assert found[3] in {2, 6, 10, 14}
    # A wide market may disagree as much without anything being wrong.
    assert findings("chains", chain(smile(strikes, shifts=shifts, half=3.0)), only=("parity",)) == []


def test_parity_leaves_american_unknown_and_ending_options_alone():
    strikes = list(range(2800, 3001, 25))
    shifts = dict.fromkeys(strikes[::2], 5.0)
    for root in ("SPY", None):
        assert findings("chains", chain(smile(strikes, shifts=shifts, root=root)), only=("parity",)) == []
    rows = [{**r, "expiry": DAYS[1]} for r in smile(strikes, shifts=shifts)]
    assert findings("chains", chain(rows), only=("parity",)) == []
    assert findings("chains", chain(smile(strikes[:4], shifts=shifts)), only=("parity",)) == []


def quoted(day, bids, source="s"):
    return [option(2000 + 5 * n, "C", bid, bid + 1, day, source=source) for n, bid in enumerate(bids)]


def test_a_chain_copied_from_the_session_before():
    bids = [10.0 + n for n in range(30)]
    moved = [bid + 0.5 for bid in bids]
    half = [bid + (0.5 if n < 15 else 0.0) for n, bid in enumerate(bids)]
    copied = chain([*quoted(DAYS[0], moved), *quoted(DAYS[1], bids), *quoted(DAYS[2], bids)])
    assert findings("chains", copied, only=("stale_chains",)) == [("stale_chain", DAYS[2], "SPX", 60, 1.0)]
    # Exactly half is not more than half.
    assert findings("chains", chain([*quoted(DAYS[0], bids), *quoted(DAYS[1], half)]), only=("stale_chains",)) == []
    # Another source's equal quotes are no copy of ours, and nineteen quotes say nothing.
    other = chain([*quoted(DAYS[0], bids), *quoted(DAYS[1], bids, source="t")])
    assert findings("chains", other, only=("stale_chains",)) == []
    few = chain([*quoted(DAYS[0], bids[:19]), *quoted(DAYS[1], bids[:19])])
    assert findings("chains", few, only=("stale_chains",)) == []


def test_the_copy_must_be_of_the_session_just_before():
    bids = [10.0 + n for n in range(30)]
    moved = [bid + 0.5 for bid in bids]
    # Quotes of day 0 come back on day 2, when they were other on day 1: compared is day 1.
    back = chain([*quoted(DAYS[0], bids), *quoted(DAYS[1], moved), *quoted(DAYS[2], bids)])
    assert findings("chains", back, only=("stale_chains",)) == []


def test_quotes_after_expiry_and_on_the_morning_of_settlement():
    rows = [
        option(2800, "C", 10, 11, DAYS[2], expiry=DAYS[0]),
        option(2800, "C", 10, 11, DAYS[0], expiry=DAYS[0]),
        option(2800, "P", 10, 11, DAYS[0], expiry=DAYS[0]),
        option(2800, "P", 10, 11, DAYS[0], expiry=DAYS[0], root="SPXW", settle="PM"),
    ]
    assert findings("chains", chain(rows), only=("after_expiry",)) == [("after_expiry", DAYS[2], "SPX", 0, 2.0)]
    assert findings("chains", chain(rows), only=("settled",)) == [("settled_that_morning", DAYS[0], "SPX", 1, 2.0)]


def test_a_chain_recorded_now_and_then_has_holes_as_facts():
    rows = [option(2800, "C", 10, 11, day) for day in (DAYS[0], DAYS[4])]
    report = check({"chains": chain(rows)}, facts(), only=("missing_sessions",))
    assert [(f.severity, f.detail, f.value) for f in report.findings] == [("info", "2019-05-07 to 2019-05-09", 3.0)]


def test_one_contract_twice_in_a_snapshot_is_a_duplicate():
    twice = chain([option(2800, "C", 10, 11), option(2800, "C", 10, 12), option(2800, "P", 10, 11)])
    assert findings("chains", twice, only=("duplicates",)) == [("duplicate_key", DAYS[0], "SPX", 1, 2.0)]
    later = option(2800, "C", 10, 12, snapshot_ts=dt.datetime(2019, 5, 6, 15, 45))
    assert findings("chains", chain([option(2800, "C", 10, 11), later]), only=("duplicates",)) == []


@pytest.mark.shared
def test_counts_agree_with_the_survey_beside_the_data(shared):
    """`sessions.csv` was counted by whoever collected the chains, with other code."""
    folder = shared / "data/real/chains"
    told = pl.read_csv(folder / "sessions.csv")
    crossed = told.group_by("file").agg(pl.col("crossed").sum(), pl.col("zero_ask").sum(), pl.col("rows").sum())
    for name in ("spx_cboe_quotetable", "spy_optionsdx_puts_2010_2018_2020", "spx_cboe_delayed_2019"):
        frame = pl.read_parquet(folder / f"{name}.parquet")
        report = check({"chains": frame}, facts(), only=("quotes",))
        expected = crossed.filter(pl.col("file").str.strip_suffix(".parquet") == name).row(0, named=True)
        assert frame.height == expected["rows"]
        assert report.count("crossed_quote") == expected["crossed"]
    assert expected["crossed"] == 0


@pytest.mark.shared
def test_parity_residuals_agree_with_the_survey(shared):
    folder = shared / "data/real/chains"
    fits = parity_residuals(located(pl.read_parquet(folder / "spx_cboe_delayed_2019.parquet")))
    ours = fits.group_by("quote_date").agg(pl.col("residual_points").median())
    theirs = pl.read_csv(folder / "sessions.csv", try_parse_dates=True).filter(
        pl.col("file").str.starts_with("spx_cboe_delayed_2019")
    )
    both = ours.join(theirs, on="quote_date").drop_nulls("parity_median_abs_residual")
    assert both.height > 30
    gap = (both["residual_points"] - both["parity_median_abs_residual"]).abs()
    assert gap.max() < 0.01
