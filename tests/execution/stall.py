"""A view with a price list instead of a market, and the condor of the VIX white paper's chain to trade in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from alvh.values import Contract, Instant, Leg, Missing, Order, Phase, Plan, Quote

EXPIRY = dt.date(2014, 10, 17)
DECIDED, TRADED = dt.date(2014, 9, 22), dt.date(2014, 9, 23)
SHORT_PUT, LONG_PUT, SHORT_CALL, LONG_CALL = (
    Contract("SPX", EXPIRY, strike, right)
    for strike, right in ((1900.0, "P"), (1795.0, "P"), (2000.0, "C"), (2030.0, "C"))
)
CONDOR = (Leg(SHORT_PUT, -1), Leg(LONG_PUT, 1), Leg(SHORT_CALL, -1), Leg(LONG_CALL, 1))
WHITE_PAPER = {SHORT_PUT: (7.8, 8.8), LONG_PUT: (2.0, 2.75), SHORT_CALL: (4.7, 5.2), LONG_CALL: (0.45, 1.0)}
"""Bid and ask of the near-term chain (`tests/answers/white_paper_2014.py`): mid 10.15, half-spreads 1.40 together."""
VIX_CALL = Contract("VIX", dt.date(2014, 10, 22), 20.0, "C")
LATER_CALL = Contract("VIX", dt.date(2014, 11, 19), 21.0, "C")


class Stall:
    """What `execute` asks of a view: an instant, quotes, and the marks it asks for (kept in `marked`)."""

    def __init__(
        self, quotes: Mapping[Contract, tuple[float, float]], date: dt.date = TRADED, phase: Phase = Phase.CLOSE
    ) -> None:
        self.quotes = quotes
        self.date = date
        self.instant = Instant(date, phase)
        self.marked: list[Contract] = []

    def quote(self, contract: Contract) -> Quote | Missing:
        if contract not in self.quotes:
            return Missing(f"{contract} is not quoted on {self.date}")
        bid, ask = self.quotes[contract]
        return Quote(bid, ask, self.date, "market")

    def mark(self, contract: Contract) -> float:
        self.marked.append(contract)
        return self.quotes[contract][0]


def order(*legs: Leg, kind: str = "open", lots: int = 1, **rest: object) -> Order:
    """Return an order of the layer ``condor``."""
    return Order("condor", "condor@2014-09-22", kind, legs, lots, "because", **rest)  # type: ignore[arg-type]


def plan(*orders: Order, decided: dt.date = DECIDED) -> Plan:
    """Return a plan decided at the close."""
    return Plan(Instant(decided), orders)
