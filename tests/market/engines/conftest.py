"""Two histories to simulate from: one generated here, one of the real S&P 500 complex where it is at hand."""

from __future__ import annotations

import pytest

from alvh.adapters.load import load_history
from alvh.adapters.sources.importing import import_paths
from alvh.adapters.store import Store
from alvh.market.history import History, build_history
from tiny_market import tiny_market

SESSIONS = 900
TABLES = ("vol_indices", "vx_futures", "underlyings", "rates")


@pytest.fixture(scope="session")
def tiny() -> History:
    """Return three and a half generated years with two crashes."""
    return build_history(tiny_market(sessions=SESSIONS, shock_at=(270, 600)))


@pytest.fixture(scope="session")
def real(shared, tmp_path_factory) -> History:
    """Return everything that was observed from 2005 on."""
    store = Store(tmp_path_factory.mktemp("engines"))
    import_paths(store, "canonical", [shared / "data" / "real" / f"{name}.parquet" for name in TABLES])
    return load_history(store)
