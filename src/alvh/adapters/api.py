"""The Python face of the product: open a store, look at a day, decide, run, and hold the result in your hands."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from alvh.accounting.attribution import TERMS
from alvh.accounting.book import Book
from alvh.accounting.statement import Statement
from alvh.adapters import backtesting
from alvh.adapters.leg_frame import LEG_KEYS, leg_frame
from alvh.adapters.load import load_history
from alvh.adapters.sources.demo import demo_tables
from alvh.adapters.store import Store
from alvh.adapters.trials import Trials
from alvh.day import Source, choose_source
from alvh.decision.decide import decide as decide_day
from alvh.diagnosis.diagnose import Readings, diagnose
from alvh.evidence.account import account
from alvh.evidence.attribution_tables import TermLine, campaign_terms, regime_terms
from alvh.market.history import History, build_history
from alvh.market.observe import View
from alvh.policies.policy import Policy
from alvh.reports.result_json import result_dict
from alvh.values import Holdings, Plan

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DEMO = "demo"
"""Name of the embedded market, in place of a store's folder."""


@dataclass(frozen=True, eq=False)
class Market:
    """An opened market: its history in memory, ready to be viewed and run.

    Attributes
    ----------
    history : History
    load_seconds : float
    store : Path or None
        The folder it was loaded from, whose trial counter its backtests are added to; None for a market in memory.
    """

    history: History
    load_seconds: float
    store: Path | None = None

    def view(self, date: dt.date | str, *, quotes: Source = "auto", policy: Policy | str = "alvh") -> View:
        """Return everything known at a session's close and nothing after it.

        Raises
        ------
        KeyError
            When `date` is not a session of this market.
        """
        day = _date(date)
        i = self.history.index(day)
        source = choose_source(self.history, _policy(policy), quotes, day, day)
        return View(self.history, source, i)

    def readings(self, date: dt.date | str) -> Readings:
        """Return the indicators of a session."""
        return diagnose(self.view(date, quotes="modelled"))


