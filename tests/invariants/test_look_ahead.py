"""No decision moves when the future is altered: other prices, missing prices, or no future at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.day import Run
from alvh.diagnosis.diagnose import Readings, indicators
from alvh.market.history import History
from alvh.market.observe import View
from alvh.policies.policy import preset
from alvh.values import Contract, Fill
from invariants.worlds import World, altered, chain_worlds, examples, history_of, modelled_worlds
from tiny_market import TinySpec


def decided(run: Run, before: dt.date) -> list[str]:
    """Return every plan before a date, written out: orders, skips and notes to the last digit."""
    return [repr(plan) for plan in run.plans if plan.decided_at.session < before]


def happened(run: Run, before: dt.date) -> list[str]:
    """Return every journal entry before a date, and what the run said it skipped (but not that it ended)."""
    journal = [repr(entry) for entry in run.book.journal if entry.session < before]
    return journal + [repr(skip) for skip in run.skips if skip.date < before and "the run ends" not in skip.why]


def worth(run: Run, before: dt.date) -> list[int]:
    """Return the equity at every close before a date, cents."""
    return run.ledger.equity_cents()[: sum(date < before for date in run.dates)].tolist()


def same_past(one: Run, other: Run, cut: dt.date) -> None:
    """Assert that two runs decided, did and were worth the same before a date."""
    assert decided(one, cut) == decided(other, cut)
    assert happened(one, cut) == happened(other, cut)
    assert worth(one, cut) == worth(other, cut)


def with_another_future(world: World, cut: dt.date, seed: int) -> World:
    """Return the world with the future of another market: its own tables until `cut`, another's from there on."""
    return replace(world, spec=replace(world.spec, seed=seed, shock=1.1, vix_mean=30.0))


def check_altered(world: World, at: int, seed: int) -> None:
    """Run a world and its twin with another future, and with none."""
    tables = world.tables()
    cut = world.spec.axis()[at].item()
    one = world.run(history_of(tables, world.spec))
    elsewhere = with_another_future(world, cut, seed).tables()
    other = world.run(history_of(altered(tables, elsewhere, cut), world.spec))
    same_past(one, other, cut)
    # Scheduled events are published long before: they stay.
    cut_off = {name: frame.filter(frame[DAY.get(name, "date")] < cut) for name, frame in tables.items()}
    cut_off["events"] = tables["events"]
    short = history_of(cut_off, replace(world.spec, sessions=at))
    same_past(one, world.run(short), cut)


DAY = {"chains": "quote_date"}
place = st.floats(0.3, 0.95)


@examples(14)
@given(modelled_worlds(), place, st.integers(0, 2**31))
def test_modelled_decisions_do_not_see_the_future(world, share, seed):
    check_altered(world, max(world.start + 2, int(share * world.spec.sessions)), seed)


@examples(6)
@given(chain_worlds(), place, st.integers(0, 2**31))
def test_decisions_on_chains_do_not_see_the_future(world, share, seed):
    check_altered(world, max(world.start + 2, int(share * world.chains[1])), seed)


PRESET = TinySpec(seed=5, sessions=260, shock_at=(90, 180))


@pytest.mark.parametrize("same_close", [False, True])
@pytest.mark.parametrize("at", [91, 150])
def test_a_fork_of_the_shipped_policy_changes_only_what_comes_after(same_close, at):
    world = World(PRESET, "", same_close=same_close)
    policy = preset("alvh")
    fork = replace(world, spec=replace(PRESET, fork=(at, 99)))
    cut = PRESET.axis()[at].item()
    one, other = world.run(policy=policy), fork.run(policy=policy)
    same_past(one, other, cut)
    assert sum(isinstance(entry, Fill) for entry in one.book.journal if entry.session < cut) > 40
    # The fork is one: what comes after is not the same.
    assert decided(one, dt.date.max) != decided(other, dt.date.max)


def test_no_indicator_sees_the_future():
    tables = PRESET.tables()
    at = 200
    cut = PRESET.axis()[at].item()
    elsewhere = replace(PRESET, seed=77, vix_mean=33.0).tables()
    one, other = history_of(tables, PRESET), history_of(altered(tables, elsewhere, cut), PRESET)
    for name, (_, module) in indicators().items():
        before, after = module.prepare(one, name), module.prepare(other, name)
        assert before[:at].tobytes() == after[:at].tobytes(), name


def answers(history: History, world: World, i: int, contracts: tuple[Contract, ...]) -> list[str]:
    """Return, written out, everything a view answers at a session."""
    view = View(history, world.quotes(history), i)
    readings = Readings(view)
    out = [repr(readings[name]) for name in indicators()]
    for underlying in ("SPX", "XSP", "VIX"):
        out.append(repr(view.spot(underlying)))
        for series in view.series(underlying):
            out += [repr(series), repr(view.forward(series)), repr(view.sessions_until(series.expiry))]
            out += [repr(view.strike_at_delta(series, right, 0.2)) for right in ("C", "P")]
            if underlying == "VIX":
                out.append(repr(view.vx_month(series.expiry)))
    out += [repr(view.quote(contract)) + repr(view.mark(contract)) for contract in contracts]
    out += [view.past(name).tobytes().hex() for name in ("SPX", "VIX", "VVIX", "nothing")]
    return out


@pytest.mark.parametrize("chains", [None, (20, 60)])
def test_a_view_answers_the_same_whatever_comes_after(chains):
    spec = TinySpec(seed=3, sessions=80, shock_at=(30,))
    world = World(spec, "", chains=chains)
    tables, i = world.tables(), 45
    cut = spec.axis()[i + 1].item()
    one = history_of(tables, spec)
    traded = tuple(
        Contract(series.root, series.expiry, strike, right)
        for series in View(one, world.quotes(one), i).series("SPX")[:12]
        for strike, right in ((2200.0, "P"), (2250.0, "C"), (2400.0, "C"))
    ) + tuple(
        Contract("VIX", series.expiry, strike, "C")
        for series in View(one, world.quotes(one), i).series("VIX")
        for strike in (12.0, 15.0, 20.0)
    )
    assert len(traded) > 30
    expected = answers(one, world, i, traded)
    elsewhere = replace(world, spec=replace(spec, seed=8, vix_mean=35.0)).tables()
    assert answers(history_of(altered(tables, elsewhere, cut), spec), world, i, traded) == expected
    # Scheduled events are published long before: they stay.
    cut_off = {name: frame.filter(frame[DAY.get(name, "date")] < cut) for name, frame in tables.items()}
    cut_off["events"] = tables["events"]
    assert answers(history_of(cut_off, replace(spec, sessions=i + 1)), world, i, traded) == expected


def test_what_a_view_hands_out_of_the_past_cannot_be_written():
    world = World(PRESET, "")
    history = world.history()
    past = View(history, world.quotes(history), 100).past("VIX")
    assert len(past) == 101
    with pytest.raises(ValueError, match="read-only"):
        past[0] = 1.0


def test_marks_since_a_purchase_end_today():
    world = World(TinySpec(sessions=60), "")
    history = world.history()
    quotes = world.quotes(history)
    series = View(history, quotes, 10).series("VIX")[2]
    contract = Contract("VIX", series.expiry, 15.0, "C")
    view = View(history, quotes, 30)
    marks = view.marks_since(contract, history.dates[12])
    assert len(marks) == 30 - 12 + 1
    assert marks[-1] == view.mark(contract)
    assert np.isfinite(marks).all()
