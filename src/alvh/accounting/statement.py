"""The accounted history of one run: what evidence measures and reports show. Data only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from alvh.values import Dates, Fill, Floats, Skip


class CampaignLine(NamedTuple):
    """One campaign from its first fill to its last: the original trade and everything done to it.

    `pnl_usd` is after slippage and fees; `credit_usd` is the cash of the opening fill (received positive);
    `max_loss_usd` is the largest loss at expiry as sized when it was opened (0 where premium is the risk);
    `exit` is the reason of the last fill or settlement, ``open`` while something is still held.
    """

    layer: str
    campaign: str
    opened: dt.date
    closed: dt.date | None
    lots: int
    credit_usd: float
    max_loss_usd: float
    pnl_usd: float
    costs_usd: float
    exit: str


class Coverage(NamedTuple):
    """What an input of the run covers: first and last session with a value, and how many in between lack one."""

    name: str
    first: dt.date | None
    last: dt.date | None
    missing: int
    note: str


@dataclass(frozen=True, slots=True)
class Statement:
    """The accounted history of one policy over one window.

    All daily arrays have one entry a session of the run. P&L of a session is the change from the close before, after
    slippage and fees of that session's fills. ``cash`` is a layer of its own and earns the Treasury-bill interest, so
    that ``equity_usd`` = ``nav_start_usd`` + the cumulated sum over layers of ``layer_pnl_usd``, to the cent.

    Attributes
    ----------
    policy, version, policy_hash, data_hash : str
    fill : str
        Fill model (``mid``, ``q25``, ``half``, ``q75``, ``cross``) and, where it differs, the timing.
    quotes : str
        ``market`` or ``modelled``: the one source of the run.
    sessions : array of datetime64[D]
    nav_start_usd : float
    equity_usd : array
        At each session's close.
    layers : tuple of str
        Layers in policy order, then ``cash``.
    layer_pnl_usd, layer_costs_usd : mapping of layer -> array
        Daily P&L after costs; slippage and fees alone (positive = paid).
    layer_premium_usd : mapping of layer -> float
        Premium paid for long options over the run (positive), before fees.
    layer_trades : mapping of layer -> int
        Filled packages.
    attribution_usd : mapping of layer -> mapping of term -> array
        Daily Greek terms; the terms of a layer, ``costs`` and ``residual`` included, add up to its P&L.
    campaign_terms_usd : mapping of term -> array
        The same terms over the whole run, one entry a campaign in the order of `campaigns`; those of a campaign add up
        to its P&L, and those of all campaigns with the interest to that of the account.
    regimes : tuple of str
        Volatility-curve regime of each session, read at the close before it: ``inverted``, ``flat``, ``normal``,
        ``steep``, ``extreme`` or ``unknown``.
    margin_usd : array
        Reg-T margin of short packages at each close.
    campaigns, fills, skips, coverage : tuples
    leg_marks, modelled_leg_marks, stale_leg_marks : int
    hedge_layers : tuple of str
        Which of `layers` are hedges.
    market : mapping of name -> array
        Context series on the same sessions, NaN where missing: ``SPX``, ``VIX``, ``VVIX``, ``F1``, ``F2``.
    seconds : mapping of str -> float
        ``load`` and ``run``; outside byte-identity.
    """

    policy: str
    version: str
    policy_hash: str
    data_hash: str
    fill: str
    quotes: str
    sessions: Dates
    nav_start_usd: float
    equity_usd: Floats
    layers: tuple[str, ...]
    hedge_layers: tuple[str, ...]
    layer_pnl_usd: Mapping[str, Floats]
    layer_costs_usd: Mapping[str, Floats]
    layer_premium_usd: Mapping[str, float]
    layer_trades: Mapping[str, int]
    attribution_usd: Mapping[str, Mapping[str, Floats]]
    regimes: tuple[str, ...]
    margin_usd: Floats
    campaigns: tuple[CampaignLine, ...]
    fills: tuple[Fill, ...]
    skips: tuple[Skip, ...]
    coverage: tuple[Coverage, ...]
    leg_marks: int
    modelled_leg_marks: int
    stale_leg_marks: int
    tradable: tuple[tuple[str, float, float], ...]
    """(root, NAV in USD, share of entry sessions on which one lot fits the sizing cap)."""
    market: Mapping[str, Floats]
    seconds: Mapping[str, float]
    campaign_terms_usd: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def modelled_share(self) -> float:
        """Modelled leg-marks over leg-marks (`decisions.md`, "Output")."""
        return self.modelled_leg_marks / self.leg_marks if self.leg_marks else 0.0
