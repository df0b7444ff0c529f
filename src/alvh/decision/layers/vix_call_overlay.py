"""VIX calls bought beside a holding for a share of equity that the level of the VIX futures decides, once a month.

With its defaults the calls of Cboe's VIX Tail Hedge index (`methodology.md`, section 5): on the session on which the
old ones settle, one-month calls nearest 0.30 delta, for 1 % of equity while their future stands above 15 and up to 30,
half a per cent up to 50, none outside. Several tenors make a ladder.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias

from pydantic import Field, model_validator

from alvh import conventions
from alvh.decision.draft import Draft, Params
from alvh.decision.layers.vix_calls import choose
from alvh.diagnosis.diagnose import Readings
from alvh.market.observe import View
from alvh.values import Campaign, Contract, Holdings, Leg, Missing, Order, Quote

Rebuy: TypeAlias = Literal["vix_expiry", "vix_expiry_eve", "monthly"]


class VixCallOverlayParams(Params):
    """Parameters of the layer (`methodology.md`, section 5; the defaults are those of the index).

    Attributes
    ----------
    tenors_days : list of int
        Calendar days to expiry of each call of the ladder; the monthly nearest to it is bought. What is spent is
        divided equally among them.
    delta : float
        Black delta to the VX future of its expiry, at the strike's own volatility.
    levels : list of float
        Levels of the VX future of the first tenor at which the share changes, points, ascending. A level belongs to the
        share below it.
    shares : list of float
        Shares of equity spent, one more than there are levels: up to the first level, up to the second ... and above
        the last.
    rebuy : {"vix_expiry", "vix_expiry_eve", "monthly"}
        Bought on the session on which the monthly VIX options settle, at the close before, or on the first session of a
        month.
    leave : {"settlement", "sale"}
        Whether what is held waits for its settlement, or all of it is sold when the next is bought.
    """

    tenors_days: list[int] = Field(default_factory=lambda: [30], min_length=1, max_length=4)
    delta: float = Field(0.30, gt=0.0, lt=1.0)
    levels: list[float] = Field(default_factory=lambda: [15.0, 30.0, 50.0])
    shares: list[float] = Field(default_factory=lambda: [0.0, 0.01, 0.005, 0.0])
    rebuy: Rebuy = "vix_expiry"
    leave: Literal["settlement", "sale"] = "settlement"

    @model_validator(mode="after")
    def _possible(self) -> VixCallOverlayParams:
        if sorted(set(self.levels)) != self.levels:
            raise ValueError(f"levels = {self.levels} do not ascend")
        if len(self.shares) != len(self.levels) + 1:
            raise ValueError(f"{len(self.levels)} levels need {len(self.levels) + 1} shares, not {len(self.shares)}")
        if not all(0.0 <= share <= 1.0 for share in self.shares):
            raise ValueError(f"shares = {self.shares} are not all between 0 and 1")
        if any(days < 1 for days in self.tenors_days):
            raise ValueError(f"tenors_days = {self.tenors_days}: a call has a day left at least")
        return self


class VixCallOverlay:
    """Buys VIX calls for a share of equity once a month."""

    hedge: ClassVar[bool] = False
    overlay: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = ()
    underlying: ClassVar[str] = "VIX"
    Params = VixCallOverlayParams

    def __init__(self, name: str, params: VixCallOverlayParams) -> None:
        self.name = name
        self.params = params

    def propose(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Propose what is sold and bought on the session of the month, and nothing on any other."""
        if not rebuys(view, self.params.rebuy):
            return
        held = book.campaigns(self.name)
        if self.params.leave == "sale":
            for campaign in held:
                draft.orders += sales(campaign)
        elif any(view.sessions_until(contract.expiry) > 1 for campaign in held for contract in campaign.positions):
            draft.skip(self.name, "nothing is bought: the last calls have not settled")
            return
        self._buy(view, book, draft)

    def _buy(self, view: View, book: Holdings, draft: Draft) -> None:
        """Propose the calls of each tenor, or say why there are none."""
        p = self.params
        listed = [series for series in view.series("VIX") if view.sessions_until(series.expiry) > 1]
        if not listed:
            draft.skip(self.name, "no VIX expiry beyond the next session is listed")
            return
        ladder = [choose(listed, "target", days) for days in p.tenors_days]
        level = view.forward(ladder[0])
        if math.isnan(level):
            draft.skip(self.name, f"no VX settlement of {ladder[0].expiry}")
            return
        share = share_at(level, p.levels, p.shares)
        draft.notes[f"{self.name}.share"] = share
        draft.say(self.name, "the VX of the calls' expiry at {level:.2f} allows {share:.2%} of equity in calls",
                  level=level, share=share)  # fmt: skip
        spend_usd = share * book.equity_cents(view) / 100.0 / len(ladder)
        name = f"{self.name}@{view.date}"
        opened = False
        for series in ladder if share > 0.0 else ():
            strike = view.strike_at_delta(series, "C", p.delta)
            call = Contract(series.root, series.expiry, strike, "C")
            no_strike = Missing(f"no {p.delta:g}-delta VIX call of {series.expiry}")
            quote = no_strike if math.isnan(strike) else view.quote(call)
            bought = calls_for(spend_usd, quote.ask) if isinstance(quote, Quote) else 0
            if not bought:
                why = quote.why if isinstance(quote, Missing) else f"{spend_usd:,.0f} USD do not pay for one {call}"
                draft.skip(self.name, why)
                continue
            why = f"{share / len(ladder):.2%} of equity at VX {level:.2f}, {series.days} days out"
            draft.orders.append(Order(self.name, name, "adjust" if opened else "open", (Leg(call, bought),), 1, why))
            opened = True


def share_at(level: float, levels: Sequence[float], shares: Sequence[float]) -> float:
    """Return the share of equity at a level of the future; a level on a boundary belongs to the share below it.

    >>> [share_at(f, (15.0, 30.0, 50.0), (0.0, 0.01, 0.005, 0.0)) for f in (15.0, 15.01, 30.0, 50.0, 50.01)]
    [0.0, 0.01, 0.01, 0.005, 0.0]
    """
    return shares[bisect_left(levels, level)]


def calls_for(spend_usd: float, ask: float) -> int:
    """Return the whole calls that some money buys at an ask, points; none at an ask of nothing.

    >>> calls_for(10_000.0, 0.80)
    125
    """
    multiplier = conventions.root_spec("VIX").multiplier
    return math.floor(max(spend_usd, 0.0) / (ask * multiplier) + 1e-9) if ask > 0.0 else 0


def sales(campaign: Campaign) -> list[Order]:
    """Return the orders that sell all that a campaign holds, one a call."""
    return [
        Order(campaign.layer, campaign.name, "close", (Leg(contract, -held.quantity),), 1, "sold, to be bought anew")
        for contract, held in campaign.positions.items()
    ]


def rebuys(view: View, when: Rebuy) -> bool:
    """Whether calls are bought on a session."""
    today = view.date
    if when == "monthly":
        return view.i == 0 or view.calendar[view.i - 1].month != today.month
    settles = conventions.next_session(today) if when == "vix_expiry_eve" else today
    return conventions.vix_expiry(settles.year, settles.month) == settles


LAYER = VixCallOverlay
