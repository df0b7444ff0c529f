"""A broker's positions -> campaigns of a policy's layers, as opening fills for a book.

What belongs together is found by `alvh.accounting.packages`, which layer holds it by days to expiry
(`alvh.accounting.slots`) where the file does not name one.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from alvh.accounting.book import is_future, value_cents
from alvh.accounting.oddities import oddities
from alvh.accounting.packages import CONDOR, Held, Package, calendars, call_spreads, condors, put_spreads
from alvh.accounting.slots import WORDS, Slot, Takes, place
from alvh.conventions import root_spec, session_on_or_before
from alvh.values import Fill, LegFill


class UnmatchedError(ValueError):
    """A row that belongs to no campaign of the policy."""

    def __init__(self, row: Held, why: str) -> None:
        super().__init__(f"{row.quantity:+d} {row.contract}: {why}")
        self.row = row


@dataclass(frozen=True, slots=True)
class Matched:
    """Opening fills, oldest first, and what a trader will find odd about them."""

    fills: tuple[Fill, ...]
    odd: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Claim:
    """Rows that are one campaign of one layer."""

    slot: Slot
    rows: Package

    @property
    def opened(self) -> dt.date | None:
        """The first day a row was opened on, where the file has any."""
        return min((row.opened for row in self.rows if row.opened is not None), default=None)


def match(rows: Sequence[Held], slots: Sequence[Slot], as_of: dt.date) -> Matched:
    """Return the campaigns that a list of positions consists of.

    Parameters
    ----------
    rows : sequence of Held
    slots : sequence of Slot
        Layers of the policy.
    as_of : datetime.date
        Day of the list. What has no opening date is taken as opened then, and that is said.

    Raises
    ------
    UnmatchedError
        For the first row that belongs to no campaign.
    """
    for row in rows:
        if row.contract.right and row.contract.expiry < as_of:
            raise UnmatchedError(row, f"it expired before {as_of}, the day of the list")
        if row.opened is not None and row.opened > as_of:
            raise UnmatchedError(row, f"it was opened on {row.opened}, after {as_of}, the day of the list")
    claims: list[_Claim] = []
    for underlying, family in _families(rows):
        claims += _CLAIMERS[underlying](family, slots, as_of)
    if any(claim.opened is None for claim in claims):
        told = [f"no opening date in the file: {as_of} is taken for " + _listing(c for c in claims if c.opened is None)]
    else:
        told = []
    claims.sort(
        key=lambda claim: (
            claim.opened or as_of,
            slots.index(claim.slot),
            -abs(claim.rows[0].quantity),
            claim.rows[0].line,
        )
    )
    names: set[tuple[str, str]] = set()
    fills = tuple(_fill(claim, as_of, names) for claim in claims)
    return Matched(fills, (*told, *_unmarked(claims), *oddities(fills, slots, as_of)))


def _families(rows: Sequence[Held]) -> list[tuple[str, list[Held]]]:
    """Return the rows by what has to be matched together."""
    out: dict[str, list[Held]] = {}
    for row in rows:
        try:
            spec = root_spec(row.contract.root)
        except KeyError as error:
            raise UnmatchedError(row, str(error.args[0])) from None
        if spec.kind == "fund":
            raise UnmatchedError(row, "no layer holds shares of a fund")
        if spec.kind == "future":
            family = "futures"
        else:
            family = spec.underlying if spec.underlying in {"SPX", "VIX"} else "fund"
        out.setdefault(family, []).append(row)
    return sorted(out.items())


def _spx(rows: list[Held], slots: Sequence[Slot], as_of: dt.date) -> list[_Claim]:
    """Claim condors, then bought put spreads, expiry by expiry."""
    claims: list[_Claim] = []
    key = _series
    for _, group in groupby(sorted(rows, key=key), key=key):
        left = list(group)
        for takes, carve in (("condors", condors), ("put_spreads", put_spreads)):
            if any(slot.takes == takes for slot in slots):
                found, left = _by_campaign_and_day(left, carve)
                claims += [_claim(package, takes, slots, as_of) for package in found]  # type: ignore[arg-type]
        if left:
            raise UnmatchedError(min(left, key=lambda row: row.line), _left_over(left, rows, slots))
    return claims


def _left_over(left: list[Held], rows: list[Held], slots: Sequence[Slot]) -> str:
    """Say why a row of an expiry is in no condor."""
    if not any(slot.takes == "condors" for slot in slots):
        return _nobody("condors", slots)
    same = [row for row in rows if _series(row) == _series(left[0])]
    counts = []
    for (right, sign), word in zip(CONDOR, ("short puts", "long puts", "short calls", "long calls"), strict=True):
        held = sum(abs(r.quantity) for r in same if r.contract.right == right and r.quantity * sign > 0)
        counts.append(f"{held} {word}")
    return f"no iron condor can be made of it (the expiry has {', '.join(counts)})"


def _by_campaign_and_day(
    rows: list[Held], carve: Callable[[Iterable[Held]], tuple[list[Package], list[Held]]]
) -> tuple[list[Package], list[Held]]:
    """Carve packages inside each named campaign, then inside each opening day, then in what is left."""
    found: list[Package] = []
    left: list[Held] = []
    for name in sorted({row.campaign for row in rows if row.campaign}):
        packages, rest = carve(row for row in rows if row.campaign == name)
        found += packages
        left += rest
    free = [row for row in rows if not row.campaign]
    pool = [row for row in free if row.opened is None]
    for day in sorted({row.opened for row in free if row.opened is not None}):
        packages, rest = carve(row for row in free if row.opened == day)
        found += packages
        pool += rest
    packages, rest = carve(pool)
    return found + packages, left + rest


def _vix(rows: list[Held], slots: Sequence[Slot], as_of: dt.date) -> list[_Claim]:
    """Claim sold call spreads where there are short calls, then long calls."""
    claims: list[_Claim] = []
    calls: list[Held] = []
    for _, group in groupby(sorted(rows, key=_series), key=_series):
        left = list(group)
        if any(slot.takes == "call_spreads" for slot in slots):
            found, left = _by_campaign_and_day(left, call_spreads)
            claims += [_claim(package, "call_spreads", slots, as_of) for package in found]
        calls += left
    for row in calls:
        if row.contract.right != "C" or row.quantity < 0:
            raise UnmatchedError(row, f"no layer holds it; of VIX options the policy holds {_held_of(slots, 'VIX')}")
    return claims + _sleeves(calls, "vix_calls", slots, as_of)


def _futures(rows: list[Held], slots: Sequence[Slot], as_of: dt.date) -> list[_Claim]:
    """Claim long futures."""
    for row in rows:
        if row.quantity < 0:
            raise UnmatchedError(row, "no layer sells VX futures")
    return _sleeves(rows, "vx_futures", slots, as_of)


def _funds(rows: list[Held], slots: Sequence[Slot], as_of: dt.date) -> list[_Claim]:
    """Claim calendars of fund options, root by root."""
    claims: list[_Claim] = []
    for _, group in groupby(sorted(rows, key=lambda row: row.contract.root), key=lambda row: row.contract.root):
        found, left = _by_campaign_and_day(list(group), calendars)
        if left:
            why = "no calendar can be made of it: a long option and as many short ones of an earlier expiry"
            raise UnmatchedError(left[0], why)
        claims += [_claim(package, "calendars", slots, as_of) for package in found]
    return claims


_CLAIMERS = {"SPX": _spx, "VIX": _vix, "futures": _futures, "fund": _funds}


def _sleeves(rows: list[Held], takes: Takes, slots: Sequence[Slot], as_of: dt.date) -> list[_Claim]:
    """Claim single-leg hedges: rows of one layer and contract are one campaign."""
    out: dict[tuple[str, str, object], list[Held]] = {}
    found: dict[str, Slot] = {}
    for row in rows:
        slot = _claim((row,), takes, slots, as_of).slot
        found[slot.name] = slot
        out.setdefault((slot.name, row.campaign, row.contract), []).append(row)
    return [_Claim(found[name], tuple(group)) for (name, _, _), group in out.items()]


def _claim(package: Package, takes: Takes, slots: Sequence[Slot], as_of: dt.date) -> _Claim:
    """Return the layer of a package: the one its file names, else the one its days to expiry say."""
    fitting = [slot for slot in slots if slot.takes == takes]
    first = package[0]
    named = next((row.layer for row in package if row.layer), "")
    if named:
        for slot in slots:
            if slot.name == named and slot.takes == takes:
                return _Claim(slot, package)
            if slot.name == named:
                raise UnmatchedError(first, f"layer {named!r} holds {WORDS[slot.takes]}, not {WORDS[takes]}")
        raise UnmatchedError(first, f"the policy has no layer {named!r}; it has {', '.join(s.name for s in slots)}")
    if not fitting:
        raise UnmatchedError(first, _nobody(takes, slots))
    opened = min((row.opened for row in package if row.opened is not None), default=None)
    expiry = first.contract.expiry
    days_at_open = (expiry - opened).days if opened is not None else None
    return _Claim(place((expiry - as_of).days, days_at_open, fitting), package)


def _fill(claim: _Claim, as_of: dt.date, names: set[tuple[str, str]]) -> Fill:
    """Return the opening fill of a campaign, its name the file's or ``LAYER@DATE``."""
    session = session_on_or_before(claim.opened or as_of)
    given = next((row.campaign for row in claim.rows if row.campaign), "")
    base = name = given or f"{claim.slot.name}@{session}"
    count = 1
    while (claim.slot.name, name) in names:
        count += 1
        name = f"{base}.{count}"
    names.add((claim.slot.name, name))
    legs = tuple(LegFill(r.contract, r.quantity, r.price, _marked_at(r), 0, "market") for r in claim.rows)
    lots = 1 if claim.slot.takes in {"vix_calls", "vx_futures"} else abs(claim.rows[0].quantity)
    return Fill(session, claim.slot.name, name, "open", lots, legs, "held at the broker", _max_loss_cents(claim))


