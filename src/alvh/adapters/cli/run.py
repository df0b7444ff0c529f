"""Run policies on a prepared bench and show the results: what `backtest` and `demo` have in common."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click

from alvh.accounting.statement import Statement
from alvh.adapters.backtesting import Bench, Request, backtest, execution, fill_ladder, model_band
from alvh.adapters.cli.options import write_page
from alvh.evidence.model_band import Band
from alvh.policies.policy import Policy


@dataclass(frozen=True, slots=True)
class Results:
    """Statements of one command, in the order asked for, and the report file where one was written.

    `later` holds, for a policy that fills on the close that decided, the same policy filled at the next close;
    `at_once` names the layers that do, where it is not all of them; `bands` holds the range over the error of modelled
    quotes, where it was asked for.
    """

    statements: tuple[Statement, ...]
    later: dict[str, Statement]
    report: Path | None
    bands: dict[str, Band] = field(default_factory=dict)
    at_once: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def as_json(self) -> list[dict[str, Any]]:
        """Return the JSON of product.md: one object a policy."""
        from alvh.reports.result_json import band_dict, result_dict  # noqa: PLC0415

        out = []
        for statement in self.statements:
            made = result_dict(statement)
            if statement.policy in self.later:
                made["next_close"] = {"nav_end": round(float(self.later[statement.policy].equity_usd[-1]), 2)}
            if statement.policy in self.bands:
                made["band"] = band_dict(self.bands[statement.policy])
            made["seconds"] = made.pop("seconds")
            out.append(made)
        return out

    def print(self) -> None:
        """Print the results in short."""
        from alvh.adapters.render.terminal import print_statements  # noqa: PLC0415

        print_statements(self.statements, bands=self.bands)
        for statement in self.statements:
            if statement.policy in self.later:
                gained = float(statement.equity_usd[-1] - self.later[statement.policy].equity_usd[-1])
                way = f"{abs(gained):,.0f} USD {'lower' if gained > 0.0 else 'higher'}" if gained else "the same"
                when = "in the roll window" if statement.fill.endswith("roll") else "on the close"
                layers = self.at_once.get(statement.policy)
                who = f"{', '.join(layers)} of {statement.policy}" if layers else statement.policy
                own = f"{who} {'fill' if layers and len(layers) > 1 else 'fills'} {when} that decides"
                click.echo(f"{own}; filled at the next close it would end {way}.")
        if self.report is not None:
            click.echo(f"Report: {self.report.absolute()}")


def run_and_show(
    bench: Bench,
    policies: Sequence[Policy],
    request: Request,
    report: Path | None,
    tell: Callable[[str, int, int], None],
    draws: int = 0,
) -> Results:
    """Run the policies, each `draws` times more for a model band, and write the report where one is asked for."""
    # A run makes millions of small values and no cycles: collecting them over and over costs a quarter of its time.
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)
    statements, later, ladders, bands, named = [], {}, {}, {}, {}
    for policy in policies:

        def on_day(done: int, total: int, name: str = policy.name) -> None:
            if done % 50 == 0 or done == total:
                tell(name, done, total)

        statements.append(backtest(bench, policy, request, on_day))
        whole = execution(policy, request).same_close
        at_once = tuple(one.name for one in policy.layers if getattr(getattr(one, "params", None), "same_close", False))
        # One layer of many is worth a second run only where the page is asked for.
        if whole or (at_once and report is not None):
            named[policy.name] = () if whole else at_once
            following = replace(policy, timing="next_close")
            other = replace(request, same_close=False, next_close=True)
            later[policy.name] = backtest(bench, following, other, on_day)
        if draws:
            bands[policy.name] = model_band(bench, policy, request, draws, tell)
        if report is not None:
            ladders[policy.name] = fill_ladder(bench, policy, request, tell)
    if report is not None:
        from alvh.reports.backtest import backtest_report  # noqa: PLC0415

        write_page(backtest_report(statements, fill_ladder=ladders, bands=bands), report)
    return Results(tuple(statements), later, report, bands, named)
