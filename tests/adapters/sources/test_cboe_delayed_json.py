from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from alvh.adapters.store import Store
from contracts.source_contract import SourceContract


def option(symbol: str, bid: float, ask: float, **more: Any) -> dict[str, Any]:
    return {
        "option": symbol,
        "bid": bid,
        "bid_size": 5.0,
        "ask": ask,
        "ask_size": 7.0,
        "iv": 0.15,
        "open_interest": 2960.0,
        "volume": 12.0,
        "delta": 0.5,
        "gamma": 0.001,
        "theta": -0.3,
        "rho": 0.1,
        "vega": 2.5,
        "theo": 0.5 * (bid + ask),
        "change": 0.0,
        "open": 0.0,
        "high": 0.0,
        "low": 0.0,
        "tick": "no_change",
        "last_trade_price": 0.0,
        "last_trade_time": None,
        "percent_change": 0.0,
        "prev_day_close": 10.0,
        **more,
    }


def page(*options: dict[str, Any], timestamp: str = "2026-01-06 21:15:03", **data: Any) -> dict[str, Any]:
    return {
        "timestamp": timestamp,
        "data": {"options": list(options), "symbol": "^SPX", "current_price": 6900.5} | data,
    }


SAMPLE = page(
    option("SPX260116C06900000", 80.1, 80.9),
    option("SPXW260107P06900000", 12.1, 12.4, delta=-0.49, iv=0.0, last_trade_price=12.2),
)


class TestDelayedJson(SourceContract):
    format_name = "cboe_delayed_json"
    delivered = 2

    def write(self, folder: Path, told: Any = None, indent: int | None = None) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "_SPX.json"
        path.write_text(told if isinstance(told, str) else json.dumps(told or SAMPLE, indent=indent))
        return path

    def rewrite(self, folder: Path) -> Path:
        return self.write(folder, indent=1)

    def damaged(self, folder: Path) -> list[tuple[Path, str]]:
        good = option("SPX260116C06900000", 80.1, 80.9)
        cases = [
            (json.dumps(SAMPLE)[:-30], r"line 1.*cut short"),
            ("<!DOCTYPE html><html></html>", "web page"),
            ("", "line 1: the file is empty"),
            ("[1, 2]", "not the JSON"),
            (page(good, {**good, "bid": -1.0}), "line 2, column 'bid': negative"),
            (page({**good, "ask": "many"}), "line 1, column 'ask': 'many' is not a number"),
            (page({**good, "option": "SPX26011C"}), "line 1, column 'option'"),
            (page({**good, "option": "SPX260105C06900000"}), "line 1, column 'option': expiry before the quote"),
            (page({name: value for name, value in good.items() if name != "iv"}), "column 'iv'"),
            (page(good, timestamp="today"), "column 'timestamp': 'today'"),
            (page(good, current_price="high"), "column 'data.current_price'"),
            ({"timestamp": "2026-01-06 21:15:03", "data": {"note": '"options": "option"'}}, "column 'data.options'"),
        ]
        return [(self.write(folder / str(at), told), said) for at, (told, said) in enumerate(cases)]

    def test_the_clock_is_set_to_new_york(self, tmp_path: Path, store: Store):
        self.offer(store, self.write(tmp_path))
        rows = store.read("chains")
        assert rows["snapshot_ts"].unique().to_list() == [dt.datetime(2026, 1, 6, 16, 15, 3)]
        assert rows["quote_date"].unique().to_list() == [dt.date(2026, 1, 6)]
        assert rows["underlying_price"].unique().to_list() == [6900.5]

    @pytest.mark.parametrize(
        ("stamp", "session"),
        [("2026-01-07 04:00:00", dt.date(2026, 1, 6)), ("2026-01-10 12:00:00", dt.date(2026, 1, 9))],
    )
    def test_a_page_fetched_at_night_holds_the_last_session(self, stamp, session, tmp_path: Path, store: Store):
        self.offer(store, self.write(tmp_path, page(option("SPX260116C06900000", 80.1, 80.9), timestamp=stamp)))
        assert store.read("chains")["quote_date"].to_list() == [session]

    def test_root_settlement_and_missing_values(self, tmp_path: Path, store: Store):
        self.offer(store, self.write(tmp_path))
        rows = store.read("chains", columns=["root", "settle", "last", "implied_vol", "open_interest", "volume"])
        assert rows.rows() == [("SPX", "AM", None, 0.15, 2960, 12), ("SPXW", "PM", 12.2, None, 2960, 12)]
