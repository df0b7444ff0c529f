"""The policies of a sweep: every combination of a grid, or as many as are drawn, checked before anything is run."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from pydantic import BaseModel, ValidationError

from alvh.policies.policy import Policy, PolicyError, RollParams, parse_policy
from alvh.policies.sweep_file import Axis, Sweep, SweepError, nearest
from alvh.policies.variant import members, without
from alvh.values import Floats, Missing

MOST = 100_000
"""More combinations than this are a slip of the pen, not a grid."""

Config: TypeAlias = Mapping[str, Any]
"""One combination: path of each parameter -> its value."""


class Candidate(NamedTuple):
    """One combination, the policy it makes, and the first candidate that makes the same one (itself as a rule).

    `policy` is Missing where the policy refuses the combination.
    """

    config: Config
    policy: Policy | Missing
    same_as: int


def configurations(sweep: Sweep) -> tuple[Config, ...]:
    """Return the combinations to be run: a grid with the last parameter moving fastest, or what is drawn.

    Drawn points are those of `numpy.random.Generator.random`, or of a scrambled Sobol sequence (Owen 1998; as many as
    the next power of two, the first `n` of them), both seeded by the file.

    Raises
    ------
    SweepError
        When there are more than `MOST`.
    """
    axes, settings = sweep.axes, sweep.settings
    if settings.method == "grid":
        count = int(np.prod([float(len(axis.values)) for axis in axes]))
        if count > MOST:
            raise SweepError(f"a grid of {count:,} policies; the most is {MOST:,}: fewer values, or draw n of them")
        found = itertools.product(*(axis.values for axis in axes))
        return tuple(dict(zip((axis.path for axis in axes), one, strict=True)) for one in found)
    shares = _drawn(settings.method, settings.n or 1, len(axes), settings.seed)
    return tuple({axis.path: axis.at(float(share)) for axis, share in zip(axes, row, strict=True)} for row in shares)


def checked(sweep: Sweep, base: Policy, configs: Sequence[Config]) -> None:
    """Refuse parameters that the policy does not have and values that they can never take.

    A value that only other values forbid is no mistake of the file: `candidates` says which combinations it concerns.

    Raises
    ------
    SweepError
    """
    for axis in sweep.axes:
        values = {repr(config[axis.path]): config[axis.path] for config in configs}
        _checked(axis, sweep.at(axis.path), base, list(values.values()))


def candidates(base: Policy, configs: Sequence[Config]) -> tuple[Candidate, ...]:
    """Return the policy of every combination, or why the policy refuses it.

    Combinations that differ in nothing that is used (the parameters of a layer that is switched off, a value drawn
    twice) make one policy, which is run once.
    """
    first: dict[str, int] = {}
    out = []
    for number, config in enumerate(configs):
        policy = made(base, config)
        same = number if isinstance(policy, Missing) else first.setdefault(policy.digest, number)
        out.append(Candidate(config, policy, same))
    return tuple(out)


def possible(sweep: Sweep, found: Sequence[Candidate]) -> None:
    """Refuse a value of a grid that the policy accepts in no combination: it is a mistake, not a gap in the grid.

    Raises
    ------
    SweepError
    """
    for axis in sweep.axes if sweep.settings.method == "grid" else ():
        for value in axis.values:
            own = [one.policy for one in found if one.config[axis.path] == value]
            whys = [policy.why for policy in own if isinstance(policy, Missing)]
            if len(whys) == len(own):
                never = f"{axis.path} = {value!r} cannot be in any combination"
                raise SweepError(f"{sweep.at(axis.path)}{never}; the first: {whys[0]}")


def made(base: Policy, config: Config) -> Policy | Missing:
    """Return a policy with the parameters of one combination, layers and rules that are switched off left out."""
    off = [path for path, value in config.items() if "." not in path and value is False]
    changed = {path: v for path, v in config.items() if "." in path and path.partition(".")[0] not in off}
    try:
        policy: Policy | Missing = parse_policy(base.text, changed)
    except PolicyError as error:
        return Missing(str(error))
    for member in off:
        if isinstance(policy, Policy):
            policy = without(policy, member)
    return policy


def _drawn(method: str, n: int, axes: int, seed: int) -> Floats:
    """Return `n` points of the unit cube."""
    rng = np.random.default_rng(seed)
    if method == "random":
        return rng.random((n, axes))
    from scipy.stats import qmc  # noqa: PLC0415 - half a second, and only this method needs it

    points: Floats = qmc.Sobol(axes, scramble=True, rng=rng).random_base2(max(0, (n - 1).bit_length()))[:n]
    return points


def _checked(axis: Axis, where: str, base: Policy, values: Sequence[Any]) -> None:
    """Check one parameter and everything it is to be."""
    owner, _, key = axis.path.partition(".")
    found: dict[str, BaseModel] = {member.name: member.params for member in members(base) if hasattr(member, "params")}
    if base.timing == "roll":
        found["roll"] = RollParams(**asdict(base.roll))
    if owner not in found:
        none = f"{base.name} has no layer or rule called {owner!r}"
        raise SweepError(f"{where}{axis.path}: {none}{nearest(owner, found)}")
    if not key:
        for value in values:
            if not isinstance(value, bool):
                raise SweepError(
                    f"{where}{owner} = {value!r} cannot be: a layer or rule is switched with true and false"
                )
        return
    if key in {"kind", "name"}:
        raise SweepError(f"{where}{axis.path}: the {key} of a layer or rule is not a parameter")
    fields = type(found[owner]).model_fields
    if key not in fields:
        raise SweepError(f"{where}{owner} has no parameter {key!r}{nearest(key, fields)}")
    for value in values:
        why = _impossible(found[owner], key, value)
        if why:
            raise SweepError(f"{where}{axis.path} = {value!r} cannot be: {why}")


def _impossible(params: BaseModel, key: str, value: Any) -> str:
    """Say why a parameter can never be a value, whatever the others are; empty where it can."""
    try:
        type(params)(**{**params.model_dump(exclude_unset=True), key: value})
    except ValidationError as error:
        for fault in error.errors():
            if fault["loc"] and fault["loc"][0] == key:
                said = fault["msg"].removeprefix("Value error, ")
                return f"{said[0].lower()}{said[1:]}"
    return ""
