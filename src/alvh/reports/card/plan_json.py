"""A plan as JSON: the same bytes for the same decision, whether a backtest or this evening made it."""

from __future__ import annotations

import math
from typing import Any

from alvh.values import Contract, Order, Plan, Remark


def plan_dict(plan: Plan) -> dict[str, Any]:
    """Return a plan as plain values: dates as text, NaN as null, everything that was decided and said."""
    return {
        "decided_at": plan.decided_at.session.isoformat(),
        "phase": plan.decided_at.phase.name.lower(),
        "orders": [order_dict(order) for order in plan.orders],
        "refused": [order_dict(order) for order in plan.refused],
        "skips": [{"date": s.date.isoformat(), "layer": s.layer, "why": s.why} for s in plan.skips],
        "notes": {name: finite(value) for name, value in sorted(plan.notes.items())},
        "remarks": [remark_dict(remark) for remark in plan.remarks],
    }


def order_dict(order: Order) -> dict[str, Any]:
    """Return an order as plain values."""
    return {
        "layer": order.layer,
        "campaign": order.campaign,
        "kind": order.kind,
        "lots": order.lots,
        "legs": [{**contract_dict(leg.contract), "ratio": leg.ratio} for leg in order.legs],
        "reason": order.reason,
        "max_loss_usd_per_lot": finite(order.max_loss_usd_per_lot),
        "premium_usd_per_lot": finite(order.premium_usd_per_lot),
        "refill_from": None if order.refill_from is None else order.refill_from.isoformat(),
        "group": order.group,
        "limit_usd": order.limit_usd,
        "same_close": order.same_close,
    }


def contract_dict(contract: Contract) -> dict[str, Any]:
    """Return a contract as plain values."""
    root, expiry, strike, right = contract
    return {"root": root, "expiry": expiry.isoformat(), "strike": strike, "right": right}


def remark_dict(remark: Remark) -> dict[str, Any]:
    """Return what a rule said: the sentence, and its numbers beside it."""
    return {
        "source": remark.source,
        "about": remark.about,
        "said": str(remark),
        "numbers": {name: finite(value) for name, value in remark.numbers.items()},
        "rejected": remark.rejected,
    }


def finite(value: float) -> float | None:
    """Return a number as JSON can say it: null for NaN and infinities."""
    return value if math.isfinite(value) else None
