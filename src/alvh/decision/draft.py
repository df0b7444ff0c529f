"""The plan while it is being made: layers propose into it in policy order, rules then restrain it, with reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict, model_validator

from alvh.conventions import spx_equivalent
from alvh.diagnosis.diagnose import Readings
from alvh.market.observe import View
from alvh.values import Campaign, Contract, Holdings, Order, Plan, Position, Skip


class Params(BaseModel):
    """Parameters of a layer or rule, as a policy's TOML gives them: frozen, and nothing unknown is accepted.

    TOML has no word for nothing: ``profit_take = "none"`` switches an optional parameter off. A number is a number:
    ``true``, ``"0.16"``, ``nan`` and ``inf`` are refused.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _none(cls, given: Any) -> Any:
        return {k: None if v == "none" else v for k, v in given.items()} if isinstance(given, dict) else given


@dataclass(frozen=True, slots=True)
class HedgeTarget:
    """What a hedge layer wants at this close, before whole contracts are chosen.

    Attributes
    ----------
    layer : str
    campaign : Campaign or None
        The sleeve that holds something now.
    held : Position or None
        What it holds.
    buy : Contract
        What additions (or the roll) are bought in.
    roll : bool
        Whether all that is held moves into `buy`.
    per_condor : float
        Contracts for one open condor: n / 10 x the layer's weight.
    recycled : int
        Contracts to buy on top, paid for by another layer's gains.
    price_usd : float
        Premium of one contract of `buy` at mid.
    exposure : float
        Beta-weighted exposure of one contract: its delta to the VX future x the beta of that future to the VIX.
    """

    layer: str
    campaign: Campaign | None
    held: Position | None
    buy: Contract
    roll: bool
    per_condor: float
    recycled: int
    price_usd: float
    exposure: float


@dataclass(slots=True)
class Draft:
    """Orders, wishes and refusals of one close, while layers and rules work on them.

    `condors` and `hedges` name the policy's layers of either sort, in its order.
    `recycle_cents` holds gains one layer hands to another; `budget_cents` tells what hedges may still cost, when asked
    (None: no cap).
    """

    view: View
    condors: tuple[str, ...] = ()
    hedges: tuple[str, ...] = ()
    orders: list[Order] = field(default_factory=list)
    targets: list[HedgeTarget] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)
    recycle_cents: dict[str, int] = field(default_factory=dict)
    budget_cents: Callable[[], int] | None = None
    notes: dict[str, float] = field(default_factory=dict)

    def skip(self, layer: str, why: str) -> None:
        """Record that something did not happen, and why."""
        self.skips.append(Skip(self.view.date, layer, why))

    def trim(self, at: int, lots: int) -> None:
        """Lower the lots of order number `at`."""
        self.orders[at] = replace(self.orders[at], lots=lots)

    def plan(self) -> Plan:
        """Return the finished plan."""
        return Plan(self.view.instant, tuple(self.orders), tuple(self.skips), dict(self.notes))


class Layer(Protocol):
    """A layer proposes. The condor is the first; every hedge is another.

    `name` is the layer's name in the policy and on every order, fill and posting; `hedge` says whether its premium is
    counted as the cost of hedging; `needs` names the readings it cannot do without.

    A layer may also say, by attributes of these names, what a policy has to give it, and a policy that does not is
    refused: `rules`, kinds of rules it cannot do without; `hands_to`, names of hedge layers later in the policy;
    `underlying`, what it trades options on (``SPX`` when it says nothing).
    """

    name: str
    hedge: ClassVar[bool]
    needs: ClassVar[tuple[str, ...]]

    def propose(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Add orders, targets or skips to `draft`, having seen what layers before proposed."""


class Rule(Protocol):
    """A rule restrains: it may lower, refuse or complete what layers proposed, never without a reason.

    Like a layer, it may name in `rules` kinds of rules that it cannot do without, and in `after` kinds that must not
    come later than it.
    """

    name: str
    needs: ClassVar[tuple[str, ...]]

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Restrain `draft` in place."""


def open_condors(book: Holdings, draft: Draft) -> float:
    """Return the SPX-equivalent condors open once `draft` is filled: those open now, less closes, plus opens."""
    closing = {o.campaign for o in draft.orders if o.kind == "close"}
    total = 0.0
    for layer in draft.condors:
        for campaign in book.campaigns(layer):
            if campaign.name not in closing:
                total += campaign.lots * spx_equivalent(next(iter(campaign.positions)).root)
    for order in draft.orders:
        if order.kind == "open" and order.layer in draft.condors:
            total += order.lots * spx_equivalent(order.legs[0].contract.root)
    return total
