"""What share of one-day condors win, by tier, with the break-even that tells whether it is enough."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence

import numpy as np

from alvh.accounting.statement import CampaignLine
from alvh.evidence.claims import runs
from alvh.evidence.claims.claim import Claim, Judgement, Material
from alvh.evidence.claims.moves import ALL_WEEKDAYS, next_moves
from alvh.evidence.claims.samples import across, ratio, window
from alvh.evidence.claims.verdict import Promise, at_least
from alvh.evidence.measure import day_of
from alvh.evidence.run_spec import RunSpec
from alvh.values import Dates, Fill, Missing

WIDTH_USD = 100.0 * runs.WIDTH_POINTS
COSTS = ("half", "mid", "cross")
"""Fills: the one that counts, and both ends of the scale."""
SPAN_K1 = dt.date(2015, 1, 1), dt.date(2025, 12, 31)
PAGE_DISTANCE = 1.6
"""Expected daily ranges at which the pages sell the Conservative shorts, the near end of 1.6 to 1.9 (D46)."""
ABOUT = 0.02
"""What "about" leaves open below a figure: two points."""
LIMITS = (
    "One-day quotes are modelled from VIX9D and the smile of longer options throughout; the chains in public hands are "
    "a few dozen days. Before 2022 SPX did not expire every day (Fridays, from February 2016 Wednesdays, from August "
    "2016 Mondays), so those years hold fewer trades; 11 May 2022 and after is shown apart. The expected daily range "
    "begins with VIX9D in 2011. Entered and filled at the close."
)
Span = tuple[dt.date | None, dt.date | None]
EVER: Span = (None, None)
SINCE_DAILY: Span = (ALL_WEEKDAYS, None)


def win_rate(
    material: Material, spec: RunSpec, layers: Collection[str], span: Span, promise: Promise, label: str, *,
    counts: bool = True,
) -> Judgement:  # fmt: skip
    """Return the share of closed campaigns that made money after costs, judged against a promise.

    Parameters
    ----------
    material : Material
    spec : RunSpec
    layers : collection of str
        Taken together.
    span : (first, last)
        Of their openings; None for an open end.
    promise : Promise
    label : str
    counts : bool
    """
    track = material.track(spec)
    if isinstance(track, Missing):
        return Judgement(label, promise, "share", track, counts)
    statement = track.statement
    inside = window(statement.sessions, *span)
    if isinstance(inside, Missing):
        return Judgement(label, promise, "share", inside, counts)
    days = statement.sessions[inside]
    lines = closed_trades(statement.campaigns, layers, days)
    if not lines:
        return Judgement(label, promise, "share", Missing(f"no {label} was opened and closed"), counts)
    by_day: dict[dt.date, list[float]] = defaultdict(list)
    for line in lines:
        by_day[line.opened].append(float(line.pnl_usd > 0.0))
    opened = sorted(by_day)
    found = ratio(
        np.array([sum(by_day[day]) for day in opened]),
        np.array([float(len(by_day[day])) for day in opened]),
        np.array(opened, dtype="datetime64[D]"),
        material,
        n=len(lines),
        of="trades",
        modelled_share=statement.modelled_share,
    )
    told = f"{break_even(lines)}; {distance(statement.fills, layers, (day_of(days, 0), day_of(days, -1)), material)}"
    return Judgement(label, promise, "share", found, counts, told)


def break_even(lines: Sequence[CampaignLine]) -> str:
    """Return the win rates at which these trades would have made nothing, and what they made, in words.

    At full losses: 1 - credit / width (0.70 on five points: 86 %; the credit is what was received, after slippage). At
    ours: average loss / (average win + average loss), both a condor and after costs.
    """
    each = np.array([line.pnl_usd / line.lots for line in lines])
    credit = float(np.mean([line.credit_usd / line.lots for line in lines]))
    won, lost = each[each > 0.0], -each[each <= 0.0]
    told = f"break-even {1.0 - credit / WIDTH_USD:.1%} at full losses"
    if won.size and lost.size:
        told += f", {lost.mean() / (won.mean() + lost.mean()):.1%} at ours"
    return f"{told}; {each.mean():+.0f} USD a condor"


def distance(fills: Sequence[Fill], layers: Collection[str], span: tuple[dt.date, dt.date], material: Material) -> str:
    """Return how far from the close the shorts were sold, in expected daily ranges on average, in words."""
    history = material.history
    closes, expected = history.column("SPX"), material.reading("edr")
    at = {day: i for i, day in enumerate(history.dates)}
    found = []
    for fill in fills:
        if fill.kind == "open" and fill.layer in layers and span[0] <= fill.session <= span[1]:
            i = at.get(fill.session)
            if i is not None and expected[i] > 0.0:
                shorts = [leg.contract.strike for leg in fill.legs if leg.quantity < 0]
                found += [100.0 * abs(strike / closes[i] - 1.0) / expected[i] for strike in shorts]
    return f"shorts {np.mean(found):.2f} expected ranges out" if found else "shorts at an unknown distance"


def over_draws(material: Material, promise: Promise, label: str) -> Judgement:
    """Return the range of the Conservative win rate over draws of the model's error; it does not count."""
    values: list[float] = []
    days: Dates | None = None
    share = 0.0
    for spec in (runs.tiers("half"), *_draws()):
        track = material.track(spec)
        if isinstance(track, Missing):
            return Judgement(label, promise, "share", track, counts=False)
        inside = window(track.statement.sessions, *SPAN_K1)
        if isinstance(inside, Missing):
            return Judgement(label, promise, "share", inside, counts=False)
        chosen = track.statement.sessions[inside]
        lines = closed_trades(track.statement.campaigns, ("conservative",), chosen)
        values.append(float(np.mean([line.pnl_usd > 0.0 for line in lines])) if lines else float("nan"))
        days, share = (chosen, track.statement.modelled_share) if days is None else (days, share)
    if days is None:
        return Judgement(label, promise, "share", Missing("no draw was asked for"), counts=False)
    return Judgement(label, promise, "share", across(values, days, "sessions", share), counts=False)


