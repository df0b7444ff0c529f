"""Cboe's public histories: volatility indices and the S&P 500, and VX futures contract by contract."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from alvh.adapters.pull.addresses import Address
from alvh.adapters.pull.report import Wanted
from alvh.adapters.sources import FORMATS
from alvh.adapters.sources.format import Piece
from alvh.conventions.expiries import vix_expiry

INDICES = ("VIX", "VIX1D", "VIX9D", "VIX3M", "VIX6M", "VIX1Y", "VVIX", "SKEW", "VXN", "SPX")
"""Indices asked for. One that the publisher no longer lists is reported absent."""
MONTH_CODES = "FGHJKMNQUVXZ"
"""Futures months January to December."""
FIRST_MONTH = (2004, 5)
"""The first VX contract, K04 (CFE)."""
ARCHIVE_UNTIL = 2013
"""Contracts that ended by this year come from the archive: the current files begin in 2013 and print its first
settlements as 0."""
MONTHS_AHEAD = 9
"""CFE lists up to nine near-term months; a month that is not listed yet is reported absent."""
_SETTLED_DAYS = 7


def wanted(at: Address, since: dt.date, today: dt.date) -> Iterator[Wanted]:
    """Yield the index histories, then every monthly VX contract that ended on `since` or later, in order of expiry."""
    for symbol in INDICES:
        yield Wanted(f"{symbol}_History.csv", at.paths["index"].format(symbol=symbol), read_index)
    year, month = max(FIRST_MONTH, (since.year, since.month))
    last = (today.year * 12 + today.month - 1) + MONTHS_AHEAD
    for serial in range(year * 12 + month - 1, last + 1):
        year, month = serial // 12, serial % 12 + 1
        expiry = vix_expiry(year, month)
        if expiry < since:
            continue
        final = expiry + dt.timedelta(days=_SETTLED_DAYS)
        if year <= ARCHIVE_UNTIL:
            code = MONTH_CODES[month - 1]
            path = at.paths["vx_archive"].format(code=code, year=year % 100)
            yield Wanted(f"CFE_{code}{year % 100:02d}_VX.csv", path, read_vx, final)
        else:
            yield Wanted(f"VX_{expiry}.csv", at.paths["vx"].format(expiry=expiry), read_vx, final)


def read_index(path: Path) -> list[Piece]:
    """Read an index history as `alvh data import cboe_index_history` does."""
    return list(FORMATS["cboe_index_history"].read(path))


def read_vx(path: Path) -> list[Piece]:
    """Read one VX contract as `alvh data import cfe_vx` does."""
    return list(FORMATS["cfe_vx"].read(path))
