"""Where the publishers keep their public files. Everything that names a host stands in this one table.

These are the publishers' own public addresses, not ours: they move without asking. `--base-url` or the environment
variable of a source puts another host (a mirror, a proxy, a test server) in front of the same paths.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from alvh.adapters.errors import UserError, nearest


@dataclass(frozen=True, slots=True)
class Address:
    """A publisher's host and paths.

    Attributes
    ----------
    base : str
        Scheme and host, without a slash at the end.
    variable : str
        Environment variable that replaces `base`.
    paths : mapping of kind -> pattern
        Filled in by the source's own module.
    headers : mapping
        What the publisher wants to be sent with every request.
    """

    base: str
    variable: str
    paths: Mapping[str, str]
    headers: Mapping[str, str]


_CBOE = "https://cdn.cboe.com"
_CSV, _JSON = {"Accept": "text/csv, */*"}, {"Accept": "application/json, */*"}
# Cboe's file server answers 403 to whoever does not come from its pages.
_FROM_CBOE = {"Referer": "https://www.cboe.com/"}

ADDRESSES: dict[str, Address] = {
    "cboe": Address(
        _CBOE,
        "ALVH_CBOE_URL",
        {
            # cboe.com, Historical Data for Cboe VIX Index and other volatility indices
            "index": "/api/global/us_indices/daily_prices/{symbol}_History.csv",
            # cboe.com, CFE historical data: one file a VX contract, named by its final settlement date, from 2013
            "vx": "/data/us/futures/market_statistics/historical_data/VX/VX_{expiry}.csv",
            # the same page's archive of contracts that ended before, named by month code and year
            "vx_archive": "/resources/futures/archive/volume-and-price/CFE_{code}{year:02d}_VX.csv",
        },
        {**_CSV, **_FROM_CBOE},
    ),
    "delayed": Address(
        _CBOE,
        "ALVH_DELAYED_URL",
        # cboe.com, delayed quotes of an index's options: the whole chain, fifteen minutes late
        {"chain": "/api/global/delayed_quotes/options/_{symbol}.json"},
        {**_JSON, **_FROM_CBOE},
    ),
    "treasury": Address(
        "https://home.treasury.gov",
        "ALVH_TREASURY_URL",
        {
            # treasury.gov, Daily Treasury Par Yield Curve Rates, one year a file
            "year": "/resource-center/data-chart-center/interest-rates/daily-treasury-rates.csv/{year}/all"
            "?type=daily_treasury_yield_curve&field_tdr_date_value={year}&page&_format=csv"
        },
        _CSV,
    ),
    "sofr": Address(
        "https://markets.newyorkfed.org",
        "ALVH_SOFR_URL",
        # newyorkfed.org, Markets Data APIs, Secured Overnight Financing Rate; it answers a year at a time
        {"span": "/api/rates/secured/sofr/search.json?startDate={first}&endDate={last}"},
        _JSON,
    ),
}


def address(source: str, base_url: str | None = None, environ: Mapping[str, str] = os.environ) -> Address:
    """Return a source's address: the base named, else the environment's, else the publisher's own.

    Raises
    ------
    UserError
        For a source that is not there, and a base that is no http address.
    """
    if source not in ADDRESSES:
        raise UserError(f"no source {source!r}{nearest(source, ADDRESSES)}")
    own = ADDRESSES[source]
    base = base_url or environ.get(own.variable) or own.base
    if not base.startswith(("http://", "https://")):
        where = "--base-url" if base_url else own.variable
        raise UserError(f"{where}: {base!r} is no address; it starts with http:// or https://")
    return Address(base.rstrip("/"), own.variable, own.paths, own.headers)
