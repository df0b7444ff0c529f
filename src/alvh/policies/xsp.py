"""A policy moved from SPX to XSP, a tenth of its size: what a smaller account can trade."""

from __future__ import annotations

from typing import Any, Final

from alvh.policies.policy import Policy, PolicyError, parse_policy
from alvh.policies.variant import chosen, members
from alvh.values import Missing

TENTH: Final = 0.1
"""XSP is one tenth of SPX (`alvh.conventions.roots`)."""
POINTS: Final = ("wing_points", "min_credit_points", "credit_tolerance_points")
"""Parameters in index points: a tenth on XSP."""
SHORTS_IN_POINTS: Final = ("credit", "edr_credit", "width_points")
"""Ways to choose shorts whose number is in index points."""


def on_xsp(policy: Policy) -> Policy | Missing:
    """Return the policy with every layer that trades options on SPX moved to XSP, named ``POLICY on XSP``.

    Distances in index points become a tenth; deltas, percentages and shares stay. Hedges are counted per condor in
    SPX-equivalents, so ten XSP condors are hedged like one on SPX. Missing where no layer trades options on SPX, or
    where the policy made of it says why it cannot be.
    """
    changed: dict[str, Any] = {}
    for layer in policy.layers:
        params = dict(getattr(layer, "params", ()))
        if params.get("underlying") != "SPX":
            continue
        changed[f"{layer.name}.underlying"] = "XSP"
        for key in POINTS:
            if params.get(key) is not None:
                changed[f"{layer.name}.{key}"] = TENTH * params[key]
        if params.get("shorts") in SHORTS_IN_POINTS:
            changed[f"{layer.name}.short"] = TENTH * params["short"]
    if not changed:
        return Missing(f"no layer of {policy.name} trades options on SPX")
    names = [member.name for member in members(policy)]
    plain = chosen(policy, names, f"{policy.name} on XSP")
    if isinstance(plain, Missing):
        return plain
    try:
        moved = parse_policy(plain.text, changed)
    except PolicyError as error:
        return Missing(str(error))
    # Written out once more, so that its text says what it does.
    return chosen(moved, names, moved.name)
