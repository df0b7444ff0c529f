"""The joint past of SPX, volatility indices and VX, whatever an evening's history begins with: stress needs 2008."""

from __future__ import annotations

import datetime as dt

from alvh.adapters.load import BEGINNING
from alvh.adapters.store import Store
from alvh.market.history import History, build_history

COLUMNS = ("date", "symbol", "open", "high", "low", "close", "source")
SERIES = {"underlyings": ("SPX",), "vol_indices": ("VIX", "VIX3M", "VIX6M", "VVIX", "SKEW")}


def joint_past(store: Store, date: dt.date) -> History:
    """Return a history of these series alone, from as far back as VX futures exist up to `date`.

    An evening so need not load everything else of twenty years. The store holds SPX closes by then.
    """
    frames = {
        name: store.read(name, columns=COLUMNS, since=BEGINNING, until=date, symbol=symbols)
        for name, symbols in SERIES.items()
    }
    frames["vx_futures"] = store.read("vx_futures", since=BEGINNING, until=date)
    return build_history(frames, last=date)
