"""P&L by regime of the volatility curve, layer by layer, beside the run without the hedge."""

from __future__ import annotations

from collections.abc import Mapping

from alvh.accounting.statement import Statement
from alvh.evidence.pairing import Pair, total_pnl_usd
from alvh.evidence.regimes import by_regime
from alvh.reports.blocks import Cell, Column, Num, Table, Tone


def regime_table(statement: Statement, tones: Mapping[str, Tone], pair: Pair | None) -> Table:
    """Return sessions and P&L of every regime, by layer; with the other side of the pair where there is one."""
    lines = by_regime(statement.regimes, statement.layer_pnl_usd)
    without = _without(statement, pair)
    rows: list[tuple[Cell, ...]] = []
    for name, line in lines.items():
        layers = (Num(line.layers[layer], "usd") for layer in statement.layers)
        rows.append((name, *_share(line.sessions, statement), Num(line.pnl_usd, "usd"), *layers, *_pair(without, name)))
    sums: list[Cell] = ["all sessions", *_share(statement.sessions.size, statement)]
    # Every column from the P&L on is in USD and adds up over the regimes.
    sums += [Num(sum(cell.value for row in rows if isinstance(cell := row[at], Num)), "usd")
             for at in range(3, len(rows[0]) if rows else 3)]  # fmt: skip
    return Table(
        f"By [[regime]], {statement.policy}, USD",
        (
            Column("VX curve"),
            Column("Sessions"),
            Column("Share"),
            Column("[[P&L]]", bar=True),
            *(Column(layer, tone=tones[layer]) for layer in statement.layers),
            *((Column("Without the hedge"),) if without is not None else ()),
        ),
        (*rows, tuple(sums)),
        note="The regime of a session is read at the close before it.",
        total=True,
    )


def _share(sessions: int, statement: Statement) -> tuple[Num, Num]:
    return Num(sessions, "count"), Num(sessions / max(1, statement.sessions.size), "share")


def _without(statement: Statement, pair: Pair | None) -> Mapping[str, float] | None:
    if pair is None or pair.hedged is not statement:
        return None
    daily = total_pnl_usd(pair.equity_without_usd, statement.nav_start_usd)
    return {name: line.pnl_usd for name, line in by_regime(statement.regimes, {"all": daily}).items()}


def _pair(without: Mapping[str, float] | None, name: str) -> tuple[Num, ...]:
    return () if without is None else (Num(without[name], "usd"),)
