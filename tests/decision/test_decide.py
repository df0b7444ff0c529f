"""One plan: layers propose in policy order, rules restrain in policy order, and the past is all they know."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh import day
from alvh.decision.decide import decide
from alvh.decision.layers.condor import Condor
from alvh.diagnosis.diagnose import diagnose
from alvh.execution.execute import Execution
from alvh.market.history import History, build_history
from alvh.market.market_quotes import MarketQuotes
from alvh.market.observe import View
from alvh.market.reconstruct import ModelledQuotes
from alvh.market.smile_inputs import MAX_AGE_SESSIONS
from alvh.policies.policy import Policy, parse_policy, preset
from alvh.values import Plan
from decision.desk import Desk, Values, account
from tiny_market import TinySpec, market_specs

EVERYTHING = """
name = "everything"
[[layers]]
kind = "condor"
entry = "daily"
exit_on = "nearest"
max_lots = 7
[[layers]]
kind = "condor"
name = "mini"
underlying = "XSP"
entry = "monthly"
shorts = "sd"
short = 1.2
[[layers]]
kind = "vix_calls"
name = "L1"
monetise_multiple = 1.5
recycle_to = "L2"
exit_front_level = 40.0
giveback = 0.3
giveback_from = 1.5
[[layers]]
kind = "vix_calls"
name = "L2"
dte_min = 60
dte_max = 130
roll_dte = 40
[[rules]]
kind = "sizing"
[[rules]]
kind = "hedge_budget"
[[rules]]
kind = "whole_contracts"
band = 0.1
"""


class Note:
    """A member that writes its name down."""

    needs = ()
    hedge = False

    def __init__(self, name: str, heard: list[str]) -> None:
        self.name = name
        self.heard = heard

    def propose(self, view, readings, book, draft) -> None:
        self.heard.append(f"{self.name} after {len(draft.skips)}")
        draft.skip(self.name, "proposed nothing")

    restrain = propose


def test_layers_then_rules_each_in_policy_order() -> None:
    heard: list[str] = []
    one, two, three = (Note(name, heard) for name in ("one", "two", "three"))
    two.hedge = True
    plan = decide(Desk(), Values(), account(), (one, two), (three,))
    assert heard == ["one after 0", "two after 1", "three after 2"]
    assert [skip.layer for skip in plan.skips] == ["one", "two", "three"]
    assert plan.decided_at == Desk().instant


def test_a_layer_that_needs_a_reading_answers_unknown_without_it() -> None:
    heard: list[str] = []
    blind, seeing = Note("blind", heard), Note("seeing", heard)
    blind.needs, seeing.needs = ("VIX", "F1", "F2"), ("VIX",)
    plan = decide(Desk(), Values(VIX=15.0), account(), (blind, seeing), ())
    assert heard == ["seeing after 1"]
    assert [(skip.layer, skip.why) for skip in plan.skips] == [
        ("blind", "unknown: no F1, no F2 on 2019-04-08"),
        ("seeing", "proposed nothing"),
    ]


def test_a_condor_is_closed_on_its_date_whatever_is_missing() -> None:
    assert Condor.needs == ()


def plans(history: History, policy: Policy, first: int, *, market: bool = False) -> tuple[Plan, ...]:
    quotes = MarketQuotes(history) if market else ModelledQuotes(history)
    made = day.run(
        history, policy, quotes, first=history.dates[first], last=history.dates[-1], nav_cents=10**9, how=Execution()
    )
    return made.plans


@settings(max_examples=6)
@given(market_specs(min_sessions=90, max_sessions=120), st.sampled_from(["alvh", "everything"]))
def test_the_same_inputs_give_the_same_plans(spec: TinySpec, name: str) -> None:
    policy = parse_policy(EVERYTHING) if name == "everything" else preset(name)
    tables = spec.tables()
    assert plans(build_history(tables), policy, 5) == plans(build_history(tables), policy, 5)


@settings(max_examples=6)
@given(market_specs(min_sessions=110, max_sessions=130), st.integers(40, 100), st.sampled_from(["alvh", "everything"]))
def test_no_decision_moves_when_the_future_is_altered(spec: TinySpec, fork: int, name: str) -> None:
    policy = parse_policy(EVERYTHING) if name == "everything" else preset(name)
    other = TinySpec(**{**spec.__dict__, "fork": (fork, spec.seed + 1)})
    one, two = (build_history(s.tables()) for s in (spec, other))
    before = one.dates[fork]
    kept = [[p for p in plans(h, policy, 5) if p.decided_at.session < before] for h in (one, two)]
    assert kept[0] == kept[1]
    assert kept[0]


@settings(max_examples=4)
@given(st.integers(0, 10**6), st.integers(100, 149), st.sampled_from(["alvh", "everything"]))
def test_tonight_decides_what_the_backtest_decided_for_tonight(seed: int, last: int, name: str) -> None:
    # The same market known to a later day, and known only until tonight: the last plan is the same to the byte.
    policy = parse_policy(EVERYTHING) if name == "everything" else preset(name)
    tables = TinySpec(seed=seed, sessions=150, shock_at=(60, 110), first=dt.date(2018, 1, 3)).tables()
    known = build_history(tables)
    tonight = known.dates[last]
    cut = build_history(tables, last=tonight)
    told = {p.decided_at.session: p for p in plans(known, policy, 5)}
    assert plans(cut, policy, 5)[-1] == told[tonight]


def test_with_chains_no_decision_moves_either() -> None:
    spec = TinySpec(sessions=300)
    fork = TinySpec(sessions=300, fork=(285, 99))
    made = []
    for one in (spec, fork):
        tables = one.tables(with_chains=range(262, 300))
        # Strikes of the tiny chains span the whole market they were made for: only those in both are compared.
        made.append((tables, tables.pop("chains")))
    common = (
        made[0][1]
        .select("quote_date", "root", "expiry", "strike", "right")
        .join(made[1][1], on=["quote_date", "root", "expiry", "strike", "right"], how="semi")
    )
    found = []
    for tables, chains in made:
        shared = chains.join(common, on=["quote_date", "root", "expiry", "strike", "right"], how="semi")
        history = build_history(tables, {"SPX": shared})
        before = history.dates[285]
        found.append(
            [p for p in plans(history, preset("condor-only"), 262, market=True) if p.decided_at.session < before]
        )
    assert found[0] == found[1]
    assert any(p.orders for p in found[0])


@pytest.mark.parametrize("hole", ["SPX", "VIX", "VVIX", "vx"])
def test_a_hole_is_a_reason_and_never_a_number(hole: str) -> None:
    spec = TinySpec(sessions=160)
    i = next(k for k in range(120, 160) if spec.axis()[k].item().weekday() == 0)
    # VVIX and SKEW may be a few sessions old (`alvh.market.smile_inputs`), and then they are missing too.
    since = i - MAX_AGE_SESSIONS if hole == "VVIX" else i
    history = build_history(spec.tables(holes={hole: range(since, i + 1)}))
    policy, quotes = preset("442-contracts"), ModelledQuotes(history)
    view = View(history, quotes, i)
    if hole == "SPX":
        assert day.observe(history, quotes, policy, i) is None
        return
    plan = decide(view, diagnose(view), account(), policy.layers, policy.rules)
    said = {skip.layer for skip in plan.skips}
    if hole == "vx":
        assert {"L1", "L2", "L3"} <= said
        assert [order.layer for order in plan.orders] == ["condor"]
    else:
        # The slope of the SPX smile comes from VVIX, its level from VIX.
        assert "condor" in said
        assert plan.orders == ()
