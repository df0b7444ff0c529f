"""What a book is worth at the end of every scenario: its legs today, moved along the paths, and valued there.

Chosen simply, and said here: what settles within the horizon is worth its exercise value where its path then stands
(SPX options on the index, VIX options on the VX future of their expiry; in the morning settles on the close before),
and its cash earns the bill to the end. What lives longer is priced at the end: SPX options by Black at their own
volatility of today, moved as a VX future of their remaining term moves; VIX options by the displaced lognormal on their
VX future with VVIX moved. Futures gain what their price gains. Exits before expiry and later entries are left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from alvh import conventions
from alvh.diagnosis.scenarios import (
    DAYS_A_SESSION,
    MOVES,
    SPX_COLUMN,
    VVIX_COLUMN,
    at_todays_scale,
    complete,
    joint_moves,
    path_moves,
)
from alvh.market.observe import View
from alvh.market.quotes import Series
from alvh.maths import black
from alvh.maths.bootstrap import Blocks
from alvh.maths.kernel import kernel
from alvh.maths.vix_call import call_price, displacement, put_price, shape, vvix_term
from alvh.values import Contract, Floats, Ints, Missing

LINEAR, EXERCISED, BLACK, DISPLACED = 0, 1, 2, 3
VX_COLUMN: Final = 1
GRID_REACH: Final = 1.2
GRID_POINTS: Final = 17
"""VVIX from e^-1.2 to e^1.2 times today's: beyond it, or where no volatility answers, the last answer stands."""
SESSIONS_A_YEAR: Final = 252.0

Path: TypeAlias = tuple[int, float, int]
"""Column of a move, days to the expiry of a VX future today, sessions from today: see `path_moves`."""


class Priced(NamedTuple):
    """One contract ready for the scenarios.

    Attributes
    ----------
    kind : int
        `LINEAR`, `EXERCISED`, `BLACK` or `DISPLACED`.
    column, days, until : int, float, int
        Whose path it follows and how far (`alvh.diagnosis.scenarios.path_moves`).
    level : float
        Where that path begins, points.
    strike, call
        Of the option.
    years : float
        Left at the end of the horizon; 0 for what has settled.
    vol : float
        Black volatility today.
    carry : float
        What a point at its date is worth at the end: interest on cash, or a discount factor.
    paid : float
        Points that a unit of it costs today, with the bill's interest up to the end.
    unit_usd : float
        Multiplier.
    smile : array
        For `DISPLACED` the volatility above the floor at each point of the VVIX grid.
    """

    kind: int
    column: int
    days: float
    until: int
    level: float
    strike: float
    call: bool
    years: float
    vol: float
    carry: float
    paid: float
    unit_usd: float
    smile: Floats


def priced(view: View, contract: Contract, mid: float, bill: float, vvix: float, horizon: int) -> Priced | Missing:
    """Return one contract ready for scenarios of `horizon` sessions, or why it has no path.

    `mid` is its price today, points; `bill` a rate a year; `vvix` today's VVIX, points.
    """
    spec = conventions.root_spec(contract.root)
    if spec.underlying not in ("SPX", "VIX") or not math.isfinite(mid):
        return Missing(f"{contract} has {'no price' if not math.isfinite(mid) else 'no path in the scenarios'}")
    days = (contract.expiry - view.date).days
    sessions = view.sessions_until(contract.expiry)
    if conventions.settlement_of(contract.root, contract.expiry) == "AM":
        sessions -= 1
    until = max(0, min(sessions, horizon))
    settled = sessions <= horizon
    years = 0.0 if settled else (days - horizon * DAYS_A_SESSION) / 365.0
    after = (horizon - until) / SESSIONS_A_YEAR
    carry = 1.0 + bill * after if settled else math.exp(-bill * years)
    paid = mid * (1.0 + bill * horizon / SESSIONS_A_YEAR)
    vix = spec.underlying == "VIX"
    column, unit = VX_COLUMN if vix else SPX_COLUMN, float(spec.multiplier)
    none = np.full(GRID_POINTS, math.nan)
    if not contract.right:
        return Priced(LINEAR, column, days, until, mid, 0.0, False, 0.0, 0.0, 1.0, mid, unit, none)
    forward = view.forward(Series(contract.root, contract.expiry, days))
    level = forward if vix or not settled else view.spot("XSP" if contract.root == "XSP" else "SPX")
    call, strike = contract.right == "C", contract.strike
    if not level > 0.0:
        return Missing(f"{contract} has no forward")
    leg = Priced(EXERCISED, column, days, until, level, strike, call, years, 0.0, carry, paid, unit, none)
    return leg if settled else living(leg, contract, mid, bill, vvix)


