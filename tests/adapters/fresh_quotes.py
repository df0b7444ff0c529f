"""Fresh quotes as Cboe's delayed feed serves them, made from the tiny market's own model."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from alvh.adapters.load import load_history
from alvh.adapters.store import Store
from alvh.market.reconstruct import ModelledQuotes
from alvh.values import Contract, Quote

UTC_BEHIND = {1: 5, 2: 5, 3: 4, 4: 4, 5: 4, 6: 4, 7: 4, 8: 4, 9: 4, 10: 4, 11: 5, 12: 5}
"""Hours that New York is behind, by month; close enough away from the days on which clocks change."""


def write_delayed(store: Path, folder: Path, day: dt.date, at: dt.datetime, *, spot: float | None = None) -> Path:
    """Write ``_SPX.json`` and ``_VIX.json`` of the modelled quotes of a session, stamped with a New York time."""
    history = load_history(Store(store), first=day, last=day)
    source = ModelledQuotes(history)
    i = history.index(day)
    stamp = at + dt.timedelta(hours=UTC_BEHIND[at.month])
    for symbol in ("SPX", "VIX"):
        level = source.spot(i, symbol)
        options = []
        for series in source.series(i, symbol):
            if not (symbol == "VIX" or 30 <= series.days <= 60):
                continue
            step = 25.0 if symbol == "SPX" else 1.0
            for k in range(int(0.75 * level / step), int((1.25 if symbol == "SPX" else 3.0) * level / step)):
                for right in ("C", "P"):
                    contract = Contract(series.root, series.expiry, k * step, right)
                    quote = source.quote(i, contract)
                    if isinstance(quote, Quote):
                        name = f"{series.root}{series.expiry:%y%m%d}{right}{round(k * step * 1000):08d}"
                        options.append(
                            {
                                "option": name, "bid": round(quote.bid, 2), "ask": round(quote.ask, 2), "iv": 0.0,
                                "delta": 0.0, "volume": 0, "open_interest": 0, "last_trade_price": 0.0,
                            }
                        )  # fmt: skip
        told = {"timestamp": f"{stamp:%Y-%m-%d %H:%M:%S}", "data": {"current_price": spot or level, "options": options}}
        (folder / f"_{symbol}.json").write_text(json.dumps(told))
    return folder
