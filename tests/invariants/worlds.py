"""Worlds for the invariants: random markets with holes, random policies, random fills; and one run of each.

What Hypothesis draws is the specification, which prints in a line; `World.run` builds and runs it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from hypothesis import settings
from hypothesis import strategies as st

from alvh.day import Run, run
from alvh.execution.execute import Execution
from alvh.execution.fills.spread_fraction import FRACTIONS
from alvh.market.history import History, build_history
from alvh.market.market_quotes import MarketQuotes
from alvh.market.quotes import QuoteSource
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.brokers import broker_names, load_broker
from alvh.policies.policy import Policy, parse_policy
from tiny_market import TinySpec, market_specs

SOAK = 40 if os.environ.get("ALVH_SOAK") else 1
NAV_CENTS = 500_000_000
HOLES = ("vx", "VIX", "SPX", "SKEW", "VVIX", "VIX3M", "SPY", "DGS1MO", "DGS3MO")


@dataclass(frozen=True)
class World:
    """A market with its holes, a policy as text and the way its orders are filled.

    `chains` names the sessions that have an SPX chain; with any, the run takes market quotes. `spoilt` is the share of
    its quotes that are missing, and the same share again that are crossed, without an ask, or nobody's bid.
    """

    spec: TinySpec
    policy: str
    fill: str = "half"
    same_close: bool = False
    broker: str = "generic"
    holes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    chains: tuple[int, int] | None = None
    start: int = 0
    spoilt: float = 0.0

    def tables(self) -> dict[str, pl.DataFrame]:
        """Build the canonical tables."""
        tables = self.spec.tables(holes=self.holes, with_chains=range(*self.chains) if self.chains else None)
        return {**tables, "chains": spoil(tables["chains"], self.spoilt)} if self.spoilt else tables

    def history(self) -> History:
        """Lay the tables out; the axis is the market's own, also where SPX has holes at its ends."""
        return history_of(self.tables(), self.spec)

    def quotes(self, history: History) -> QuoteSource:
        """Return a fresh quote source."""
        return MarketQuotes(history) if self.chains else ModelledQuotes(history)

    def parsed(self) -> Policy:
        """Read the policy."""
        return parse_policy(self.policy)

    def how(self) -> Execution:
        """Return how orders are filled."""
        fees = None if self.broker == "none" else load_broker(self.broker)
        return Execution(self.fill, self.same_close, fees)

    def run(
        self, history: History | None = None, quotes: QuoteSource | None = None, policy: Policy | None = None
    ) -> Run:
        """Run the world, on a given history, quote source and policy or on its own."""
        history = history if history is not None else self.history()
        return run(
            history,
            policy if policy is not None else self.parsed(),
            quotes if quotes is not None else self.quotes(history),
            first=history.dates[self.start],
            last=history.dates[-1],
            nav_cents=NAV_CENTS,
            how=self.how(),
        )


def examples(n: int) -> settings:
    """Return how many worlds a test looks at: `n`, and many more in the heavy form of the tests."""
    return settings(max_examples=n * SOAK, deadline=None)


def altered(
    tables: Mapping[str, pl.DataFrame], other: Mapping[str, pl.DataFrame], cut: object
) -> dict[str, pl.DataFrame]:
    """Return tables whose rows from the date `cut` on are another market's, a fifth of them missing."""
    out = {}
    for name, frame in tables.items():
        day = pl.col("quote_date" if name == "chains" else "date")
        future = other[name].filter(day >= cut)
        kept = np.random.default_rng(len(name)).random(future.height) < 0.8
        out[name] = pl.concat((frame.filter(day < cut), future.filter(pl.Series(kept))))
    return out


def history_of(tables: Mapping[str, pl.DataFrame], spec: TinySpec) -> History:
    """Lay tables of a tiny market out on its own axis."""
    frames = {name: frame for name, frame in tables.items() if name != "chains"}
    chains = {"SPX": tables["chains"]} if "chains" in tables else None
    return build_history(frames, chains, sessions=spec.axis())


