"""What the tests of gates share: a draft with one condor to open, and what was said and refused."""

from __future__ import annotations

import datetime as dt

import numpy as np

from alvh.decision.draft import Draft
from alvh.values import Contract, Leg, Order
from decision.desk import MONDAY, Desk, account

EXPIRY = MONDAY + dt.timedelta(45)


def legs(expiry: dt.date = EXPIRY, root: str = "SPXW", scale: float = 1.0) -> tuple[Leg, ...]:
    """Return 2650/2700/2900/2950, times a scale."""
    sides = ((2700.0, "P", -1), (2650.0, "P", 1), (2900.0, "C", -1), (2950.0, "C", 1))
    return tuple(Leg(Contract(root, expiry, scale * strike, right), n) for strike, right, n in sides)


def entry(layer: str = "condor", *, expiry: dt.date = EXPIRY, lots: int = 9, credit_usd: float = 600.0) -> Order:
    return Order(layer, f"{layer}@x", "open", legs(expiry), lots, "entry", 4_400.0, credit_usd)


def draft_of(*orders: Order, desk: Desk | None = None, hedges: tuple[str, ...] = ()) -> Draft:
    names = tuple(dict.fromkeys(order.layer for order in orders)) or ("condor",)
    return Draft(desk or Desk(), condors=names, hedges=hedges, orders=list(orders))


def judge(rule, readings, draft: Draft, book=None) -> list[str]:
    """Let a rule restrain a draft; return its sentences, written out."""
    rule.restrain(draft.view, readings, book or account(), draft)
    assert draft.remarks, "a rule says a sentence each day it judges"
    return [str(remark) for remark in draft.remarks]


class Line:
    """A history of so many sessions that only derives."""

    def __init__(self, sessions: int) -> None:
        self.sessions = sessions

    def __len__(self) -> int:
        return self.sessions

    def derive(self, key, compute):
        return np.asarray(compute(self), dtype=float)
