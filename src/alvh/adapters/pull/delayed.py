"""Cboe's delayed quotes: the whole chain of an index as it stood fifteen minutes ago. Only this moment is published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from alvh.adapters.pull.addresses import Address
from alvh.adapters.pull.report import Wanted
from alvh.adapters.sources import FORMATS
from alvh.adapters.sources.format import Piece

SYMBOLS = ("SPX", "VIX")


def wanted(at: Address, _since: dt.date, _today: dt.date) -> Iterator[Wanted]:
    """Yield the two chains. A snapshot is not the continuation of the last one, so it need not grow."""
    for symbol in SYMBOLS:
        yield Wanted(f"_{symbol}.json", at.paths["chain"].format(symbol=symbol), read, grows=False)


def read(path: Path) -> list[Piece]:
    """Read a snapshot as `alvh data import cboe_delayed_json` does: rows of ``chains`` with their ``snapshot_ts``."""
    return list(FORMATS["cboe_delayed_json"].read(path))
