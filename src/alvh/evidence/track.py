"""What came of one run: its statement, and what its hedges did, as far as evidence needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from alvh.accounting.statement import Statement
from alvh.evidence.hedge_account import HedgeAccount
from alvh.values import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One run of an evidence plan.

    Attributes
    ----------
    label : str
        Of its `RunSpec`.
    statement : Statement
    without : mapping of layer -> array (sessions,)
        Equity at each close, USD, on identical decisions with the fills of one hedge layer left out (of all of them
        under `alvh.evidence.with_without.ALL_HEDGES`), interest as the cash then earns it. Empty without hedges.
    hedges : mapping of layer -> HedgeAccount
    """

    label: str
    statement: Statement
    without: Mapping[str, Floats] = field(default_factory=dict)
    hedges: Mapping[str, HedgeAccount] = field(default_factory=dict)
