"""How many sessions the Premium Gauge would skip, and whether they were losers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from alvh.evidence.claims import runs
from alvh.evidence.claims.claim import Claim, Judgement, Material
from alvh.evidence.claims.pages.drawdowns import HALF_POINT
from alvh.evidence.claims.samples import ratio
from alvh.evidence.claims.verdict import at_least, between
from alvh.evidence.run_spec import RunSpec
from alvh.values import Fill, Missing

GAUGE_POINTS = 0.30
"""Below it a five-wide condor is skipped (B4)."""


def mid_credit_points(fill: Fill) -> float:
    """Return the credit of one lot of an opening fill at mid, points."""
    return -sum(leg.quantity * leg.mid for leg in fill.legs) / fill.lots


def _judge(material: Material) -> tuple[Judgement, ...]:
    often, losers = between(0.10, 0.15, HALF_POINT), at_least(0.50)
    labels = "share of sessions skipped", "share of the skipped that lost"
    track = material.track(runs.gauge())
    if isinstance(track, Missing):
        return tuple(Judgement(one, p, "share", track) for one, p in zip(labels, (often, losers), strict=True))
    statement = track.statement
    brought = {fill.campaign: mid_credit_points(fill) for fill in statement.fills if fill.kind == "open"}
    closed = [line for line in statement.campaigns if line.closed is not None and line.campaign in brought]
    if not closed:
        missing = Missing("no condor was opened and closed")
        return tuple(Judgement(one, p, "share", missing) for one, p in zip(labels, (often, losers), strict=True))
    skipped = np.array([brought[line.campaign] < GAUGE_POINTS for line in closed])
    lost = np.array([line.pnl_usd < 0.0 for line in closed])
    days = np.array([line.opened for line in closed], dtype="datetime64[D]")
    share = statement.modelled_share
    told = f"of the others {_rate(lost[~skipped])} lost"
    n = int(skipped.sum())
    rate = ratio(skipped.astype(np.float64), np.ones(len(closed)), days, material, n=len(closed), of="sessions",
                 modelled_share=share)  # fmt: skip
    bad = ratio((lost & skipped).astype(np.float64), skipped.astype(np.float64), days, material, n=n,
                of="skipped sessions", modelled_share=share)  # fmt: skip
    return (
        Judgement(labels[0], often, "share", rate),
        Judgement(labels[1], losers, "share", bad, beside=told),
    )


def _rate(flags: Sequence[bool] | np.typing.NDArray[np.bool_]) -> str:
    return f"{float(np.mean(flags)):.1%}" if len(flags) else "none"


def _needs() -> tuple[RunSpec, ...]:
    return (runs.gauge(),)


CLAIMS = (
    Claim(
        17, "premium-gauge", "B4",
        "The Premium Gauge skips 10-15 % of sessions, and those are mostly losers.",
        "The page's only rule is to skip a five-wide condor that brings less than $0.30. Read on shorts 1.75 expected "
        "daily ranges out, where the search for the Conservative credit begins, before it begins: 10 to 15 % of the "
        "sessions with a one-day expiry bring less at mid, and at least half of those condors lose money.",
        "One-day quotes are modelled, and the share of small credits is the model's smile far from the money: the "
        "least certain part of it. Before 2022 only some weekdays had a one-day expiry.",
        _needs, _judge,
    ),
)  # fmt: skip