@dataclass(frozen=True, eq=False)
class Result:
    """A backtest's result: it prints itself, shows itself in a notebook, and gives frames and a figure.

    Attributes
    ----------
    statement : Statement
        Everything, as arrays and values.
    leg_days : polars.DataFrame or None
        What `legs` returns; None for a result that was made from a statement alone.
    """

    statement: Statement
    leg_days: pl.DataFrame | None = None

    def summary(self) -> dict[str, Any]:
        """Return the JSON of `alvh backtest --json` as a dictionary."""
        return result_dict(self.statement)

    def daily(self) -> pl.DataFrame:
        """Return one row a session: equity, drawdown, regime, margin, P&L by layer and the market's levels."""
        s = self.statement
        return pl.DataFrame(
            {
                "date": s.sessions,
                "equity_usd": s.equity_usd,
                "regime": list(s.regimes),
                "margin_usd": s.margin_usd,
                **{f"pnl_{name}_usd": values for name, values in s.layer_pnl_usd.items()},
                **s.market,
            }
        )

    def fills(self) -> pl.DataFrame:
        """Return one row a filled leg."""
        return pl.DataFrame(
            [
                {
                    "date": fill.session,
                    "layer": fill.layer,
                    "campaign": fill.campaign,
                    "kind": fill.kind,
                    "root": leg.contract.root,
                    "expiry": leg.contract.expiry,
                    "strike": leg.contract.strike,
                    "right": leg.contract.right,
                    "quantity": leg.quantity,
                    "price": leg.price,
                    "mid": leg.mid,
                    "fee_usd": leg.fee_cents / 100.0,
                    "origin": leg.origin,
                    "reason": fill.reason,
                }
                for fill in self.statement.fills
                for leg in fill.legs
            ]
        )

    def campaigns(self) -> pl.DataFrame:
        """Return one row a campaign: the original trade and everything done to it."""
        return pl.DataFrame([line._asdict() for line in self.statement.campaigns], infer_schema_length=None)

    def skips(self) -> pl.DataFrame:
        """Return one row for everything that did not happen, with the reason."""
        return pl.DataFrame([skip._asdict() for skip in self.statement.skips])

    def attribution(self, by: Literal["layer", "campaign", "leg", "regime"] = "layer") -> pl.DataFrame:
        """Return Greek terms in long form; however they are cut, they add up to the change in equity.

        Parameters
        ----------
        by : {"layer", "campaign", "leg", "regime"}
            ``layer``: daily (date, layer, term, usd). The others are sums over the run: ``campaign`` (layer, campaign,
            term, usd), ``leg`` (the same with the contract), ``regime`` (regime, layer, term, usd). Interest is on no
            campaign and on no leg.

        Raises
        ------
        ValueError
            By ``leg``, for a result without `leg_days`.
        """
        s = self.statement
        if by == "campaign":
            return _long(campaign_terms(s), ("layer", "campaign"))
        if by == "regime":
            lines = [line for layer in s.layers for line in regime_terms(s, layer)]
            return _long(lines, ("layer", "regime")).select("regime", "layer", "term", "usd")
        if by == "leg":
            return (
                self.legs()
                .filter(pl.col("campaign").is_not_null())
                .group_by(LEG_KEYS, maintain_order=True)
                .agg(pl.col(*TERMS).sum())
                .unpivot(TERMS, index=LEG_KEYS, variable_name="term", value_name="usd")
            )
        return pl.concat(
            pl.DataFrame({"date": s.sessions, "layer": layer, "term": term, "usd": values})
            for layer, terms in s.attribution_usd.items()
            for term, values in terms.items()
        )

    def legs(self) -> pl.DataFrame:
        """Return the daily identity, one row a leg and session (`alvh.adapters.leg_frame`): each row's own terms.

        Raises
        ------
        ValueError
            For a result without `leg_days`.
        """
        if self.leg_days is None:
            raise ValueError("this result was made from a statement, which holds campaigns and layers, and no legs")
        return self.leg_days

    def report(self, path: Path | str, *others: Result) -> Path:
        """Write the HTML report of this result, beside others where given, and return its path."""
        from alvh.adapters.render.html import write_html  # noqa: PLC0415
        from alvh.reports.backtest import backtest_report  # noqa: PLC0415

        return write_html(backtest_report([self.statement, *(o.statement for o in others)]), Path(path))

    def figure(self) -> Figure:
        """Return a matplotlib figure of equity and P&L by layer (install matplotlib: it is not a dependency)."""
        from matplotlib.figure import Figure as Canvas  # noqa: PLC0415

        s = self.statement
        figure = Canvas(figsize=(9.0, 6.0), layout="constrained")
        upper, lower = figure.subplots(2, 1, sharex=True)
        upper.plot(s.sessions, s.equity_usd)
        upper.set_title(f"{s.policy}: equity, USD ({s.quotes} quotes, {s.fill} fill, simulated)")
        for name, values in s.layer_pnl_usd.items():
            lower.plot(s.sessions, values.cumsum(), label=name)
        lower.set_title("P&L by layer after costs, USD")
        lower.legend(frameon=False)
        return figure

    def __repr__(self) -> str:
        """Say the headline in three lines."""
        told = self.summary()
        return (
            f"{told['policy']} {told['from']} .. {told['to']}: {told['nav_start']:,.0f} -> {told['nav_end']:,.0f} USD\n"
            f"CAGR {told['cagr']:.2%}, vol {told['vol']:.2%}, maximum drawdown {told['max_drawdown']:.2%}, hedge cost "
            f"{told['hedge_cost_per_year']:.2%} a year\n"
            f"{told['quotes']} quotes, fill {told['fill']}, {told['modelled_share']:.0%} modelled marks, "
            f"{len(told['skipped'])} skips listed; simulated, no advice"
        )

    def _repr_html_(self) -> str:
        """Show the headline in a notebook."""
        lines = repr(self).splitlines()
        return f"<b>{lines[0]}</b><br>" + "<br>".join(lines[1:])


