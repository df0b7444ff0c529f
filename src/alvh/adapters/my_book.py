"""The trader's own book: a broker's positions as campaigns of a policy, kept as JSON under the store's folder.

What is kept is what a `Book` folds: the cash before the opening fills, and the fills. The file is written beside its
place and renamed into it, so that a killed import leaves the former book or the new one. A book that is replaced stays
as ``former/DATE.json``, DATE being its own day.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alvh.accounting.book import Book, paid_cents
from alvh.accounting.matching import UnmatchedError, match
from alvh.accounting.oddities import oddities
from alvh.accounting.packages import Held
from alvh.accounting.slots import Slot, Takes
from alvh.adapters.brokers.format import Positions
from alvh.adapters.errors import UserError, in_file
from alvh.conventions import ROOTS, is_session
from alvh.conventions.calendar import FIRST_DAY, LAST_DAY
from alvh.policies.policy import Policy
from alvh.values import Contract, Fill, LegFill

FOLDER, FILE, FORMER = "book", "mine.json", "former"
FORMAT = 1
TAKES: dict[str, Takes] = {
    "condor": "condors",
    "vix_calls": "vix_calls",
    "vx_futures": "vx_futures",
    "etp_calendars": "calendars",
    "spx_put_spreads": "put_spreads",
    "big_top": "call_spreads",
}
"""What the layers of a kind hold."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A book as it is kept.

    Attributes
    ----------
    broker, source : str
        Format and name of the file it came from.
    as_of : datetime.date
        Day of that file.
    policy : str
        Whose layers its campaigns belong to.
    cash_cents : int
        Cash balance at the broker.
    start_cents : int
        Cash before the opening fills, so that cash and marks together are the account's equity.
    fills : tuple of Fill
        One a campaign, oldest first.
    odd : tuple of str
        What a trader will find odd about it.
    left : tuple of str
        Symbols left out because the user said so.
    """

    broker: str
    source: str
    as_of: dt.date
    policy: str
    cash_cents: int
    start_cents: int
    fills: tuple[Fill, ...]
    odd: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def book(self) -> Book:
        """Return the book: its cash, and its campaigns opened by their fills."""
        book = Book(self.start_cents)
        for fill in self.fills:
            book.apply(fill)
        return book


def load(root: Path, policy: Policy | None = None) -> Book:
    """Return the trader's book from the store's folder `root`.

    Raises
    ------
    UserError
        When none was imported, when it cannot be read, or when a campaign belongs to a layer that `policy` lacks.
    """
    return read(root, policy).book()


def read(root: Path, policy: Policy | None = None) -> Saved:
    """Return the trader's book as it is kept; errors as `load`."""
    path = root / FOLDER / FILE
    if not path.exists():
        raise UserError(f"{root} has no book of yours yet; bring one in: alvh book import ibkr FILE")
    try:
        saved = _from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise in_file(path, f"is no book that can be read ({error}); import it again") from None
    if policy is not None:
        names = [layer.name for layer in policy.layers]
        for fill in saved.fills:
            if fill.layer not in names:
                raise UserError(
                    f"the book's campaign {fill.campaign} belongs to layer {fill.layer!r} of policy {saved.policy!r}, "
                    f"which {policy.name!r} lacks; import it again with --policy {policy.name}"
                )
    return saved


def matched(
    positions: Positions,
    policy: Policy,
    path: Path,
    broker: str,
    *,
    as_of: dt.date,
    cash_usd: float | None = None,
    leave: Collection[str] = (),
) -> Saved:
    """Return a broker's positions as the book of a policy.

    Parameters
    ----------
    positions : Positions
    policy : Policy
    path, broker : Path, str
        Where they came from.
    as_of : datetime.date
        Day of the list.
    cash_usd : float, optional
        Cash balance, instead of the file's.
    leave : collection of str
        Symbols or roots that are left out.

    Raises
    ------
    UserError
        For a position that belongs to no campaign, naming its line; for a cash balance that nobody gave.
    """
    cash = positions.cash_usd if cash_usd is None else cash_usd
    if cash is None or not math.isfinite(cash):
        raise in_file(path, "gives no cash balance; say it with --cash USD")
    unwanted = {name.upper() for name in leave}
    left: list[str] = []
    for symbol, line in positions.others:
        if symbol.upper() not in unwanted and symbol.upper().split()[0] not in unwanted:
            known = ", ".join(name for name, spec in ROOTS.items() if spec.kind != "fund")
            what = f"{symbol!r} is no option or future on {known}; --leave {symbol.split()[0]} leaves it out"
            raise in_file(path, what, line=line)
        left.append(symbol)
    rows: list[Held] = []
    for row in positions.rows:
        expiry = row.contract.expiry
        if not (FIRST_DAY <= expiry <= LAST_DAY and is_session(expiry)):
            raise in_file(path, f"{row.contract}: the exchange has no session on {expiry}", line=row.line or None)
        if row.contract.root in unwanted:
            left.append(str(row.contract))
        else:
            rows.append(row)
    try:
        found = match(rows, slots_of(policy), as_of)
    except UnmatchedError as error:
        hint = f"; --leave {error.row.contract.root} leaves the root out"
        raise in_file(path, f"{error} (policy {policy.name!r}){hint}", line=error.row.line or None) from None
    cents = round(cash * 100.0)
    # What the legs cost has left the account: a premium, or of a future the variation margin from price to mark.
    start = cents + sum(paid_cents(leg) for fill in found.fills for leg in fill.legs)
    return Saved(broker, path.name, as_of, policy.name, cents, start, found.fills, found.odd, tuple(left))


