"""All joint moves of a store: as far back as it goes, and nothing after the date."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adapters.cli_desk import AXIS, fill_store
from alvh.adapters.load import load_history
from alvh.adapters.past_moves import past_moves
from alvh.adapters.store import Store
from alvh.diagnosis.scenarios import joint_moves


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    path: Path = fill_store(tmp_path_factory.mktemp("moves"), chains=False)
    return Store(path)


def test_they_are_those_of_the_whole_history(store: Store) -> None:
    history = load_history(store)
    made = past_moves(store, history.dates[-1])
    assert made.dates == history.dates
    np.testing.assert_array_equal(made.rows, joint_moves(history))
    assert np.isfinite(made.rows).all(axis=1).sum() > 200


def test_they_end_at_the_date(store: Store) -> None:
    date = AXIS[200].item()
    made, whole = past_moves(store, date), past_moves(store, AXIS[-1].item())
    assert made.dates[-1] == date
    np.testing.assert_array_equal(made.rows, whole.rows[: len(made.rows)])
