"""A sweep as a short TOML file: one policy, the parameters that are varied, and which of their combinations are run."""

from __future__ import annotations

import datetime as dt
import difflib
import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alvh.policies.policy import PolicyError
from alvh.policies.toml_lines import line_of

RANGE_KEYS = ("low", "high", "step", "points", "log", "integer")
_DIGITS, _DRAWN = 6, 4
"""Significant digits of a computed and of a drawn value: a policy is read aloud."""


class SweepError(PolicyError):
    """A sweep file says something that cannot be: the message names the line, the key and the nearest valid choice."""


class Settings(BaseModel):
    """What stands above ``[parameters]``.

    `policy` is a shipped name or a file beside the sweep; `n` is how many combinations are drawn (``random`` and
    ``sobol``); `measure` is what the policies are ranked by. The others are those of `alvh backtest`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    policy: str = Field(min_length=1)
    method: Literal["grid", "random", "sobol"] = "grid"
    n: int | None = Field(None, ge=1, le=100_000)
    seed: int = Field(1, ge=0)
    measure: Literal["sharpe", "cagr", "max_drawdown", "cvar95", "vol", "hedge_cost_per_year"] = "sharpe"
    first: dt.date | None = Field(None, alias="from")
    last: dt.date | None = Field(None, alias="to")
    fill: str = "half"
    quotes: Literal["market", "modelled", "auto"] = "auto"
    nav: float = Field(5_000_000.0, gt=0.0, allow_inf_nan=False)
    broker: str = "generic"
    same_close: bool = False


class Axis(NamedTuple):
    """One parameter that is varied.

    `path` is ``owner.key``, or the name of a layer or rule that is switched on and off. `values` are what it may be; a
    range that is drawn from has none, but `low` and `high` (drawn evenly in the logarithm with `log`, rounded to whole
    numbers with `integer`). `line` is where it stands.
    """

    path: str
    values: tuple[Any, ...]
    low: float
    high: float
    log: bool
    integer: bool
    line: int | None

    def at(self, share: float) -> Any:
        """Return the value at a share of the way, 0 to 1 (1 excluded)."""
        if self.values:
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        if self.log:
            value = math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
        else:
            value = self.low + share * (self.high - self.low)
        return round(value) if self.integer else min(max(tidy(value, _DRAWN), self.low), self.high)


class Sweep(NamedTuple):
    """A sweep file that has been read; `at` says where in it something stands, as the beginning of a sentence."""

    settings: Settings
    axes: tuple[Axis, ...]

    def at(self, path: str) -> str:
        """Return ``line N: `` of a parameter."""
        return _at(next((axis.line for axis in self.axes if axis.path == path), None))


def parse_sweep(text: str) -> Sweep:
    """Read a sweep from TOML.

    Raises
    ------
    SweepError
        For TOML that does not parse, an unknown key, or an impossible value; the parameters themselves are checked
        against a policy by `alvh.policies.grid.checked`.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SweepError(f"not valid TOML: {error}") from None
    given = raw.pop("parameters", None)
    settings = _settings(raw, text)
    if not isinstance(given, dict) or not given:
        raise SweepError('a sweep varies something: [parameters] with lines such as "condor.short" = [0.10, 0.16]')
    axes = tuple(_axis(path, spec, settings.method, _line(text, path)) for path, spec in _leaves(given, ""))
    if settings.method == "grid" and settings.n is not None:
        raise SweepError(f"{_at(line_of(text, 'n'))}n says how many are drawn; a grid runs every combination")
    if settings.method != "grid" and settings.n is None:
        raise SweepError(f"{_at(line_of(text, 'method'))}method = {settings.method!r} needs n: how many are drawn")
    if settings.first and settings.last and settings.first > settings.last:
        raise SweepError(f"{_at(line_of(text, 'from'))}from = {settings.first} is after to = {settings.last}")
    return Sweep(settings, axes)


def tidy(value: float, digits: int = _DIGITS) -> float:
    """Return a number as a person would write it, with as many significant digits."""
    return float(f"{value:.{digits}g}")


def _settings(raw: Mapping[str, Any], text: str) -> Settings:
    """Check what stands above the parameters."""
    names = [field.alias or name for name, field in Settings.model_fields.items()]
    for key in raw:
        if key not in names:
            line = line_of(text, key) or line_of(text, table=key)
            raise SweepError(f"{_at(line)}unknown key {key!r}{nearest(key, [*names, 'parameters'])}")
    given = {key: float(value) if key == "nav" and type(value) is int else value for key, value in raw.items()}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        fault = error.errors()[0]
        key = str(fault["loc"][0])
        if fault["type"] == "missing":
            raise SweepError(f'a sweep needs a {key}: {key} = "condor-only"') from None
        where = f"{_at(line_of(text, key))}{key} = {raw[key]!r} cannot be"
        if fault["type"] == "literal_error":
            choices = re.findall(r"'([^']*)'", str(fault.get("ctx", {}).get("expected", "")))
            raise SweepError(f"{where}{nearest(str(raw[key]), choices)}") from None
        raise SweepError(f"{where}: {fault['msg'][0].lower()}{fault['msg'][1:]}") from None


