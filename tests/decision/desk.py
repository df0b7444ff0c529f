"""A desk for tests worked by hand: a view and an account whose every number the test writes itself."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence

import numpy as np

from alvh.accounting.book import Book
from alvh.conventions import root_spec, sessions
from alvh.market.quotes import Series
from alvh.values import Contract, Fill, Instant, LegFill, Missing, Order, Phase, Quote, Reading

MONDAY = dt.date(2019, 4, 8)
FIVES = np.arange(5.0, 10000.0, 5.0)


class Desk:
    """What is known at one close, as far as a test says it; everything else is missing.

    Parameters
    ----------
    date : datetime.date
    series : mapping of underlying -> series
    quotes : mapping of contract -> mid or Quote
        A mid stands for a quote 0.10 either side of it.
    deltas : mapping of (expiry, right, delta) -> strike
    strikes : mapping of expiry -> listed strikes
        Multiples of 5 where an expiry is not named.
    marks : mapping of contract -> today's mark, where it is not the mid
    past : mapping of contract -> marks since the purchase
    dark : sequence of datetime.date
        Sessions without data.
    prepared : mapping of key -> today's entry of an array prepared over a history
    """

    def __init__(
        self,
        date: dt.date = MONDAY,
        *,
        spot: Mapping[str, float] | float = 2800.0,
        series: Mapping[str, Sequence[Series]] | None = None,
        quotes: Mapping[Contract, float | Quote] | None = None,
        deltas: Mapping[tuple[dt.date, str, float], float] | None = None,
        vendor: Mapping[tuple[dt.date, str, float], float] | None = None,
        strikes: Mapping[dt.date, Sequence[float]] | None = None,
        forwards: Mapping[dt.date, float] | None = None,
        marks: Mapping[Contract, float] | None = None,
        past: Mapping[Contract, Sequence[float]] | None = None,
        calendar: Sequence[dt.date] | None = None,
        dark: Sequence[dt.date] = (),
        prepared: Mapping[object, float] | None = None,
    ) -> None:
        self.date = date
        self.spots = dict(spot) if isinstance(spot, Mapping) else {"SPX": spot, "XSP": spot / 10.0}
        self.listed = dict(series or {})
        self.quotes = dict(quotes or {})
        self.deltas = dict(deltas or {})
        self.vendor = dict(vendor or {})
        self.strikes = dict(strikes or {})
        self.forwards = dict(forwards or {})
        self.marks = dict(marks or {})
        self.past = dict(past or {})
        self.dark = tuple(dark)
        self.ready = dict(prepared or {})
        days = sessions(date - dt.timedelta(40), date + dt.timedelta(400)).astype(object)
        self.calendar = tuple(days.tolist()) if calendar is None else tuple(calendar)
        self.i = self.calendar.index(date)
        self.instant = Instant(date, Phase.CLOSE)

    def at(self, date: dt.date) -> Desk:
        """Return the same desk at another session."""
        return Desk(
            date, spot=self.spots, series=self.listed, quotes=self.quotes, deltas=self.deltas, vendor=self.vendor,
            strikes=self.strikes, forwards=self.forwards, marks=self.marks, past=self.past, dark=self.dark,
            prepared=self.ready,
        )  # fmt: skip

    def spot(self, underlying: str) -> float:
        return self.spots.get(underlying, math.nan)

    def prepared(self, key: object, compute: object) -> float:
        return self.ready.get(key, math.nan)

    def series(self, underlying: str) -> Sequence[Series]:
        return self.listed.get(underlying, ())

    def traded(self, underlying: str, i: int) -> bool:
        assert i <= self.i
        return self.calendar[i] not in self.dark

    def forward(self, series: Series) -> float:
        return self.forwards.get(series.expiry, math.nan)

    def strike_at_delta(self, series: Series, right: str, abs_delta: float, *, vendor: bool = False) -> float:
        return (self.vendor if vendor else self.deltas).get((series.expiry, right, abs_delta), math.nan)

    def strike_near(self, series: Series, right: str, target: float) -> float:
        if math.isnan(target):
            return math.nan
        if not target > 0.0:
            raise ValueError(f"no strike is near {target}")
        return min(self.strikes.get(series.expiry, FIVES), key=lambda strike: (abs(strike - target), strike))

    def quote(self, contract: Contract) -> Quote | Missing:
        held = self.quotes.get(contract)
        if held is None:
            return Missing(f"{contract} is not quoted on {self.date}")
        if isinstance(held, Quote):
            return held
        return Quote(held - 0.1, held + 0.1, self.date, "modelled", 0.5)

    def mark(self, contract: Contract) -> float:
        if contract in self.marks:
            return self.marks[contract]
        quote = self.quote(contract)
        return quote.mid if isinstance(quote, Quote) else math.nan

    def marks_since(self, contract: Contract, opened: dt.date) -> np.ndarray:
        return np.array([*self.past.get(contract, ()), self.mark(contract)])

    def sessions_until(self, date: dt.date) -> int:
        return sum(self.date < day <= date for day in self.calendar)

    def vx_month(self, expiry: dt.date) -> int:
        return 1


class Values:
    """Readings that a test writes down; those it does not are missing."""

    def __init__(self, **values: float) -> None:
        self.values = values

    def value(self, name: str) -> float:
        return self.values.get(name, math.nan)

    def __getitem__(self, name: str) -> Reading | Missing:
        value = self.value(name)
        return Missing(f"no {name}") if math.isnan(value) else Reading(value, MONDAY)


def series(*days: int, root: str = "SPXW", on: dt.date = MONDAY) -> list[Series]:
    """Return series of one root, so many days out."""
    return [Series(root, on + dt.timedelta(n), n) for n in days]


def account(usd: float = 5_000_000.0) -> Book:
    return Book(round(usd * 100.0))


def fill(book: Book, order: Order, desk: Desk, *, session: dt.date | None = None, fee_cents: int = 0) -> Fill:
    """Fill an order at the desk's mids, and book it."""
    legs = tuple(
        LegFill(
            leg.contract,
            leg.ratio * order.lots,
            desk.mark(leg.contract),
            desk.mark(leg.contract),
            fee_cents,
            "modelled",
        )
        for leg in order.legs
    )
    made = Fill(
        session or desk.date, order.layer, order.campaign, order.kind, order.lots, legs, order.reason,
        round(order.max_loss_usd_per_lot * order.lots * 100.0), order.refill_from,
    )  # fmt: skip
    book.apply(made)
    return made


def hold(
    book: Book,
    layer: str,
    legs: Mapping[Contract, int],
    prices: Mapping[Contract, float],
    *,
    opened: dt.date = MONDAY,
    lots: int = 1,
    max_loss_usd: float = 0.0,
    name: str | None = None,
    kind: str = "open",
) -> str:
    """Book an opening of `lots` packages of `legs` at `prices` (points); the campaign's name is returned."""
    campaign = name or f"{layer}@{opened}"
    filled = tuple(LegFill(c, n * lots, prices[c], prices[c], 0, "modelled") for c, n in legs.items())
    book.apply(Fill(opened, layer, campaign, kind, lots, filled, "held", round(max_loss_usd * 100.0)))
    return campaign


def usd(contract: Contract, points: float) -> float:
    return points * root_spec(contract.root).multiplier
