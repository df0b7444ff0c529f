"""Whatever a policy says that can be said: it runs, on any market, and every day ends in orders or in reasons."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alvh import day
from alvh.execution.execute import Execution
from alvh.execution.fills.spread_fraction import FRACTIONS
from alvh.market.history import build_history
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.policy import PolicyError, parse_policy
from alvh.values import Fill
from tiny_market import TinySpec, market_specs

BASE = """
name = "any"
[[layers]]
kind = "condor"
[[layers]]
kind = "vix_calls"
name = "L1"
[[layers]]
kind = "vix_calls"
name = "L2"
[[rules]]
kind = "sizing"
[[rules]]
kind = "hedge_budget"
[[rules]]
kind = "whole_contracts"
"""

condors = st.fixed_dictionaries(
    {},
    optional={
        "underlying": st.sampled_from(["SPX", "XSP"]),
        "entry": st.sampled_from(["daily", "weekly", "monthly"]),
        "dte_min": st.integers(0, 40),
        "dte_max": st.integers(30, 400),
        "dte_target": st.integers(0, 120),
        "wing_percent": st.floats(0.01, 50.0),
        "wing_points": st.none() | st.floats(0.5, 5000.0),
        "max_width_ratio": st.floats(1.0, 3.0),
        "profit_take": st.none() | st.floats(0.01, 1.0),
        "stop_loss": st.none() | st.floats(0.1, 5.0),
        "exit_dte": st.none() | st.integers(0, 29),
        "exit_on": st.sampled_from(["at_or_below", "nearest"]),
        "min_credit_points": st.floats(0.0, 20.0),
        "max_lots": st.integers(1, 50),
        "vendor_delta": st.booleans(),
    },
)
shorts = st.one_of(
    st.tuples(st.just("delta"), st.floats(0.01, 0.49)),
    st.tuples(st.just("sd"), st.floats(0.1, 6.0)),
    st.tuples(st.just("credit"), st.floats(0.05, 60.0)),
    st.tuples(st.just("width_points"), st.floats(1.0, 9000.0)),
    st.tuples(st.just("width_percent"), st.floats(0.1, 99.0)),
)
calls = st.fixed_dictionaries(
    {},
    optional={
        "contracts": st.floats(0.01, 40.0),
        "dte_min": st.integers(5, 100),
        "dte_max": st.integers(30, 260),
        "choose": st.sampled_from(["nearest", "target", "longest"]),
        "delta": st.floats(0.02, 0.98),
        "roll_dte": st.integers(0, 40),
        "weight": st.floats(0.0, 1.0),
        "monetise_multiple": st.none() | st.floats(1.01, 4.0),
        "monetise_share": st.floats(0.01, 1.0),
        "recycle_share": st.floats(0.0, 1.0),
        "exit_front_level": st.none() | st.floats(10.0, 60.0),
        "giveback": st.none() | st.floats(0.05, 0.9),
        "giveback_from": st.floats(1.0, 3.0),
    },
)


@settings(max_examples=25)
@given(
    market_specs(min_sessions=60, max_sessions=90),
    condors,
    shorts,
    calls,
    calls,
    st.booleans(),
    st.floats(0.0, 0.9),
    st.sampled_from(list(FRACTIONS)),
    st.sampled_from([20_000.0, 300_000.0, 5_000_000.0]),
    st.booleans(),
)
def test_it_runs_and_says_what_it_did(
    spec: TinySpec,
    condor: dict[str, Any],
    short: tuple[str, float],
    one: dict[str, Any],
    two: dict[str, Any],
    recycles: bool,
    band: float,
    fill: str,
    nav: float,
    same_close: bool,
) -> None:
    said = {f"condor.{key}": value for key, value in condor.items()}
    said |= {"condor.shorts": short[0], "condor.short": short[1], "whole_contracts.band": band}
    said |= {f"L1.{key}": value for key, value in one.items()} | {f"L2.{key}": value for key, value in two.items()}
    if recycles and one.get("monetise_multiple") is not None:
        said["L1.recycle_to"] = "L2"
    try:
        policy = parse_policy(BASE, said)
    except PolicyError:
        # What cannot be was said: `tests/policies/test_policy.py` looks at the words.
        return
    history = build_history(spec.tables(holes={"VIX": [20], "vx": [30, 31], "SPX": [40]}))
    made = day.run(
        history,
        policy,
        ModelledQuotes(history),
        first=history.dates[3],
        last=history.dates[-1],
        nav_cents=round(nav * 100.0),
        how=Execution(fill, same_close),
    )
    assert len(made.plans) + sum(skip.layer == "market" for skip in made.skips) == len(made.dates)
    for plan in made.plans:
        for order in plan.orders:
            assert order.lots >= 1
            assert 1 <= len(order.legs) <= 4
            assert all(leg.ratio for leg in order.legs)
    names = {"condor", "L1", "L2"}
    assert {entry.layer for entry in made.book.journal if isinstance(entry, Fill)} <= names
    assert {skip.layer for skip in made.skips} <= names | {"market"}
    for layer in ("L1", "L2"):
        for campaign in made.book.campaigns(layer):
            assert len(campaign.positions) <= 1
            assert all(position.quantity > 0 for position in campaign.positions.values())
