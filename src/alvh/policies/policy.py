"""A policy: layers, rules and their parameters, named and versioned, from a short TOML file a trader can read aloud."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module, resources
from pkgutil import iter_modules
from typing import Any, Literal

from pydantic import Field, ValidationError

import alvh.decision.layers
import alvh.decision.rules
from alvh.decision.draft import Layer, Params, Rule
from alvh.market.roll import DEFAULT_WINDOW, OPEN_WEIGHT, RollWindow, Vols
from alvh.policies.toml_lines import line_of

TOP_KEYS = ("name", "version", "about", "timing", "roll", "only", "layers", "rules")
Timing = Literal["next_close", "same_close", "roll"]
TIMINGS: tuple[Timing, ...] = ("next_close", "same_close", "roll")
Family = Literal["layer", "rule"]
RESERVED = ("cash", "market")
"""Names that accounts and skips use themselves: the account's own layer, and days without data."""


class PolicyError(ValueError):
    """A policy file says something that cannot be: the message names the key and the nearest valid choice."""


class RollParams(Params):
    """The table ``[roll]`` of a policy (`alvh.market.roll.RollWindow`)."""

    open_weight: float = Field(OPEN_WEIGHT, ge=0.0, le=1.0)
    vols: Vols = "spot"
    within_range: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """What a run does: layers propose in this order, rules restrain in this order.

    Attributes
    ----------
    name, version, about : str
    timing : {"next_close", "same_close", "roll"}
        Decide at a close and fill at the next, or on the same one, or decide and fill in the roll window of a session
        (`alvh.market.roll`); the last two are named choices.
    layers, rules : tuples
    only : tuple of str
        Layers whose fills are booked, decided in the company of all the others; empty books them all. The hedge of a
        paired run, condors removed, is a policy with its layers and ``only = ["L1", "L2", "L3"]``.
    roll : RollWindow
        How the roll window is made; read where the timing is ``roll``.
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
    only: tuple[str, ...] = ()
    roll: RollWindow = DEFAULT_WINDOW

    @property
    def hedge_layers(self) -> tuple[str, ...]:
        """Names of the layers that hedge."""
        return tuple(layer.name for layer in self.layers if layer.hedge)

    @property
    def underlyings(self) -> tuple[str, ...]:
        """What the policy trades options on: ``SPX`` or ``XSP``, and ``VIX`` where it hedges with its options."""
        return tuple(sorted({getattr(layer, "underlying", "SPX") for layer in self.layers} - {""}))


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
    raw = _read(text)
    said: dict[str, Any] = {"timing": raw.get("timing", "next_close")}
    replaced = dict(overrides or {})
    roll = _roll(raw, text, {path: replaced.pop(path) for path in list(replaced) if path.startswith("roll.")})
    if said["timing"] == "roll":
        said["roll"] = [roll.open_weight, roll.vols, roll.within_range]
    entries = {family: _entries(raw, family, text) for family in ("layer", "rule")}
    if not entries["layer"]:
        raise PolicyError("a policy needs at least one [[layers]] entry")
    _override([*entries["layer"], *entries["rule"]], replaced)
    layers = [entry.make() for entry in entries["layer"]]
    rules = [entry.make() for entry in entries["rule"]]
    _names([*entries["layer"], *entries["rule"]], [member.name for member in (*layers, *rules)])
    _together(entries["layer"], entries["rule"], layers, rules)
    for family, members in (("layers", layers), ("rules", rules)):
        said[family] = [[m.name, type(m).__name__, m.params.model_dump(mode="json")] for m in members]
    only = _only(raw, text, [layer.name for layer in layers])
    if only:
        said["only"] = list(only)
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
    version, about = str(raw.get("version", "1")), str(raw.get("about", ""))
    return Policy(raw["name"], version, about, said["timing"], tuple(layers), tuple(rules), text, digest, only, roll)


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
def kinds(family: Family) -> tuple[str, ...]:
    """Return the files a policy can name: one a layer, one a rule."""
    package = alvh.decision.layers if family == "layer" else alvh.decision.rules
    attribute = family.upper()
    found = (m.name for m in iter_modules(package.__path__))
    return tuple(n for n in found if hasattr(import_module(f"{package.__name__}.{n}"), attribute))


def _read(text: str) -> dict[str, Any]:
    """Read the TOML and check the keys above its tables."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"not valid TOML: {error}") from None
    for key in raw:
        if key not in TOP_KEYS:
            line = line_of(text, key) or line_of(text, table=key)
            raise PolicyError(f"{_at(line)}unknown key {key!r}{_nearest(key, TOP_KEYS)}")
    name = raw.get("name")
    if not isinstance(name, str) or not name.strip():
        raise PolicyError(f'{_at(line_of(text, "name"))}a policy needs a name: name = "..."')
    timing = raw.get("timing", "next_close")
    if timing not in TIMINGS:
        raise PolicyError(f"{_at(line_of(text, 'timing'))}unknown timing {timing!r}{_nearest(str(timing), TIMINGS)}")
    return raw


