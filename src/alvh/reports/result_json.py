"""The result of a run as a machine reads it: one object a policy, in the shape that `product.md` fixes.

Bytes are identical for identical inputs: money is rounded to cents, rates to ten significant digits, keys stand in a
fixed order, and ``seconds``, the only thing a second run may change, comes last. What is not a number is ``null``.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np

from alvh.accounting.statement import Statement
from alvh.evidence.measure import (
    cagr,
    cvar95,
    daily_returns,
    day_of,
    hedge_cost_per_year,
    max_drawdown,
    sharpe,
    vol_annual,
    years_of,
)
from alvh.evidence.model_band import Band
from alvh.evidence.pairing import cash_returns, hedge_pnl_usd
from alvh.evidence.regimes import by_regime
from alvh.evidence.residual import residual_stats, term_totals

CASH = "cash"


def result_dict(statement: Statement) -> dict[str, Any]:
    """Return the result of one policy, ready for ``json.dumps``.

    The keys of `product.md` in its order, then those beyond it (``quotes`` ... ``tradable``), then ``seconds``. Money
    is in USD, rates are decimals a year (``cvar95`` a day); losses and drawdowns are negative. ``sharpe`` is in excess
    of what the account's own cash earned. ``max_drawdown`` and ``cvar95`` are of the daily marks, not of exits.
    """
    regimes = by_regime(statement.regimes, statement.layer_pnl_usd)
    return {
        **_headline(statement),
        "by_layer": {layer: _layer(statement, layer) for layer in statement.layers},
        "by_regime": {name: {"sessions": line.sessions, "pnl": usd(line.pnl_usd)} for name, line in regimes.items()},
        "hedge_cost_per_year": rate(
            hedge_cost_per_year(hedge_pnl_usd(statement), statement.equity_usd, statement.sessions)
        ),
        "modelled_share": rate(statement.modelled_share),
        "skipped": [{"date": skip.date.isoformat(), "layer": skip.layer, "why": skip.why} for skip in statement.skips],
        "data_hash": statement.data_hash,
        "policy_hash": statement.policy_hash,
        **_beyond(statement),
        "by_regime_and_layer": {
            name: {layer: usd(pnl) for layer, pnl in line.layers.items()} for name, line in regimes.items()
        },
        "seconds": {name: rate(value) for name, value in statement.seconds.items()},
    }


def band_dict(band: Band) -> dict[str, Any]:
    """Return a model band: lowest and highest of each measure, decimals as in the result, and the number of draws."""
    return {
        "cagr": [rate(value) for value in band.cagr],
        "max_drawdown": [rate(value) for value in band.max_drawdown],
        "hedge_cost_per_year": [rate(value) for value in band.hedge_cost_per_year],
        "draws": band.draws,
    }


def usd(value: float) -> float | None:
    """Round money to the cent; None for what is not a finite number. Never minus zero."""
    return round(float(value), 2) + 0.0 if math.isfinite(value) else None


def rate(value: float) -> float | None:
    """Round a rate to ten significant digits; None for what is not a finite number. Never minus zero."""
    return float(f"{float(value):.10g}") + 0.0 if math.isfinite(value) else None


def _headline(statement: Statement) -> dict[str, Any]:
    sessions, start_usd, equity_usd = statement.sessions, statement.nav_start_usd, statement.equity_usd
    returns = daily_returns(equity_usd, start_usd)
    return {
        "policy": statement.policy,
        "version": statement.version,
        "from": day_of(sessions, 0).isoformat() if sessions.size else None,
        "to": day_of(sessions, -1).isoformat() if sessions.size else None,
        "sessions": int(sessions.size),
        "nav_start": usd(start_usd),
        "nav_end": usd(float(equity_usd[-1])) if sessions.size else usd(start_usd),
        "cagr": rate(cagr(equity_usd, start_usd, sessions)),
        "vol": rate(vol_annual(returns)),
        "sharpe": rate(sharpe(returns, cash_returns(statement))),
        "max_drawdown": rate(max_drawdown(equity_usd, start_usd, sessions).depth),
        "cvar95": rate(cvar95(returns)),
        "trades": sum(statement.layer_trades.values()),
        "campaigns": len(statement.campaigns),
        "fill": statement.fill,
    }


def _layer(statement: Statement, layer: str) -> dict[str, Any]:
    return {
        "pnl": usd(float(np.sum(statement.layer_pnl_usd[layer]))),
        "premium_paid": usd(statement.layer_premium_usd.get(layer, 0.0)),
        "costs": usd(float(np.sum(statement.layer_costs_usd.get(layer, np.zeros(1))))),
        "trades": statement.layer_trades.get(layer, 0),
    }


def _beyond(statement: Statement) -> dict[str, Any]:
    """Add what a reader of the result needs to judge it, beyond the keys of `product.md`."""
    fall = max_drawdown(statement.equity_usd, statement.nav_start_usd, statement.sessions)
    residual = residual_stats(statement.attribution_usd)
    return {
        "quotes": statement.quotes,
        "hedge_layers": list(statement.hedge_layers),
        "max_drawdown_dates": {"peak": iso(fall.peak), "trough": iso(fall.trough), "recovered": iso(fall.recovered)},
        "margin_peak": usd(float(np.max(statement.margin_usd))) if statement.margin_usd.size else None,
        "return_on_peak_margin": rate(return_on_peak_margin(statement)),
        "leg_marks": statement.leg_marks,
        "stale_leg_marks": statement.stale_leg_marks,
        "attribution": {
            layer: {term: usd(total) for term, total in terms.items()}
            for layer, terms in term_totals(statement.attribution_usd).items()
        },
        "residual": {
            "days": residual.days,
            "share_within_5_percent": rate(residual.share_within),
            "median": rate(residual.median),
            "p95": rate(residual.p95),
            "max": rate(residual.largest),
            "total": usd(residual.total_usd),
        },
        "coverage": [
            {"name": one.name, "first": iso(one.first), "last": iso(one.last), "missing": one.missing, "note": one.note}
            for one in statement.coverage
        ],
        "tradable": [{"root": root, "nav": usd(nav), "share": rate(share)} for root, nav, share in statement.tradable],
    }


def return_on_peak_margin(statement: Statement) -> float:
    """P&L a year of everything but the interest, over the largest margin of the run; NaN where no margin was needed."""
    peak_usd = float(np.max(statement.margin_usd)) if statement.margin_usd.size else 0.0
    if not peak_usd > 0.0:
        return math.nan
    traded_usd = sum(float(np.sum(pnl)) for layer, pnl in statement.layer_pnl_usd.items() if layer != CASH)
    return traded_usd / years_of(statement.sessions) / peak_usd


def iso(day: dt.date | None) -> str | None:
    """Return the date as text, None staying None."""
    return day.isoformat() if day else None
