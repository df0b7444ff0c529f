"""What a broker charges and allows, from a short TOML file: fees by root and premium, the rule for unequal wings."""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from types import MappingProxyType
from typing import Any, cast

from alvh.accounting.margin import UnequalWings
from alvh.conventions import ROOTS, fee_root

_TOP_KEYS = (
    "name", "about", "unequal_wings", "credit_reduces_margin", "portfolio_margin", "vx_permission", "fees",
)  # fmt: skip
_FLAGS = ("credit_reduces_margin", "portfolio_margin", "vx_permission")
_FEE_KEYS = ("roots", "from_premium_points", "open_usd", "close_usd", "settlement_usd", "assumed")
_RULES = ("strict", "wider")


class BrokerError(ValueError):
    """A broker file says something that cannot be: the message names the key and the nearest valid choice."""


@dataclass(frozen=True, slots=True)
class FeeTier:
    """What one contract of a root costs a side, from a premium on.

    Attributes
    ----------
    from_premium_points : float
        Lowest price the tier is for, points.
    open_cents, close_cents, settlement_cents : int
        Cents a contract: opening, closing, and final settlement of what expires in the money.
    assumed : bool
        True where no page of the broker gave the figure.
    """

    from_premium_points: float
    open_cents: int
    close_cents: int
    settlement_cents: int
    assumed: bool


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker profile.

    Attributes
    ----------
    name, about : str
    unequal_wings : {"wider", "strict"}
        How condors with unequal wings are margined (`alvh.accounting.margin.condor_margin_usd`).
    credit_reduces_margin : bool
    portfolio_margin : bool
        Whether the account is under portfolio margin instead of Regulation T.
    vx_permission : bool
        Whether the account may trade VX and VXM.
    fees : mapping of root -> tuple of FeeTier
        Tiers by ascending premium.
    """

    name: str
    about: str
    unequal_wings: UnequalWings
    credit_reduces_margin: bool
    portfolio_margin: bool
    vx_permission: bool
    fees: Mapping[str, tuple[FeeTier, ...]]

    def tier(self, root: str, price_points: float) -> FeeTier:
        """Return the fee tier of a contract at a price.

        Raises
        ------
        KeyError
            When the profile has no fee for `root`.
        ValueError
            When the price is negative or NaN.
        """
        if not price_points >= 0.0:
            raise ValueError(f"the price of {root} must not be negative: {price_points}")
        listed = fee_root(root)
        if listed not in self.fees:
            raise KeyError(f"broker {self.name!r} has no fee for {root!r}; it has: {', '.join(self.fees)}")
        return next(tier for tier in reversed(self.fees[listed]) if tier.from_premium_points <= price_points + 1e-9)

    def fee_cents(self, root: str, price_points: float, opening: bool) -> int:
        """Return the fee of one contract and side, in cents.

        Parameters
        ----------
        root : str
        price_points : float
            Price of the fill, points (it chooses the premium tier).
        opening : bool
            Whether the fill opens a position or closes one.
        """
        tier = self.tier(root, price_points)
        return tier.open_cents if opening else tier.close_cents

    def settlement_fee_cents(self, root: str, value_points: float) -> int:
        """Return the fee of one contract that is settled at `value_points`, in cents."""
        return self.tier(root, value_points).settlement_cents

    def scaled(self, multiple: float) -> Broker:
        """Return this broker with every fee times `multiple`, rounded to the cent: the fee sensitivity of a report.

        Raises
        ------
        ValueError
            When `multiple` is negative or not finite.
        """
        if not (math.isfinite(multiple) and multiple >= 0.0):
            raise ValueError(f"a fee multiple must not be negative: {multiple}")
        fees = {
            root: tuple(
                replace(
                    tier,
                    open_cents=round(tier.open_cents * multiple),
                    close_cents=round(tier.close_cents * multiple),
                    settlement_cents=round(tier.settlement_cents * multiple),
                )
                for tier in tiers
            )
            for root, tiers in self.fees.items()
        }
        return replace(self, name=f"{self.name} x{multiple:g}", fees=MappingProxyType(fees))


def broker_names() -> tuple[str, ...]:
    """Return the names of the shipped profiles."""
    folder = resources.files("alvh.policies") / "brokers"
    return tuple(sorted(p.name.removesuffix(".toml") for p in folder.iterdir() if p.name.endswith(".toml")))


def load_broker(name: str) -> Broker:
    """Return a shipped profile by name.

    Raises
    ------
    BrokerError
        For an unknown name, with the nearest one.
    """
    if name not in broker_names():
        raise BrokerError(f"unknown broker {name!r}{_nearest(name, broker_names())}")
    text = (resources.files("alvh.policies") / "brokers" / f"{name}.toml").read_text(encoding="utf-8")
    return parse_broker(text, f"{name}.toml")


def parse_broker(text: str, where: str = "broker") -> Broker:
    """Read a profile from TOML.

    Parameters
    ----------
    text : str
    where : str
        What to call the text in a message, usually its file.

    Raises
    ------
    BrokerError
        For TOML that does not parse, an unknown or missing key, or an impossible value: one sentence with the key and
        the nearest valid choice.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BrokerError(f"{where}: not valid TOML: {error}") from None
    _known(raw, _TOP_KEYS, where)
    name = raw.get("name")
    if not isinstance(name, str) or not name:
        raise BrokerError(f'{where}: a broker needs a name: name = "..."')
    wings = raw.get("unequal_wings", "wider")
    if wings not in _RULES:
        raise BrokerError(f"{where}: unequal_wings = {wings!r} is unknown{_nearest(str(wings), _RULES)}")
    flags = {"credit_reduces_margin": True, "portfolio_margin": False, "vx_permission": False}
    flags.update({key: raw[key] for key in _FLAGS if key in raw})
    for key, value in flags.items():
        if not isinstance(value, bool):
            raise BrokerError(f"{where}: {key} = {value!r} must be true or false")
    fees: dict[str, list[FeeTier]] = {}
    entries = raw.get("fees", [])
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise BrokerError(f"{where}: a broker needs at least one [[fees]] entry")
    for number, entry in enumerate(entries, start=1):
        roots, tier = _tier(entry, f"{where}, [[fees]] entry {number}")
        for root in roots:
            fees.setdefault(root, []).append(tier)
    sorted_fees = {root: _sorted(root, tiers, where) for root, tiers in fees.items()}
    return Broker(
        name=name,
        about=str(raw.get("about", "")),
        unequal_wings=cast("UnequalWings", wings),
        fees=MappingProxyType(sorted_fees),
        **flags,
    )


