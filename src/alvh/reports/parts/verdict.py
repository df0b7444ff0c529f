"""The answer first: what the hedge cost, what it saved, and how far one history can be trusted."""

from __future__ import annotations

import math

from alvh.accounting.statement import Statement
from alvh.evidence.measure import cagr, cvar95, daily_returns, max_drawdown
from alvh.evidence.pairing import Comparison, Pair, condors_opened
from alvh.reports.blocks import Figure, Num, Verdict
from alvh.reports.words import dollars, percent, plural, same_when_written

ONE_HISTORY = (
    "One history, no interval yet: the differences say what happened in this window, not what to expect from the next."
)


def hedged_verdict(pair: Pair, told: Comparison) -> Verdict:
    """Say in plain words what the hedge of a pair cost and changed, whichever way it went."""
    return Verdict(
        headline=f"{_cost(told)}, and {_drawdown(told)}",
        figures=_figures(told),
        sentences=(_compared(pair), _tail(pair, told), _growth(pair, told), *_beside(pair)),
        caveats=(ONE_HISTORY, marks(pair.hedged)),
    )


def plain_verdict(statement: Statement) -> Verdict:
    """Say what a run without any hedge did."""
    sessions, equity_usd, start_usd = statement.sessions, statement.equity_usd, statement.nav_start_usd
    fall = max_drawdown(equity_usd, start_usd, sessions)
    growth = cagr(equity_usd, start_usd, sessions)
    return Verdict(
        headline=f"{statement.policy} made {percent(growth)} a year with a deepest [[drawdown]] of "
        f"{percent(-fall.depth)}; it carries no hedge.",
        figures=(
            Figure("Growth a year", Num(growth, "percent"), None, "after costs, with interest", None),
            Figure("Deepest [[drawdown]]", Num(fall.depth, "percent"), None, dollars(fall.depth_usd), None),
            Figure("[[CVaR 95|Worst 5 % of days]]", Num(cvar95(daily_returns(equity_usd, start_usd)), "percent"), None,
                   "average day", None),
        ),
        sentences=(f"{dollars(start_usd)} became {dollars(_end(statement))}.",),
        caveats=(ONE_HISTORY, marks(statement)),
    )  # fmt: skip


def marks(statement: Statement) -> str:
    """Say where the prices came from."""
    share = statement.modelled_share
    if not statement.leg_marks:
        return "No position was ever marked."
    if share == 0.0:
        return f"All {statement.leg_marks:,} marks of options are recorded quotes."
    few = "All" if share == 1.0 else f"{percent(share, 1)} of"
    return f"{few} {statement.leg_marks:,} marks of options are [[modelled mark|modelled]], not quoted."


def _cost(told: Comparison) -> str:
    cost = told.cost_per_year
    if same_when_written(cost, 0.0):
        return "The hedge cost nothing that shows at two decimals"
    if cost < 0.0:
        return f"The hedge earned {percent(-cost)} of the account a year after its costs"
    return f"The [[hedge cost|hedge cost]] {percent(cost)} of the account a year"


def _drawdown(told: Comparison) -> str:
    with_it, without = -told.with_hedge.drawdown.depth, -told.without.drawdown.depth
    if same_when_written(with_it, without):
        return f"the deepest [[drawdown]] stayed at {percent(with_it)}."
    verb = "was shallower with it" if with_it < without else "got deeper with it"
    return f"the deepest [[drawdown]] {verb}: {percent(with_it)} instead of {percent(without)}."