def spoil(chains: pl.DataFrame, share: float) -> pl.DataFrame:
    """Take quotes out of chains, and make as many useless; which ones hangs on the contract and the session alone."""
    drawn = pl.struct("quote_date", "root", "expiry", "right", "strike").hash(seed=1) / 2.0**64
    fault = pl.col("fault")
    return (
        chains.with_columns(fault=drawn)
        .filter(fault >= share)
        .with_columns(
            bid=pl.when(fault < share * 4 / 3).then(0.0).when(fault < share * 5 / 3).then(2.0 * pl.col("ask") + 1.0)
            .otherwise("bid"),
            ask=pl.when((fault >= share * 5 / 3) & (fault < share * 2)).then(0.0).otherwise("ask"),
        )
        .drop("fault")
    )  # fmt: skip


def toml(condor: Mapping[str, object], hedges: Mapping[str, Mapping[str, object]], *rules: Mapping[str, object]) -> str:
    """Write a policy as TOML: the condor, the hedge layers by name, the rules."""
    lines = ['name = "drawn"']
    tables = [("layers", {"kind": "condor", **condor})]
    tables += [("layers", {"kind": "vix_calls", "name": name, **params}) for name, params in hedges.items()]
    tables += [("rules", rule) for rule in rules]
    for table, entries in tables:
        lines.append(f"\n[[{table}]]")
        lines += [f"{key} = {_value(value)}" for key, value in entries.items() if value is not None]
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


@st.composite
def condors(draw: st.DrawFn, *, underlying: str | None = None) -> dict[str, object]:
    """Draw the parameters of a condor layer."""
    shorts = draw(st.sampled_from(["delta", "sd", "credit", "width_points", "width_percent"]))
    short = {
        "delta": st.floats(0.05, 0.44),
        "sd": st.floats(0.4, 2.0),
        "credit": st.floats(0.5, 15.0),
        "width_points": st.floats(20.0, 200.0),
        "width_percent": st.floats(1.0, 8.0),
    }[shorts]
    low = draw(st.integers(1, 40))
    # Looking for a credit tries sixteen deltas in every expiry of the window.
    high = low + (8 if shorts == "credit" else draw(st.integers(5, 40)))
    return {
        "underlying": underlying or draw(st.sampled_from(["SPX", "SPX", "XSP"])),
        "entry": draw(st.sampled_from(["monthly"] if shorts == "credit" else ["daily", "weekly", "monthly"])),
        "dte_min": low,
        "dte_max": high,
        "dte_target": draw(st.integers(low, high)),
        "shorts": shorts,
        "short": round(draw(short), 3),
        "wing_percent": round(draw(st.floats(0.5, 6.0)), 2),
        "max_width_ratio": draw(st.sampled_from([1.25, 2.0, 5.0])),
        "profit_take": draw(st.sampled_from(["none", 0.25, 0.5, 1.0])),
        "stop_loss": draw(st.sampled_from(["none", 0.5, 2.0])),
        "exit_dte": draw(st.sampled_from(["none", *(days for days in (0, 1, 7, 21) if days < low)])),
        "exit_on": draw(st.sampled_from(["at_or_below", "nearest"])),
        "max_lots": draw(st.sampled_from([1, 7, 40])),
    }


@st.composite
def vix_calls(draw: st.DrawFn, *, recycle_to: str | None = None) -> dict[str, object]:
    """Draw the parameters of a layer of VIX calls, eager to take gains."""
    low = draw(st.integers(5, 120))
    high = low + draw(st.integers(35, 120))
    return {
        "contracts": draw(st.sampled_from([1, 4, 10, 33.3])),
        "delta": round(draw(st.floats(0.1, 0.8)), 2),
        "dte_min": low,
        "dte_max": high,
        "dte_target": draw(st.integers(low, high)),
        "choose": draw(st.sampled_from(["nearest", "target", "longest"])),
        "roll_dte": draw(st.integers(0, low - 1)),
        "weight": draw(st.sampled_from([0.0, 0.5, 1.0])),
        "monetise_multiple": draw(st.sampled_from([1.05, 1.5] if recycle_to else [None, 1.1, 2.0])),
        "monetise_share": draw(st.sampled_from([0.33, 0.5, 1.0])),
        "recycle_to": recycle_to,
        "exit_front_level": draw(st.sampled_from([None, 18.0, 30.0])),
        "giveback": draw(st.sampled_from([None, 0.2])),
        "giveback_from": 1.2,
    }