@dataclass(slots=True)
class _Entry:
    """One [[layers]] or [[rules]] table on its way to becoming a layer or rule."""

    family: Family
    number: int
    table: dict[str, Any]
    text: str
    replaced: set[str]

    @property
    def name(self) -> str:
        """Its name, which is its kind where it says none."""
        return str(self.table.get("name", self.table.get("kind")))

    def at(self, key: str = "") -> str:
        """Return ``line N: `` for a key of it: of its heading where the key has none, nothing where it was replaced."""
        if key in self.replaced:
            return ""
        table = f"{self.family}s"
        return _at(line_of(self.text, key, table, self.number) or line_of(self.text, "", table, self.number))

    def make(self) -> Any:
        """Make the layer or rule."""
        given = dict(self.table)
        kind, name = given.pop("kind", None), given.pop("name", None)
        if kind is None:
            raise PolicyError(f"{self.at()}this [[{self.family}s]] entry has no kind{_nearest('', kinds(self.family))}")
        if kind not in kinds(self.family):
            known = _nearest(str(kind), kinds(self.family))
            raise PolicyError(f"{self.at('kind')}unknown {self.family} {kind!r}{known}")
        if name is not None and (not isinstance(name, str) or not name.strip()):
            raise PolicyError(f"{self.at('name')}name = {name!r} is no name")
        made = getattr(import_module(f"{_package(self.family)}.{kind}"), self.family.upper())
        try:
            return made(name or kind, made.Params(**given))
        except ValidationError as error:
            raise PolicyError(self._first_fault(error, made.Params.model_fields)) from None

    def _first_fault(self, error: ValidationError, fields: Iterable[str]) -> str:
        """Say the first fault of the table in one sentence."""
        fault = error.errors()[0]
        key = ".".join(str(part) for part in fault["loc"])
        where = f"{self.at(key)}{self.name}"
        said = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            return f"{where}: unknown key {key!r}{_nearest(key, fields)}"
        if not key:
            return f"{where}: {said}"
        value = self.table[key]
        if fault["type"] == "literal_error":
            return f"{where}: {key} = {value!r} cannot be{_nearest(str(value), _choices(fault.get('ctx', {})))}"
        return f"{where}: {key} = {value!r} cannot be: {said[0].lower()}{said[1:]}"


