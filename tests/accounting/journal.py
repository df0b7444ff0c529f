"""Journal entries in a few words, for tests that fold them by hand."""

from __future__ import annotations

import datetime as dt

from alvh.values import Contract, Fill, LegFill

CALL = Contract("VIX", dt.date(2020, 5, 20), 25.0, "C")
LATER = Contract("VIX", dt.date(2020, 6, 17), 27.0, "C")
PUT = Contract("SPXW", dt.date(2020, 5, 15), 2800.0, "P")
LOWER_PUT = Contract("SPXW", dt.date(2020, 5, 15), 2750.0, "P")


def day(n: int) -> dt.date:
    """Return a day of March 2020."""
    return dt.date(2020, 3, n)


def leg(contract: Contract, quantity: int, price: float, mid: float | None = None, fee_cents: int = 0) -> LegFill:
    """Return one leg, by default at its mid and without a fee."""
    return LegFill(contract, quantity, price, price if mid is None else mid, fee_cents, "modelled")


def fill(
    date: dt.date, *legs: LegFill, layer: str = "L1", campaign: str = "L1@1", kind: str = "open", **rest: object
) -> Fill:
    """Return a fill of one package."""
    lots = rest.pop("lots", 1)
    return Fill(date, layer, campaign, kind, lots, legs, "because", **rest)  # type: ignore[arg-type]
