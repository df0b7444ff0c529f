"""Time-Shift on campaigns and closes made by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from alvh.evidence.claims import runs
from alvh.evidence.claims.claim import Estimate, Judged, Material
from alvh.evidence.claims.pages.time_shift import CLAIMS, breached_and_back
from alvh.evidence.claims.verdict import OPEN, REFUTED, SUPPORTED
from alvh.values import Fill, Missing
from claim_tracks import calendar, campaign, flat_history, history, material, track

DAYS = calendar("2017-12-01", "2025-01-31")
K13, K14 = CLAIMS


def rolled(day: dt.date) -> Fill:
    return Fill(day, "condor", f"condor@{day}", "roll", 10, (), "Time-Shift, put at 0.31 delta: rolled out to x")


def desk(kept_share: float, count: int = 12) -> Material:
    """Return both runs: so many condors, a quarter apart, lose 4,000 without the roll and less of it with it."""
    days = DAYS.astype(object).tolist()[5::63][:count]
    with_ = [campaign("condor", day, -4000.0 * (1.0 - kept_share), day + dt.timedelta(40)) for day in days]
    without = [campaign("condor", day, -4000.0, day + dt.timedelta(30)) for day in days]
    # One condor that nobody rolled, and a rolled one that would have won: neither is a loss recovered.
    other, spared = days[0] + dt.timedelta(7), days[1] + dt.timedelta(7)
    with_ += [campaign("condor", other, -9.0), campaign("condor", spared, -500.0)]
    without += [campaign("condor", other, -9.0), campaign("condor", spared, 700.0)]
    fills = [rolled(day) for day in (*days, spared)]
    flat = {"condor": np.zeros(DAYS.size)}
    return material(
        flat_history(DAYS),
        track(runs.stack(), DAYS, flat, campaigns=with_, fills=fills),
        track(runs.stack_unshifted(), DAYS, flat, campaigns=without),
    )


@pytest.mark.parametrize(("share", "verdict"), [(0.90, SUPPORTED), (0.20, REFUTED)])
def test_the_share_of_the_loss_that_is_kept_decides(share: float, verdict: str) -> None:
    judgements = K13.judge(desk(share))
    found = judgements[0].found
    assert isinstance(found, Estimate)
    assert (found.value, found.n) == (pytest.approx(share), 12)
    assert Judged(K13, judgements).verdict == verdict
    assert judgements[0].beside.startswith(
        "13 condors were rolled; 12 of them lost without their roll, 400 USD a condor"
    )


def test_few_rolls_decide_nothing() -> None:
    judgements = K13.judge(desk(0.9, count=5))
    assert Judged(K13, judgements).verdict == OPEN
    assert "5 are fewer than 8" in judgements[0].ruling.why


def test_without_a_roll_or_a_run_it_is_missing() -> None:
    whole = desk(0.9)
    assert isinstance(K13.judge(Material({}, whole.history))[0].found, Missing)
    assert isinstance(K13.judge(desk(0.9, count=2))[0].found, Estimate)
    unrolled = {"claim:alvh": whole.tracks["claim:alvh-unshifted"], "claim:alvh-unshifted": whole.tracks["claim:alvh"]}
    assert isinstance(K13.judge(Material(unrolled, whole.history))[0].found, Missing)


def closes(back: bool) -> Material:
    """Return an index that jumps 5 % every fortnight, and comes back bit by bit within the week or stays."""
    spx = np.full(DAYS.size, 1000.0)
    level = 1000.0
    for at in range(30, DAYS.size):
        if (at - 30) % 10 == 0:
            level *= 1.05
        elif back and 1 <= (at - 30) % 10 <= 4:
            # -1.2 % a session: within the expected range, which a VIX9D of 30 alone puts at 1.13 %.
            level *= 1.05**-0.25
        spx[at] = level
    return material(history(DAYS, spx, np.full(DAYS.size, 20.0), np.full(DAYS.size, 30.0)))


@pytest.mark.parametrize(("back", "verdict"), [(True, SUPPORTED), (False, REFUTED)])
def test_what_the_index_does_in_five_sessions_decides(back: bool, verdict: str) -> None:
    assert Judged(K14, K14.judge(closes(back))).verdict == verdict


def test_a_breach_is_seen_at_its_close_and_judged_five_sessions_later() -> None:
    here = closes(back=True)
    breached, filtered, back = breached_and_back(here)
    assert breached[30]
    assert not breached[31]
    assert back[30]
    # VIX stands at 20 throughout: the filter is always on.
    assert filtered[30]
    # The last five sessions cannot be judged.
    assert not breached[-5:].any()


def test_a_history_that_begins_later_cannot_tell() -> None:
    days = calendar("2020-01-02", "2024-12-31")
    here = material(history(days, np.full(days.size, 1000.0), np.full(days.size, 20.0), np.full(days.size, 20.0)))
    assert all(isinstance(one.found, Missing) for one in K14.judge(here))
