"""What the run stands on: marks, margin, who could have traded it, which inputs cover what, and the hashes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from alvh.accounting.statement import Statement
from alvh.evidence.measure import day_of
from alvh.reports.blocks import Cell, Code, Column, Num, Sentence, Series, Table, TimeSeries
from alvh.reports.parts.curves import GROUP
from alvh.reports.parts.tones import policy_tone
from alvh.reports.words import dollars, percent
from alvh.values import Missing


def marks_table(statements: Sequence[Statement]) -> Table:
    """Return where the marks of each policy came from."""
    return Table(
        "Marks of held options",
        (
            Column("Policy"),
            Column("Quotes of the run"),
            Column("Marks"),
            Column("[[modelled mark|Modelled]]"),
            Column("Share"),
            Column("[[stale mark|Stale]]"),
        ),
        tuple(
            (
                one.policy,
                one.quotes,
                Num(one.leg_marks, "count"),
                Num(one.modelled_leg_marks, "count"),
                Num(one.modelled_share, "share"),
                Num(one.stale_leg_marks, "count"),
            )
            for one in statements
        ),
    )


def margin_chart(statement: Statement) -> TimeSeries:
    """Return the margin of short packages over time, of one policy: two would hide each other."""
    return TimeSeries(
        f"[[margin|Margin]] of short packages, {statement.policy}, USD",
        statement.sessions,
        (Series(statement.policy, policy_tone(0), statement.margin_usd, secondary=True),),
        "usd",
        _margin(statement),
        GROUP,
    )


def margin_sentence(statements: Sequence[Statement]) -> Sentence:
    """Say how large the margin became."""
    return Sentence(" ".join(_margin(one) for one in statements), quiet=True)


def _margin(one: Statement) -> str:
    if not one.margin_usd.size:
        return f"{one.policy} has no session."
    top = int(np.argmax(one.margin_usd))
    share = percent(float(one.margin_usd[top] / one.equity_usd[top]), 1)
    return (
        f"The largest margin of {one.policy} was {dollars(float(one.margin_usd[top]))} on {day_of(one.sessions, top)}, "
        f"{share} of the account that day."
    )


def tradable_table(statement: Statement) -> Table | None:
    """Return who could have traded: the share of entry sessions on which one lot fits an account; None if not known."""
    roots = list(dict.fromkeys(root for root, _, _ in statement.tradable))
    navs = sorted({nav for _, nav, _ in statement.tradable})
    if not roots:
        return None
    shares = {(root, nav): share for root, nav, share in statement.tradable}
    rows: list[tuple[Cell, ...]] = []
    for nav in navs:
        cells = (shares.get((root, nav)) for root in roots)
        rows.append((dollars(nav), *(Num(s, "share") if s is not None else Missing("not computed") for s in cells)))
    return Table(
        f"Who could have traded {statement.policy}",
        (Column("Account"), *(Column(f"one lot of {root}") for root in roots)),
        tuple(rows),
        note="Share of the sessions with an entry on which one lot stays within the sizing rule.",
    )


def coverage_table(statement: Statement) -> Table:
    """Return from when to when each input exists."""
    return Table(
        "Inputs",
        (Column("Input"), Column("From"), Column("To"), Column("Sessions missing"), Column("Note")),
        tuple(
            (
                one.name,
                one.first or Missing("never there"),
                one.last or Missing("never there"),
                Num(one.missing, "count"),
                one.note,
            )
            for one in statement.coverage
        ),
    )


def hash_table(statements: Sequence[Statement]) -> Table:
    """Return what identifies each run: the same hashes give the same result, byte for byte."""
    return Table(
        "What was run",
        (Column("Policy"), *(Column(one.policy, tone=policy_tone(at)) for at, one in enumerate(statements))),
        (
            ("Version", *(one.version for one in statements)),
            ("[[fill|Fill]]", *(one.fill for one in statements)),
            ("Quotes", *(one.quotes for one in statements)),
            ("Policy hash", *(Code(one.policy_hash) for one in statements)),
            ("Data hash", *(Code(one.data_hash) for one in statements)),
        ),
    )
