"""Each publisher's own ways: what is asked for, in which files, and what of it reaches which table."""

from __future__ import annotations

import datetime as dt
import json
import random

import httpx
import polars as pl
import pytest

from adapters.loopback import Reply, publishing
from alvh.adapters.errors import UserError
from alvh.adapters.pull import ADDRESSES, SOURCES, Manners, cboe, delayed, pull, sofr, treasury
from alvh.adapters.sources.importing import import_paths
from alvh.adapters.store import Store
from alvh.conventions.expiries import vix_expiry

INDEX = "/api/global/us_indices/daily_prices/{}_History.csv"
VX = "/data/us/futures/market_statistics/historical_data/VX/VX_{}.csv"
ARCHIVE = "/resources/futures/archive/volume-and-price/CFE_{}_VX.csv"
CHAIN = "/api/global/delayed_quotes/options/_{}.json"
SOFR = "/api/rates/secured/sofr/search.json?startDate={}&endDate={}"


def run(folder, source, replies, *, since, today, **manners):
    """Pull `source` once; return the report, the store and the publisher."""
    store = Store(folder / "store")
    now = dt.datetime.combine(today, dt.time(22), dt.UTC)
    with publishing(replies) as publisher, httpx.Client(timeout=5, trust_env=False) as client:
        report = pull(
            source,
            store,
            base_url=publisher.url,
            since=since,
            cache_dir=folder / "cache",
            client=client,
            manners=Manners(**{"attempts": 2, **manners}),
            generator=random.Random(1),
            clock=lambda: now,
            sleep=lambda _seconds: None,
        )
    return report, store, publisher


def vx(rows):
    """Build a contract's current file of (date, settle, volume)."""
    head = "Trade Date,Futures,Open,High,Low,Close,Settle,Change,Total Volume,EFP,Open Interest\r\n"
    line = "{d},H (Mar 2024),{s},{s},{s},{s},{s},0,{v},0,100\r\n"
    return (head + "".join(line.format(d=d, s=s, v=v) for d, s, v in rows)).encode()


def index(rows, name="CLOSE"):
    head = "DATE,OPEN,HIGH,LOW,CLOSE\r\n" if name == "CLOSE" else f"DATE,{name}\r\n"
    cells = "{d:%m/%d/%Y},{c},{c},{c},{c}\r\n" if name == "CLOSE" else "{d:%m/%d/%Y},{c}\r\n"
    return (head + "".join(cells.format(d=d, c=c) for d, c in rows)).encode()


def contract(symbol, bid, ask):
    return {
        "option": symbol, "bid": bid, "ask": ask, "iv": 0.2, "open_interest": 5.0, "volume": 1.0, "delta": 0.5,
        "last_trade_price": 1.0, "bid_size": 1.0, "ask_size": 1.0,
    }  # fmt: skip


def quotes(stamp, symbol, contracts, cash=5000.0):
    data = {"symbol": f"^{symbol}", "current_price": cash, "options": contracts}
    return json.dumps({"timestamp": stamp, "data": data, "symbol": f"_{symbol}"}).encode()


MARCH = [dt.date(2024, 3, 4), dt.date(2024, 3, 5), dt.date(2024, 3, 6)]


def test_cboe_brings_indices_and_contracts(tmp_path):
    replies = {
        INDEX.format("VIX"): Reply(body=index(zip(MARCH, [14, 15, 16], strict=True))),
        INDEX.format("VVIX"): Reply(body=index(zip(MARCH, [84, 85, 86], strict=True), "VVIX")),
        INDEX.format("SPX"): Reply(body=index(zip(MARCH, [5100, 5110, 5120], strict=True))),
        VX.format("2024-03-20"): Reply(body=vx([(MARCH[0], 14.5, 100), (MARCH[1], 14.6, 90)])),
        VX.format("2024-04-17"): Reply(500),
    }
    today = dt.date(2024, 3, 6)
    report, store, publisher = run(tmp_path, "cboe", replies, since=MARCH[0], today=today)
    statuses = {item.name: item.status for item in report.items}
    assert statuses["VIX_History.csv"] == statuses["SPX_History.csv"] == statuses["VX_2024-03-20.csv"] == "downloaded"
    assert statuses["VX_2024-04-17.csv"] == "failed"
    assert statuses["VX_2024-12-18.csv"] == statuses["SKEW_History.csv"] == "absent"
    assert report.exit_status == 1
    assert [item.name for item in report.of("failed")] == ["VX_2024-04-17.csv"]
    assert store.read("vol_indices", symbol="VIX")["close"].to_list() == [14, 15, 16]
    assert store.read("vol_indices", symbol="VVIX")["close"].to_list() == [84, 85, 86]
    assert store.read("underlyings", symbol="SPX")["close"].to_list() == [5100, 5110, 5120]
    curve = store.read("vx_futures")
    assert curve["settle"].to_list() == [14.5, 14.6]
    assert curve["expiry"].unique().to_list() == [dt.date(2024, 3, 20)]
    assert all(headers["Referer"] == "https://www.cboe.com/" for _, headers in publisher.asked)
    # Ten indices, then the months March to December.
    assert len(report.items) == len(cboe.INDICES) + 10


