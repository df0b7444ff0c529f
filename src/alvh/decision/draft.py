"""The plan while it is being made: layers propose into it in policy order, rules then restrain it, with reasons."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, TypeAlias

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator

from alvh.conventions import spx_equivalent
from alvh.diagnosis.diagnose import Readings
from alvh.market.history import History
from alvh.market.observe import View
from alvh.maths.kernel import kernel
from alvh.values import Campaign, Floats, Holdings, Leg, Order, Plan, Position, Remark, Skip

OnUnknown: TypeAlias = Literal["pass", "halve", "block"]
ON_UNKNOWN: Mapping[OnUnknown, str] = MappingProxyType(
    {"pass": "it passes", "halve": "new condors are halved", "block": "no new condor"}
)
"""What a rule does when it lacks a reading, in words (`decisions.md`, "Rules and readings")."""


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

    A unit is what one of the layer's contracts stands for: a call, a future, or a spread of two legs.

    Attributes
    ----------
    layer : str
    campaign : Campaign or None
        The sleeve that holds something now.
    held : Position or None
        Its lead leg: the one that counts units.
    unit : tuple of Leg
        The legs of one unit of what is held, the lead first; empty where nothing is held.
    buy : tuple of Leg
        The legs of one unit of what additions (or the roll) are bought in, the lead first.
    roll : bool
        Whether all that is held moves into `buy`.
    per_condor : float
        Units for one open condor at full weight: n / 10.
    recycled : int
        Units to buy on top, paid for by another layer's gains.
    price_usd : float
        Premium of one unit of `buy` at mid; negative where it is sold, 0 for futures.
    exposure : float
        Beta-weighted exposure of one unit: its delta to the VX future x the beta of that future to the VIX. 0 for what
        is no exposure to volatility: its units are then rounded down by themselves.
    fixed : float or None
        Units at full weight, however many condors are open (a layer with a budget of its own).
    most : int or None
        Units that free cash can carry (futures: at their initial margin); None where the premium is all there is to
        pay.
    keep : bool
        Fewer condors sell nothing: what is held stays until the roll, and is rolled whole while no condor is open.
    """

    layer: str
    campaign: Campaign | None
    held: Position | None
    unit: tuple[Leg, ...]
    buy: tuple[Leg, ...]
    roll: bool
    per_condor: float
    recycled: int
    price_usd: float
    exposure: float
    fixed: float | None = None
    keep: bool = False
    most: int | None = None

    def exact(self, condors: float, weight: float) -> float:
        """Return the units wanted, not rounded, for some open condors at a weight in [0, 1]."""
        wanted = (self.per_condor * condors if self.fixed is None else self.fixed) * weight
        kept = self.keep and (condors == 0.0 or not self.roll)
        return max(wanted, float(self.counted)) if kept else wanted

    @property
    def units(self) -> int:
        """Units held now."""
        return 0 if self.held is None else self.held.quantity // self.unit[0].ratio

    @property
    def counted(self) -> int:
        """Units that count against the target: those held, with what was sold at a gain, without what gains bought."""
        if self.held is None:
            return 0
        return (self.held.quantity + self.held.monetised - self.held.recycled) // self.unit[0].ratio


class Factor(NamedTuple):
    """One reason for a layer's weight: a number in [0, 1] a session, made of the past alone.

    `key` names it for this history, with every parameter it hangs on; `compute` gives it over the whole axis, NaN where
    it is unknown.
    """

    source: str
    key: Hashable
    compute: Callable[[History], Floats]