def _entries(raw: Mapping[str, Any], family: Family, text: str) -> list[_Entry]:
    """Return the tables of a family."""
    found = raw.get(f"{family}s", [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        line = line_of(text, f"{family}s") or line_of(text, table=f"{family}s")
        raise PolicyError(f"{_at(line)}each {family} stands under a heading of its own, [[{family}s]]")
    return [_Entry(family, number, dict(entry), text, set()) for number, entry in enumerate(found)]


def _override(entries: Sequence[_Entry], overrides: Mapping[str, Any]) -> None:
    """Replace parameters named ``owner.key`` in place."""
    names = [entry.name for entry in entries]
    for path, value in overrides.items():
        owner, _, key = path.partition(".")
        if owner not in names:
            raise PolicyError(f"{path}: no layer or rule is called {owner!r}{_nearest(owner, names)}")
        if key in {"kind", "name"}:
            raise PolicyError(f"{path}: the {key} of a layer or rule is not a parameter")
        entry = entries[names.index(owner)]
        entry.table[key] = value
        entry.replaced.add(key)


def _roll(raw: Mapping[str, Any], text: str, overrides: Mapping[str, Any]) -> RollWindow:
    """Return the roll window of a policy; only one that decides in it may shape it."""
    given = raw.get("roll", {})
    where = _at(line_of(text, "roll") or line_of(text, table="roll"))
    if not isinstance(given, dict):
        raise PolicyError(f"{where}roll = {given!r} must be a table, [roll]")
    if (given or overrides) and raw.get("timing") != "roll":
        raise PolicyError(f'{where}[roll] shapes the roll window, and needs timing = "roll"')
    table = {**given, **{path.removeprefix("roll."): value for path, value in overrides.items()}}
    for key in table:
        if key not in RollParams.model_fields:
            raise PolicyError(f"{where}unknown key {key!r}{_nearest(str(key), RollParams.model_fields)}")
    try:
        made = RollParams(**table)
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(str(part) for part in fault["loc"])
        raise PolicyError(f"{where}roll.{key}: {fault['msg'].lower()}") from None
    return RollWindow(made.open_weight, made.vols, made.within_range)


def _only(raw: Mapping[str, Any], text: str, layers: Sequence[str]) -> tuple[str, ...]:
    """Return the layers that alone are booked; empty where the policy books all."""
    given = raw.get("only", [])
    where = _at(line_of(text, "only"))
    if not isinstance(given, list):
        raise PolicyError(f'{where}only = {given!r} must be a list of layers, such as ["L1"]')
    for name in given:
        if name not in layers:
            raise PolicyError(f"{where}only: no layer is called {name!r}{_nearest(str(name), layers)}")
    return tuple(given)


def _names(entries: Sequence[_Entry], names: Sequence[str]) -> None:
    """Refuse a name that is used twice, or that is not free."""
    for k, (entry, name) in enumerate(zip(entries, names, strict=True)):
        if name in names[:k]:
            raise PolicyError(f"{entry.at('name')}the name {name!r} is used twice; give one of them another name")
        if name in RESERVED:
            raise PolicyError(f"{entry.at('name')}the name {name!r} is taken by the accounts; give it another")


def _together(
    of_layers: Sequence[_Entry], of_rules: Sequence[_Entry], layers: Sequence[Layer], rules: Sequence[Rule]
) -> None:
    """Refuse members that lack another, or stand in an order in which they would do something else than they say."""
    rule_kinds = [entry.table["kind"] for entry in of_rules]
    for entry, member in zip((*of_layers, *of_rules), (*layers, *rules), strict=True):
        for kind in getattr(member, "rules", ()):
            if kind not in rule_kinds:
                raise PolicyError(f'{entry.at()}{entry.name} needs a [[rules]] entry with kind = "{kind}"')
    for k, (entry, rule) in enumerate(zip(of_rules, rules, strict=True)):
        for kind in getattr(rule, "after", ()):
            if kind in rule_kinds[k + 1 :]:
                raise PolicyError(f"{entry.at()}{entry.name} stands before {kind!r}, which it has to follow")
    for k, (entry, layer) in enumerate(zip(of_layers, layers, strict=True)):
        later = [other.name for other in layers[k + 1 :] if other.hedge]
        for name in getattr(layer, "hands_to", ()):
            if name not in later:
                raise PolicyError(f"{entry.at('recycle_to')}{entry.name}: no later hedge layer is called {name!r}")


def _package(family: Family) -> str:
    package = alvh.decision.layers if family == "layer" else alvh.decision.rules
    return package.__name__


def _choices(context: Mapping[str, Any]) -> list[str]:
    """Return the words that a parameter may be, from what the validator expected."""
    return re.findall(r"'([^']*)'", str(context.get("expected", "")))


def _at(line: int | None) -> str:
    return f"line {line}: " if line else ""


def _nearest(word: str, valid: Iterable[str]) -> str:
    """Return the closest valid choice as the end of a sentence."""
    choices = sorted(valid)
    close = difflib.get_close_matches(word, choices, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; valid: {', '.join(choices)}"