def test_cboe_asks_for_the_expiries_of_the_conventions():
    at = ADDRESSES["cboe"]
    names = [one.name for one in cboe.wanted(at, dt.date(2012, 11, 1), dt.date(2014, 3, 1))][len(cboe.INDICES) :]
    assert names[:3] == ["CFE_X12_VX.csv", "CFE_Z12_VX.csv", "CFE_F13_VX.csv"]
    assert names[13:16] == ["CFE_Z13_VX.csv", "VX_2014-01-22.csv", "VX_2014-02-19.csv"]
    assert names[-1] == f"VX_{vix_expiry(2014, 12)}.csv"
    # 18 April 2025 is Good Friday: thirty days before the Thursday is a Tuesday.
    paths = [one.path for one in cboe.wanted(at, dt.date(2024, 3, 1), dt.date(2024, 7, 1))]
    assert VX.format("2024-03-20") in paths
    assert VX.format("2025-03-18") in paths
    everything = list(cboe.wanted(at, dt.date(1985, 1, 1), dt.date(2004, 3, 26)))
    assert everything[len(cboe.INDICES)].path == ARCHIVE.format("K04")
    # A contract that ended before `since` is not asked for.
    later = [one.name for one in cboe.wanted(at, dt.date(2024, 3, 21), dt.date(2024, 3, 21))][len(cboe.INDICES) :]
    assert later[0] == "VX_2024-04-17.csv"


def test_an_expired_contract_is_kept_a_living_one_is_asked_again(tmp_path):
    replies = {
        VX.format("2024-02-14"): Reply(body=vx([(dt.date(2024, 2, 13), 14.5, 9), (dt.date(2024, 2, 14), 15.0, 0)])),
        VX.format("2024-03-20"): Reply(body=vx([(MARCH[0], 14.5, 100)])),
    }
    told = {"since": dt.date(2024, 2, 1), "today": dt.date(2024, 3, 6)}
    run(tmp_path, "cboe", replies, **told)
    replies[VX.format("2024-03-20")] = Reply(body=vx([(MARCH[0], 14.7, 110), (MARCH[1], 14.6, 90)]))
    report, store, publisher = run(tmp_path, "cboe", replies, **told)
    statuses = {item.name: item.status for item in report.items}
    assert statuses["VX_2024-02-14.csv"] == "kept"
    assert VX.format("2024-02-14") not in publisher.paths()
    merged = report.tables["vx_futures"]
    # The first row was corrected, the second is new, the expired contract's two are known.
    assert (merged.renewed, merged.report.added, merged.report.already) == (1, 1, 2)
    living = store.read("vx_futures", since=MARCH[0])
    assert living["settle"].to_list() == [14.7, 14.6]


def test_the_publishers_null_takes_no_value_away(tmp_path):
    path = VX.format("2024-03-20")
    told = {"since": MARCH[0], "today": dt.date(2024, 3, 6)}
    run(tmp_path, "cboe", {path: Reply(body=vx([(MARCH[0], 14.5, 100)]))}, **told)
    # The settle of the first day is printed as 0 now, which the importer reads as not printed.
    zero = vx([(MARCH[0], 14.5, 120), (MARCH[1], 14.6, 90)]).replace(b"14.5,0,120", b"0,0,120")
    report, store, _ = run(tmp_path, "cboe", {path: Reply(body=zero)}, **told)
    assert report.tables["vx_futures"].renewed == 1
    rows = store.read("vx_futures")
    assert rows["settle"].to_list() == [14.5, 14.6]
    assert rows["volume"].to_list() == [120, 90]


