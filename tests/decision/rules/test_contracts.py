"""Every rule a policy can name keeps the contract; a new file is picked up by being there."""

from __future__ import annotations

import pytest

from alvh.policies.policy import kinds
from contracts.rule_contract import RuleContract


@pytest.mark.parametrize("kind", kinds("rule"))
class TestEveryRule(RuleContract):
    """One class for all of them."""


def test_the_rules_of_this_version_are_there() -> None:
    assert {"sizing", "hedge_budget", "whole_contracts"} <= set(kinds("rule"))
