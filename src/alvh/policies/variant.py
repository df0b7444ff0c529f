"""Policies made of another one by leaving members out: what ablations compare. Each prints as a policy of its own.

A member that cannot be left out, or cannot stand alone, is answered with `Missing` and the policy's own sentence why.
What names a member that has gone goes with it: gains handed on to it, the tilt of weights towards it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import tomlkit

from alvh.decision.draft import Layer, Params, Rule
from alvh.policies.policy import Policy, PolicyError, parse_policy
from alvh.values import Missing

REFERENCES = {
    "recycle_to": ("recycle_to", "recycle_share"),
    "put_layer": ("put_layer",),
}
"""Parameter that names another layer -> what goes when that layer has gone."""
LISTS = ("layers", "layer_shares")
"""Parameters that list layers: a member whose list is emptied goes too."""
BARE_RULES = ("sizing",)
"""What a bare condor keeps: without a size there is no trade."""
HEDGES_ONLY = "whole_contracts"
"""A rule that needs this one acts on hedges, and has nothing to act on where there is none."""


def without(policy: Policy, member: str) -> Policy | Missing:
    """Return a policy with one layer or rule left out, named ``POLICY less MEMBER``."""
    if member not in _names(policy):
        return Missing(f"{policy.name} has no layer or rule called {member!r}")
    return _made(policy, _names(policy) - {member}, f"{policy.name} less {member}")


def bare(policy: Policy) -> Policy | Missing:
    """Return the condors of a policy and their sizing alone, named ``POLICY bare``: the control of every addition."""
    kept = {layer.name for layer in policy.layers if is_condor(layer)}
    if not kept:
        return Missing(f"{policy.name} opens no condors")
    return _made(policy, kept | {rule.name for rule in policy.rules if kind(rule) in BARE_RULES}, f"{policy.name} bare")


def added(policy: Policy, member: str) -> Policy | Missing:
    """Return the bare condors with one layer or rule of the policy and the rules it cannot do without."""
    condors = bare(policy)
    if isinstance(condors, Missing):
        return condors
    found = next((m for m in members(policy) if m.name == member), None)
    if found is None:
        return Missing(f"{policy.name} has no layer or rule called {member!r}")
    if member in _names(condors):
        return Missing(f"{member} is part of the bare condors already")
    needed = set(getattr(found, "rules", ()))
    if found in policy.rules and HEDGES_ONLY in needed | {kind(found)}:
        return Missing(f"{member} acts on hedges, and bare condors have none")
    kept = _names(condors) | {member} | {rule.name for rule in policy.rules if kind(rule) in needed}
    return _made(policy, kept, f"{policy.name} bare + {member}")


def chosen(policy: Policy, kept: Collection[str], name: str) -> Policy | Missing:
    """Return a policy with these layers and rules alone, in its own order."""
    return _made(policy, kept, name)


def joined(
    policy: Policy, name: str, *, layers: Sequence[Mapping[str, Any]] = (), rules: Sequence[Mapping[str, Any]] = ()
) -> Policy | Missing:
    """Return a policy with more layers and rules after its own, each a table with its kind as TOML gives it."""
    return _made(policy, _names(policy), name, {"layers": layers, "rules": rules})


def is_condor(layer: Layer) -> bool:
    """Whether a layer opens condors: it neither hedges nor lies over what others open."""
    return not layer.hedge and not getattr(layer, "overlay", False)


def kind(member: Layer | Rule) -> str:
    """Return the file a layer or rule comes from: what a policy calls its kind."""
    return type(member).__module__.rpartition(".")[2]


def members(policy: Policy) -> tuple[Layer | Rule, ...]:
    """Return the layers, then the rules of a policy, in its order."""
    return (*policy.layers, *policy.rules)


def _names(policy: Policy) -> set[str]:
    return {member.name for member in members(policy)}


def _made(
    policy: Policy, kept: Collection[str], name: str, more: Mapping[str, Sequence[Mapping[str, Any]]] | None = None
) -> Policy | Missing:
    """Write the members that are kept as a policy and read it, so that its own checks judge it."""
    gone = _names(policy) - set(kept)
    document: dict[str, Any] = {"name": name, "version": policy.version, "about": f"Made of {policy.name}."}
    if policy.timing != "next_close":
        document["timing"] = policy.timing
    if policy.timing == "roll":
        document["roll"] = dataclasses.asdict(policy.roll)
    if only := [layer for layer in policy.only if layer not in gone]:
        document["only"] = only
    for family, found in (("layers", policy.layers), ("rules", policy.rules)):
        entries = [entry for m in found if m.name in kept if (entry := _entry(m, gone)) is not None]
        entries += [dict(entry) for entry in (more or {}).get(family, ())]
        if entries:
            document[family] = entries
    try:
        return parse_policy(tomlkit.dumps(document))
    except PolicyError as error:
        # The lines are those of a text that nobody has seen.
        return Missing(re.sub(r"^line \d+: ", "", str(error)))


def _entry(member: Layer | Rule, gone: Collection[str]) -> dict[str, Any] | None:
    """Return a member as a table of a policy, without what names members that have gone; None where nothing is left."""
    params: Params = getattr(member, "params")  # noqa: B009 - every member that a policy makes has them
    given = params.model_dump(mode="json", exclude_unset=True)
    for key, goes in REFERENCES.items():
        if given.get(key) in gone:
            given = {k: v for k, v in given.items() if k not in goes}
    for key in LISTS:
        named = given.get(key)
        if isinstance(named, list) and named and set(named) & set(gone):
            given[key] = [one for one in named if one not in gone]
            if not given[key]:
                return None
    table = {"kind": kind(member), "name": member.name}
    return table | {key: "none" if value is None else value for key, value in given.items()}
