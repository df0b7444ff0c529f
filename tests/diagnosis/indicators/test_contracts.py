"""Every indicator of every file keeps the contract; a new file is picked up by being there."""

from __future__ import annotations

import pytest

from alvh.diagnosis.diagnose import indicators
from contracts.indicator_contract import IndicatorContract


@pytest.mark.parametrize("name", sorted(indicators()))
class TestEveryIndicator(IndicatorContract):
    """One class for all of them."""