@dataclass(slots=True)
class Draft:
    """Orders, wishes and refusals of one close, while layers and rules work on them.

    `condors` and `hedges` name the policy's layers of either sort, in its order.
    `recycle_cents` holds gains one layer hands to another; `budget_cents` tells what hedges may still cost, when asked
    (None: no cap).
    `factors` are the reasons for each layer's weight, `frozen` layers that buy nothing and do not roll, `capped` those
    that may roll but not grow, each with the reason.
    `entry_scale` is the share of their usual size that new condors keep, by the rule that asks; `flattening` says why
    everything is being taken off, condors first. `refused` are the entries that rules took out: for the record alone.
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
    remarks: list[Remark] = field(default_factory=list)
    factors: dict[str, list[Factor]] = field(default_factory=dict)
    frozen: dict[str, str] = field(default_factory=dict)
    capped: dict[str, str] = field(default_factory=dict)
    entry_scale: dict[str, float] = field(default_factory=dict)
    max_step: float | None = None
    flattening: str = ""
    refused: list[Order] = field(default_factory=list)
    _weights: dict[tuple[str, int, float | None], float] = field(default_factory=dict, repr=False)

    def skip(self, layer: str, why: str) -> None:
        """Record that something did not happen, and why."""
        self.skips.append(Skip(self.view.date, layer, why))

    def say(self, source: str, template: str, about: str = "", *, rejected: bool = False, **numbers: float) -> None:
        """Put a sentence on the audit record; it is written out only when somebody reads it."""
        self.remarks.append(Remark(source, about, template, numbers, rejected))

    def trim(self, at: int, lots: int) -> None:
        """Lower the lots of order number `at`, and its limit with them."""
        order = self.orders[at]
        limit = None if order.limit_usd is None else order.limit_usd * lots / order.lots
        self.orders[at] = replace(order, lots=lots, limit_usd=limit)

    def weigh(self, layer: str, factor: Factor) -> None:
        """Give a layer's weight one more factor."""
        self.factors.setdefault(layer, []).append(factor)

    def weight(self, layer: str) -> float:
        """Return a layer's weight today: the product of its factors, moved by at most `max_step` a session.

        A factor that is unknown keeps what it was last, and counts as 1 before it was ever known.
        """
        factors = self.factors.get(layer)
        if not factors:
            return 1.0
        asked = (layer, len(factors), self.max_step)
        known = self._weights.get(asked)
        if known is None:
            key = ("weight", self.max_step, *(factor.key for factor in factors))
            known = self.view.prepared(key, lambda history: combined(history, factors, self.max_step))
            self._weights[asked] = known
        return known

    def entries(self) -> list[int]:
        """Return the numbers of the orders that open a condor."""
        return [k for k, o in enumerate(self.orders) if o.kind == "open" and o.layer in self.condors]

    def refuse_entries(self, source: str, why: str, layers: Collection[str] | None = None) -> int:
        """Take every opening condor (of some layers) out of the draft, each with a skip; return how many there were."""
        refused = [k for k in self.entries() if layers is None or self.orders[k].layer in layers]
        for k in reversed(refused):
            self.skip(self.orders[k].layer, f"{source}: {why}")
            self.refused.append(self.orders.pop(k))
        return len(refused)

    def flatten(self, source: str, why: str, book: Holdings) -> None:
        """Take all condors off, refuse new ones and what overlays would sell; hedges follow when the last is gone."""
        self.flattening = f"{source}: {why}"
        self.refuse_entries(source, why)
        for k in reversed(range(len(self.orders))):
            order = self.orders[k]
            # What rules had wanted to do to a condor gives way to its close; on such a day no overlay sells anything.
            moved = order.layer in self.condors and order.kind != "close"
            short = order.kind == "open" and any(leg.ratio < 0 for leg in order.legs)
            if moved or (short and order.layer not in self.hedges):
                self.skip(order.layer, f"{source}: {order.reason}: gives way to taking everything off")
                del self.orders[k]
        closing = {(o.layer, o.campaign) for o in self.orders}
        for layer in self.condors:
            for campaign in book.campaigns(layer):
                if (layer, campaign.name) not in closing and campaign.positions:
                    self.orders.append(close_order(campaign, self.flattening))

    def unknown(self, source: str, names: Sequence[str], on_unknown: OnUnknown) -> None:
        """Say that a rule cannot judge for want of readings, and do what the policy wants done then."""
        said = f"unknown: no {', no '.join(names)}"
        self.say(source, f"{said} on {self.view.date}; {ON_UNKNOWN[on_unknown]}")
        if on_unknown == "halve":
            self.entry_scale[source] = 0.5
        elif on_unknown == "block":
            self.refuse_entries(source, said)

    def plan(self) -> Plan:
        """Return the finished plan."""
        return Plan(
            decided_at=self.view.instant,
            orders=tuple(self.orders),
            skips=tuple(self.skips),
            notes=dict(self.notes),
            remarks=tuple(self.remarks),
            refused=tuple(self.refused),
        )


def close_order(campaign: Campaign, reason: str) -> Order:
    """Return the order that takes a whole condor off."""
    lots = campaign.lots
    legs = tuple(Leg(c, -p.quantity // lots) for c, p in campaign.positions.items())
    return Order(campaign.layer, campaign.name, "close", legs, lots, reason)


def combined(history: History, factors: Sequence[Factor], max_step: float | None) -> Floats:
    """Return the product of some factors over a history, each holding its last known value, moved by small steps."""
    product = np.ones(len(history))
    for factor in factors:
        values = np.clip(history.derive(factor.key, factor.compute), 0.0, 1.0)
        last = np.maximum.accumulate(np.where(np.isfinite(values), np.arange(len(values)), -1))
        product *= np.where(last >= 0, values[np.maximum(last, 0)], 1.0)
    if max_step is not None:
        limit_steps(product, max_step)
    return product


@kernel
def limit_steps(values: Floats, max_step: float) -> None:
    """Let no value differ from the one before it by more than `max_step`, in place; the first stands."""
    for i in range(1, len(values)):
        values[i] = min(max(values[i], values[i - 1] - max_step), values[i - 1] + max_step)


class Layer(Protocol):
    """A layer proposes. The condor is the first; every hedge is another.

    `name` is the layer's name in the policy and on every order, fill and posting; `hedge` says whether its premium is
    counted as the cost of hedging; `needs` names the readings it cannot do without.

    A layer may also say, by attributes of these names, what a policy has to give it, and a policy that does not is
    refused: `rules`, kinds of rules it cannot do without; `hands_to`, names of hedge layers later in the policy;
    `underlying`, what it trades options on (``SPX`` when it says nothing); `library`, a package it needs that is not
    installed by default. A layer with `overlay` true is neither a condor that hedges are bought for nor a hedge.
    """

    name: str
    hedge: ClassVar[bool]
    needs: ClassVar[tuple[str, ...]]

    def propose(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Add orders, targets or skips to `draft`, having seen what layers before proposed."""


class Rule(Protocol):
    """A rule restrains: it may lower, refuse or complete what layers proposed, never without a reason.

    Like a layer, it may name in `rules` kinds of rules that it cannot do without, and in `after` kinds that must not
    come later than it. `needs` names the readings it cannot judge without; when one is missing it is not asked, and its
    attribute `on_unknown` (``pass`` where it has none) decides.
    """

    name: str
    needs: ClassVar[tuple[str, ...]]

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Restrain `draft` in place."""


def nothing_to_hedge(book: Holdings, draft: Draft) -> bool:
    """Whether no condor is open and none is about to be opened, so that a hedge in proportion to them is nothing."""
    return not draft.entries() and not any(book.campaigns(layer) for layer in draft.condors)


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