def closed_trades(campaigns: Sequence[CampaignLine], layers: Collection[str], days: Dates) -> list[CampaignLine]:
    """Return the campaigns of some layers that were opened on or between the first and last of `days` and closed."""
    first, last = day_of(days, 0), day_of(days, -1)
    return [
        line for line in campaigns
        if line.layer in layers and line.closed is not None and first <= line.opened <= last
    ]  # fmt: skip


def _worthless(material: Material, label: str, promise: Promise) -> Judgement:
    """Return the share of sessions of K1's window that end within the page's own distance, whatever that brings."""
    moves, expected, known = next_moves(material)
    sessions = material.history.sessions
    which = known & (sessions >= np.datetime64(SPAN_K1[0], "D")) & (sessions <= np.datetime64(SPAN_K1[1], "D"))
    days = sessions[which]
    if isinstance(missing := window(sessions, *SPAN_K1), Missing) or not days.size:
        why = missing if isinstance(missing, Missing) else Missing("no session has an expected daily range")
        return Judgement(label, promise, "share", why, counts=False)
    inside = (np.abs(moves) <= PAGE_DISTANCE * expected)[which].astype(np.float64)
    found = ratio(inside, np.ones(days.size), days, material, n=days.size, of="sessions")
    return Judgement(label, promise, "share", found, counts=False, beside="closing prices alone")


def _k1(material: Material) -> tuple[Judgement, ...]:
    span, promise = SPAN_K1, at_least(0.90, ABOUT)
    only = ("conservative",)
    return (
        win_rate(material, runs.tiers("half"), only, span, promise, "Conservative, 2015 to 2025"),
        win_rate(
            material,
            runs.tiers("half"),
            only,
            SINCE_DAILY,
            promise,
            "Conservative, since SPX expires daily",
            counts=False,
        ),
        win_rate(
            material, runs.tiers("mid"), only, span, promise, "Conservative, 2015 to 2025, filled at mid", counts=False
        ),
        win_rate(
            material,
            runs.tiers("cross"),
            only,
            span,
            promise,
            "Conservative, 2015 to 2025, crossing the spread",
            counts=False,
        ),
        over_draws(material, promise, "Conservative, 2015 to 2025, over draws of the model's error"),
        win_rate(
            material, runs.gauge(), only, span, promise, "1.75 expected ranges out, whatever they bring", counts=False
        ),
        _worthless(
            material, f"both shorts worthless {PAGE_DISTANCE} expected ranges out, whatever they bring", promise
        ),
    )


