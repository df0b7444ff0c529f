from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from alvh.adapters.errors import UserError
from alvh.adapters.sources import FORMATS
from alvh.adapters.store import Store
from contracts.source_contract import TextSourceContract

HEADER = (
    "Expiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,"
    "Puts,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest"
)
WEEKLY = (
    "Mon Jan 31 2022,SPXW220131C04600000,120.5,1,118,119.2,7,0.17,0.66,0,30,4600.00,"
    "SPXW220131P04600000,0,0,44,44.9,2,0.18,-0.34,0,12"
)
MONTHLY = (
    "Fri Feb 18 2022,SPX220218C04600000,0,0,140,141,0,0,0.6,0,5,4600.00,SPX220218P04600000,70,0,69,70,1,0.19,-0.4,0,9"
)
ROWS = (WEEKLY, MONTHLY)


class TestLayoutOf2022(TextSourceContract):
    """Re-saved by a spreadsheet: the first line and the ends of lines are commas."""

    format_name = "cboe_quote_table"
    file_name = "spx_quotedata.csv"
    lines = (
        "," * 21,
        "Standard & Poors 500 Index,Last: 4677.03,Change:  -19.02" + "," * 19,
        '"Date: January 9, 2022, 3:11 AM EST",Bid: 4619.75,Ask: 4727.22,Size: 1*1,Volume: 0' + "," * 17,
        HEADER,
        *ROWS,
    )
    header = 3
    delivered = 4
    number_column = "Ask"
    date_column = "Expiration Date"

    def test_a_sunday_copy_belongs_to_friday(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        rows = store.read("chains")
        assert rows["quote_date"].unique().to_list() == [dt.date(2022, 1, 7)]
        assert rows["snapshot_ts"].unique().to_list() == [dt.datetime(2022, 1, 9, 3, 11)]
        assert rows["underlying_price"].unique().to_list() == [4677.03]

    def test_calls_and_puts_come_from_their_own_half_of_the_line(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        rows = store.read("chains", root="SPXW")
        assert rows["right"].to_list() == ["C", "P"]
        assert rows["bid"].to_list() == [118.0, 44.0]
        assert rows["last"].to_list() == [120.5, None]
        assert rows["delta"].to_list() == [0.66, -0.34]
        assert rows["open_interest"].to_list() == [30, 12]
        assert store.read("chains", root="SPX")["settle"].to_list() == ["AM", "AM"]


class TestLayoutOf2025(TextSourceContract):
    """Blank first line, another name, another way to write the time."""

    format_name = "cboe_quote_table"
    file_name = "spx_quotedata_feb.csv"
    lines = (
        "",
        "SP 500 INDEX,Last: 5975.38,Change:  32.91",
        '"Date: January 6, 2025 at 8:48 PM EST",Bid: 5934.43,Ask: 6032.45,Size: 1*1,Volume: 0',
        HEADER,
        *(row.replace("Mon Jan 31 2022", "Fri Jan 31 2025").replace("220131", "250131") for row in ROWS[:1]),
        *(row.replace("Fri Feb 18 2022", "Tue Feb 18 2025").replace("220218", "250218") for row in ROWS[1:]),
    )
    header = 3
    delivered = 4
    number_column = "Bid"
    date_column = "Expiration Date"


@pytest.mark.parametrize(
    ("line", "session"),
    [
        ("Date: February 13, 2024 at 6:40 AM EST", dt.date(2024, 2, 12)),  # before the open
        ("Date: July 12, 2022 at 11:55 AM EDT", dt.date(2022, 7, 12)),
        ("Date: May 27, 2019 at 3:00 PM EDT", dt.date(2019, 5, 24)),  # Memorial Day
    ],
)
def test_the_session_is_the_last_that_had_opened(line, session, tmp_path):
    path = tmp_path / "table.csv"
    head = f'X,Last: 100\n"{line}"\n{HEADER}\n'
    path.write_text(head + ROWS[0].replace("Jan 31 2022", "Jan 31 2028") + "\n")
    calls, puts = FORMATS["cboe_quote_table"].read(path)
    assert calls.frame["quote_date"].to_list() == puts.frame["quote_date"].to_list() == [session]


def test_a_file_without_its_time_is_refused(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(f"SPX,Last: 100\n{HEADER}\n{ROWS[0]}\n")
    with pytest.raises(UserError, match=r"table\.csv, line 1: no line `Date:"):
        list(FORMATS["cboe_quote_table"].read(path))


@pytest.mark.parametrize(("year", "rows", "last"), [("20220107", 5514, 4677.0298), ("20250106", 4344, 5975.3799)])
def test_the_real_tables_agree_with_the_collected_chains(year, rows, last, shared, agree_with):
    path = shared / "data" / "raw_formats" / f"cboe_quotetable_spx_{year}_partial.csv"
    frame = pl.concat(piece.frame for piece in FORMATS["cboe_quote_table"].read(path))
    assert frame["underlying_price"].unique().to_list() == [last]
    agree_with(frame, "spx_cboe_quotetable", rows=rows)


def test_last_row_of_the_real_2025_table(shared):
    path = shared / "data" / "raw_formats" / "cboe_quotetable_spx_20250106_partial.csv"
    _, puts = FORMATS["cboe_quote_table"].read(path)
    row = puts.frame.row(-1, named=True)
    assert (row["expiry"], row["strike"], row["root"]) == (dt.date(2025, 2, 28), 8000.0, "SPXW")
    assert (row["bid"], row["ask"], row["implied_vol"], row["delta"]) == (1974.8, 1982.3, 0.2731, -0.9993)
