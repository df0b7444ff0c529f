"""What the hedge takes off the account: a week, a month, a year."""

from __future__ import annotations

from alvh.evidence.claims import runs
from alvh.evidence.claims.claim import Claim, Judgement, Material
from alvh.evidence.claims.pages.drawdowns import DAILY, HALF_POINT, SWING, WHOLE, cost_judgement
from alvh.evidence.claims.sides import sides
from alvh.evidence.claims.verdict import at_most
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


def _judge(material: Material) -> tuple[Judgement, ...]:
    swing, daily, whole = (
        sides(material.track(spec)) for spec in (runs.swing_hedged(), runs.daily_hedged(), runs.stack())
    )
    calm, calm_daily = (
        both if isinstance(both, Missing) else both.only(both.vix_before < CALM_VIX) for both in (swing, daily)
    )
    week, weekly = BASIS_POINTS * SESSIONS_A_WEEK, at_most(8.0, 0.5)
    at_calm = f"a week at VIX below {CALM_VIX:g}"
    monthly, yearly = at_most(0.012, HALF_POINT / 10), at_most(0.034, HALF_POINT / 10)
    return (
        cost_judgement(calm, material, weekly, f"K10: {at_calm}, {SWING}", scale=week, unit="bp a week"),
        cost_judgement(daily, material, monthly, f"K11: a month, {DAILY}", scale=SESSIONS_A_MONTH),
        cost_judgement(whole, material, yearly, f"K12: a year, {WHOLE}"),
        cost_judgement(calm_daily, material, weekly, f"{at_calm}, {DAILY}", counts=False, scale=week, unit="bp a week"),
        cost_judgement(swing, material, yearly, f"a year, {SWING}", counts=False),
    )


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
