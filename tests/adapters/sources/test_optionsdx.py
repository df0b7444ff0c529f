"""No real OptionsDX file could be had: the sample is written from the column order that public loaders quote."""

from __future__ import annotations

import datetime as dt

from alvh.adapters.sources.chain_rows import INDISTINCT
from alvh.adapters.store import Store
from contracts.source_contract import TextSourceContract

NAMES = """
QUOTE_UNIXTIME QUOTE_READTIME QUOTE_DATE QUOTE_TIME_HOURS UNDERLYING_LAST EXPIRE_DATE EXPIRE_UNIX DTE C_DELTA C_GAMMA
C_VEGA C_THETA C_RHO C_IV C_VOLUME C_LAST C_SIZE C_BID C_ASK STRIKE P_BID P_ASK P_SIZE P_LAST P_DELTA P_GAMMA P_VEGA
P_THETA P_RHO P_IV P_VOLUME STRIKE_DISTANCE STRIKE_DISTANCE_PCT
"""


def line(expiry: str, strike: str, c_bid: str, p_bid: str, c_iv: str = "0.21") -> str:
    return (
        f"1672779600, 2023-01-03 16:00, 2023-01-03, 16.0, 3824.1, {expiry}, 1674248400, 17.0, 0.55, 0, 0, 0, 0, "
        f"{c_iv}, 12.0, 61.2, 5 x 7, {c_bid}, 63.0, {strike}, {p_bid}, 48.2, 1 x 1, , -0.45, 0, 0, 0, 0, 0.2, , 4.1, 0"
    )


class TestOptionsDx(TextSourceContract):
    format_name = "optionsdx"
    file_name = "spx_eod_202301.txt"
    lines = (
        ", ".join(f"[{name}]" for name in NAMES.split()),
        line("2023-01-27", "3820.0", "62.1", "47.5"),
        line("2023-01-27", "3825.0", "59.4", "49.5", " "),
        line("2023-01-20", "3820.0", "50.1", "40.5"),
        line("2023-01-20", "3820.0", "51.0", "41.5"),
    )
    delivered = 4
    number_column = "[C_BID]"
    date_column = "[QUOTE_DATE]"
    expiry = ("[EXPIRE_DATE]", " 2022-12-30")

    def test_one_line_is_a_call_and_a_put(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        call, put = store.read("chains", strike=3820.0).rows(named=True)
        assert (call["right"], call["bid"], call["ask"], call["last"], call["volume"]) == ("C", 62.1, 63.0, 61.2, 12)
        assert (put["right"], put["bid"], put["ask"], put["last"], put["volume"]) == ("P", 47.5, 48.2, None, None)
        assert call["snapshot_ts"] == dt.datetime(2023, 1, 3, 16, 0)
        assert (call["symbol"], call["root"], call["settle"]) == ("SPX", None, None)
        assert store.read("chains", strike=3825.0)["implied_vol"].to_list() == [None, 0.2]

    def test_a_third_friday_with_both_series_is_dropped_and_said(self, tmp_path, store: Store):
        (file,) = self.offer(store, self.write(tmp_path)).files
        assert file.drops == {INDISTINCT: 4}
