"""The worst ten days, and what each layer did on them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from alvh.accounting.statement import Statement
from alvh.evidence.measure import day_of, worst_days
from alvh.evidence.pairing import WORST_DAYS, Comparison, Pair, total_pnl_usd
from alvh.reports.blocks import Cell, Column, Num, Table, Tone
from alvh.values import Floats, Ints, Missing


def worst_days_table(statement: Statement, tones: Mapping[str, Tone]) -> Table:
    """Return the ten days on which the account lost most."""
    days = worst_days(total_pnl_usd(statement.equity_usd, statement.nav_start_usd), WORST_DAYS)
    return _table(f"The {days.size} worst days of {statement.policy}, USD", statement, tones, days, None)


def worst_days_without(pair: Pair, told: Comparison, tones: Mapping[str, Tone]) -> Table:
    """Return the ten days on which the side without the hedge lost most, with what the hedged one did on them."""
    title = (
        f"The {told.worst_days.size} worst days without the hedge, and what the layers of {pair.hedged.policy} did, USD"
    )
    without = total_pnl_usd(pair.equity_without_usd, pair.hedged.nav_start_usd)
    return _table(title, pair.hedged, tones, told.worst_days, without)


def _table(title: str, one: Statement, tones: Mapping[str, Tone], days: Ints, without: Floats | None) -> Table:
    total = total_pnl_usd(one.equity_usd, one.nav_start_usd)
    rows: list[tuple[Cell, ...]] = []
    for day in days.tolist():
        layers = (Num(float(one.layer_pnl_usd[layer][day]), "usd") for layer in one.layers)
        other = () if without is None else (Num(float(without[day]), "usd"),)
        context = (day_of(one.sessions, day), _move(one, day), _vix(one, day), one.regimes[day])
        rows.append((*context, *other, *layers, Num(float(total[day]), "usd")))
    context_columns = 4
    sums: tuple[Cell, ...] = tuple(
        Num(sum(cell.value for row in rows if isinstance(cell := row[at], Num)), "usd")
        for at in range(context_columns, len(rows[0]) if rows else context_columns)
    )
    return Table(
        title,
        (
            Column("Day"),
            Column("S&P 500"),
            Column("[[VIX]]"),
            Column("[[regime|Curve]]"),
            *(() if without is None else (Column("Without"),)),
            *(Column(layer, tone=tones[layer]) for layer in one.layers),
            Column("All layers"),
        ),
        (*rows, ("sum", "", "", "", *sums)) if rows else (),
        total=bool(rows),
    )


def _move(one: Statement, day: int) -> Cell:
    spx = one.market.get("SPX")
    if spx is None or day == 0 or np.isnan(spx[day - 1 : day + 1]).any():
        return Missing("the index of that day or of the day before is not known")
    return Num(float(spx[day] / spx[day - 1] - 1.0), "percent", signed=True)


def _vix(one: Statement, day: int) -> Cell:
    vix = one.market.get("VIX")
    if vix is None or np.isnan(vix[day]):
        return Missing("the VIX of that day is not known")
    return Num(float(vix[day]), "points")
