"""Statements to test reports with: a pencil-sized one, and seeded synthetic histories of any length.

Nothing here pretends to be a market: the synthetic histories have the shape of one (calm credit, sudden losses, hedges
that bleed and jump) so that every part of a report has something to show, and they keep the promises of `Statement`:
equity is the starting value plus the P&L of the layers, to the cent, and the terms of a layer add up to its P&L.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np

from alvh.accounting.statement import CampaignLine, Coverage, Statement
from alvh.values import Contract, Fill, LegFill, Skip

HEDGES = ("L1", "L2", "L3")
SHOCKS = {
    "2008-09-29": (-0.088, 0.32),
    "2008-10-15": (-0.090, 0.26),
    "2008-11-20": (-0.067, 0.09),
    "2010-05-20": (-0.039, 0.30),
    "2011-08-08": (-0.067, 0.50),
    "2015-08-24": (-0.039, 0.45),
    "2018-02-05": (-0.041, 1.15),
    "2020-03-09": (-0.076, 0.30),
    "2020-03-16": (-0.120, 0.43),
    "2022-06-13": (-0.039, 0.22),
    "2024-08-05": (-0.030, 0.65),
    "2025-04-04": (-0.060, 0.50),
}


def tiny(**changes) -> Statement:
    """Return four sessions worked by hand.

    Condor +100, -300, +50, +20 with 10 of costs each; the hedge -40, +160, -30, -10, 2 of costs each; cash 1 a day.
    Equity from 10,000: 10,061, 9,922, 9,943, 9,954.
    """
    condor = np.array([100.0, -300.0, 50.0, 20.0])
    hedge = np.array([-40.0, 160.0, -30.0, -10.0])
    cash = np.ones(4)
    day = dt.date(2019, 12, 30)
    statement = Statement(
        policy="alvh",
        version="1",
        policy_hash="p" * 64,
        data_hash="d" * 64,
        fill="half",
        quotes="modelled",
        sessions=np.array(["2019-12-30", "2019-12-31", "2020-01-02", "2020-01-03"], dtype="datetime64[D]"),
        nav_start_usd=10_000.0,
        equity_usd=10_000.0 + np.cumsum(condor + hedge + cash),
        layers=("condor", "L1", "cash"),
        hedge_layers=("L1",),
        layer_pnl_usd={"condor": condor, "L1": hedge, "cash": cash},
        layer_costs_usd={"condor": np.full(4, 10.0), "L1": np.full(4, 2.0), "cash": np.zeros(4)},
        layer_premium_usd={"condor": 0.0, "L1": 55.5, "cash": 0.0},
        layer_trades={"condor": 3, "L1": 2, "cash": 0},
        attribution_usd={
            "condor": {
                "delta": condor - 5.0,
                "theta": np.full(4, 14.0),
                "costs": np.full(4, -10.0),
                "residual": np.ones(4),
            },
            "L1": {"vega": hedge + 2.0, "costs": np.full(4, -2.0), "residual": np.zeros(4)},
            "cash": {"carry": cash, "costs": np.zeros(4), "residual": np.zeros(4)},
        },
        regimes=("normal", "normal", "inverted", "normal"),
        margin_usd=np.array([0.0, 4000.0, 4000.0, 2000.0]),
        campaigns=(
            CampaignLine(
                "condor", "condor@2019-12-30", day, dt.date(2020, 1, 2), 2, 300.0, 3700.0, -150.0, 30.0, "stop"
            ),
            CampaignLine(
                "condor", "condor@2020-01-02", dt.date(2020, 1, 2), None, 1, 200.0, 1800.0, 20.0, 10.0, "open"
            ),
            CampaignLine(
                "L1", "L1@2019-12-30", day, dt.date(2020, 1, 3), 1, -55.5, 0.0, 80.0, 8.0, "rolled at 21 days"
            ),
        ),
        fills=(
            Fill(
                day,
                "L1",
                "L1@2019-12-30",
                "open",
                1,
                (LegFill(Contract("VIX", dt.date(2020, 2, 19), 15.0, "C"), 1, 0.555, 0.54, 65, "modelled"),),
                "target 1",
            ),
        ),
        skips=(
            Skip(dt.date(2019, 12, 31), "condor", "one lot would risk 450 USD, 4.5 % of NAV"),
            Skip(dt.date(2020, 1, 2), "L1", "no listed expiry between 25 and 63 days"),
            Skip(dt.date(2020, 1, 3), "condor", "one lot would risk 460 USD, 4.6 % of NAV"),
        ),
        coverage=(
            Coverage("SPX", dt.date(2019, 12, 30), dt.date(2020, 1, 3), 0, ""),
            Coverage("VIX9D", None, None, 4, "starts in 2011"),
        ),
        leg_marks=40,
        modelled_leg_marks=30,
        stale_leg_marks=1,
        tradable=(("SPX", 25_000.0, 0.0), ("XSP", 25_000.0, 0.75)),
        market={"SPX": np.array([3200.0, 3232.0, 3200.0, 3248.0]), "VIX": np.array([14.0, 13.5, 12.5, np.nan])},
        seconds={"load": 0.1234567, "run": 0.7654321},
    )
    return replace(statement, **changes)


def synthetic(
    policy: str = "alvh", *, hedged: bool = True, sessions: int = 4900, seed: int = 7, fill: str = "half"
) -> Statement:
    """Return a seeded history of `sessions` weekdays from 3 January 2007, starting from 5,000,000 USD."""
    rng = np.random.default_rng(seed)
    days = np.busday_offset("2007-01-03", np.arange(sessions), roll="forward")
    spx_returns, vix = _market(rng, days)
    spx = 1416.6 * np.cumprod(1.0 + spx_returns)
    vix_moves = np.diff(np.log(vix), prepend=np.log(14.0))
    worse = {"mid": 0.0, "q25": 0.5, "half": 1.0, "q75": 1.5, "cross": 2.0}[fill]
    pnl = {"condor": _condor_pnl(rng, spx_returns, vix_moves, worse)}
    if hedged:
        for at, layer in enumerate(HEDGES):
            pnl[layer] = _hedge_pnl(rng, vix_moves, at, worse)
    pnl["cash"] = np.round(np.where(np.arange(sessions) % 2500 < 600, 680.0, 35.0), 2)
    layers = tuple(pnl)
    costs = {layer: _costs(rng, sessions, layer, worse) for layer in layers}
    f1 = vix * (1.0 + 0.06 - 0.5 * np.clip(vix_moves, -0.2, 0.4))
    slope = 0.09 - 0.004 * (vix - 14.0) + 0.03 * rng.standard_normal(sessions)
    campaigns = _campaigns(days, pnl)
    return Statement(
        policy=policy,
        version="1",
        policy_hash="3b1c" * 16,
        data_hash="9e07" * 16,
        fill=fill,
        quotes="modelled",
        sessions=days,
        nav_start_usd=5_000_000.0,
        equity_usd=np.round(5_000_000.0 + np.cumsum(sum(pnl.values())), 2),
        layers=layers,
        hedge_layers=HEDGES if hedged else (),
        layer_pnl_usd=pnl,
        layer_costs_usd=costs,
        layer_premium_usd={
            layer: 1_400_000.0 / (1 + at) if layer in HEDGES else 0.0 for at, layer in enumerate(layers)
        },
        layer_trades={layer: sum(c.layer == layer for c in campaigns) * 2 for layer in layers},
        attribution_usd=_attribution(rng, pnl, costs),
        regimes=_regimes(slope),
        margin_usd=np.repeat(rng.integers(0, 6, sessions // 5 + 1) * 61_325.0, 5)[:sessions],
        campaigns=campaigns,
        fills=(),
        skips=_skips(rng, days, hedged=hedged),
        coverage=_coverage(days),
        leg_marks=sessions * 20,
        modelled_leg_marks=sessions * 20,
        stale_leg_marks=37,
        tradable=tuple(
            (root, nav, share)
            for root, shares in (("SPX", (0.0, 0.0, 0.41, 1.0)), ("XSP", (0.62, 1.0, 1.0, 1.0)))
            for nav, share in zip((25e3, 100e3, 250e3, 1e6), shares, strict=True)
        ),
        market={"SPX": spx, "VIX": vix, "VVIX": 70.0 + 1.2 * vix, "F1": f1, "F2": f1 * (1.0 + slope)},
        seconds={"load": 0.41, "run": 1.27},
    )


def _market(rng, days):
    spx = 0.0004 + 0.008 * rng.standard_t(5, days.size) / 1.29
    log_vix = np.empty(days.size)
    level = np.log(14.0)
    shocks = {np.datetime64(day): shock for day, shock in SHOCKS.items()}
    for at, day in enumerate(days):
        jump = 0.0
        if day in shocks:
            spx[at], jump = shocks[day]
        level += 0.03 * (np.log(16.5) - level) - 3.5 * spx[at] + 0.03 * rng.standard_normal() + max(jump - 0.25, 0.0)
        log_vix[at] = level
    return spx, np.exp(log_vix)


def _condor_pnl(rng, spx_returns, vix_moves, worse):
    calm = 2_450.0 - 160.0 * worse + 5_000.0 * rng.standard_normal(spx_returns.size)
    rally = -9.0e6 * np.clip(spx_returns - 0.008, 0.0, 0.02) ** 1.5
    crash = -1.5e6 * np.clip(-spx_returns - 0.009, 0.0, 0.05)
    return np.round(calm + rally + crash - 150_000.0 * np.clip(vix_moves - 0.1, 0.0, 0.5), 2)


def _hedge_pnl(rng, vix_moves, at, worse):
    bleed = (-320.0, -260.0, -110.0)[at] * (1.0 + 0.12 * worse)
    pay = (90_000.0, 70_000.0, 26_000.0)[at] * np.clip(vix_moves - 0.09, 0.0, 0.6)
    return np.round(bleed + pay + 4_000.0 * vix_moves + 700.0 * rng.standard_normal(vix_moves.size), 2)


def _costs(rng, sessions, layer, worse):
    if layer == "cash":
        return np.zeros(sessions)
    trades = rng.random(sessions) < (0.3 if layer == "condor" else 0.06)
    return np.round(np.where(trades, (520.0 if layer == "condor" else 130.0) * (0.2 + worse), 0.0), 2)


def _attribution(rng, pnl, costs):
    terms = {}
    for layer, daily in pnl.items():
        if layer == "cash":
            terms[layer] = {"carry": daily, "costs": np.zeros(daily.size), "residual": np.zeros(daily.size)}
            continue
        greeks = daily + costs[layer]
        residual = np.round(0.012 * greeks * rng.standard_normal(daily.size), 2)
        theta = np.full(daily.size, 700.0 if layer == "condor" else -150.0)
        rest = greeks - residual - theta
        parts = {
            "delta": 0.35 * rest,
            "gamma": 0.25 * rest,
            "vega": 0.3 * rest,
            "theta": theta,
            "vanna_volga": 0.1 * rest,
        }
        terms[layer] = {**parts, "costs": -costs[layer], "residual": residual}
    return terms


def _regimes(slope):
    edges = ((0.0, "inverted"), (0.03, "flat"), (0.10, "normal"), (0.15, "steep"))
    named = [next((name for edge, name in edges if value < edge), "extreme") for value in slope]
    return ("unknown", *named[:-1])


def _campaigns(days, pnl):
    lengths = {"condor": 5, "L1": 12, "L2": 33, "L3": 60}
    exits = ("profit target", "21 days to expiry", "profit target", "stop at 2 times the credit", "expired")
    lines = []
    for layer, length in lengths.items():
        if layer not in pnl:
            continue
        for number, start in enumerate(range(0, days.size, length)):
            stop = min(start + length, days.size)
            still_open = stop == days.size
            lines.append(
                CampaignLine(
                    layer,
                    f"{layer}@{days[start]}",
                    days[start].astype(object),
                    None if still_open else days[stop - 1].astype(object),
                    11,
                    11 * 385.0 if layer == "condor" else -11 * 140.0,
                    11 * 1115.0 if layer == "condor" else 0.0,
                    round(float(pnl[layer][start:stop].sum()), 2),
                    260.0,
                    "open" if still_open else (exits[number % 5] if layer == "condor" else f"rolled at {length} days"),
                )
            )
    return tuple(lines)


def _skips(rng, days, *, hedged):
    def some(share):
        return [day.astype(object) for day in days[rng.random(days.size) < share]]

    risks = [(day, rng.integers(150_000, 400_000)) for day in some(0.11)]
    skips = [Skip(d, "condor", f"one lot would risk {r:,} USD, {r / 5e4:.2f} % of NAV") for d, r in risks]
    skips += [Skip(day, "condor", "6 % of NAV is at risk in open stacks already") for day in some(0.02)]
    if hedged:
        skips += [Skip(day, "L1", "hedge budget of the trailing 252 days is spent") for day in some(0.05)]
        early = [day.astype(object) for day in days[:180]]
        skips += [Skip(day, "L3", "no listed expiry between 140 and 260 days") for day in early]
    return tuple(sorted(skips))


def _coverage(days):
    first, last = days[0].astype(object), days[-1].astype(object)
    return (
        Coverage("SPX", first, last, 0, "closes; opens are stale on some days of 2006-07 and 2011-13"),
        Coverage("VIX", first, last, 0, ""),
        Coverage("VVIX", first, last, 3, ""),
        Coverage("VIX9D", dt.date(2011, 1, 3), last, 12, "does not exist before 2011"),
        Coverage("VX futures", first, last, 2, "settlements, monthly expiries"),
        Coverage("SPX chains", None, None, days.size, "not in the store: quotes are modelled"),
    )


def ladder(policies=("alvh", "condor-only"), *, sessions=4900):
    """Return policy -> fill -> Statement for all five fills."""
    return {
        policy: {
            fill: synthetic(policy, hedged=policy == "alvh", sessions=sessions, fill=fill)
            for fill in ("mid", "q25", "half", "q75", "cross")
        }
        for policy in policies
    }