def living(leg: Priced, contract: Contract, mid: float, bill: float, vvix: float) -> Priced | Missing:
    """Return an option that outlives the horizon with what prices it there, or why nothing does."""
    if leg.column == VX_COLUMN:
        smile = smile_grid(vvix, leg.years)
        if np.isfinite(smile).all():
            return leg._replace(kind=DISPLACED, smile=smile)
        return Missing(f"{contract} has no smile: VVIX {vvix:g}")
    now = leg.days / 365.0
    vol = black.implied_vol(mid, leg.level, leg.strike, now, math.exp(-bill * now), leg.call)
    return leg._replace(kind=BLACK, vol=vol) if math.isfinite(vol) else Missing(f"no volatility solves {contract}")


def smile_grid(vvix: float, years: float) -> Floats:
    """Return the volatility above the floor of a VX future at every point of the VVIX grid.

    It hangs on the term and VVIX alone, so a grid replaces a search on every path.
    """
    moves = np.linspace(-GRID_REACH, GRID_REACH, GRID_POINTS)
    out = np.empty(GRID_POINTS)
    fill_smile(vvix / 100.0 * np.exp(moves), years, out)
    known = np.flatnonzero(np.isfinite(out))
    return np.interp(moves, moves[known], out[known]) if len(known) else out


@kernel
def fill_smile(vvix: Floats, years: float, out: Floats) -> None:
    """Fill `out` with the volatility above the floor at some VVIX, decimals."""
    for k in range(out.size):
        out[k] = shape(1.0, years, vvix[k] * vvix_term(years))


def scenario_pnl(
    view: View,
    legs: Sequence[Priced],
    held: Floats,
    blocks: Blocks,
    horizon: int,
    least_rows: int,
    decay: float | None = None,
) -> Floats | Missing:
    """Return the profit of some books in every scenario, USD, (paths, books).

    Parameters
    ----------
    legs : sequence of Priced
    held : array (legs, books)
        Units of each leg in each book.
    blocks : Blocks
    horizon : int
        Sessions.
    least_rows : int
        Missing with fewer sessions of history than this.
    decay : float or None
        Moves of the past are brought to today's volatility with it (`at_todays_scale`); None takes them as they were.
    """
    rows = complete(view.known(MOVES, joint_moves))
    if len(rows) < least_rows:
        return Missing(f"{len(rows)} sessions of SPX, VX and VVIX together, {least_rows} are needed")
    if decay is not None:
        rows = at_todays_scale(rows, decay)
    paths, where = wanted_paths(legs, horizon)
    return pnl_on(block_moves(rows, blocks, paths), legs, where, held)


