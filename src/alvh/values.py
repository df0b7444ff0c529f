"""The frozen values that cross stages. Nothing here computes finance, reads a file or knows a layer.

Units inside the house: USD; rates and volatilities as decimals a year, except volatility indices and VX, which stay in
the points they are quoted in; quantities signed (long positive); cash signed (received positive); sessions as naive
dates; money in the ledger as integer cents.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Dates: TypeAlias = NDArray[np.datetime64]
Bools: TypeAlias = NDArray[np.bool_]
Right: TypeAlias = Literal["C", "P", ""]
Origin: TypeAlias = Literal["market", "modelled"]


class Phase(IntEnum):
    """Where in a session we stand, in the order things happen (`decisions.md`, "Time")."""

    SETTLE = 0
    """The special opening quotations: SET for SPX, VRO for VIX."""
    ROLL = 1
    """10:00-11:00 Chicago, used by index policies."""
    PRECLOSE = 2
    """14:50 Chicago."""
    CLOSE = 3
    """SPX 15:00, VIX 15:15 Chicago, the VX daily settlement."""


class Instant(NamedTuple):
    """A session and a phase of it. Instants compare in time order."""

    session: dt.date
    phase: Phase = Phase.CLOSE


class Contract(NamedTuple):
    """Something one can hold. The root decides multiplier, tick, settlement and fees (`alvh.conventions`).

    Attributes
    ----------
    root : str
        Option or future root: ``SPX``, ``SPXW``, ``XSP``, ``VIX``, ``VIXW``, ``VX``, ``VXM`` or a fund's ticker.
    expiry : datetime.date
        Date of final settlement (for AM-settled roots the morning of that date).
    strike : float
        Strike in points; 0 for futures and funds.
    right : {"C", "P", ""}
        Call, put, or empty for what is not an option.
    """

    root: str
    expiry: dt.date
    strike: float = 0.0
    right: Right = ""

    def __str__(self) -> str:
        """`SPXW 2019-05-31 2800 P`, as a trader would read it out."""
        return f"{self.root} {self.expiry}" + (f" {self.strike:g} {self.right}" if self.right else "")


class Quote(NamedTuple):
    """A two-sided price of one contract at one session's close.

    Attributes
    ----------
    bid, ask : float
        Points. A bid of 0 means that nobody bids.
    as_of : datetime.date
        Session of the quote.
    origin : {"market", "modelled"}
        Whether somebody quoted it or we computed it.
    delta : float
        Black delta at the contract's own volatility, to its forward; NaN where no volatility solves the price.
    """

    bid: float
    ask: float
    as_of: dt.date
    origin: Origin
    delta: float = float("nan")

    @property
    def mid(self) -> float:
        """Half-way between bid and ask, points."""
        return 0.5 * (self.bid + self.ask)

    @property
    def half_spread(self) -> float:
        """Half the distance between bid and ask, points."""
        return 0.5 * (self.ask - self.bid)


@dataclass(frozen=True, slots=True)
class Missing:
    """A gap in the world, with its reason. It is a fact to act on, never replaced by a plausible number."""

    why: str

    def __bool__(self) -> bool:
        """Missing is false, so that ``if quote:`` reads as it should."""
        return False


@dataclass(frozen=True, slots=True)
class Indicator:
    """The name and unit of something observed or computed from what was observed."""

    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The value of an indicator, with the date it was known for."""

    value: float
    as_of: dt.date


class Leg(NamedTuple):
    """One contract of a package and how many of it one lot holds (long positive)."""

    contract: Contract
    ratio: int


OrderKind: TypeAlias = Literal["open", "close", "adjust", "roll", "monetise", "recycle"]


@dataclass(frozen=True, slots=True)
class Order:
    """What a layer wants done as one package of at most four legs.

    Attributes
    ----------
    layer : str
        The layer that asked. Every fill and posting carries it.
    campaign : str
        The original trade and everything done to it since; a new one is named ``LAYER@DATE``.
    kind : str
        ``open``, ``close``, ``adjust``, ``roll``, ``monetise`` or ``recycle``.
    legs : tuple of Leg
        Contracts with their ratio in one lot.
    lots : int
        How many packages. Rules may lower it.
    reason : str
        One sentence a trader understands.
    max_loss_usd_per_lot : float
        Largest loss of one lot at expiry, before fees; 0 where the premium is the risk and is counted apart.
    premium_usd_per_lot : float
        Cash the package brings (positive) or costs (negative) at the mid that decided it.
    refill_from : datetime.date or None
        A layer that sells everything to take a gain buys again on this date at the earliest.
    group : str
        Orders of one group are filled all or none: a Time-Shift is two tickets. Empty: the order stands alone.
    limit_usd : float or None
        Net cash, before fees, that the order (its whole group) has to bring at least; a purchase's is negative. Not
        filled below it.
    same_close : bool
        Filled on the view that decided it: a named choice of the layer (the announcement week's spread).
    """

    layer: str
    campaign: str
    kind: OrderKind
    legs: tuple[Leg, ...]
    lots: int
    reason: str
    max_loss_usd_per_lot: float = 0.0
    premium_usd_per_lot: float = 0.0
    refill_from: dt.date | None = None
    group: str = ""
    limit_usd: float | None = None
    same_close: bool = False