def _tier(entry: Mapping[str, Any], where: str) -> tuple[list[str], FeeTier]:
    """Read one [[fees]] entry: the roots it is for, and the tier."""
    _known(entry, _FEE_KEYS, where)
    for key in ("roots", "open_usd", "close_usd"):
        if key not in entry:
            raise BrokerError(f"{where}: {key!r} is missing")
    roots = entry["roots"]
    if not isinstance(roots, list) or not roots:
        raise BrokerError(f'{where}: roots = {roots!r} must be a list, such as ["SPX", "SPXW"]')
    for root in roots:
        if root not in ROOTS:
            raise BrokerError(f"{where}: unknown root {root!r}{_nearest(str(root), ROOTS)}")
    assumed = entry.get("assumed", True)
    if not isinstance(assumed, bool):
        raise BrokerError(f"{where}: assumed = {assumed!r} must be true or false")
    tier = FeeTier(
        from_premium_points=_number(entry, "from_premium_points", where),
        open_cents=_cents(entry, "open_usd", where),
        close_cents=_cents(entry, "close_usd", where),
        settlement_cents=_cents(entry, "settlement_usd", where),
        assumed=assumed,
    )
    return roots, tier


def _sorted(root: str, tiers: list[FeeTier], where: str) -> tuple[FeeTier, ...]:
    """Return the tiers of a root by premium; the lowest must begin at 0 and none may stand twice."""
    ordered = tuple(sorted(tiers, key=lambda tier: tier.from_premium_points))
    starts = [tier.from_premium_points for tier in ordered]
    if starts[0] != 0.0:
        raise BrokerError(f"{where}: the fees of {root} begin at a premium of {starts[0]:g}, they must begin at 0")
    if len(set(starts)) < len(starts):
        raise BrokerError(f"{where}: {root} has two fees from the same premium")
    return ordered


def _number(entry: Mapping[str, Any], key: str, where: str) -> float:
    value = entry.get(key, 0.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise BrokerError(f"{where}: {key} = {value!r} must be a number, 0 or more")
    return float(value)


def _cents(entry: Mapping[str, Any], key: str, where: str) -> int:
    usd = _number(entry, key, where)
    if abs(usd * 100 - round(usd * 100)) > 1e-6:
        raise BrokerError(f"{where}: {key} = {usd:g} must be whole cents")
    return round(usd * 100)


def _known(table: Mapping[str, Any], valid: Iterable[str], where: str) -> None:
    for key in table:
        if key not in valid:
            raise BrokerError(f"{where}: unknown key {key!r}{_nearest(key, valid)}")


def _nearest(word: str, valid: Iterable[str]) -> str:
    """Return the closest valid choice as the end of a sentence."""
    choices = sorted(valid)
    close = difflib.get_close_matches(word, choices, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; valid: {', '.join(choices)}"
