"""Every layer a policy can name keeps the contract; a new file is picked up by being there."""

from __future__ import annotations

import pytest

from alvh.policies.policy import kinds
from contracts.layer_contract import LayerContract


@pytest.mark.parametrize("kind", kinds("layer"))
class TestEveryLayer(LayerContract):
    """One class for all of them."""


def test_the_layers_of_this_version_are_there() -> None:
    assert {"condor", "vix_calls"} <= set(kinds("layer"))