def _leaves(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Yield what is varied, however it is written: ``"condor.short"``, ``condor.short`` or under its own heading."""
    for key, value in table.items():
        if isinstance(value, dict) and not {"low", "high"} & set(value):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _axis(path: str, spec: Any, method: str, line: int | None) -> Axis:
    """Read what one parameter may be."""
    where = f"{_at(line)}{path}"
    if isinstance(spec, list):
        if not spec:
            raise SweepError(f"{where} = [] leaves nothing to run")
        if len({(type(one), repr(one)) for one in spec}) < len(spec):
            raise SweepError(f"{where} = {spec!r} names a value twice")
        return Axis(path, tuple(spec), math.nan, math.nan, log=False, integer=False, line=line)
    if not isinstance(spec, dict):
        raise SweepError(f"{where} = {spec!r} must be a list, or a range such as {{low = 0.1, high = 0.3, step = 0.1}}")
    low, high, log, integer = _range(spec, where)
    values = _points(spec, where, low, high, log=log, integer=integer)
    if method == "grid" and not values:
        raise SweepError(
            f"{where}: a grid needs to know which values of the range: add step or points, or draw with method = "
            '"sobol"'
        )
    return Axis(path, values, float(low), float(high), log=log, integer=integer, line=line)


def _range(spec: Mapping[str, Any], where: str) -> tuple[float, float, bool, bool]:
    """Check the ends of a range and how it is drawn from."""
    for key in spec:
        if key not in RANGE_KEYS:
            raise SweepError(f"{where}: unknown key {key!r}{nearest(key, RANGE_KEYS)}")
    for key in ("low", "high", "step"):
        if (key in spec or key != "step") and not _is_number(spec.get(key)):
            raise SweepError(f"{where}: {key} = {spec.get(key)!r} must be a number")
    for key in ("log", "integer"):
        if not isinstance(spec.get(key, False), bool):
            raise SweepError(f"{where}: {key} = {spec[key]!r} must be true or false")
    low, high, log, integer = spec["low"], spec["high"], spec.get("log", False), spec.get("integer", False)
    if not low < high:
        raise SweepError(f"{where}: low = {low:g} must be below high = {high:g}")
    if log and not low > 0:
        raise SweepError(f"{where}: low = {low:g} has no logarithm; log = true needs a range above 0")
    if integer and not (float(low).is_integer() and float(high).is_integer()):
        raise SweepError(f"{where}: integer = true needs whole numbers, not {low:g} to {high:g}")
    return low, high, log, integer


def _points(
    spec: Mapping[str, Any], where: str, low: float, high: float, *, log: bool, integer: bool
) -> tuple[Any, ...]:
    """Return the values of a range with a step, a number of points, or whole numbers; none where it is drawn from."""
    if "step" in spec:
        step = spec["step"]
        if log or "points" in spec or not step > 0:
            why = "with log or points" if step > 0 else "of 0 or less"
            raise SweepError(f"{where}: a step {why} makes no sense")
        count = math.floor((high - low) / step + 1e-9) + 1
        whole = all(isinstance(one, int) for one in (low, high, step))
        return tuple(low + k * step if whole else tidy(low + k * step) for k in range(count))
    if "points" in spec:
        points = spec["points"]
        if isinstance(points, bool) or not isinstance(points, int) or points < 2:
            raise SweepError(f"{where}: points = {points!r} must be a whole number, 2 or more")
        spread = np.geomspace(low, high, points) if log else np.linspace(low, high, points)
        return tuple(dict.fromkeys(round(one) if integer else tidy(one) for one in spread.tolist()))
    if integer and not log:
        return tuple(range(int(low), int(high) + 1))
    return ()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _line(text: str, path: str) -> int | None:
    """Return the line on which a parameter stands: by its whole path, or by its key under its owner's heading."""
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*[\"']?{re.escape(path)}[\"']?\s*=", line):
            return number
    owner, _, key = path.rpartition(".")
    found = line_of(text, key, f"parameters.{owner}") if owner else line_of(text, key, "parameters")
    return found or line_of(text, table="parameters")


def nearest(word: str, valid: Iterable[str]) -> str:
    """Return the closest valid choice as the end of a sentence."""
    choices = sorted(valid)
    close = difflib.get_close_matches(word, choices, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; valid: {', '.join(choices)}"


def _at(line: int | None) -> str:
    return f"line {line}: " if line else ""
