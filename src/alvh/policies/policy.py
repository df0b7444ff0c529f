"""A policy: layers, rules and their parameters, named and versioned, from a short TOML file a trader can read aloud."""

from __future__ import annotations

import difflib
import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module, resources
from pkgutil import iter_modules
from typing import Any, Literal

from pydantic import ValidationError

import alvh.decision.layers
import alvh.decision.rules
from alvh.decision.draft import Layer, Rule

TOP_KEYS = ("name", "version", "about", "timing", "layers", "rules")
Timing = Literal["next_close", "same_close"]
TIMINGS: tuple[Timing, ...] = ("next_close", "same_close")


class PolicyError(ValueError):
    """A policy file says something that cannot be: the message names the key and the nearest valid choice."""


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """What a run does: layers propose in this order, rules restrain in this order.

    Attributes
    ----------
    name, version, about : str
    timing : {"next_close", "same_close"}
        Decide at a close and fill at the next, or on the same one (a named choice).
    layers, rules : tuples
    text : str
        The TOML it was read from.
    digest : str
        Hash of what it says (names and every parameter, defaults included), not of how it is written.
    """

    name: str
    version: str
    about: str
    timing: Timing
    layers: tuple[Layer, ...]
    rules: tuple[Rule, ...]
    text: str
    digest: str

    @property
    def hedge_layers(self) -> tuple[str, ...]:
        """Names of the layers that hedge."""
        return tuple(layer.name for layer in self.layers if layer.hedge)

    @property
    def underlyings(self) -> tuple[str, ...]:
        """What the policy trades options on: ``SPX`` or ``XSP``, and ``VIX`` where it hedges."""
        found = {getattr(layer.params, "underlying", "VIX") for layer in self.layers}  # type: ignore[attr-defined]
        return tuple(sorted(found))


def parse_policy(text: str, overrides: Mapping[str, Any] | None = None) -> Policy:
    """Read a policy from TOML.

    Parameters
    ----------
    text : str
    overrides : mapping of "layer.key" -> value, optional
        Parameters to replace, by the name of their layer or rule.

    Raises
    ------
    PolicyError
        For an unknown key or an impossible value, naming the line and the nearest valid choice.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"not valid TOML: {error}") from None
    for key in raw:
        if key not in TOP_KEYS:
            raise PolicyError(f"{_line(text, key)}unknown key {key!r}{_nearest(key, TOP_KEYS)}")
    if not isinstance(raw.get("name"), str):
        raise PolicyError("a policy needs a name: name = \"...\"")
    timing = raw.get("timing", "next_close")
    if timing not in TIMINGS:
        raise PolicyError(f"{_line(text, 'timing')}unknown timing {timing!r}{_nearest(str(timing), TIMINGS)}")
    entries = [dict(entry) for entry in raw.get("layers", [])], [dict(entry) for entry in raw.get("rules", [])]
    if not entries[0]:
        raise PolicyError("a policy needs at least one [[layers]] entry")
    _override(entries[0] + entries[1], overrides or {})
    layers = tuple(_member(entry, "layer", text) for entry in entries[0])
    rules = tuple(_member(entry, "rule", text) for entry in entries[1])
    names = [member.name for member in (*layers, *rules)]
    for name in names:
        if names.count(name) > 1:
            raise PolicyError(f"the name {name!r} is used twice")
    if "cash" in names:
        raise PolicyError("'cash' is the name of the account's own layer")
    said = {
        "timing": timing,
        "layers": [[m.name, type(m).__name__, m.params.model_dump(mode="json")] for m in layers],
        "rules": [[m.name, type(m).__name__, m.params.model_dump(mode="json")] for m in rules],
    }
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
    return Policy(
        raw["name"], str(raw.get("version", "1")), str(raw.get("about", "")), timing, layers, rules, text, digest
    )


def preset_names() -> tuple[str, ...]:
    """Return the names of the shipped policies."""
    folder = resources.files("alvh.policies") / "presets"
    return tuple(sorted(p.name.removesuffix(".toml") for p in folder.iterdir() if p.name.endswith(".toml")))


def preset_text(name: str) -> str:
    """Return the TOML of a shipped policy.

    Raises
    ------
    PolicyError
        For an unknown name, with the nearest one.
    """
    if name not in preset_names():
        raise PolicyError(f"unknown policy {name!r}{_nearest(name, preset_names())}")
    return (resources.files("alvh.policies") / "presets" / f"{name}.toml").read_text(encoding="utf-8")


def preset(name: str, overrides: Mapping[str, Any] | None = None) -> Policy:
    """Return a shipped policy by name."""
    return parse_policy(preset_text(name), overrides)


@cache
def kinds(family: Literal["layer", "rule"]) -> tuple[str, ...]:
    """Return the files a policy can name: one a layer, one a rule."""
    package = alvh.decision.layers if family == "layer" else alvh.decision.rules
    attribute = family.upper()
    found = (m.name for m in iter_modules(package.__path__))
    return tuple(n for n in found if hasattr(import_module(f"{package.__name__}.{n}"), attribute))


def _member(entry: dict[str, Any], family: Literal["layer", "rule"], text: str) -> Any:
    """Make one layer or rule from its TOML table."""
    kind = entry.pop("kind", None)
    if kind not in kinds(family):
        raise PolicyError(f"{_line(text, 'kind', str(kind))}unknown {family} {kind!r}{_nearest(str(kind), kinds(family))}")
    name = entry.pop("name", kind)
    package = alvh.decision.layers if family == "layer" else alvh.decision.rules
    made = getattr(import_module(f"{package.__name__}.{kind}"), family.upper())
    try:
        return made(name, made.Params(**entry))
    except ValidationError as error:
        raise PolicyError(_first_fault(error, name, made.Params.model_fields, text)) from None


def _first_fault(error: ValidationError, owner: str, fields: Iterable[str], text: str) -> str:
    """Say the first fault of a table in one sentence."""
    fault = error.errors()[0]
    key = ".".join(str(part) for part in fault["loc"])
    where = _line(text, key)
    if fault["type"] == "extra_forbidden":
        return f"{where}{owner}: unknown key {key!r}{_nearest(key, fields)}"
    return f"{where}{owner}: {key} = {fault.get('input')!r} cannot be: {fault['msg'][0].lower()}{fault['msg'][1:]}"


def _override(entries: list[dict[str, Any]], overrides: Mapping[str, Any]) -> None:
    """Replace parameters named ``owner.key`` in place."""
    names = [str(entry.get("name", entry.get("kind"))) for entry in entries]
    for path, value in overrides.items():
        owner, _, key = path.partition(".")
        if owner not in names:
            raise PolicyError(f"{path}: no layer or rule is called {owner!r}{_nearest(owner, names)}")
        entries[names.index(owner)][key] = value


def _line(text: str, key: str, value: str | None = None) -> str:
    """Return ``line N: `` where a key stands in the text; nothing where it cannot be found."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip().partition("=")[0].strip() == key and (value is None or value in line):
            return f"line {number}: "
    return ""


def _nearest(word: str, valid: Iterable[str]) -> str:
    """Return the closest valid choice as the end of a sentence."""
    choices = sorted(valid)
    close = difflib.get_close_matches(word, choices, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; valid: {', '.join(choices)}"