def _g2(material: Material) -> tuple[Judgement, ...]:
    promised = dict(zip(runs.TIERS, (0.90, 0.85, 0.80), strict=True))
    readings = (
        ("half", "all years", EVER, True),
        ("half", "since SPX expires daily", SINCE_DAILY, False),
        ("mid", "all years, filled at mid", EVER, False),
        ("cross", "all years, crossing the spread", EVER, False),
    )
    return tuple(
        win_rate(
            material, runs.tiers(fill), (tier,), span, at_least(figure, 0.005), f"{tier.title()}, {when}", counts=counts
        )
        for fill, when, span, counts in readings
        for tier, figure in promised.items()
    )


def _k2(material: Material) -> tuple[Judgement, ...]:
    promise, only = at_least(0.91, 0.005), ("conservative",)
    return (
        win_rate(material, runs.gated(), only, EVER, promise, "Conservative under the VIX gates"),
        win_rate(material, runs.gated(), only, SINCE_DAILY, promise,
                 "Conservative under the VIX gates, since SPX expires daily", counts=False),
    )  # fmt: skip


def _k15(material: Material) -> tuple[Judgement, ...]:
    span, promise, told = (dt.date(2018, 1, 1), dt.date(2024, 12, 31)), at_least(0.78, 0.005), "2018 to 2024"
    readings = (
        ("half", runs.TIERS, f"all three tiers, {told}"),
        *(("half", (tier,), f"{tier.title()}, {told}") for tier in runs.TIERS),
        ("mid", runs.TIERS, f"all three tiers, {told}, filled at mid"),
        ("cross", runs.TIERS, f"all three tiers, {told}, crossing the spread"),
    )
    return tuple(
        win_rate(material, runs.tiers(fill), layers, span, promise, label, counts=at == 0)
        for at, (fill, layers, label) in enumerate(readings)
    )


def _draws() -> tuple[RunSpec, ...]:
    return tuple(runs.conservative(draw) for draw in range(runs.WIN_DRAWS))


def _all_of_k1() -> tuple[RunSpec, ...]:
    return *_tiers(), runs.gauge(), *_draws()


def _tiers() -> tuple[RunSpec, ...]:
    return tuple(runs.tiers(fill) for fill in COSTS)


def _gated() -> tuple[RunSpec, ...]:
    return (runs.gated(),)


_HELD = "Ten five-wide condors a tier on each session with an expiry on the next one, at the tier's credit, held to it"
CLAIMS = (
    Claim(
        1, "win-rate-conservative", "K1",
        "One-day condors sold for $0.70 without stops win about 90 %, 2015 to 2025.",
        f"{_HELD}: the share that made money after costs is at least 88 % (about 90). No gates; half of the spread is "
        "paid, and the ends of the cost scale stand beside it.",
        LIMITS, _all_of_k1, _k1,
    ),
    Claim(
        2, "win-odds-by-credit", "G2",
        "Win odds 90-95 / 85-90 / 80-85 % at credits .55-.95 / .75-1.30 / 1.30-2.85.",
        f"{_HELD}: at 0.70, 1.15 and 1.60, which lie in those ranges, at least 90, 85 and 80 % make money after costs.",
        LIMITS, _tiers, _g2,
    ),
    Claim(
        3, "win-rate-vix-scaling", "K2",
        "Conservative one-day condors win 91 % under VIX scaling.",
        f"{_HELD}, entered only where the gates allow it (VIX at most 20): at least 91 % make money after costs.",
        LIMITS, _gated, _k2,
    ),
    Claim(
        16, "win-rate-fixed-risk", "K15",
        "The three fixed-risk tiers win 78-86 %, 2018 to 2024.",
        f"{_HELD}: of all three tiers taken together at least 78 % make money after costs.",
        LIMITS, _tiers, _k15,
    ),
)  # fmt: skip
