"""The joint past of a store: as far back as it goes, and nothing after the date."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adapters.cli_desk import AXIS, fill_store
from alvh.adapters.joint_past import joint_past
from alvh.adapters.load import load_history
from alvh.adapters.store import Store
from alvh.diagnosis.scenarios import joint_moves


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    path: Path = fill_store(tmp_path_factory.mktemp("moves"), chains=False)
    return Store(path)


def test_it_moves_as_the_whole_history_does(store: Store) -> None:
    history = load_history(store)
    made = joint_past(store, history.dates[-1])
    assert made.dates == history.dates
    np.testing.assert_array_equal(joint_moves(made), joint_moves(history))
    assert np.isfinite(joint_moves(made)).all(axis=1).sum() > 200
    for name in ("VIX", "VIX3M", "VIX6M", "VVIX", "SKEW", "SPX.open"):
        np.testing.assert_array_equal(made.column(name), history.column(name))


def test_it_ends_at_the_date(store: Store) -> None:
    date = AXIS[200].item()
    made, whole = joint_past(store, date), joint_past(store, AXIS[-1].item())
    assert made.dates[-1] == date
    np.testing.assert_array_equal(joint_moves(made), joint_moves(whole)[: len(made)])