def open_market(
    store: Path | str | None = None,
    *,
    first: dt.date | str | None = None,
    last: dt.date | str | None = None,
    chains: Sequence[str] = (),
) -> Market:
    """Open a store (or ``"demo"``, the embedded market) and load its history.

    Parameters
    ----------
    store : path, "demo" or None
        None: ``ALVH_STORE``, else the platform's user-data folder.
    first, last : date, optional
        Window; the history begins two years earlier for trailing readings.
    chains : sequence of str
        Symbols whose option chains are loaded too.
    """
    begun = time.perf_counter()
    folder: Path | None = None
    if store == DEMO:
        history = build_history(demo_tables())
    else:
        folder = Store.locate(Path(store) if store is not None else None)
        history = load_history(
            Store(folder), first=_date(first) if first else None, last=_date(last) if last else None, chains=chains
        )
    return Market(history, time.perf_counter() - begun, folder)


def policy(name: str, **overrides: Any) -> Policy:
    """Return a shipped policy, or one from a TOML file; ``condor__short=0.1`` replaces one parameter."""
    return backtesting.find_policy(name, {key.replace("__", ".", 1): value for key, value in overrides.items()})


def decide(view: View, policy: Policy | str = "alvh", book: Holdings | None = None) -> Plan:
    """Return what a policy decides at a view: the same call the backtest makes.

    Parameters
    ----------
    view : View
    policy : Policy or str
    book : Holdings, optional
        What is held; an empty account of 5,000,000 USD when left out.
    """
    chosen = _policy(policy)
    held = book if book is not None else Book(round(backtesting.DEFAULT_NAV_USD * 100.0))
    return decide_day(view, diagnose(view), held, chosen.layers, chosen.rules)


def backtest(
    policy: Policy | str = "alvh",
    market: Market | Path | str | None = None,
    *,
    first: dt.date | str | None = None,
    last: dt.date | str | None = None,
    fill: str = "half",
    quotes: Source = "auto",
    nav_usd: float = backtesting.DEFAULT_NAV_USD,
    broker: str = "generic",
) -> Result:
    """Run one policy and return its result. `market` is an opened market, a store's folder, or ``"demo"``.

    A run on a store counts as a trial of that store (`alvh.adapters.trials`).
    """
    chosen = _policy(policy)
    request = backtesting.Request(
        _date(first) if first else None, _date(last) if last else None, fill, quotes, nav_usd, broker
    )
    begun = time.perf_counter()
    folder: Path | None = None
    if isinstance(market, Market):
        folder = market.store
        bench = backtesting.bench_of(market.history, [chosen], request, begun)
    elif market == DEMO:
        bench = backtesting.bench_of(build_history(demo_tables()), [chosen], request, begun)
    else:
        folder = Store.locate(Path(market) if market is not None else None)
        bench = backtesting.prepare(Store(folder), [chosen], request)
    started = time.perf_counter()
    made = backtesting.folded(bench, chosen, request)
    seconds = {"load": bench.load_seconds, "run": time.perf_counter() - started}
    statement = account(made, seconds)
    if folder is not None:
        Trials(folder).add(statement, kind="backtest", when=dt.datetime.now(dt.UTC))
    return Result(statement, leg_frame(made))


def _long(lines: Sequence[TermLine], names: tuple[str, str]) -> pl.DataFrame:
    """Return the terms of some lines in long form, under the names of what a line is of."""
    owner, name = names
    schema = {owner: pl.String, name: pl.String, "term": pl.String, "usd": pl.Float64}
    rows = [(line.layer, line.name, term, usd) for line in lines for term, usd in line.terms.items()]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _policy(name: Policy | str) -> Policy:
    return name if isinstance(name, Policy) else policy(name)


def _date(value: dt.date | str) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)


__all__ = ["Market", "Result", "backtest", "decide", "open_market", "policy"]
