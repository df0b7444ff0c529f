"""What is left after United States federal tax, out of a run's own account and nothing else.

How it is reckoned. The daily P&L of a run is split by year and by what the law calls it (`alvh.conventions.us_tax`):
layers of section 1256 contracts by their marks, 31 December included; layers of funds and their options by what was
realised; the layer ``cash`` as interest. The tax of a year leaves the account at the close of its last session, and an
unfinished last year is taxed at the last session of the run as if it ended there.

The account that has paid goes on with the same daily returns as the one that has not: positions are scaled with it,
divisible, and every decision stays. With ``G_y`` the untaxed equity at the end of year y and ``T_y`` the tax paid
there, what is left at the end is

    net = G_end x (1 - sum over y of T_y / G_y),

so that gross less net is exactly the taxes paid plus the growth they would have had, ``T_y x (G_end / G_y - 1)``.

What is simple here: most traders pay estimated tax each quarter and the rest on 15 April; the last session of the year
lies between the two. Losses are carried forward and never back. See `docs/decisions/0021-tax-out-of-the-account.md`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from alvh.accounting.statement import Statement
from alvh.conventions.us_tax import (
    LONG_SHARE_1256,
    ORDINARY_OFFSET_USD,
    TOP_FEDERAL,
    TaxRates,
    is_section_1256,
)
from alvh.evidence.measure import cagr, day_of
from alvh.evidence.realised import Realised, realised_gains
from alvh.values import Floats, Missing


class Carried(NamedTuple):
    """Losses carried forward, USD, positive; each keeps its character."""

    short_usd: float = 0.0
    long_usd: float = 0.0


class TaxYear(NamedTuple):
    """One year of the account that pays, USD of that account.

    `gain_1256_usd` is marked to market; `short_usd` and `long_usd` are what funds and their options realised;
    `offset_usd` are losses that came off the interest; `tax_usd` left the account at the close of `paid_on`; `carried`
    are the losses that go into the next year.
    """

    year: int
    paid_on: dt.date
    gain_1256_usd: float
    short_usd: float
    long_usd: float
    interest_usd: float
    offset_usd: float
    tax_usd: float
    carried: Carried


@dataclass(frozen=True, slots=True, eq=False)
class AfterTax:
    """A run before and after tax.

    Attributes
    ----------
    rates : TaxRates
    cagr_gross, cagr_net : float
        Compound growth a year, decimals.
    years : tuple of TaxYear
    equity_net_usd : array (sessions,)
        The account that pays, at each close, after that close's tax.
    tax_usd, lost_growth_usd : float
        Taxes paid, and what they would have grown to beyond themselves; together gross less net at the end.
    carried : Carried
        Losses left when the run ends: worth tax only against later gains.
    untaxed_usd : float
        Gains on funds still held at the end, not realised and so not taxed, USD of the account that does not pay.
    last_year_is_whole : bool
        Whether the last session of the run is in the last week of its year.
    """

    rates: TaxRates
    cagr_gross: float
    cagr_net: float
    years: tuple[TaxYear, ...]
    equity_net_usd: Floats
    tax_usd: float
    lost_growth_usd: float
    carried: Carried
    untaxed_usd: float
    last_year_is_whole: bool

    @property
    def carried_loss_usd(self) -> float:
        """All losses carried beyond the end, USD, positive."""
        return self.carried.short_usd + self.carried.long_usd


def after_tax(statement: Statement, rates: TaxRates = TOP_FEDERAL) -> AfterTax | Missing:
    """Return a run after tax, or why there is none to tell.

    Parameters
    ----------
    statement : Statement
    rates : TaxRates
        By default the top federal bracket with the net investment income tax.

    Returns
    -------
    AfterTax or Missing
        Missing without a session, for a layer that mixes section 1256 contracts with others, and for an account that
        has nothing left at the end of a year.
    """
    if not statement.sessions.size:
        return Missing("the run has no session")
    marked, by_realisation, mixed = layers_by_law(statement)
    if mixed:
        return Missing(f"the layer {mixed[0]} mixes section 1256 contracts with others, and its P&L is one number")
    gross = statement.equity_usd
    daily_1256 = _added(statement, marked)
    interest = _added(statement, ("cash",) if "cash" in statement.layer_pnl_usd else ())
    sales = realised_gains(statement, by_realisation)
    left, carried, years = 1.0, Carried(), []
    net = np.empty(gross.size)
    lost_growth = 0.0
    year_of = statement.sessions.astype("datetime64[Y]").astype(np.int64) + 1970
    for year in np.unique(year_of).tolist():
        inside = year_of == year
        end = int(np.flatnonzero(inside)[-1])
        before = float(gross[end])
        if not before > 0.0:
            return Missing(f"the account is worth {before:,.0f} USD at the end of {year}")
        short, long = _of_year(sales, year)
        marks, bills = float(daily_1256[inside].sum()), float(interest[inside].sum())
        paid_on = day_of(statement.sessions, end)
        one = tax_year(year, paid_on, left * marks, left * short, left * long, left * bills, carried, rates)
        net[inside] = left * gross[inside]
        left -= one.tax_usd / before
        if not left > 0.0:
            return Missing(f"the tax of {year} is more than the account")
        net[end] = left * before
        lost_growth += one.tax_usd * (float(gross[-1]) / before - 1.0)
        carried = one.carried
        years.append(one)
    unrealised = float(_added(statement, by_realisation).sum()) - sum(one.usd for one in sales)
    last = day_of(statement.sessions, -1)
    return AfterTax(
        rates=rates,
        cagr_gross=cagr(gross, statement.nav_start_usd, statement.sessions),
        cagr_net=cagr(net, statement.nav_start_usd, statement.sessions),
        years=tuple(years),
        equity_net_usd=net,
        tax_usd=sum(one.tax_usd for one in years),
        lost_growth_usd=lost_growth,
        carried=carried,
        untaxed_usd=unrealised,
        last_year_is_whole=(last.month, last.day) >= (12, 25),
    )


def tax_year(
    year: int,
    paid_on: dt.date,
    gain_1256_usd: float,
    short_usd: float,
    long_usd: float,
    interest_usd: float,
    carried: Carried,
    rates: TaxRates,
) -> TaxYear:
    """Return the tax of one year (Schedule D: each character by itself, then one against the other).

    Losses left over come off interest up to 3,000 USD, short-term ones first; the rest is carried. Interest below zero
    is no deduction.
    """
    short = short_usd + (1.0 - LONG_SHARE_1256) * gain_1256_usd - carried.short_usd
    long = long_usd + LONG_SHARE_1256 * gain_1256_usd - carried.long_usd
    if short * long < 0.0:
        net = short + long
        # What is left keeps the character of the larger one.
        short, long = (net, 0.0) if abs(short) > abs(long) else (0.0, net)
    lost_short, lost_long = max(0.0, -short), max(0.0, -long)
    earned = max(0.0, interest_usd)
    offset = min(ORDINARY_OFFSET_USD, lost_short + lost_long, earned)
    from_short = min(offset, lost_short)
    gains = max(0.0, short), max(0.0, long)
    tax = (
        rates.short_term * gains[0]
        + rates.long_term * gains[1]
        + rates.ordinary * (earned - offset)
        + rates.net_investment * (gains[0] + gains[1] + earned - offset)
    )
    rest = Carried(lost_short - from_short, lost_long - (offset - from_short))
    return TaxYear(year, paid_on, gain_1256_usd, short_usd, long_usd, interest_usd, offset, tax, rest)


def layers_by_law(statement: Statement) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return layers of section 1256 contracts, layers of others, and layers that mix them; ``cash`` in none of them.

    A layer that never traded has nothing to tax and counts with the first.
    """
    roots: dict[str, set[bool]] = {layer: set() for layer in statement.layers if layer != "cash"}
    for fill in statement.fills:
        roots[fill.layer].update(is_section_1256(leg.contract.root) for leg in fill.legs)
    return (
        tuple(layer for layer, found in roots.items() if found in (set(), {True})),
        tuple(layer for layer, found in roots.items() if found == {False}),
        tuple(layer for layer, found in roots.items() if len(found) > 1),
    )


def _added(statement: Statement, layers: Sequence[str]) -> Floats:
    """Return the daily P&L of some layers together, after costs."""
    total = np.zeros(statement.sessions.size)
    for layer in layers:
        total = total + statement.layer_pnl_usd[layer]
    return total


def _of_year(sales: Sequence[Realised], year: int) -> tuple[float, float]:
    """Return what was realised in a year, short-term and long-term, USD."""
    mine = [one for one in sales if one.date.year == year]
    return sum(one.usd for one in mine if not one.long_term), sum(one.usd for one in mine if one.long_term)