@st.composite
def vx_futures(draw: st.DrawFn) -> dict[str, object]:
    """Draw the parameters of a layer of VIX futures."""
    low = draw(st.integers(5, 120))
    high = low + draw(st.integers(35, 120))
    return {
        "kind": "vx_futures",
        "contracts": draw(st.sampled_from([0.5, 2.0, 30.0, 5000.0])),
        "root": draw(st.sampled_from(["auto", "VX"])),
        "dte_min": low,
        "dte_max": high,
        "dte_target": draw(st.integers(low, high)),
        "choose": draw(st.sampled_from(["nearest", "target", "longest"])),
        "roll_dte": draw(st.integers(0, low - 1)),
        "exit_front_level": draw(st.sampled_from([None, 18.0, 30.0])),
    }


@st.composite
def policies(draw: st.DrawFn, *, hedged: bool = True, underlying: str | None = None) -> str:
    """Draw a policy: a condor, up to two hedge layers, and rules."""
    hedges = {}
    if hedged:
        names = draw(st.sampled_from([(), ("near",), ("near", "far")]))
        for name in names:
            calls = vix_calls(recycle_to="far" if name == "near" and len(names) > 1 else None)
            hedges[name] = draw(st.one_of(calls, vx_futures()))
    sizing = draw(
        st.sampled_from([None, {"kind": "sizing", "target": 0.02, "cap": 0.5, "total": 0.5}, {"kind": "sizing"}])
    )
    budget = draw(st.sampled_from([None, {"kind": "hedge_budget", "equity_share": 0.02, "credit_share": 0.5}]))
    whole = {"kind": "whole_contracts", "band": draw(st.sampled_from([0.0, 0.1]))}
    rules = [rule for rule in (sizing, *((budget, whole) if hedges else ())) if rule]
    return toml(draw(condors(underlying=underlying)), hedges, *rules)


@st.composite
def holes(draw: st.DrawFn, sessions: int) -> dict[str, tuple[int, ...]]:
    """Draw sessions on which a table, an index or a rate has no row."""
    names = draw(st.lists(st.sampled_from(HOLES), max_size=3, unique=True))
    at = st.lists(st.integers(0, sessions - 1), min_size=1, max_size=8, unique=True)
    return {name: tuple(sorted(draw(at))) for name in names}


@st.composite
def modelled_worlds(draw: st.DrawFn, max_sessions: int = 160) -> World:
    """Draw a world whose quotes are reconstructed."""
    spec = draw(market_specs(60, max_sessions))
    return World(
        spec,
        draw(policies()),
        draw(st.sampled_from(sorted(FRACTIONS))),
        draw(st.booleans()),
        draw(st.sampled_from(["none", *broker_names()])),
        draw(holes(spec.sessions)),
        start=draw(st.sampled_from([0, 5])),
    )


@st.composite
def chain_worlds(draw: st.DrawFn) -> World:
    """Draw a world with SPX chains on some sessions: the others are marked by the model, or not at all."""
    seed = draw(st.integers(0, 2**32 - 1))
    spec = TinySpec(seed=seed, sessions=draw(st.integers(36, 48)), shock_at=(draw(st.integers(5, 40)),))
    first = draw(st.integers(0, 6))
    last = first + draw(st.integers(18, 28))
    gone = {**draw(holes(spec.sessions))}
    gone["chains"] = tuple(sorted(draw(st.lists(st.integers(first + 1, last), max_size=5, unique=True))))
    return World(
        spec,
        draw(policies(hedged=False, underlying="SPX")),
        draw(st.sampled_from(sorted(FRACTIONS))),
        draw(st.booleans()),
        draw(st.sampled_from(["none", "ibkr"])),
        gone,
        (first, last),
        start=first,
        spoilt=draw(st.sampled_from([0.0, 0.1, 0.3])),
    )
