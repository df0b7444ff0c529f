from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest

from alvh.adapters.errors import UserError
from alvh.adapters.sources import FORMATS
from alvh.adapters.store import Store
from contracts.source_contract import SourceContract

PUT = "20230626_spxw_minute_quote_european_put_44450000_20230630.csv"
CALL = "20230626_spxw_minute_quote_european_call_44450000_20230703.csv"
BARS = (
    "34260000,871000,872000,870000,871500,10,880000,881000,879000,880500,12\n"
    "34320000,,,,,,900000,900000,900000,900000,3\n"
)


def pack(folder: Path, members: dict[str, str], level: int = 6) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "20230626_quote_european.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


class TestLeanMinute(SourceContract):
    format_name = "lean_minute"
    delivered = 4

    def write(self, folder):
        return pack(folder, {PUT: BARS, CALL: BARS})

    def rewrite(self, folder):
        return pack(folder, {CALL: BARS, PUT: BARS + "\n"}, level=0)

    def damaged(self, folder):
        whole = self.write(folder / "whole").read_bytes()
        cut = folder / "cut" / "20230626_quote_european.zip"
        cut.parent.mkdir()
        cut.write_bytes(whole[:-40])
        return [
            (cut, "damaged or cut short"),
            (pack(folder / "word", {PUT: BARS.replace("900000,3", "9oo,3")}), rf"{PUT}, line 2, column 'ask_close'"),
            (pack(folder / "minus", {PUT: BARS.replace("871500", "-5")}), "line 1, column 'bid_close': negative"),
            (pack(folder / "torn", {PUT: BARS + "34380000,1,2\n"}), "line 3, column .*3 cells where"),
            (pack(folder / "name", {"notes.csv": BARS}), "line 1: member 'notes.csv'"),
            (pack(folder / "date", {PUT.replace("0630", "1399"): BARS}), "20231399 is not a date"),
            (pack(folder / "expired", {PUT.replace("0630", "0602"): BARS}), "expiry before the quote"),
        ]

    def test_a_bar_closes_one_minute_after_it_began(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        # 34,260,000 ms after midnight is 9:31.
        assert store.read("chains", right="P")["snapshot_ts"].to_list() == [
            dt.datetime(2023, 6, 26, 9, 32),
            dt.datetime(2023, 6, 26, 9, 33),
        ]

    def test_prices_and_strikes_are_divided_by_ten_thousand(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        rows = store.read("chains", right="P", columns=["strike", "bid", "ask", "expiry", "settle"])
        assert rows.row(0) == (4445.0, 87.15, 88.05, dt.date(2023, 6, 30), "PM")
        assert rows["bid"].to_list() == [87.15, None]


def test_other_zips_are_not_ours(tmp_path):
    path = pack(tmp_path, {"a.csv": "x"})
    assert not FORMATS["lean_minute"].sniff(path, b"PK\x03\x04")
    with pytest.raises(UserError, match=r"a\.csv"):
        list(FORMATS["lean_minute"].read(path))


def test_first_bar_of_the_real_file(shared):
    path = shared / "data/raw_formats/quantconnect/indexoption/usa/minute/spxw/20230626_quote_european.zip"
    pieces = list(FORMATS["lean_minute"].read(path))
    assert [piece.rows for piece in pieces] == [374, 367, 380, 380]
    with zipfile.ZipFile(path) as archive:
        name = min(archive.namelist())
        ms, *bars = archive.read(name).decode().split("\n")[0].split(",")
    first = pieces[0].frame.row(0, named=True)
    assert first["snapshot_ts"] == dt.datetime(2023, 6, 26) + dt.timedelta(milliseconds=int(ms) + 60_000)
    assert first["strike"] == 4445.0
    assert first["bid"] == (int(bars[3]) / 10_000 if bars[3] else None)
    assert first["ask"] == (int(bars[8]) / 10_000 if bars[8] else None)
