"""One run that evidence asks for: a policy and what differs from the settings of the command."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from alvh.policies.policy import Policy

BASE = "base"
"""Label of the policy that is judged, at the settings of the command."""


@dataclass(frozen=True, slots=True, eq=False)
class RunSpec:
    """A run, told apart by its label.

    Attributes
    ----------
    label : str
        Unique within one plan: ``base``, ``off:L1``, ``fill:mid``, ``draw:3``, ``nav:25000``, ``claim:glossary``.
    policy : Policy
    fill : str
        Fill model; empty for that of the command.
    nav_usd : float
        Starting value, USD; 0 for that of the command.
    first, last : datetime.date or None
        Window; None for that of the command.
    draw : int
        Which draw of the model's error moves the quotes (`alvh.market.model_error.draw`); -1 for none.
    """

    label: str
    policy: Policy
    fill: str = ""
    nav_usd: float = 0.0
    first: dt.date | None = None
    last: dt.date | None = None
    draw: int = -1