def wanted_paths(legs: Sequence[Priced], horizon: int) -> tuple[list[Path], Ints]:
    """Return the paths that some legs move along, each once, and of each leg (kind, its own path, the other one).

    The other one moves what an option that outlives the horizon is priced with: VVIX for one on VIX, a VX future of its
    term for one on SPX. A path that no leg of that kind needs is not among them.
    """
    own = [(leg.column, leg.days, leg.until) for leg in legs]
    other = [(VVIX_COLUMN if leg.kind == DISPLACED else VX_COLUMN, leg.days, horizon) for leg in legs]
    places: dict[Path, int] = {}
    for wanted in (*own, *(o for o, leg in zip(other, legs, strict=True) if leg.kind >= BLACK)):
        places.setdefault(one_path(wanted), len(places))
    where = [
        (leg.kind, places[one_path(o)], places.get(one_path(x), 0)) for leg, o, x in zip(legs, own, other, strict=True)
    ]
    return list(places), np.array(where, dtype=np.int64).reshape(-1, 3)


def one_path(wanted: Path) -> Path:
    """Return the name of a path: only futures have a term."""
    return wanted if wanted[0] == VX_COLUMN else (wanted[0], 0.0, wanted[2])


def block_moves(rows: Floats, blocks: Blocks, paths: Sequence[Path]) -> Floats:
    """Return the log moves of some paths in every scenario of blocks of `rows`, (scenarios, paths)."""
    return path_moves(
        rows,
        blocks,
        np.array([path[0] for path in paths], dtype=np.int64),
        np.array([path[1] for path in paths]),
        np.array([path[2] for path in paths], dtype=np.int64),
    )


def pnl_on(moves: Floats, legs: Sequence[Priced], where: Ints, held: Floats) -> Floats:
    """Return the profit of some books on log moves from anywhere, USD, (scenarios, books).

    `moves` has a column for each path of `wanted_paths`, `where` is what that returned, `held` as in `scenario_pnl`.
    """
    out = np.zeros((len(moves), held.shape[1]))
    value_paths(
        np.exp(moves),
        moves,
        where,
        np.array([(n.level, n.strike, float(n.call), n.years, n.vol, n.carry, n.paid, n.unit_usd) for n in legs]),
        np.array([leg.smile for leg in legs]),
        held,
        out,
    )
    return out


@kernel
def value_paths(
    growth: Floats, moves: Floats, where: Ints, terms: Floats, smiles: Floats, held: Floats, out: Floats
) -> None:
    """Add to `out` what every leg gains on every path; rows of `where` and `terms` as `scenario_pnl` lays them out.

    `growth` is the exponential of `moves`.
    """
    for j in range(where.shape[0]):
        kind, own, other = where[j, 0], where[j, 1], where[j, 2]
        start, strike, call, years, vol = terms[j, 0], terms[j, 1], terms[j, 2] > 0.0, terms[j, 3], terms[j, 4]
        carry, paid, unit = terms[j, 5], terms[j, 6], terms[j, 7]
        sign = 1.0 if call else -1.0
        floor = displacement(1.0, years)
        for p in range(growth.shape[0]):
            level = start * growth[p, own]
            if kind == LINEAR:
                worth = level
            elif kind == EXERCISED:
                worth = max(sign * (level - strike), 0.0)
            elif kind == BLACK:
                worth = black.price(level, strike, years, vol * growth[p, other], 1.0, call)
            else:
                place = (moves[p, other] + GRID_REACH) / (2.0 * GRID_REACH) * (GRID_POINTS - 1)
                place = min(max(place, 0.0), GRID_POINTS - 1.0)
                low = min(int(place), GRID_POINTS - 2)
                s = smiles[j, low] + (place - low) * (smiles[j, low + 1] - smiles[j, low])
                if call:
                    worth = call_price(level, strike, floor * level, s, years)
                else:
                    worth = put_price(level, strike, floor * level, s, years)
            gained = (worth * carry - paid) * unit
            for b in range(held.shape[1]):
                out[p, b] += held[j, b] * gained


def cash_tied_usd(units: Mapping[Contract, float], mids: Mapping[Contract, float]) -> float:
    """Return the premium at risk in some long options together, USD; never below 0, futures left out."""
    options = ((c, n) for c, n in units.items() if c.right)
    return max(0.0, sum(n * mids[c] * conventions.root_spec(c.root).multiplier for c, n in options))
