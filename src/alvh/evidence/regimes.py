"""P&L by the regime of the volatility curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from alvh.values import Floats

REGIMES = ("inverted", "flat", "normal", "steep", "extreme", "unknown")
"""From the most stressed curve to the steepest one (`concepts.md`, section 1, "Regime"), then what is not known."""


class RegimeLine(NamedTuple):
    """Sessions of one regime, their P&L in USD after costs, and the same by layer."""

    sessions: int
    pnl_usd: float
    layers: Mapping[str, float]


def by_regime(regimes: Sequence[str], layer_pnl_usd: Mapping[str, Floats]) -> dict[str, RegimeLine]:
    """Add up the daily P&L of every layer over the sessions of each regime that occurs.

    Parameters
    ----------
    regimes : sequence of str
        One name a session, as read at the close before it.
    layer_pnl_usd : mapping of layer -> array
        Daily P&L after costs; NaN makes the sums of its regime NaN.

    Returns
    -------
    dict
        In the order of `REGIMES`; a name that is not among them comes last, in the order of first appearance.
    """
    named = np.asarray(regimes, dtype=np.str_)
    found = list(dict.fromkeys(regimes))
    ordered = [name for name in REGIMES if name in found] + [name for name in found if name not in REGIMES]
    lines = {}
    for name in ordered:
        inside = named == name
        layers = {layer: float(pnl[inside].sum()) for layer, pnl in layer_pnl_usd.items()}
        lines[name] = RegimeLine(int(inside.sum()), sum(layers.values()), layers)
    return lines
