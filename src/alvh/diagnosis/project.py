"""`project()`: the held book repriced some sessions ahead, under shocks of spot and volatility. Pure, and no forecast.

`concepts.md`, "Time-Shift / Time Travel", (b). What moves and what stands still, all our choice:

- spot and every SPX forward move by the shock in percent; between the shocks and now nothing else happens;
- the vol shock, in points of 30-day volatility, is added to every SPX strike's volatility in parallel (``strike``:
  each strike keeps its own; ``moneyness``: the smile of what is held of an expiry moves with the forward, linear
  between its strikes and flat beyond them);
- a VX future moves by the shock times its beta to the VIX (1 where none can be measured yet, as the hedge target has
  it), and does not roll down the curve; a VIX option is repriced off it at its own volatility;
- time passes by sessions; what has settled by then is worth its exercise value at the shocked level.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from alvh.conventions import next_session, root_spec, years_to_settlement
from alvh.diagnosis.diagnose import Readings
from alvh.diagnosis.held import Held, held
from alvh.diagnosis.indicators.vx_curve import MONTHS
from alvh.market.observe import View
from alvh.maths import black
from alvh.values import Contract, Floats, Holdings

SESSIONS_AHEAD = (1, 5, 10, 21)
SPOT_SHOCKS = (-0.10, -0.05, -0.02, 0.0, 0.02, 0.05)
VOL_SHOCKS = (-5.0, 0.0, 5.0, 15.0)
LEAST_FUTURE = 1.0
"""Vol points: a shock takes no VX future below it."""
LEAST_VOL = 0.01
Sticky = Literal["strike", "moneyness"]


class Row(NamedTuple):
    """One scenario.

    Attributes
    ----------
    sessions : int
        Ahead.
    spot_shock : float
        Fraction of spot.
    vol_shock : float
        Vol points.
    pnl_usd : mapping of layer -> USD
        Change of the marks; a layer of which a contract cannot be repriced is NaN.
    total_usd : float
        NaN as soon as one layer is.
    """

    sessions: int
    spot_shock: float
    vol_shock: float
    pnl_usd: Mapping[str, float]
    total_usd: float


def project(
    view: View,
    readings: Readings,
    book: Holdings,
    layers: Sequence[str],
    *,
    sessions: Sequence[int] = SESSIONS_AHEAD,
    spot_shocks: Sequence[float] = SPOT_SHOCKS,
    vol_shocks: Sequence[float] = VOL_SHOCKS,
    sticky: Sticky = "strike",
) -> list[Row]:
    """Return the book's change of value under every combination of time and shocks, before costs.

    Parameters
    ----------
    view, readings, book
        Today, and what is held.
    layers : sequence of str
        Layers of the policy, condors and hedges.
    sessions, spot_shocks, vol_shocks : sequences
        Sessions ahead, fractions of spot, vol points.
    sticky : {"strike", "moneyness"}
    """
    dates = ahead(view.date, max(sessions))
    grid = [(n, s, v) for n in sessions for s in spot_shocks for v in vol_shocks]
    spot = np.array([s for _, s, _ in grid])
    vol = np.array([v for _, _, v in grid])
    by_layer: dict[str, Floats] = {}
    for layer in layers:
        total = np.zeros(len(grid))
        for campaign in book.campaigns(layer):
            own = {c: held(view, c, p.opened) for c, p in campaign.positions.items()}
            for contract, position in campaign.positions.items():
                years = (
                    [years_to_settlement(contract.root, contract.expiry, d) for d in dates] if contract.right else []
                )
                left = np.array([years[n - 1] if years else 0.0 for n, _, _ in grid])
                change = repriced(view, readings, contract, own, left, spot, vol, sticky)
                total += position.quantity * root_spec(contract.root).multiplier * change
        by_layer[layer] = total
    return [
        Row(n, s, v, pnl := {name: float(values[k]) for name, values in by_layer.items()}, sum(pnl.values()))
        for k, (n, s, v) in enumerate(grid)
    ]


def ahead(today: dt.date, sessions: int) -> list[dt.date]:
    """Return the next sessions of the exchange."""
    out = []
    for _ in range(sessions):
        today = next_session(today)
        out.append(today)
    return out


def repriced(
    view: View,
    readings: Readings,
    contract: Contract,
    own: Mapping[Contract, Held],
    years: Floats,
    spot: Floats,
    vol: Floats,
    sticky: Sticky,
) -> Floats:
    """Return the change of one contract's mark in every scenario, points; NaN where it cannot be repriced.

    `own` is what its campaign holds (the smile of ``moneyness``); `years` are left in each scenario.
    """
    spec, now = root_spec(contract.root), own[contract]
    on_vix = spec.underlying == "VIX"
    beta = readings.value(f"vx_beta_{min(max(view.vx_month(contract.expiry), 1), MONTHS)}") if on_vix else 0.0
    moved = vol * (beta if math.isfinite(beta) else 1.0)
    if not contract.right:
        return moved if spec.kind == "future" else np.full(len(vol), np.nan)
    if on_vix:
        forward, own_vol = np.maximum(now.forward + moved, LEAST_FUTURE), np.full(len(vol), now.vol)
    else:
        forward = now.forward * (1.0 + spot)
        at = np.full(len(vol), now.vol) if sticky == "strike" else smile(contract, own, forward)
        own_vol = np.maximum(at + vol / 100.0, LEAST_VOL)
    rate = -math.log(now.discount) / now.years if now.years > 0.0 else 0.0
    discount = np.exp(-rate * years)
    return black.price_many(forward, contract.strike, years, own_vol, discount, contract.right == "C") - now.mark


def smile(contract: Contract, own: Mapping[Contract, Held], forward: Floats) -> Floats:
    """Return the volatility of a strike when the smile of its expiry moves with the forward."""
    points = sorted(
        (math.log(c.strike / h.forward), h.vol)
        for c, h in own.items()
        if c.expiry == contract.expiry and c.right and math.isfinite(h.vol)
    )
    if not points:
        return np.full(len(forward), np.nan)
    return np.interp(np.log(contract.strike / forward), [x for x, _ in points], [y for _, y in points])
