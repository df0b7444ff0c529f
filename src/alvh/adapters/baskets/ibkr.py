"""A basket file for Interactive Brokers' TWS (BasketTrader): one row a leg, the legs of a package under one tag.

Columns are those of the "Basket Fields" page of the TWS guide (ibkrguides.com/traderworkstation/basket-fields.htm), one
header row and no space after a comma ("Manually Create a Basket File", same guide). TWS knows a combination (``BAG``)
only by its own contract numbers, which no file from outside can hold: the rows of one ``BasketTag`` are to be combined
in TWS before they are transmitted. Each row by itself would be a leg without the others; `WARNING` says so.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from alvh import conventions
from alvh.adapters.baskets.package import Package

HEADER = (
    "Action", "Quantity", "Symbol", "SecType", "LastTradingDayOrContractMonth", "Strike", "Right", "TradingClass",
    "Exchange", "Currency", "TimeInForce", "OrderType", "LmtPrice", "BasketTag",
)  # fmt: skip
SYMBOLS = {"SPXW": "SPX", "VIXW": "VIX"}
"""Weeklies trade under the monthlies' symbol; their trading class tells them apart."""
WARNING = "IBKR: combine the rows of one BasketTag in TWS before transmitting; a row alone is a leg without the others."


def basket(packages: Sequence[Package]) -> str:
    """Return the file, ready to be saved as ``.csv``."""
    sheet = io.StringIO()
    out = csv.writer(sheet, lineterminator="\n")
    out.writerow(HEADER)
    for package in packages:
        for leg, price in zip(package.legs, package.leg_prices, strict=True):
            contract, n = leg.contract, leg.ratio * package.lots
            spec = conventions.root_spec(contract.root)
            future = spec.kind == "future"
            last = conventions.last_trading_session(contract.root, contract.expiry)
            out.writerow(
                (
                    "BUY" if n > 0 else "SELL",
                    abs(n),
                    SYMBOLS.get(contract.root, contract.root),
                    "FUT" if future else "OPT",
                    f"{last:%Y%m%d}",
                    "" if future else f"{contract.strike:g}",
                    contract.right,
                    contract.root,
                    "CFE" if future else "CBOE",
                    "USD",
                    "DAY",
                    "LMT",
                    f"{price:.2f}",
                    package.tag,
                )
            )
    return sheet.getvalue()
