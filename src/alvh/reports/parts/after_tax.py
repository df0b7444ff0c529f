"""Growth before and after tax, policy by policy, and the tax of every year."""

from __future__ import annotations

from collections.abc import Mapping

from alvh.evidence.after_tax import AfterTax
from alvh.reports.blocks import Block, Cell, Column, Num, Sentence, Table
from alvh.reports.words import dollars, percent
from alvh.values import Missing

HOW = (
    "United States federal tax, paid out of the account at the close of the last session of each year. Options on the "
    "S&P 500 and VIX and VX futures are section 1256 contracts: marked to market, 60 % long-term, 40 % short-term; "
    "funds and their options when realised; Treasury-bill interest as ordinary income. Losses are carried forward; the "
    "election to carry them back three years is not modelled, nor is state tax."
)


def after_tax_blocks(made: Mapping[str, AfterTax | Missing]) -> tuple[Block, ...]:
    """Return the table of policies, what it says, and the years of the first policy that has an answer.

    Parameters
    ----------
    made : mapping of policy -> AfterTax or Missing
    """
    known = {name: one for name, one in made.items() if isinstance(one, AfterTax)}
    blocks: list[Block] = [after_tax_table(made)]
    if known:
        name, first = next(iter(known.items()))
        blocks += [Sentence(after_tax_sentence(name, first)), Sentence(_rates(first), quiet=True), years_table(first)]
    blocks += [Sentence(f"{name}: {one.why}.") for name, one in made.items() if isinstance(one, Missing)]
    return tuple(blocks)


def after_tax_table(made: Mapping[str, AfterTax | Missing]) -> Table:
    """Return one row a policy: growth before and after tax, taxes, growth lost with them, losses left."""
    return Table(
        "After tax",
        (
            Column("Policy"),
            Column("Growth a year"),
            Column("after tax"),
            Column("Taxes paid, USD"),
            Column("Growth lost with them, USD"),
            Column("Losses carried on, USD"),
        ),
        tuple((name, *_row(one)) for name, one in made.items()),
        note=HOW,
    )


def _row(one: AfterTax | Missing) -> tuple[Cell, ...]:
    if isinstance(one, Missing):
        return (one,) * 5
    return (
        Num(one.cagr_gross, "percent"),
        Num(one.cagr_net, "percent"),
        Num(one.tax_usd, "usd"),
        Num(one.lost_growth_usd, "usd"),
        Num(one.carried_loss_usd, "usd"),
    )


def after_tax_sentence(policy: str, one: AfterTax) -> str:
    """Return what the tax does to a policy, in words."""
    said = f"{policy} grows {percent(one.cagr_gross)} a year before tax and {percent(one.cagr_net)} after it."
    traded = sum(year.gain_1256_usd + year.short_usd + year.long_usd for year in one.years)
    if traded < 0.0 < one.tax_usd:
        said += (
            f" What it trades lost {dollars(-traded)}; the tax of {dollars(one.tax_usd)} is on interest and on single "
            "good years, and the losses only wait for later gains."
        )
    if one.carried_loss_usd >= 1.0:
        said += f" Losses of {dollars(one.carried_loss_usd)} are left at the end."
    if abs(one.untaxed_usd) >= 1.0:
        said += f" {dollars(one.untaxed_usd)} on funds still held are not realised and not taxed."
    if not one.last_year_is_whole:
        said += f" {one.years[-1].year} is taxed as if it had ended on {one.years[-1].paid_on}."
    return said


def _rates(one: AfterTax) -> str:
    rates = one.rates
    niit = (
        f"with the {percent(rates.net_investment, 1)} net investment income tax on all of it"
        if rates.net_investment
        else "without the net investment income tax"
    )
    return (
        f"Rates: {percent(rates.short_term, 1)} short-term, {percent(rates.long_term, 1)} long-term, "
        f"{percent(rates.ordinary, 1)} on interest, {niit}: {percent(rates.blended_1256, 1)} on section 1256 gains."
    )


def years_table(one: AfterTax) -> Table:
    """Return one row a year of the account that pays."""
    funds = any(year.short_usd or year.long_usd for year in one.years)
    rows = []
    for year in one.years:
        parts = (Num(year.short_usd, "usd"), Num(year.long_usd, "usd")) if funds else ()
        rows.append(
            (
                str(year.year),
                Num(year.gain_1256_usd, "usd"),
                *parts,
                Num(year.interest_usd, "usd"),
                Num(year.tax_usd, "usd"),
                Num(year.carried.short_usd + year.carried.long_usd, "usd"),
            )
        )
    return Table(
        "Tax by year, USD",
        (
            Column("Year"),
            Column("Marked to market", bar=True),
            *((Column("Realised, short-term"), Column("Realised, long-term")) if funds else ()),
            Column("Interest"),
            Column("Tax"),
            Column("Losses carried on"),
        ),
        tuple(rows),
        note="Of the account that pays: smaller than the one without tax by what it has paid, with the same returns.",
    )
