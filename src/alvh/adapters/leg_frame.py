"""The legs of a run as a frame: who held what on which day, and what moved it."""

from __future__ import annotations

import numpy as np
import polars as pl

from alvh.accounting.attribution import TERMS, attribute_legs
from alvh.accounting.ledger import NONE
from alvh.day import Run
from alvh.evidence.account import regimes
from alvh.values import Ints

LEG_KEYS = ["layer", "campaign", "root", "expiry", "strike", "right"]
"""What tells a leg from another: a contract within a campaign."""


def leg_frame(run: Run) -> pl.DataFrame:
    """Return one row a leg and session on which it was held or traded, then one row a session that earned interest.

    Parameters
    ----------
    run : Run

    Returns
    -------
    polars.DataFrame
        ``date``, ``regime`` (read at the close before), `LEG_KEYS` (null for interest, but its layer ``cash``),
        ``quantity`` held after the session's trades, ``value_usd`` of it at the close, then `TERMS` in USD. The terms
        of a row add up to what it gained after costs, and all rows of a session to the change in equity.
    """
    ledger, legs = run.ledger, attribute_legs(run.ledger, run.quotes)
    interest = len(legs.session) - len(ledger.days.session)
    none = np.zeros(interest, dtype=np.int64)
    contracts = pl.DataFrame(
        [(c.root, c.expiry, c.strike, c.right) for c in ledger.contracts],
        schema={"root": pl.String, "expiry": pl.Date, "strike": pl.Float64, "right": pl.String},
        orient="row",
    )
    days = pl.Series("date", list(run.dates), dtype=pl.Date)
    seen = pl.Series("regime", list(regimes(run.history, run.start, len(run.dates))), dtype=pl.String)
    campaigns = pl.Series("campaign", list(ledger.campaigns), dtype=pl.String)
    layers = pl.Series("layer", list(ledger.layers), dtype=pl.String)
    contract = _or_null(legs.contract)
    return pl.DataFrame(
        [
            days.gather(legs.session),
            seen.gather(legs.session),
            layers.gather(legs.layer),
            campaigns.gather(_or_null(legs.campaign)),
            *(column.gather(contract) for column in contracts),
            pl.Series("quantity", np.concatenate((ledger.days.quantity, none))),
            pl.Series("value_usd", np.concatenate((ledger.days.value_cents, none)) / 100.0),
            *(pl.Series(term, legs.terms[term]) for term in TERMS),
        ]
    )


def _or_null(ids: Ints) -> pl.Series:
    """Return ids to gather by, null where there is none."""
    return pl.Series(ids).replace(NONE, None)
