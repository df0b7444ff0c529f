"""Legs of one expiry that belong together: iron condors, verticals and calendars, found by quantity and strike.

A broker lists legs, not trades. What belongs together follows from arithmetic alone: a condor is as many short puts as
long puts, short calls and long calls of one expiry. Equal quantities are taken together first, because a trader sends
a package with one number of lots; what is left is swept from the inner strikes to the outer ones (our choice).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from alvh.values import Contract, Right


@dataclass(frozen=True, slots=True)
class Held:
    """One row of a broker's list of positions, or a part of it.

    Attributes
    ----------
    contract : Contract
    quantity : int
        Signed contracts, never 0.
    price : float
        What one unit was opened at, points; never negative. Where a broker's cost holds its fees, so does this price.
    opened : datetime.date or None
        None where the file does not say.
    mark : float
        Closing price of the file, points; NaN where it has none.
    layer, campaign : str
        As the file names them; empty where it does not.
    line : int
        Line of the file, 1-based; 0 where there is none.
    """

    contract: Contract
    quantity: int
    price: float
    opened: dt.date | None = None
    mark: float = math.nan
    layer: str = ""
    campaign: str = ""
    line: int = 0

    def part(self, quantity: int) -> Held:
        """Return so many of these contracts, on the same side."""
        return replace(self, quantity=int(math.copysign(quantity, self.quantity)))


Role = tuple[Right, int]
"""Put or call, and the sign of the quantity."""
CONDOR: tuple[Role, ...] = (("P", -1), ("P", 1), ("C", -1), ("C", 1))
"""The four roles, in the order in which a condor's legs are written: short put, long put, short call, long call."""
Package = tuple[Held, ...]
_Fits = Callable[[Package], bool]


def condors(rows: Iterable[Held]) -> tuple[list[Package], list[Held]]:
    """Return the iron condors among rows of one root and expiry, and what is left over.

    Within a condor long put < short put <= short call < long call. Several of one quantity are told apart by strikes,
    the inner ones together.
    """
    return _carve(rows, CONDOR, _condor_fits)


def put_spreads(rows: Iterable[Held]) -> tuple[list[Package], list[Held]]:
    """Return the bought put spreads among rows of one root and expiry (long strike above the short one), and the rest.

    Each package is (long put, short put).
    """
    return _carve(rows, (("P", 1), ("P", -1)), lambda p: p[0].contract.strike > p[1].contract.strike)


def call_spreads(rows: Iterable[Held]) -> tuple[list[Package], list[Held]]:
    """Return the sold call spreads among rows of one root and expiry (short strike below the long one), and the rest.

    Each package is (short call, long call).
    """
    return _carve(rows, (("C", -1), ("C", 1)), lambda p: p[0].contract.strike < p[1].contract.strike)


def calendars(rows: Iterable[Held]) -> tuple[list[Package], list[Held]]:
    """Return the calendars among option rows of one root, and what is left over.

    A calendar is a long option and a short one of an earlier expiry, of one right and strike, in equal number. Each
    package is (long, short).
    """
    left = list(rows)
    found: list[Package] = []
    for right, strike in sorted({(row.contract.right, row.contract.strike) for row in left}):
        same = [row for row in left if (row.contract.right, row.contract.strike) == (right, strike)]
        others = [row for row in left if (row.contract.right, row.contract.strike) != (right, strike)]
        packages, rest = _carve(same, ((right, 1), (right, -1)), lambda p: p[0].contract.expiry > p[1].contract.expiry)
        found += packages
        left = others + rest
    return found, left


def _condor_fits(package: Package) -> bool:
    short_put, long_put, short_call, long_call = (row.contract.strike for row in package)
    return long_put < short_put <= short_call < long_call


def _by_strike(outwards: float) -> Callable[[Held], tuple[float, int]]:
    return lambda row: (outwards * row.contract.strike, row.line)


def _carve(rows: Iterable[Held], roles: Sequence[Role], fits: _Fits) -> tuple[list[Package], list[Held]]:
    """Take packages of one row a role: rows of equal quantity first, then parts of rows, inner strikes first."""
    queues: list[list[Held]] = [[] for _ in roles]
    left: list[Held] = []
    for row in rows:
        role = (row.contract.right, 1 if row.quantity > 0 else -1)
        (queues[roles.index(role)] if role in roles else left).append(row)
    for role, queue in zip(roles, queues, strict=True):
        outwards = 1.0 if role[0] == "C" else -1.0
        queue.sort(key=_by_strike(outwards))
    found: list[Package] = []
    for lots in sorted({abs(row.quantity) for row in queues[0]}, reverse=True):
        equal = [[row for row in queue if abs(row.quantity) == lots] for queue in queues]
        for package in zip(*equal, strict=False):
            if fits(package):
                found.append(package)
                for queue, row in zip(queues, package, strict=True):
                    queue.remove(row)
    while all(queues):
        lots = min(abs(queue[0].quantity) for queue in queues)
        package = tuple(queue[0].part(lots) for queue in queues)
        if not fits(package):
            break
        found.append(package)
        for queue in queues:
            rest = abs(queue[0].quantity) - lots
            queue[:1] = [queue[0].part(rest)] if rest else []
    return found, left + [row for queue in queues for row in queue]
