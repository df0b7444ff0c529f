"""Which runs make the evidence on a policy: itself, each piece off, each alone, and what it is held against.

Nothing is run here: adapters run the specs, in any order, on as many processes as there are, and keep what is finished.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from alvh.evidence.run_spec import BASE, RunSpec
from alvh.policies.policy import Policy, parse_policy
from alvh.policies.variant import added, bare, chosen, is_condor, joined, kind, members, without
from alvh.values import Missing

BARE = "bare"
OFF, ON, CONTROL, FILL, DRAW = "off:", "on:", "control:", "fill:", "draw:"
FILLS = ("mid", "q25", "half", "q75", "cross")
QUICK_FILLS = ("mid", "half", "cross")
DRAWS, QUICK_DRAWS = 16, 4
PUTS, VXTH, ALWAYS = "puts", "vxth", "always"
PUT_LAYER = {
    "kind": "spx_put_spreads",
    "name": "control_puts",
    "equity_share": 0.02,
    "dte_min": 30,
    "dte_target": 45,
    "dte_max": 60,
    "long_delta": 0.25,
    "short_delta": 0.10,
    "roll_dte": 21,
}
"""The hedge of the policy ``spx-puts`` (`decisions.md`, "Policies")."""
VXTH_LAYER = {
    "kind": "vix_call_overlay",
    "name": "control_calls",
    "tenors_days": [30],
    "delta": 0.30,
    "levels": [15.0, 30.0, 50.0],
    "shares": [0.0, 0.01, 0.005, 0.0],
    "rebuy": "vix_expiry",
    "leave": "settlement",
}
"""The calls of the policy ``vxth``, decided at a close and filled at the next like everything else of the account."""


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """The runs of one evidence, and what could not be made a run of.

    Attributes
    ----------
    policy : Policy
    specs : tuple of RunSpec
        The policy itself first (`BASE`).
    impossible : mapping of label -> str
        Variants that mean nothing or that the policy refuses, with the reason.
    quick : bool
        Whether draws were saved.
    """

    policy: Policy
    specs: tuple[RunSpec, ...]
    impossible: dict[str, str] = field(default_factory=dict)
    quick: bool = False


def study(policy: Policy, *, quick: bool = False, modelled: bool = True) -> Study:
    """Return the runs that the evidence on a policy needs.

    Parameters
    ----------
    policy : Policy
    quick : bool
        Fewer draws of the model's error and fewer fills, no rule off, and no piece alone over the bare condors.
    modelled : bool
        Whether quotes are modelled: only then the model can be wrong about them.
    """
    wanted: list[tuple[str, Policy | Missing]] = [(BASE, policy)]
    condors = bare(policy)
    wanted.append((BARE, condors))
    switched = policy.layers if quick else members(policy)
    wanted += [(f"{OFF}{member.name}", without(policy, member.name)) for member in switched]
    if not quick:
        wanted += [(f"{ON}{member.name}", added(policy, member.name)) for member in members(policy)]
    wanted += [(f"{CONTROL}{name}", made) for name, made in controls(policy)]
    specs = [RunSpec(label, made) for label, made in wanted if isinstance(made, Policy)]
    specs += list(_assumptions(policy, condors, quick=quick, modelled=modelled))
    return Study(
        policy,
        tuple(specs),
        {label: made.why for label, made in wanted if isinstance(made, Missing)},
        quick,
    )


def controls(policy: Policy) -> Iterator[tuple[str, Policy | Missing]]:
    """Yield the runs behind the controls: put spreads, VXTH's calls, and the policy's own hedges held all the time."""
    condors = bare(policy)
    if isinstance(condors, Missing):
        yield from ((name, condors) for name in (PUTS, VXTH, ALWAYS))
        return
    whole = [{"kind": "whole_contracts"}]
    yield PUTS, joined(condors, f"{policy.name} bare + put spreads", layers=[PUT_LAYER], rules=whole)
    yield VXTH, joined(condors, f"{policy.name} bare + VXTH calls", layers=[VXTH_LAYER])
    yield ALWAYS, always_on(policy)


def always_on(policy: Policy) -> Policy | Missing:
    """Return the bare condors with the policy's own hedges held all the time: no switch, no weights, no budget."""
    hedges = [layer for layer in policy.layers if layer.hedge]
    if not hedges:
        return Missing(f"{policy.name} has no hedge")
    sized = {rule.name for rule in policy.rules if kind(rule) in {"sizing", "whole_contracts"}}
    condors = {layer.name for layer in policy.layers if is_condor(layer)}
    name = f"{policy.name} bare + its hedges always on"
    made = chosen(policy, {*(layer.name for layer in hedges), *condors, *sized}, name)
    if isinstance(made, Missing):
        return made
    switched = {
        f"{layer.name}.switch": "always" for layer in hedges if getattr(_params(layer), "switch", "always") != "always"
    }
    return parse_policy(made.text, switched)


def _params(layer: object) -> object:
    return getattr(layer, "params", None)


def _assumptions(policy: Policy, condors: Policy | Missing, *, quick: bool, modelled: bool) -> Iterator[RunSpec]:
    """Yield the runs under other fills and other errors of the model, of the policy and of its bare condors."""
    sides = [("", policy)] + ([(f"{BARE}-", condors)] if isinstance(condors, Policy) else [])
    for prefix, one in sides:
        yield from (RunSpec(f"{prefix}{FILL}{fill}", one, fill=fill) for fill in (QUICK_FILLS if quick else FILLS))
        draws = QUICK_DRAWS if quick else DRAWS
        yield from (RunSpec(f"{prefix}{DRAW}{k}", one, draw=k) for k in range(draws if modelled else 0))
