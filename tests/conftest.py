"""What every test may lean on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "alvh", deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("soak", parent=settings.get_profile("alvh"), max_examples=2000)
settings.load_profile("soak" if os.environ.get("ALVH_SOAK") else "alvh")


def shared_folder() -> Path | None:
    """Return the shared market data, or None: `ALVH_SHARED`, else the folder ``shared`` beside the repository."""
    named = os.environ.get("ALVH_SHARED")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared"
    return folder if (folder / "data").is_dir() else None


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of shared market data; tests that need it skip with a reason where it is absent."""
    folder = shared_folder()
    if folder is None:
        pytest.skip("the shared market data is not here: set ALVH_SHARED to its folder")
    return folder
