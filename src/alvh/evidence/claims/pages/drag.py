"""What the hedge takes off the account: a week, a month, a year."""

from __future__ import annotations

from alvh.evidence.claims import runs
from alvh.evidence.claims.claim import Claim, Judgement, Material, Unit
from alvh.evidence.claims.pages.drawdowns import DAILY, HALF_POINT, SWING, WHOLE
from alvh.evidence.claims.samples import mean
from alvh.evidence.claims.sides import Sides, sides
from alvh.evidence.claims.verdict import Promise, at_most
from alvh.evidence.measure import SESSIONS_PER_YEAR
from alvh.evidence.run_spec import RunSpec
from alvh.values import Missing

CALM_VIX = 15.0
SESSIONS_A_WEEK, SESSIONS_A_MONTH = 5.0, 21.0
BASIS_POINTS = 1e4
LIMITS = (
    "Quotes are modelled. A drag is a share of the account, so it depends on how many condors the account carries: 2 % "
    "of equity a stack here; no page says how many. The three figures are of three pages and do not agree with each "
    "other: 8 bp a week are 4 % a year, 0.4 % a month 5 %."
)


def drag(
    both: Sides | Missing, material: Material, scale: float, promise: Promise, unit: Unit, label: str, *,
    counts: bool = True,
) -> Judgement:  # fmt: skip
    """Judge the mean loss of the hedge a session, times `scale`, as a share of the account."""
    if isinstance(both, Missing):
        return Judgement(label, promise, unit, both, counts)
    found = mean(-both.hedge_return, both.days, material, scale, both.modelled_share)
    return Judgement(label, promise, unit, found, counts)


def _judge(material: Material) -> tuple[Judgement, ...]:
    swing, daily, whole = (
        sides(material.track(spec)) for spec in (runs.swing_hedged(), runs.daily_hedged(), runs.stack())
    )
    calm, calm_daily = (
        both if isinstance(both, Missing) else both.only(both.vix_before < CALM_VIX) for both in (swing, daily)
    )
    week, weekly = BASIS_POINTS * SESSIONS_A_WEEK, at_most(8.0, 0.5)
    at_calm = f"a week at VIX below {CALM_VIX:g}"
    return (
        drag(calm, material, week, weekly, "bp a week", f"K10: {at_calm}, {SWING}"),
        drag(daily, material, SESSIONS_A_MONTH, at_most(0.012, HALF_POINT / 10), "share", f"K11: a month, {DAILY}"),
        drag(whole, material, SESSIONS_PER_YEAR, at_most(0.034, HALF_POINT / 10), "share", f"K12: a year, {WHOLE}"),
        drag(calm_daily, material, week, weekly, "bp a week", f"{at_calm}, {DAILY}", counts=False),
        drag(swing, material, SESSIONS_PER_YEAR, at_most(0.034, HALF_POINT / 10), "share", f"a year, {SWING}",
             counts=False),
    )  # fmt: skip


def _needs() -> tuple[RunSpec, ...]:
    return runs.swing_hedged(), runs.daily_hedged(), runs.stack()


CLAIMS = (
    Claim(
        13, "drag", "K10-12",
        "The hedge costs 4-8 bp a week, 0.4-1.2 % a month, 1.8-3.4 % a year.",
        "What the hedge loses after costs, over the account at the close before, is at most 8 bp a week on sessions "
        "that began with VIX below 15 (K10 asks about those), 1.2 % a month on one-day Conservative condors (K11) and "
        "3.4 % a year in the whole method (K12). A smaller drag keeps the promise too.",
        LIMITS, _needs, _judge,
    ),
)  # fmt: skip
