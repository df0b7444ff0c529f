"""The same policy for accounts of four sizes, in whole lots on SPX and XSP, and what a small one cannot do."""

from __future__ import annotations

import math
from collections.abc import Sequence

from alvh.evidence.account_sizes import SizeLine
from alvh.reports.blocks import Block, Cell, Column, Num, Sentence, Table
from alvh.reports.words import dollars, listed, percent, plural
from alvh.values import Missing

NEVER = 0.05
"""A size that is refused all but a twentieth of its entries does not trade the policy."""
MOSTLY = 0.5


def account_size_blocks(lines: Sequence[SizeLine]) -> tuple[Block, ...]:
    """Return the table and one sentence for each thing that a small account cannot do."""
    return (account_size_table(lines), *(Sentence(said) for said in size_sentences(lines)))


def account_size_table(lines: Sequence[SizeLine]) -> Table:
    """Return one row a size and underlying."""
    layers = list(dict.fromkeys(layer for line in lines for layer in line.rounded))
    return Table(
        "At your size",
        (
            Column("Account, USD"),
            Column("Condors on"),
            Column("Growth a year"),
            Column("Deepest [[drawdown]]"),
            Column("[[hedge cost|Hedge cost]] a year"),
            Column("Entries that fitted"),
            Column("Condors opened"),
            Column("Lots each"),
            Column("Costs of the credit"),
            *(Column(f"{layer} rounds to none") for layer in layers),
        ),
        tuple(_row(line, layers) for line in lines),
        note="Whole lots and whole hedge contracts. An entry fits where one lot stays within the share of equity that "
        "the policy allows. Costs: slippage and fees of the condors, in and out, over the credits they opened with. A "
        "hedge that rounds to none: share of the sessions with a condor open.",
    )


def _row(line: SizeLine, layers: Sequence[str]) -> tuple[Cell, ...]:
    none = Missing("no condor was opened")
    return (
        Num(line.nav_usd, "usd"),
        line.underlying,
        Num(line.cagr, "percent"),
        Num(line.max_drawdown, "percent"),
        Missing("it carries no hedge")
        if math.isnan(line.hedge_cost_per_year)
        else Num(line.hedge_cost_per_year, "percent"),
        Missing("it had no entry") if math.isnan(line.could_trade) else Num(line.could_trade, "share"),
        Num(line.opened, "count"),
        Num(line.average_lots, "ratio") if line.opened else none,
        Num(line.costs_of_credit, "share") if line.opened else none,
        *(Num(line.rounded[layer], "share") if line.opened and layer in line.rounded else none for layer in layers),
    )


def size_sentences(lines: Sequence[SizeLine]) -> list[str]:
    """Return what the table means for who has the account, computed from it.

    A layer that mostly rounds to none in the largest account too is small by design, and left out.
    """
    largest = max((line.nav_usd for line in lines), default=0.0)
    tiny = {name for line in lines if line.nav_usd == largest for name, share in line.rounded.items() if share > MOSTLY}
    said, bare = [], False
    for line in lines:
        who = f"{dollars(line.nav_usd)} on {line.underlying}"
        tried = plural(line.opened + line.refused, "entry", "entries")
        if not line.opened or line.could_trade < NEVER:
            said.append(
                f"{who} does not trade this policy: one lot was too large at {line.refused:,} of {tried}, and what "
                "grows is interest on cash."
            )
            continue
        if line.could_trade < MOSTLY:
            said.append(f"{who} can trade {line.opened:,} of {tried}; at the others one lot was too large.")
        gone = {name: share for name, share in line.rounded.items() if share > MOSTLY and name not in tiny}
        if gone:
            bare = True
            said.append(
                f"{who} is mostly without {listed(list(gone))}: at {line.average_lots:.1f} lots a condor the hedge "
                f"rounds to no contract on up to {percent(max(gone.values()), 0)} of the sessions with a condor open."
            )
    if bare:
        said.append(
            "VIX options come in one size, 100 USD a point: the hedge of a small account is a whole contract or none, "
            "and its result is that of condors with little hedge."
        )
    return [*said, *_costs(lines)]


def _costs(lines: Sequence[SizeLine]) -> list[str]:
    """Say what XSP costs beside SPX, at the largest account that traded both."""
    by_size = {(line.nav_usd, line.underlying): line.costs_of_credit for line in lines if line.opened}
    both = [nav for nav, underlying in by_size if underlying == "XSP" and (nav, "SPX") in by_size]
    if not both:
        return []
    small, large = by_size[(max(both), "XSP")], by_size[(max(both), "SPX")]
    said = (
        f"On XSP slippage and fees take {percent(small, 0)} of the credit, on SPX {percent(large, 0)}: the fee of a "
        "contract is the same for a tenth of the size."
    )
    return [said] if small > large else []
