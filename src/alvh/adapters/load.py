"""Store -> history: which tables a run reads, and nothing of what it does with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Literal

import polars as pl

from alvh.adapters.errors import UserError
from alvh.adapters.schema import table
from alvh.adapters.store import Store
from alvh.conventions import ETP_FUNDS
from alvh.market.history import FRAMES, History, build_history
from alvh.market.slow_tables import FLOWS, FUNDAMENTALS, FUNDS, REIT_FUNDS, UNIVERSE

BEGINNING = dt.date(2005, 1, 1)
"""Where a history begins when no window is asked for: VX futures exist since 2004, VIX options since 2006."""
LEAD_IN = dt.timedelta(days=800)
"""Sessions before the window that trailing readings look back on: two years and some."""
SERIES = {
    "vol_indices": ("VIX", "VIX9D", "VIX3M", "VIX6M", "VIX1Y", "VVIX", "SKEW"),
    "underlyings": ("SPX", *ETP_FUNDS, *FUNDS),
    "rates": ("DGS1MO", "DGS3MO", "DGS6MO", "DGS1", "DGS10", "IRX", "TNX", "SOFR", "DFF"),
    "breadth": (UNIVERSE,),
    "flows": tuple(f"{fund}_{series}" for fund in FUNDS for series in FLOWS),
    "benchmarks": REIT_FUNDS,
}
"""What the engine reads of the large tables; everything of the others."""
COLUMNS = {
    "breadth": ("date", "universe", "advancers", "decliners"),
    "fundamentals": ("date", "series", *FUNDAMENTALS),
}
"""Columns that are read of the wide tables; all of the others."""
CHAIN_COLUMNS = (
    "quote_date",
    "snapshot_ts",
    "source",
    "root",
    "expiry",
    "right",
    "strike",
    "bid",
    "ask",
    "delta",
    "underlying_price",
)


def load_history(
    store: Store,
    *,
    first: dt.date | None = None,
    last: dt.date | None = None,
    chains: Collection[str] = (),
    calendar: Literal["exchange", "chain"] = "exchange",
    fresh: Mapping[str, pl.DataFrame] | None = None,
) -> History:
    """Load what a run from `first` to `last` may look at.

    Parameters
    ----------
    store : Store
    first, last : datetime.date, optional
        Window of the run; the history begins `LEAD_IN` earlier. By default everything from 2005 on.
    chains : collection of str
        Symbols whose option chains are loaded too.
    calendar : {"exchange", "chain"}
        Sessions of the axis: the exchange's, or the chain's own quote dates (a synthetic chain has its own holidays).
    fresh : mapping of symbol -> frame, optional
        Rows of ``chains`` that are not in the store: quotes of this minute.

    Raises
    ------
    UserError
        When the store holds no SPX closes in the window (and, with `chains`, no chain either), or no chain whose days
        are asked for.
    """
    since = (first - LEAD_IN) if first is not None else BEGINNING
    frames = {name: _frame(store, name, since, last) for name in FRAMES}
    quoted = {}
    for symbol in chains:
        rows = store.read("chains", columns=CHAIN_COLUMNS, since=first or BEGINNING, until=last, symbol=symbol)
        if rows.height:
            quoted[symbol] = rows
    quoted |= fresh or {}
    if not quoted and not (frames["underlyings"]["symbol"] == "SPX").any():
        window = f" from {first} on" * (first is not None) + f" up to {last}" * (last is not None)
        raise UserError(
            f"the store {store.root} holds no SPX closes{window}: import some first, e.g. "
            "`alvh data import canonical FOLDER`"
        )
    if calendar == "chain" and not quoted:
        raise UserError(
            f"the store {store.root} holds no chain of {' or '.join(chains) or 'any symbol'} to take days from"
        )
    sessions = None
    if calendar == "chain":
        dates = pl.concat([rows["quote_date"].unique() for rows in quoted.values()]).unique().sort()
        sessions = dates.to_numpy().astype("datetime64[D]")
    return build_history(frames, quoted, last=last, sessions=sessions)


def _frame(store: Store, name: str, since: dt.date, last: dt.date | None) -> pl.DataFrame:
    """Read one table: events and months whenever they were, dividends from the first on, the rest inside the window."""
    label = table(name).label
    chosen = {label: SERIES[name]} if name in SERIES else {}
    begin = None if name in {"events", "fundamentals"} else since
    end = None if name == "events" else last
    rows = store.read(name, columns=COLUMNS.get(name), since=begin, until=end, **chosen)
    if name == "underlyings":
        # A fund's dividends of six years make one growth rate, wherever the window begins.
        earlier = store.read(name, until=end, symbol=REIT_FUNDS)
        rows = pl.concat((rows, earlier)) if earlier.height else rows
    return rows