class Skip(NamedTuple):
    """Something that did not happen, and why. Skips are counted and listed in every result."""

    date: dt.date
    layer: str
    why: str


class Remark(NamedTuple):
    """What a layer or rule has to say of its decision, acted or not: a sentence with its numbers beside it.

    Attributes
    ----------
    source : str
        Name of the layer or rule that speaks.
    about : str
        Layer or campaign it speaks of; empty for the whole plan.
    template : str
        The sentence, with the names of its numbers in braces as `str.format` reads them.
    numbers : mapping of str -> float
    rejected : bool
        Whether the sentence names an alternative that was considered and not taken.
    """

    source: str
    about: str
    template: str
    numbers: Mapping[str, float]
    rejected: bool = False

    def __str__(self) -> str:
        """Return the sentence."""
        return self.template.format(**self.numbers)


@dataclass(frozen=True, slots=True)
class Plan:
    """What was decided at an instant: orders, what was refused and why, and what every rule said.

    `notes` are the numbers behind it (``L1.target``, ``L1.weight``, ``capital.hurdle``, ...); `remarks` the audit
    record. `refused` are the entries a rule took out, as they stood then: sized only if the rule came after sizing.
    """

    decided_at: Instant
    orders: tuple[Order, ...] = ()
    skips: tuple[Skip, ...] = ()
    notes: Mapping[str, float] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    refused: tuple[Order, ...] = ()


class LegFill(NamedTuple):
    """One leg of a filled package.

    Attributes
    ----------
    contract : Contract
    quantity : int
        Signed contracts traded.
    price : float
        Points paid or received a unit.
    mid : float
        Mid at the moment of the fill, points; the difference to `price` is slippage.
    fee_cents : int
        Fees of this leg, never negative.
    origin : {"market", "modelled"}
        Where the quote came from.
    """

    contract: Contract
    quantity: int
    price: float
    mid: float
    fee_cents: int
    origin: Origin


@dataclass(frozen=True, slots=True)
class Fill:
    """An order that traded, leg by leg, at one session."""

    session: dt.date
    layer: str
    campaign: str
    kind: OrderKind
    lots: int
    legs: tuple[LegFill, ...]
    reason: str
    max_loss_cents: int = 0
    refill_from: dt.date | None = None


@dataclass(slots=True)
class Position:
    """Contracts of one kind held by a campaign: a fold over the journal, never edited by hand.

    Attributes
    ----------
    contract : Contract
    quantity : int
        Signed contracts.
    opened : datetime.date
        Session of the first fill of this contract in the campaign.
    cost_cents : int
        Net cash paid for what is held now (positive for a debit), before fees.
    monetised, recycled : int
        Contracts sold to take a gain, and contracts bought with another layer's gains, since `opened`.
    """

    contract: Contract
    quantity: int
    opened: dt.date
    cost_cents: int
    monetised: int = 0
    recycled: int = 0


@dataclass(slots=True)
class Campaign:
    """An original trade and everything done to it since: a fold over the journal.

    Attributes
    ----------
    layer, name : str
    opened : datetime.date
    lots : int
        Packages of the opening fill.
    credit_cents : int
        Cash of the opening fill (received positive), before fees.
    max_loss_cents : int
        Largest loss at expiry as sized at the opening; the invariant of every adjustment.
    positions : dict of Contract -> Position
        What is held now.
    refill_from : datetime.date or None
        A layer that sold everything to take a gain buys again on this date at the earliest.
    cash_cents : int
        Cash of every fill and settlement so far, before fees: what the campaign has been paid for what it holds.
    rolls : int
        Sessions on which it was rolled.
    changed : datetime.date or None
        Session of the last fill that adjusted or rolled it.
    """

    layer: str
    name: str
    opened: dt.date
    lots: int
    credit_cents: int
    max_loss_cents: int
    positions: dict[Contract, Position] = field(default_factory=dict)
    refill_from: dt.date | None = None
    cash_cents: int = 0
    rolls: int = 0
    changed: dt.date | None = None


class Holdings(Protocol):
    """What a layer or rule may know of the book. `alvh.accounting.book.Book` is the one that keeps it."""

    def campaigns(self, layer: str) -> Sequence[Campaign]:
        """Campaigns of a layer that hold something or wait to refill, in the order they were opened."""

    def equity_cents(self, view: object) -> int:
        """Cash and marks at a view's close."""

    def spent_cents(self, layers: Sequence[str], since: dt.date) -> int:
        """Net premium paid by some layers after `since` (purchases less sales, before fees)."""

    def credits_cents(self, layer: str, since: dt.date) -> int:
        """Return the opening credits received by a layer after `since`."""

    def equity_path(self) -> tuple[Sequence[dt.date], Sequence[int]]:
        """Return sessions and equity in cents at their closes so far, oldest first, before today's decision."""

    def margin_path(self) -> Sequence[int]:
        """Return the largest losses open at the closes of `equity_path`, cents."""
