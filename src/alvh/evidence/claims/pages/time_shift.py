"""What Time-Shift saves: rolled condors against the same ones not rolled, and breached strikes a week later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np

from alvh.accounting.statement import CampaignLine, Statement
from alvh.evidence.claims import runs
from alvh.evidence.claims.claim import Claim, Judgement, Material, no_runs
from alvh.evidence.claims.moves import next_moves
from alvh.evidence.claims.pages.drawdowns import HALF_POINT
from alvh.evidence.claims.samples import ratio, ratio_of_spells
from alvh.evidence.claims.verdict import at_least, at_most
from alvh.evidence.run_spec import RunSpec
from alvh.values import Bools, Missing

STRESS_EDR, STRESS_VIX = 0.94, 16.0
"""The filter of the pages (G2, D20): percent of spot, and points."""
ROLLED_SESSIONS = 5
"""A roll to seven days is held for five sessions."""
FIRST, LAST = dt.date(2018, 1, 1), dt.date(2024, 12, 31)
SETUPS = 380


def shifted(statement: Statement) -> dict[str, CampaignLine]:
    """Return the closed condor campaigns that Time-Shift rolled, by name."""
    names = {fill.campaign for fill in statement.fills if fill.kind == "roll" and fill.reason.startswith("Time-Shift")}
    return {line.campaign: line for line in statement.campaigns if line.campaign in names and line.closed is not None}


def recovered(rolled: Mapping[str, CampaignLine], unrolled: Statement) -> list[tuple[CampaignLine, CampaignLine]]:
    """Return rolled campaigns beside the same ones of the run without Time-Shift, where those lost money."""
    others = {line.campaign: line for line in unrolled.campaigns if line.closed is not None}
    pairs = [(line, others[name]) for name, line in rolled.items() if name in others]
    return sorted(
        (pair for pair in pairs if pair[1].pnl_usd < 0.0), key=lambda pair: (pair[0].opened, pair[0].campaign)
    )


def _k13(material: Material) -> tuple[Judgement, ...]:
    label, promise = "share of the loss recovered by rolling", at_least(0.79, HALF_POINT)
    tracks = [material.track(spec) for spec in _needs()]
    for track in tracks:
        if isinstance(track, Missing):
            return (Judgement(label, promise, "share", track),)
    with_, without = (track.statement for track in tracks if not isinstance(track, Missing))
    rolled = shifted(with_)
    pairs = recovered(rolled, without)
    if not pairs:
        return (Judgement(label, promise, "share", Missing("no condor was rolled that lost without its roll")),)
    days = np.array([line.opened for line, _ in pairs], dtype="datetime64[D]")
    lost = np.array([-other.pnl_usd / other.lots for _, other in pairs])
    kept = np.array([line.pnl_usd / line.lots for line, _ in pairs]) + lost
    made_good = np.array([float(line.pnl_usd >= 0.0) for line, _ in pairs])
    n = len(pairs)
    told = (
        f"{len(rolled)} condors were rolled; {n} of them lost without their roll, {lost.mean():,.0f} USD a condor; "
        f"{_all_rolled(rolled, without)}"
    )
    closed = np.array([max(line.closed or line.opened, other.closed or other.opened) for line, other in pairs],
                      dtype="datetime64[D]")  # fmt: skip
    dollars, whole = (
        ratio_of_spells(over, under, days, closed, material, of="rolled condors", modelled_share=with_.modelled_share)
        for over, under in ((kept, lost), (made_good, np.ones(n)))
    )
    return (
        Judgement(label, promise, "share", dollars, beside=told),
        Judgement("share of the losers that came back whole", promise, "share", whole, counts=False),
    )


def _all_rolled(rolled: Mapping[str, CampaignLine], unrolled: Statement) -> str:
    """Return what all rolled condors made, with their roll and without, in words: rolling spares some a gain too."""
    others = {line.campaign: line for line in unrolled.campaigns if line.closed is not None}
    both = [(line, others[name]) for name, line in rolled.items() if name in others]
    with_, without = (float(np.mean([pair[k].pnl_usd / pair[k].lots for pair in both])) for k in (0, 1))
    return f"all {len(both)} that both runs opened made {with_:+,.0f} USD a condor with it, {without:+,.0f} without"


def breached_and_back(material: Material) -> tuple[Bools, Bools, Bools]:
    """Return where a short at one expected range was breached, where the filter stood, and where it came back.

    Each has an entry a session: the close at which the breach is seen. Back means that five sessions later the S&P 500
    closes on the inner side of the breached strike again; a breach too near the end of the data is left out.
    """
    moves, expected, known = next_moves(material)
    closes = material.history.column("SPX")
    sold, n = np.flatnonzero(known & (np.abs(moves) > expected)), len(closes)
    seen = sold + 1
    strikes = closes[sold] * (1.0 + np.sign(moves[sold]) * expected[sold] / 100.0)
    inside = seen + ROLLED_SESSIONS < n
    seen, strikes, upwards = seen[inside], strikes[inside], (moves[sold] > 0.0)[inside]
    later = closes[seen + ROLLED_SESSIONS]
    breached, back = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
    breached[seen] = np.isfinite(later)
    back[seen] = np.where(upwards, later <= strikes, later >= strikes)
    filtered = (material.reading("edr") > STRESS_EDR) | (material.reading("VIX") > STRESS_VIX)
    return breached, filtered, back


def _k14(material: Material) -> tuple[Judgement, ...]:
    breached, filtered, back = breached_and_back(material)
    sessions = material.history.sessions
    window = (sessions >= np.datetime64(FIRST, "D")) & (sessions <= np.datetime64(LAST, "D"))
    covered = sessions[0] <= np.datetime64(FIRST, "D") + 7 and sessions[-1] >= np.datetime64(LAST, "D") - 7
    out = []
    for label, which, promise, counts in (
        ("came back with the filter on", breached & filtered & window, at_least(0.68, HALF_POINT), True),
        ("came back, all setups", breached & window, at_most(0.52, HALF_POINT), False),
        ("came back with the filter off", breached & ~filtered & window, at_most(0.52, HALF_POINT), False),
    ):
        n = int(which.sum())
        found = (
            ratio(
                back[which].astype(np.float64),
                np.ones(n),
                sessions[which],
                material,
                n=n,
                of="setups",
                block=float(ROLLED_SESSIONS),
            )
            if n and covered
            else Missing(f"the data do not hold the setups of {FIRST} to {LAST}")
        )
        out.append(Judgement(label, promise, "share", found, counts, f"{n} setups, the page counts about {SETUPS}"))
    return tuple(out)


def _needs() -> tuple[RunSpec, ...]:
    return runs.stack(), runs.stack_unshifted()


CLAIMS = (
    Claim(
        14, "time-shift-recovers", "K13",
        "Time-Shift recovers 88 % of losses, 79-83 % after spreads.",
        "Condors that Time-Shift rolled, against the same ones in a run without it: of what those lost, at least 79 % "
        "is not lost, after spreads and fees. One-day condors cannot be rolled on closing prices (the next close "
        "settles them), so these are the 45-day condors of the whole method.",
        "Quotes are modelled. Rolls keep to the original risk and ask for a net credit, which the pages do not; few "
        "are feasible, and what a less careful roll would do is not shown. Gates and capital see other books in the "
        "two runs; only condors opened in both are compared.",
        _needs, _k13,
    ),
    Claim(
        15, "time-shift-filter", "K14",
        "Filtered rolls win 68 % against 52 %, about 380 setups, 2018 to 2024.",
        "The page does not say what a setup is. Read as: the S&P 500 closes beyond one expected daily range, so that a "
        "one-day short at it is breached; rolled to seven days it comes right if five sessions later the index closes "
        "inside the breached strike. With the filter on at the breach (expected range above 0.94 % or VIX above "
        "16) at least 68 % do.",
        "Closing prices alone: neither the debit of the roll nor its second breach is counted, so this flatters it.",
        no_runs, _k14,
    ),
)  # fmt: skip
