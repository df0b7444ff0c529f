"""What is put together, from what it is put together."""

from __future__ import annotations

import numpy as np
import pytest

from alvh.evidence.dossier import DRAWS, QUICK_DRAWS, dossier, doubt
from alvh.evidence.measure import cagr
from alvh.evidence.study import FILLS
from evidence.tracks import made

STUDY, TRACKS = made()
QUICK, QUICK_TRACKS = made(quick=True)


def test_doubts_are_of_one_side_each() -> None:
    own, bare = doubt(TRACKS, ""), doubt(TRACKS, "bare-")
    assert own.statement.policy == "alvh"
    assert bare.statement.policy == "alvh bare"
    assert own.band is not None
    assert own.band.draws == 16
    growth = [
        cagr(t.statement.equity_usd, t.statement.nav_start_usd, t.statement.sessions)
        for label, t in TRACKS.items()
        if label.startswith("draw:")
    ]
    assert own.band.cagr == pytest.approx((min(growth), max(growth)))
    assert tuple(own.fills) == FILLS
    assert not bare.statement.hedge_layers


def test_quick_draws_fewer_and_says_so() -> None:
    told: list[str] = []
    made_ = dossier(
        QUICK,
        QUICK_TRACKS,
        np.array([]),
        claims=(),
        checks=(),
        failed={},
        ruin={},
        tell=lambda what, _done, _total: told.append(what),
    )
    assert made_.quick
    assert made_.draws == QUICK_DRAWS < DRAWS
    assert made_.ablation.resampling["off"].draws == QUICK_DRAWS
    assert len(told) == 3
    assert set(made_.doubts) == set(made_.taxed) == {"alvh", "alvh bare"}
    assert not made_.sizes
