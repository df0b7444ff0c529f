"""What a VIX call that is bought and left alone loses in calm years."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from alvh.accounting.statement import Statement
from alvh.evidence.claims import runs
from alvh.evidence.claims.claim import Claim, Judgement, Material
from alvh.evidence.claims.pages.drawdowns import HALF_POINT
from alvh.evidence.claims.samples import ratio_of_spells
from alvh.evidence.claims.verdict import between
from alvh.evidence.measure import DAYS_PER_YEAR
from alvh.evidence.run_spec import RunSpec
from alvh.values import Contract, Missing

CALM_VIX = 16.0
"""A year is calm when its VIX closes average less: the level above which the pages call the market stressed."""


class Held(NamedTuple):
    """One contract from its first purchase to its last sale: what a USD in it came to, and the years it was held."""

    opened: np.datetime64
    closed: np.datetime64
    result: float
    years: float


def holdings(statement: Statement, layer: str) -> list[Held]:
    """Return the contracts of a layer that were bought and sold again, in the order of their purchase.

    `result` is proceeds over cost of what was bought, less one, before fees and at the fills.
    """
    bought: dict[Contract, list[tuple[np.datetime64, int, float]]] = {}
    sold: dict[Contract, list[tuple[np.datetime64, int, float]]] = {}
    for fill in statement.fills:
        if fill.layer == layer:
            for leg in fill.legs:
                side = bought if leg.quantity > 0 else sold
                day = np.datetime64(fill.session, "D")
                side.setdefault(leg.contract, []).append((day, abs(leg.quantity), leg.price))
    out = []
    for contract, purchases in bought.items():
        sales = sold.get(contract, [])
        if not sales:
            continue
        cost, proceeds = (
            sum(quantity * price for _, quantity, price in side) / sum(quantity for _, quantity, _ in side)
            for side in (purchases, sales)
        )
        days = int((sales[-1][0] - purchases[0][0]).astype(np.int64))
        if cost > 0.0 and days > 0:
            out.append(Held(purchases[0][0], sales[-1][0], proceeds / cost - 1.0, days / DAYS_PER_YEAR))
    return sorted(out, key=lambda one: one.opened)


def calm_years(material: Material) -> tuple[int, ...]:
    """Return the years whose VIX closes average less than `CALM_VIX`."""
    years = material.history.sessions.astype("datetime64[Y]").astype(np.int64) + 1970
    vix = material.reading("VIX")
    return tuple(
        int(year)
        for year in np.unique(years)
        if np.isfinite(vix[years == year]).any() and float(np.nanmean(vix[years == year])) < CALM_VIX
    )


def _judge(material: Material) -> tuple[Judgement, ...]:
    promise, track = between(0.35, 0.45, HALF_POINT), material.track(runs.static_calls())
    layers = (("L3", "the longest call listed", True), ("L2", "a call of 110 days", False))
    if isinstance(track, Missing):
        return tuple(Judgement(told, promise, "share", track, counts) for _, told, counts in layers)
    calm = calm_years(material)
    out = []
    for layer, told, counts in layers:
        held = holdings(track.statement, layer)
        in_calm = [one for one in held if {_year(one.opened), _year(one.closed)} <= set(calm)]
        label = f"loss a year of the premium in {told}"
        if not in_calm:
            out.append(
                Judgement(label, promise, "share", Missing("no such call was bought and sold in calm years"), counts)
            )
            continue
        lost = np.array([-one.result for one in in_calm])
        years = np.array([one.years for one in in_calm])
        opened, closed = (np.array([getattr(one, end) for one in in_calm]) for end in ("opened", "closed"))
        found = ratio_of_spells(
            lost, years, opened, closed, material, of="calls", modelled_share=track.statement.modelled_share
        )
        beside = f"{lost.mean():.0%} lost over {years.mean() * 12:.1f} months on average; calm years {_listed(calm)}"
        out.append(Judgement(label, promise, "share", found, counts, beside))
    return tuple(out)


def _year(day: np.datetime64) -> int:
    return int(day.astype("datetime64[Y]").astype(np.int64)) + 1970


def _listed(years: tuple[int, ...]) -> str:
    return ", ".join(str(year) for year in years) or "none"


def _needs() -> tuple[RunSpec, ...]:
    return (runs.static_calls(),)


CLAIMS = (
    Claim(
        18, "static-call", "K16",
        "A VIX call that is merely held loses 35-45 % a year in calm years.",
        "A call at half delta, bought at the longest expiry listed and left alone until a week before it ends, in "
        "years whose VIX averages below 16: what it loses for each year held is 35 to 45 % of the premium, the same "
        "premium being put to work again after every call.",
        "VIX call quotes are modelled from VVIX; they were checked against one date of real quotes. Six or so calm "
        "years hold few calls.",
        _needs, _judge,
    ),
)  # fmt: skip
