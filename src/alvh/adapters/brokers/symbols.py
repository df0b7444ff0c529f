"""Option and future symbols as brokers write them -> contracts of the house.

- OCC, padded or not: ``SPXW  251219P06400000`` (OCC, "Options Symbology Initiative": root, YYMMDD, C or P, strike x
  1000 in eight digits);
- IBKR's activity statement: ``SPXW 19DEC25 6400 P``;
- Schwab: ``SPXW 12/19/2025 6400.00 P``;
- futures by month letter (CFE contract specifications, F G H J K M N Q U V X Z for January to December): ``VXZ5``,
  ``/VXMZ5``, ``VX Z25``; IBKR's ``VXM  17 DEC 25`` and ``VIX 17DEC25`` are given by their own columns instead.
"""

from __future__ import annotations

import datetime as dt
import re

from alvh.adapters.brokers.cells import Line, amount, day
from alvh.conventions import ROOTS, spx_monthly_expiry, vix_expiry
from alvh.conventions.splits import splits_of
from alvh.values import Contract, Right

OCC = re.compile(r"^[.]?([A-Z][A-Z0-9.]*)\s*(\d{6})([CP])(\d{8})$")
WORDS = re.compile(
    r"^([A-Z][A-Z0-9.]*)\s+(\d{1,2}[A-Z]{3}\d{2}|\d{1,2}/\d{1,2}/\d{2,4}|\d{6,8})\s+\$?([\d,.]+)\s+(C|P|CALL|PUT)$"
)
FUTURE = re.compile(r"^/?(VXM|VX)\s*([FGHJKMNQUVXZ])(\d{1,2})(?::[A-Z]+)?$")
MONTHS = "FGHJKMNQUVXZ"
ALIASES = {"SPXPM": "SPXW", "$SPX": "SPX", "$SPXW": "SPXW", "$VIX": "VIX", "$XSP": "XSP"}


def contract_of(symbol: str, near: dt.date | None = None) -> Contract | None:
    """Return the contract a symbol stands for, None where it is no option or VX future.

    Parameters
    ----------
    symbol : str
    near : datetime.date, optional
        Day of the file: a future's year of one digit is the first one not before it.
    """
    text = symbol.strip().upper()
    if "[" in text:
        text = text.partition("[")[2].partition("]")[0].removesuffix(" 100").strip()
    occ = OCC.match(text)
    if occ:
        expiry = day(f"20{occ[2]}")
        return _listed(occ[1], expiry, int(occ[4]) / 1000.0, occ[3], near)
    words = WORDS.match(" ".join(text.split()))
    if words:
        expiry = day(f"20{words[2]}" if re.fullmatch(r"\d{6}", words[2]) else words[2])
        strike = amount(words[3])
        return _listed(words[1], expiry, strike, words[4], near)
    future = FUTURE.match(text)
    if future:
        year = _year(int(future[3]), len(future[3]), near)
        return Contract(future[1], vix_expiry(year, MONTHS.index(future[2]) + 1))
    return None


def contract_in(line: Line, near: dt.date | None = None) -> Contract | None:
    """Return the contract of a row: by its symbol, else by its columns of root, expiry, strike and right.

    Raises
    ------
    UserError
        For a row that begins to describe an option and does not end.
    """
    for name in ("symbol", "financial instrument", "contract", "description"):
        found = contract_of(line.cells.get(name, ""), near)
        if found is not None:
            return found
    root = line.text("trading class", "root", "root symbol", "underlying symbol", "underlying", "symbol").upper()
    root = root.removeprefix("/")
    if not root or not line.has("expiry", "expiration date", "exp date", "expiration", "last trading day"):
        return None
    expiry = line.date_in("expiry", "expiration date", "exp date", "expiration", "last trading day")
    if not line.has("right", "put/call", "call/put", "call or put", "type"):
        return Contract(root, expiry) if root in ROOTS and ROOTS[root].kind == "future" else None
    right = line.text("right", "put/call", "call/put", "call or put", "type").upper()
    if right not in {"C", "P", "CALL", "PUT"}:
        if root in ROOTS and ROOTS[root].kind == "future":
            return Contract(root, expiry)
        raise line.wrong(f"{right!r} is neither C nor P", "right")
    return option(root, expiry, line.number_in("strike", "strike price"), right, near)


def is_ours(contract: Contract | None) -> bool:
    """Whether a contract is an option or a future of a root we know."""
    return contract is not None and contract.root in ROOTS and ROOTS[contract.root].kind != "fund"


def _listed(
    root: str, expiry: dt.date | None, strike: float | None, right: str, near: dt.date | None
) -> Contract | None:
    """Return the option of a broker's symbol; None for what was adjusted at a split, which they write with a digit."""
    if not expiry or not strike or (root in ROOTS and fund_roots(ROOTS[root].underlying).count(root)):
        return None
    return option(root, expiry, strike, right, near)


def fund_roots(fund: str) -> list[str]:
    """Return the option roots on a fund's shares, from the oldest share basis to the newest; none where it has none."""
    if fund not in ROOTS or ROOTS[fund].kind != "fund":
        return []
    return [spec.root for spec in ROOTS.values() if spec.kind == "option" and spec.underlying == fund]


def option(root: str, expiry: dt.date, strike: float, right: str, near: dt.date | None = None) -> Contract:
    """Return an option contract; ``SPXPM`` and names with a dollar sign become the root they mean.

    Options on a fund get the root of ours for its shares as they are on the day `near` (by default the newest). An
    ``SPX`` or ``VIX`` that expires on a day without a monthly is a weekly whose class the broker does not name.
    """
    name = ALIASES.get(root.upper(), root.upper())
    bases = fund_roots(name)
    if bases:
        name = bases[sum(near is None or split.date <= near for split in splits_of(name))]
    monthly = {"SPX": spx_monthly_expiry, "VIX": vix_expiry}.get(name)
    if monthly is not None and monthly(expiry.year, expiry.month) != expiry:
        name += "W"
    side: Right = "C" if right.upper().startswith("C") else "P"
    return Contract(name, expiry, float(strike), side)


def _year(digits: int, count: int, near: dt.date | None) -> int:
    """Return the year of one or two digits."""
    if count == 2:
        return 2000 + digits
    first = (near or dt.date(2020, 1, 1)).year
    return next(year for year in range(first, first + 10) if year % 10 == digits)