def _figures(told: Comparison) -> tuple[Figure, ...]:
    with_it, without = told.with_hedge, told.without
    saved_usd = with_it.worst_days_usd - without.worst_days_usd
    count = told.worst_days.size
    return (
        Figure(
            "[[hedge cost|Hedge cost]] a year",
            Num(told.cost_per_year, "percent"),
            None,
            f"{dollars(told.cost_usd_per_session)} a [[session]]",
            None,
        ),
        _rate("Deepest [[drawdown]]", with_it.drawdown.depth, without.drawdown.depth, "shallower", "deeper"),
        _rate("[[CVaR 95|Worst 5 % of days]]", with_it.cvar95, without.cvar95, "milder", "worse"),
        Figure(
            f"The {count} worst days",
            Num(with_it.worst_days_usd, "usd"),
            Num(without.worst_days_usd, "usd"),
            f"{dollars(abs(saved_usd))} {'less' if saved_usd >= 0.0 else 'more'} lost",
            saved_usd >= 0.0,
        ),
        _rate("Growth a year", with_it.cagr, without.cagr, "more", "less"),
    )


def _rate(label: str, with_it: float, without: float, better: str, worse: str) -> Figure:
    """Higher is better for everything measured here: losses are negative."""
    numbers = Num(with_it, "percent"), Num(without, "percent")
    if math.isnan(with_it) or math.isnan(without):
        return Figure(label, *numbers, "too short or ruined: not measurable", None)
    if same_when_written(with_it, without):
        return Figure(label, *numbers, "no difference that shows", None)
    good = with_it > without
    points = f"{abs(with_it - without) * 100:.2f} points"
    return Figure(label, *numbers, f"{points} {better if good else worse}", good)


def _compared(pair: Pair) -> str:
    if pair.control:
        fills = (
            "same fills"
            if pair.control.fill == pair.hedged.fill
            else (f"but fills at {pair.hedged.fill} and at {pair.control.fill}")
        )
        return (
            f"Compared: {pair.hedged.policy} with its hedge, {pair.control.policy} without one, same window, same "
            f"starting value, {fills}."
        )
    return (
        f"Compared: {pair.hedged.policy} as it ran, and the same run with the P&L of its hedge layers taken out "
        "(its condors and its interest stay as they were, so this is an approximation of not hedging)."
    )


def _beside(pair: Pair) -> tuple[str, ...]:
    """Say what an unhedged policy with other condors came to, and that the hedge is not what parts the two."""
    other = pair.beside
    if other is None:
        return ()
    said = (
        f"{other.policy} beside it is another book: {_condors(other)} where "
        f"{pair.hedged.policy} had {_condors(pair.hedged)}, and {dollars(other.nav_start_usd)} became "
        f"{dollars(_end(other))}. What gates, capital, rolls and protocol changed there is not the hedge's doing."
    )
    return (said,)


def _condors(statement: Statement) -> str:
    """Return how many condors a run opened, and what they made."""
    pnl = sum(
        float(statement.layer_pnl_usd[layer].sum())
        for layer in statement.layers
        if layer not in (*statement.hedge_layers, "cash")
    )
    return f"{plural(condors_opened(statement), 'condor')} for {_outcome(pnl)}"


def _tail(pair: Pair, told: Comparison) -> str:
    with_it, without = told.with_hedge, told.without
    return (
        f"On the {plural(told.worst_days.size, 'day')} on which {pair.name_without} lost most it lost "
        f"{dollars(-without.worst_days_usd)}; with the hedge the same days came to {_outcome(with_it.worst_days_usd)}. "
        f"Over the worst 5 % of its own days each lost on average {percent(-without.cvar95)} without and "
        f"{percent(-with_it.cvar95)} with the hedge."
    )


def _outcome(usd: float) -> str:
    return f"a loss of {dollars(-usd)}" if usd < 0.0 else f"a gain of {dollars(usd)}"


def _growth(pair: Pair, told: Comparison) -> str:
    end_without = float(pair.equity_without_usd[-1]) if pair.equity_without_usd.size else pair.hedged.nav_start_usd
    return (
        f"{dollars(pair.hedged.nav_start_usd)} became {dollars(_end(pair.hedged))} with the hedge "
        f"({percent(told.with_hedge.cagr)} a year) and {dollars(end_without)} without ({percent(told.without.cagr)})."
    )


def _end(statement: Statement) -> float:
    return float(statement.equity_usd[-1]) if statement.sessions.size else statement.nav_start_usd
