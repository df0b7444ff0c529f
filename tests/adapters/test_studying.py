"""Runs of an evidence on a pool: made once, kept, and found again under another label."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from adapters.cli_desk import END, START, fill_store
from alvh.adapters import studying
from alvh.adapters.backtesting import Request, backtest
from alvh.adapters.studying import Desk, PathSpec, bench_at, key_of, run_all, shelf_path
from alvh.evidence.run_spec import BASE, RunSpec
from alvh.evidence.with_without import ALL_HEDGES
from alvh.policies.policy import preset
from alvh.policies.variant import without
from alvh.values import Missing

POLICY = preset("442-contracts")
REQUEST = Request(START, END, quotes="modelled")


def quiet(_what: str, _done: int, _total: int) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("studied")
    fill_store(folder / "store", chains=False)
    return Desk(folder / "store", REQUEST, 1)


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    # One cache for the module, so that the second test finds what the first left.
    monkeypatch.setenv("ALVH_CACHE", str(tmp_path_factory.getbasetemp() / "evidence-cache"))


def specs() -> list[RunSpec]:
    less = without(POLICY, "L1")
    assert not isinstance(less, Missing)
    return [RunSpec(BASE, POLICY), RunSpec("off:L1", less), RunSpec("fill:half", POLICY, fill="half")]


def test_a_track_is_the_backtest_and_its_hedges_left_out(desk: Desk) -> None:
    bench = bench_at(desk, [POLICY])
    told: list[tuple[str, int, int]] = []
    ran = run_all(desk, bench, specs(), lambda *said: told.append(said))
    assert set(ran.tracks) == {BASE, "off:L1", "fill:half"}
    assert not ran.failed
    assert [done for _, done, _ in told] == [1, 2, 3]
    own = backtest(bench, POLICY, REQUEST)
    base = ran.tracks[BASE]
    assert np.array_equal(base.statement.equity_usd, own.equity_usd)
    assert set(base.without) == set(base.books) == {"L1", "L2", "L3", ALL_HEDGES} == set(base.hedges)
    assert "L1" not in ran.tracks["off:L1"].statement.layers


def test_the_same_run_under_another_label_is_made_once(desk: Desk) -> None:
    bench = bench_at(desk, [POLICY])
    data = studying.data_hash(bench)
    base, less, same = (key_of(spec, REQUEST, data) for spec in specs())
    assert base == same != less
    ran = run_all(desk, bench, specs(), quiet)
    assert ran.cached == 3
    assert ran.tracks["fill:half"].label == "fill:half"


def test_what_decides_a_run_is_in_its_key(desk: Desk) -> None:
    spec = specs()[0]
    keys = {
        key_of(one, asked, data)
        for one, asked, data in (
            (spec, REQUEST, "d"),
            (spec, REQUEST, "e"),
            (replace(spec, fill="mid"), REQUEST, "d"),
            (replace(spec, draw=0), REQUEST, "d"),
            (replace(spec, nav_usd=25_000.0), REQUEST, "d"),
            (spec, replace(REQUEST, broker="none"), "d"),
            (spec, replace(REQUEST, first=END), "d"),
        )
    }
    assert len(keys) == 7


def test_a_run_that_breaks_is_a_reason_and_stops_no_other(desk: Desk) -> None:
    bench = bench_at(desk, [POLICY])
    futures = preset("alvh-futures")
    asked = replace(desk, request=replace(REQUEST, broker="tastytrade"))
    broken = replace(asked, request=replace(asked.request, fill="nonsense"))
    ran = run_all(broken, bench, [RunSpec("x", futures), RunSpec("ok", POLICY, fill="mid")], quiet)
    assert set(ran.tracks) == {"ok"}
    assert "nonsense" in ran.failed["x"]


def test_a_draw_moves_the_quotes(desk: Desk) -> None:
    bench = bench_at(desk, [POLICY])
    ran = run_all(desk, bench, [RunSpec(BASE, POLICY), RunSpec("draw:1", POLICY, draw=1)], quiet)
    assert not np.array_equal(ran.tracks[BASE].statement.equity_usd, ran.tracks["draw:1"].statement.equity_usd)


def test_old_shelves_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALVH_CACHE", str(tmp_path))
    desk = Desk(tmp_path / "store", REQUEST, 1)
    for k in range(9):
        path = shelf_path(desk, REQUEST, f"data {k}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert len(list(path.parent.glob("*.sqlite"))) <= studying.KEPT_SHELVES
    assert path.exists()


def test_a_path_says_which_year_it_is() -> None:
    assert PathSpec(POLICY, 7, 252).label == "442-contracts, simulated year 7"
