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
        What the run's daily returns come to less what one hedge layer gained on the equity of each session (all of them
        under `alvh.evidence.with_without.ALL_HEDGES`): equity at each close, USD, on identical condors
        (`alvh.evidence.with_without.on_same_equity`). Empty without hedges.
    books : mapping of layer -> array (sessions,)
        The same with the fills of the layer left out of the books, interest as the cash then earns it: dollars, to the
        cent (`alvh.evidence.with_without.without_each`).
    hedges : mapping of layer -> HedgeAccount
    """

    label: str
    statement: Statement
    without: Mapping[str, Floats] = field(default_factory=dict)
    books: Mapping[str, Floats] = field(default_factory=dict)
    hedges: Mapping[str, HedgeAccount] = field(default_factory=dict)