def odd_on(saved: Saved, policy: Policy, day: dt.date) -> tuple[str, ...]:
    """Return what is odd about a kept book on a later day: rolls missed since, and what was not known at the import."""
    then = set(oddities(saved.fills, slots_of(policy), saved.as_of))
    unknown = [line for line in saved.odd if line not in then]
    return (*unknown, *oddities(saved.fills, slots_of(policy), day))


def slots_of(policy: Policy) -> tuple[Slot, ...]:
    """Return the layers of a policy as far as matching needs them; those of a kind that holds nothing are left out."""
    slots = []
    for layer in policy.layers:
        takes = TAKES.get(type(layer).__module__.rpartition(".")[2])
        if takes is not None:
            p: Any = getattr(layer, "params", None)
            roll = getattr(p, "roll_dte", getattr(p, "exit_dte", None))
            least, most = getattr(p, "dte_min", 0), getattr(p, "dte_max", 10_000)
            slots.append(Slot(layer.name, takes, least, most, -1 if roll is None else roll))
    return tuple(slots)


def save(root: Path, saved: Saved) -> Path | None:
    """Write the book; return where the former one is kept, None where there was none or it said the same."""
    folder = root / FOLDER
    path = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder} cannot be made: {error.strerror}") from None
    text = json.dumps(_to_json(saved), indent=1) + "\n"
    backup: Path | None = None
    if path.exists():
        before = path.read_text(encoding="utf-8")
        if before == text:
            return None
        backup = _backup(folder / FORMER, before)
    _write(path, text)
    return backup


def _backup(folder: Path, text: str) -> Path:
    """Keep a former book under its own day; a second one of that day gets a number."""
    folder.mkdir(exist_ok=True)
    try:
        day = str(dt.date.fromisoformat(json.loads(text)["as_of"]))
    except (ValueError, KeyError, TypeError):
        day = "unreadable"
    path, count = folder / f"{day}.json", 1
    while path.exists():
        if path.read_text(encoding="utf-8") == text:
            return path
        count += 1
        path = folder / f"{day}.{count}.json"
    _write(path, text)
    return path


def _write(path: Path, text: str) -> None:
    """Put a file in its place whole."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise UserError(f"{path} cannot be written: {error.strerror}") from None


def _to_json(saved: Saved) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "broker": saved.broker,
        "source": saved.source,
        "as_of": str(saved.as_of),
        "policy": saved.policy,
        "cash_cents": saved.cash_cents,
        "start_cents": saved.start_cents,
        "odd": list(saved.odd),
        "left": list(saved.left),
        "campaigns": [
            {
                "layer": fill.layer,
                "campaign": fill.campaign,
                "opened": str(fill.session),
                "lots": fill.lots,
                "max_loss_cents": fill.max_loss_cents,
                "legs": [
                    {
                        "root": leg.contract.root,
                        "expiry": str(leg.contract.expiry),
                        "strike": leg.contract.strike,
                        "right": leg.contract.right,
                        "quantity": leg.quantity,
                        "price": leg.price,
                        "mid": leg.mid,
                    }
                    for leg in fill.legs
                ],
            }
            for fill in saved.fills
        ],
    }


def _from_json(raw: dict[str, Any]) -> Saved:
    if raw["format"] != FORMAT:
        raise ValueError(f"format {raw['format']!r}, not {FORMAT}")
    fills = []
    for item in raw["campaigns"]:
        legs = tuple(
            LegFill(
                Contract(leg["root"], dt.date.fromisoformat(leg["expiry"]), float(leg["strike"]), leg["right"]),
                int(leg["quantity"]),
                float(leg["price"]),
                float(leg["mid"]),
                0,
                "market",
            )
            for leg in item["legs"]
        )
        opened, most = dt.date.fromisoformat(item["opened"]), int(item["max_loss_cents"])
        lots = int(item["lots"])
        fills.append(Fill(opened, item["layer"], item["campaign"], "open", lots, legs, "held at the broker", most))
    as_of, odd, left = dt.date.fromisoformat(raw["as_of"]), tuple(raw["odd"]), tuple(raw["left"])
    cash, start = int(raw["cash_cents"]), int(raw["start_cents"])
    return Saved(raw["broker"], raw["source"], as_of, raw["policy"], cash, start, tuple(fills), odd, left)