def test_delayed_quotes_become_chains_with_their_time(tmp_path):
    spx = [contract("SPXW240306C05000000", 10.0, 10.4), contract("SPX240315P05000000", 20.0, 20.4)]
    vix = [contract("VIX240320C00015000", 0.5, 0.6)]
    replies = {
        CHAIN.format("SPX"): Reply(body=quotes("2024-03-05 19:50:01", "SPX", spx), kind="application/json"),
        CHAIN.format("VIX"): Reply(body=quotes("2024-03-05 19:50:03", "VIX", vix, 15.0), kind="application/json"),
    }
    report, store, _ = run(tmp_path, "delayed", replies, since=None, today=dt.date(2024, 3, 5))
    assert [item.status for item in report.items] == ["downloaded", "downloaded"]
    rows = store.read("chains")
    told = rows.select(pl.col("symbol", "root").cast(pl.String), "snapshot_ts", "bid", "underlying_price")
    assert set(told.rows()) == {
        # 19:50 UTC was 14:50 in New York.
        ("SPX", "SPXW", dt.datetime(2024, 3, 5, 14, 50, 1), 10.0, 5000.0),
        ("SPX", "SPX", dt.datetime(2024, 3, 5, 14, 50, 1), 20.0, 5000.0),
        ("VIX", "VIX", dt.datetime(2024, 3, 5, 14, 50, 3), 0.5, 15.0),
    }


def test_a_later_snapshot_stands_beside_the_earlier_one(tmp_path):
    first = quotes("2024-03-05 19:50:01", "SPX", [contract("SPXW240306C05000000", 10.0, 10.4)] * 1)
    later = quotes("2024-03-05 20:50:01", "SPX", [contract("SPXW240306C05000000", 11.0, 11.4)])
    for body in (first, later, later):
        replies = {CHAIN.format("SPX"): Reply(body=body, kind="application/json")}
        report, store, _ = run(tmp_path, "delayed", replies, since=None, today=dt.date(2024, 3, 5))
    assert report.added == 0
    assert store.read("chains")["bid"].to_list() == [10.0, 11.0]


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"timestamp": "2024-03-05 19:50:01", "data": {"options": []}}',
        quotes("soon", "SPX", [contract("SPXW240306C05000000", 10.0, 10.4)]),
        quotes("2024-03-05 19:50:01", "SPX", [contract("SPXW240306C05000000", 10.0, 10.4)])[:-40],
        quotes("2024-03-05 19:50:01", "SPX", [contract("nonsense", 10.0, 10.4)]),
    ],
)
def test_what_is_no_chain_is_refused(tmp_path, body):
    replies = {CHAIN.format("SPX"): Reply(body=body, kind="application/json")}
    report, store, _ = run(tmp_path, "delayed", replies, since=None, today=dt.date(2024, 3, 5))
    assert [item.status for item in report.items] == ["failed", "absent"]
    assert store.tables() == []


def rates(days, rate=5.31):
    listed = [{"effectiveDate": f"{day}", "type": "SOFR", "percentRate": rate, "volumeInBillions": 1} for day in days]
    return json.dumps({"refRates": listed}).encode()


def test_sofr_comes_a_year_at_a_time(tmp_path):
    spans = {
        SOFR.format("2023-01-01", "2023-12-31"): Reply(body=rates([dt.date(2023, 12, 29)]), kind="application/json"),
        SOFR.format("2024-01-01", "2024-12-31"): Reply(body=rates(MARCH[::-1]), kind="application/json"),
    }
    report, store, _ = run(tmp_path, "sofr", spans, since=dt.date(2023, 1, 1), today=dt.date(2024, 3, 7))
    assert [item.status for item in report.items] == ["downloaded", "downloaded"]
    rows = store.read("rates", series="SOFR")
    assert rows["date"].to_list() == [dt.date(2023, 12, 29), *MARCH]
    assert rows["value"].to_list() == [5.31] * 4
    first = next(iter(sofr.wanted(ADDRESSES["sofr"], dt.date(1990, 1, 1), dt.date(2019, 1, 1))))
    assert first.path == SOFR.format("2018-04-02", "2018-12-31")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"not json", "no JSON"),
        (b'{"refRates": 1}', "no list 'refRates'"),
        (b'{"refRates": []}', "no rows"),
        (b'{"refRates": [{"type": "EFFR", "effectiveDate": "2024-03-04", "percentRate": 5}]}', "no rows"),
        (b'{"refRates": [{"type": "SOFR", "effectiveDate": "2024-03-04"}]}', "entry 1"),
        (b'{"refRates": [{"type": "SOFR", "effectiveDate": "4 March", "percentRate": 5}]}', "entry 1"),
        (b'{"refRates": [{"type": "SOFR", "effectiveDate": "2024-03-04", "percentRate": 531}]}', "531.0 percent"),
    ],
)
def test_what_is_no_rate_is_refused(tmp_path, body, why):
    spans = {SOFR.format("2024-01-01", "2024-12-31"): Reply(body=body, kind="application/json")}
    report, store, _ = run(tmp_path, "sofr", spans, since=dt.date(2024, 1, 1), today=dt.date(2024, 3, 7))
    assert report.items[0].status == "failed"
    assert why in report.items[0].why
    assert store.tables() == []


