"""File formats the store can read: one file a format, one line here. Pulling from the network lives elsewhere."""

from __future__ import annotations

from alvh.adapters.sources import (
    alphavantage_daily,
    canonical,
    cboe_delayed_json,
    cboe_delayed_scrape,
    cboe_eod_calcs,
    cboe_eod_quotes,
    cboe_index_history,
    cboe_quote_table,
    cfe_settlements,
    cfe_vx,
    fred,
    historicaloptiondata,
    ivolatility_rawiv,
    lean_minute,
    lean_universe,
    optionmetrics,
    optionsdx,
    peer_bench,
    polygon_snapshot,
)
from alvh.adapters.sources.format import Format

FORMATS: dict[str, Format] = {
    "cboe_eod_quotes": cboe_eod_quotes.FORMAT,
    "cboe_eod_calcs": cboe_eod_calcs.FORMAT,
    "cboe_quote_table": cboe_quote_table.FORMAT,
    "cboe_delayed_scrape": cboe_delayed_scrape.FORMAT,
    "cboe_delayed_json": cboe_delayed_json.FORMAT,
    "historicaloptiondata": historicaloptiondata.FORMAT,
    "optionmetrics": optionmetrics.FORMAT,
    "optionsdx": optionsdx.FORMAT,
    "ivolatility_rawiv": ivolatility_rawiv.FORMAT,
    "polygon_snapshot": polygon_snapshot.FORMAT,
    "lean_universe": lean_universe.FORMAT,
    "lean_minute": lean_minute.FORMAT,
    "cfe_vx": cfe_vx.FORMAT,
    "cfe_settlements": cfe_settlements.FORMAT,
    "cboe_index_history": cboe_index_history.FORMAT,
    "fred": fred.FORMAT,
    "alphavantage_daily": alphavantage_daily.FORMAT,
    "peer_bench": peer_bench.FORMAT,
    "canonical": canonical.FORMAT,
}
"""Every format by name, in the order in which `auto` tries them."""

__all__ = ["FORMATS", "Format"]
