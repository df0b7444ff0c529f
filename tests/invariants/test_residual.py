"""How little the Greeks leave over on generated markets: 5 % of the day's gross Greek P&L on 95 % of days."""

from __future__ import annotations

import numpy as np
import pytest

from alvh.accounting.attribution import GREEKS
from alvh.evidence.account import account
from alvh.evidence.residual import TOLERANCE, residual_stats
from alvh.policies.policy import preset
from invariants.worlds import World
from tiny_market import TinySpec

SPEC = TinySpec(sessions=400, shock_at=(120, 270))


@pytest.mark.parametrize("name", ["condor-only", "442-contracts", "alvh"])
@pytest.mark.parametrize("seed", [7, 21])
def test_the_greeks_explain_nearly_every_day_also_with_two_shocks(name, seed):
    world = World(TinySpec(seed=seed, sessions=400, shock_at=(120, 270)), "")
    statement = account(world.run(policy=preset(name)), {})
    stats = residual_stats(statement.attribution_usd)
    assert stats.days > (250 if name == "alvh" else 350)
    assert stats.share_within >= 0.95
    # The same count again, from the five Greek terms alone.
    terms = statement.attribution_usd.values()
    gross = sum(np.abs(layer[term]) for layer in terms for term in GREEKS)
    residual = np.abs(sum(layer["residual"] for layer in terms))
    active = (gross != 0.0) | (residual != 0.0)
    assert np.mean(residual[active] <= TOLERANCE * gross[active]) == pytest.approx(stats.share_within)


def test_marks_carried_over_holes_leave_no_more_over():
    # VX settlements missing on every seventh session: what was not explained then is explained by the next mark.
    holes = {"vx": tuple(range(20, 380, 7))}
    whole = account(World(SPEC, "").run(policy=preset("alvh")), {})
    holed = account(World(SPEC, "", holes=holes).run(policy=preset("alvh")), {})
    assert holed.stale_leg_marks > 100
    assert whole.stale_leg_marks == 0
    assert residual_stats(holed.attribution_usd).share_within >= 0.95


def test_marks_of_chains_are_explained_as_well():
    # A quarter without a shock: VIX at 36 after 14, and the two days after it, are 5 % of so short a run.
    spec = TinySpec(seed=4, sessions=70, shock_at=())
    statement = account(World(spec, "", chains=(2, 66), start=2).run(policy=preset("condor-only")), {})
    stats = residual_stats(statement.attribution_usd)
    assert statement.quotes == "market"
    assert stats.days > 55
    assert stats.share_within >= 0.95