def test_treasury_blanks_are_no_rates(tmp_path):
    path = tmp_path / "par_yields_2006.csv"
    path.write_text('Date,"1 Mo","20 Yr","30 Yr"\n02/08/2006,4.38,4.76,\n02/09/2006,4.39,N/A,4.51\n\n')
    (piece,) = treasury.read(path)
    assert piece.frame.select("series", "value").rows() == [
        ("DGS1MO", 4.38), ("DGS20", 4.76), ("DGS1MO", 4.39), ("DGS30", 4.51),
    ]  # fmt: skip
    path.write_text('Date,"1 Mo"\n02/08/2006,4.38,4.76\n')
    with pytest.raises(UserError, match="line 2: 3 cells where the header has 2"):
        treasury.read(path)


def test_every_source_has_an_address_and_wants_something():
    assert SOURCES.keys() == ADDRESSES.keys()
    today = dt.date(2024, 3, 7)
    for name, wanted in SOURCES.items():
        names = [one.name for one in wanted(ADDRESSES[name], dt.date(2023, 6, 1), today)]
        assert names
        assert len(names) == len(set(names))
        assert not any("/" in one for one in names)
    assert [one.name for one in delayed.wanted(ADDRESSES["delayed"], today, today)] == ["_SPX.json", "_VIX.json"]


@pytest.mark.shared
def test_the_publishers_real_files(tmp_path, shared):
    raw = shared / "data/raw_formats"
    replies = {
        INDEX.format(name): Reply(body=(raw / "cboe_index" / f"{name}_History.csv").read_bytes())
        for name in ("VIX", "VIX9D", "VVIX")
    }
    for day in ("2025-04-16", "2026-06-17"):
        replies[VX.format(day)] = Reply(body=(raw / "cfe_vx_new" / f"VX_{day}.csv").read_bytes())
    replies[ARCHIVE.format("K04")] = Reply(body=(raw / "cfe_vx_old/CFE_K04_VX.csv").read_bytes())
    everything = dt.date(1985, 1, 1)
    report, store, publisher = run(tmp_path, "cboe", replies, since=everything, today=dt.date(2026, 1, 8))
    assert [item.name for item in report.of("downloaded")] == [
        "VIX_History.csv", "VIX9D_History.csv", "VVIX_History.csv", "CFE_K04_VX.csv", "VX_2025-04-16.csv",
        "VX_2026-06-17.csv",
    ]  # fmt: skip
    assert report.exit_status == 0
    # May 2004 to October 2026 are 270 contracts.
    assert len(publisher.asked) == len(report.items) == len(cboe.INDICES) + 270
    # What was pulled equals what `alvh data import` makes of the same files.
    imported = Store(tmp_path / "imported")
    import_paths(imported, "auto", [tmp_path / "cache/cboe" / item.name for item in report.of("downloaded")])
    for name in ("vol_indices", "vx_futures"):
        assert store.content_hash(name) == imported.content_hash(name)


@pytest.mark.shared
def test_a_pull_leaves_the_imported_history_as_it_is(tmp_path, shared):
    """The collected table has settles that Cboe's own file prints as 0; a pull must not take them away."""
    store = Store(tmp_path / "store")
    import_paths(store, "canonical", [shared / "data/real/vx_futures.parquet"])
    before = store.content_hash("vx_futures")
    body = (shared / "data/raw_formats/cfe_vx_new/VX_2025-04-16.csv").read_bytes()
    replies = {VX.format("2025-04-16"): Reply(body=body)}
    told = {"since": dt.date(2024, 7, 1), "today": dt.date(2025, 4, 17)}
    report, store, _ = run(tmp_path, "cboe", replies, **told)
    assert report.tables["vx_futures"].report.added == 0
    assert report.tables["vx_futures"].report.conflicts == 0
    assert store.content_hash("vx_futures") == before