def _marked_at(row: Held) -> float:
    """Return the mid of an opening leg: a future's gains have been paid up to its mark, where the file has one."""
    return row.mark if is_future(row.contract) and not math.isnan(row.mark) else row.price


def _max_loss_cents(claim: _Claim) -> int:
    """Return the largest loss at expiry of what was sold, from its cost: widest wing less credit; 0 where nothing was.

    For a debit the premium is the risk, and is counted apart.
    """
    if claim.slot.takes not in {"condors", "call_spreads"}:
        return 0
    strikes = [row.contract.strike for row in claim.rows]
    widths = [abs(strikes[k] - strikes[k + 1]) for k in range(0, len(strikes), 2)]
    first = claim.rows[0]
    credit = -sum(value_cents(row.contract, row.quantity, row.price) for row in claim.rows)
    return max(0, value_cents(first.contract, abs(first.quantity), max(widths)) - credit)


def _unmarked(claims: Sequence[_Claim]) -> list[str]:
    """Say of which futures the file has no mark."""
    rows = [row for claim in claims for row in claim.rows if is_future(row.contract) and math.isnan(row.mark)]
    return [f"{row.contract}: no mark in the file; variation margin already paid is counted again" for row in rows]


def _series(row: Held) -> tuple[str, dt.date]:
    return row.contract.root, row.contract.expiry


def _listing(claims: Iterable[_Claim]) -> str:
    return ", ".join(dict.fromkeys(f"{claim.slot.name} ({claim.rows[0].contract.expiry})" for claim in claims))


def _nobody(takes: Takes, slots: Sequence[Slot]) -> str:
    return f"the policy has no layer that holds {WORDS[takes]}; it has {', '.join(slot.name for slot in slots)}"


def _held_of(slots: Sequence[Slot], underlying: str) -> str:
    held = [
        WORDS[t] for t in dict.fromkeys(slot.takes for slot in slots) if underlying in WORDS[t] and t != "vx_futures"
    ]
    return " and ".join(held) or "nothing"
