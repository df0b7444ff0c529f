"""The published levels themselves: SPX, VIX and its family, VVIX, SKEW, and the 3-month bill."""

from __future__ import annotations

from alvh.market.history import History
from alvh.values import Floats, Indicator

INDICATORS = (
    Indicator("SPX", "index points"),
    Indicator("VIX", "vol points"),
    Indicator("VIX9D", "vol points"),
    Indicator("VIX3M", "vol points"),
    Indicator("VIX6M", "vol points"),
    Indicator("VVIX", "vol points"),
    Indicator("SKEW", "index points"),
    Indicator("bill_3m", "decimal a year"),
)


def prepare(history: History, name: str) -> Floats:
    """Return the level at each close; the bill is the latest 3-month constant-maturity yield published."""
    if name == "bill_3m":
        return bill_yield(history)
    return history.column(name)


def bill_yield(history: History) -> Floats:
    """Return the 3-month Treasury yield a year, bond-equivalent: DGS3MO, or what a discount quote (IRX) amounts to."""
    if "DGS3MO" in history.rates:
        return history.rates["DGS3MO"]
    if "IRX" in history.rates:
        # Bond-equivalent yield of a 91-day bill from its discount: 365 d / (360 - 91 d).
        discount = history.rates["IRX"]
        return 365.0 * discount / (360.0 - 91.0 * discount)
    return history.column("bill_3m")
