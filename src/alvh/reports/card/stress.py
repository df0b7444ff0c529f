"""Today's book under stress, on the card: named replays, blocks of the past, and a model's paths, layer by layer.

Everything is modelled: what is held and planned tonight, moved along joint moves of SPX, VX and VVIX and valued there
(`alvh.decision.stress`), before costs, without rolls, exits or new entries.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from alvh.decision.book_after import Units, capital_usd
from alvh.decision.rules.capital import Capital, CapitalParams, prices
from alvh.decision.stress import (
    REPLAYS,
    Moves,
    PastMoves,
    Replay,
    Spread,
    StressedBook,
    book_after_plan,
    in_blocks,
    of_model,
    replayed,
    spread_of,
    stressed_book,
)
from alvh.decision.stress_history import history_paths
from alvh.diagnosis.scenarios import MOVES, SPX_COLUMN, VVIX_COLUMN, at_todays_scale, complete, joint_moves
from alvh.market.engines.quintic_paths import draw_paths, forward_variance
from alvh.maths.bootstrap import draw_blocks
from alvh.maths.capital import SESSIONS_A_YEAR, irr_error, modified_irr
from alvh.reports.card.facts import Facts
from alvh.values import Contract, Floats, Missing

VX_COLUMN = 1
"""The VX future 30 days from its expiry."""
QUINTIC_PATHS = 4000
HISTORY_PATHS = 400
NOTE = (
    "modelled, before costs; the book held and planned tonight as it stands, without rolls, exits or new entries; VIX "
    "options move with the VX future of their expiry"
)


@dataclass(frozen=True, slots=True)
class ReplayRow:
    """One stretch of real sessions on today's book.

    Attributes
    ----------
    name, eve, last : str, datetime.date, datetime.date
        What is replayed: the sessions after its eve.
    sessions, whole : int
        How many of them are, the horizon of the engines at most, and how many there are.
    spx, vx, vvix : float
        What SPX, a VX future 30 days from expiry and VVIX did in them, fractions.
    pnl_usd : mapping of layer -> USD, or why not
        At the end, as `total_usd` and `of_equity`, its share of the account's equity (NaN where there is none).
    total_usd : float or Missing
    of_equity : float
    low_usd, low_of_equity, low_session : float, float, int
        The lowest total at a close on the way, its share of equity, and at the end of which session; NaN and 0 where
        there is no total.
    """

    name: str
    eve: dt.date
    last: dt.date
    sessions: int
    whole: int
    spx: float
    vx: float
    vvix: float
    pnl_usd: Mapping[str, float | Missing]
    total_usd: float | Missing
    of_equity: float
    low_usd: float
    low_of_equity: float
    low_session: int


@dataclass(frozen=True, slots=True)
class EngineRow:
    """What many scenarios of one engine make of today's book.

    Attributes
    ----------
    name : str
    what : str
        One sentence on what the engine is.
    paths, horizon : int
        Scenarios and sessions.
    layers : mapping of layer -> Spread, or why not
        Percentiles of each layer on its own: they do not add up to the total's; means do.
    total : Spread or Missing
    low_of_equity : float
        The total's percentile 5 as a share of equity.
    irr, irr_error : float
        Expected return on the capital tied up, a year (modified IRR), and its standard error; NaN without capital.
    """

    name: str
    what: str
    paths: int
    horizon: int
    layers: Mapping[str, Spread | Missing]
    total: Spread | Missing
    low_of_equity: float
    irr: float
    irr_error: float


@dataclass(frozen=True, slots=True)
class Stress:
    """The stress table.

    Attributes
    ----------
    layers : tuple of str
        Layers that hold something once tonight's plan is filled.
    capital_usd : float
        What the book ties up.
    replays : tuple of ReplayRow or Missing
    engines : tuple of EngineRow or Missing
    headline : str
        One line, the same whether thorough or not; empty where nothing is held or planned.
    note : str
    """

    layers: tuple[str, ...]
    capital_usd: float
    replays: tuple[ReplayRow | Missing, ...]
    engines: tuple[EngineRow | Missing, ...]
    headline: str
    note: str = NOTE


@dataclass(frozen=True, slots=True)
class _Scene:
    """What every row needs: the book, its prices, rates, equity and capital."""

    facts: Facts
    params: CapitalParams
    units: Units
    mids: Mapping[Contract, float]
    past: PastMoves
    equity_usd: float
    capital_usd: float
    bill: float

    def ready(self, horizon: int) -> StressedBook:
        """Return the book ready for moves up to a horizon."""
        vvix = self.facts.readings.value("VVIX")
        return stressed_book(self.facts.view, self.units, self.mids, self.bill, vvix, horizon)


def stress(facts: Facts, *, thorough: bool = False) -> Stress:
    """Return the stress table of one evening; a thorough one has engine A, which takes most of a second."""
    condors = facts.condor_layers
    others = tuple(layer.name for layer in facts.policy.layers if layer.name not in condors)
    units = book_after_plan(facts.book, facts.plan, condors, others)
    layers = tuple(units.by_layer)
    if not layers:
        return Stress((), 0.0, (), (), "")
    mids = prices(facts.view, units.total())
    capital = capital_usd(units, others, mids, facts.readings.value("VIX"))
    rule = next((rule for rule in facts.policy.rules if isinstance(rule, Capital)), None)
    scene = _Scene(
        facts,
        CapitalParams() if rule is None else rule.params,
        units,
        mids,
        past_moves(facts),
        facts.book.equity_cents(facts.view) / 100.0,
        capital,
        facts.readings.value("bill_3m"),
    )
    replays = tuple(_replay(scene, replay) for replay in REPLAYS)
    ready = scene.ready(scene.params.horizon)
    engines: tuple[EngineRow | Missing, ...] = (_blocks(scene, ready), _quintic(scene, ready))
    said = headline(replays, engines)
    if thorough:
        engines = (engines[0], _history(scene, ready), engines[1])
    return Stress(layers, capital, replays, engines, said)


def past_moves(facts: Facts) -> PastMoves:
    """Return the joint moves of every session up to the evening, from the longer of its two histories."""
    if facts.joint_past is not None:
        return PastMoves(facts.joint_past.dates, facts.joint_past.derive(MOVES, joint_moves))
    return PastMoves(facts.view.calendar[: facts.view.i + 1], facts.view.known(MOVES, joint_moves))


def _replay(scene: _Scene, replay: Replay) -> ReplayRow | Missing:
    """Return one replay: the book at its end, and the lowest close on the way."""
    every = scene.past.of(replay)
    if isinstance(every, Missing):
        return every
    rows = every[: scene.params.horizon]
    totals, last = np.empty(len(rows)), np.zeros(0)
    for k in range(len(rows)):
        book = scene.ready(k + 1)
        last = book.pnl(replayed(rows[: k + 1]))[0]
        totals[k] = last.sum()
    known = bool(np.isfinite(totals).all())
    lowest = int(np.argmin(totals)) if known else 0
    moved = np.expm1(rows.sum(axis=0))
    return ReplayRow(
        name=replay.name,
        eve=replay.eve,
        last=replay.last,
        sessions=len(rows),
        whole=len(every),
        spx=float(moved[SPX_COLUMN]),
        vx=float(moved[VX_COLUMN]),
        vvix=float(moved[VVIX_COLUMN]),
        pnl_usd={name: book.unpriced.get(name, float(x)) for name, x in zip(book.layers, last, strict=True)},
        total_usd=_lacking(book) or float(totals[-1]),
        of_equity=_share(float(totals[-1]), scene.equity_usd),
        low_usd=float(totals[lowest]) if known else math.nan,
        low_of_equity=_share(float(totals[lowest]), scene.equity_usd) if known else math.nan,
        low_session=lowest + 1 if known else 0,
    )


def _blocks(scene: _Scene, book: StressedBook) -> EngineRow | Missing:
    """Return the book on blocks of the past, drawn as the capital rule draws them."""
    p = scene.params
    rows = complete(scene.past.rows)
    if len(rows) < p.history_least:
        return Missing(f"{len(rows)} sessions of SPX, VX and VVIX together, {p.history_least} are needed")
    scaled = "as they were"
    if p.decay is not None:
        rows, scaled = at_todays_scale(rows, p.decay), "at today's volatility"
    what = f"{len(rows)} sessions of the past in blocks of {p.mean_block:g} on average, moves {scaled}"
    return _engine(scene, book, in_blocks(rows, draw_blocks(p.seed, p.paths, p.horizon, p.mean_block)), "blocks", what)


def _history(scene: _Scene, book: StressedBook) -> EngineRow | Missing:
    """Return the book on paths of engine A from tonight's state."""
    past = scene.facts.joint_past
    if past is None or past.dates[-1] != scene.facts.date:
        return Missing("engine A has no history that ends tonight")
    drawn = history_paths(past, scene.params.horizon, HISTORY_PATHS, scene.params.seed)
    if isinstance(drawn, Missing):
        return Missing(f"engine A: {drawn.why}")
    what = (
        f"engine A: from tonight's state on, surprises of {drawn.rows} sessions in blocks, stress drawn more often and "
        f"weighted back: worth {drawn.worth:.0f} paths"
    )
    return _engine(scene, book, drawn.moves, "history", what, drawn.weight)


def _quintic(scene: _Scene, book: StressedBook) -> EngineRow | Missing:
    """Return the book on paths of the quintic model over today's forward variance."""
    xi0 = forward_variance(scene.facts.history, scene.facts.view.i)
    if isinstance(xi0, Missing):
        return xi0
    drawn = draw_paths(xi0, QUINTIC_PATHS, scene.params.horizon, scene.params.seed)
    raised = f", {xi0.raised} of its terms raised" if xi0.raised else ""
    what = (
        f"quintic Ornstein-Uhlenbeck model on today's forward variance{raised}; pricing measure, no premium in it; its "
        "one fast factor hardly moves a VX future more than a month from its expiry"
    )
    return _engine(scene, book, of_model(drawn), "quintic", what, drawn.weight)


def _engine(
    scene: _Scene, book: StressedBook, moves: Moves, name: str, what: str, weight: Floats | None = None
) -> EngineRow:
    """Return percentiles and the expected return of the book on an engine's moves."""
    pnl = book.pnl(moves)
    total = spread_of(pnl.sum(axis=1), weight)
    years, capital = scene.params.horizon / SESSIONS_A_YEAR, scene.capital_usd
    wealth = capital * (1.0 + scene.bill * years) + total.mean
    known = math.isfinite(wealth)
    return EngineRow(
        name=name,
        what=what,
        paths=len(pnl),
        horizon=book.horizon,
        layers={layer: book.unpriced.get(layer) or spread_of(pnl[:, k], weight) for k, layer in enumerate(book.layers)},
        total=_lacking(book) or total,
        low_of_equity=_share(total.low, scene.equity_usd),
        irr=modified_irr(capital, wealth, years) if known else math.nan,
        irr_error=irr_error(capital, wealth, total.error, years) if known else math.nan,
    )


def _lacking(book: StressedBook) -> Missing | None:
    """Return why a book has no total: the first of its layers that cannot be priced."""
    return next((Missing(f"{layer}: {why.why}") for layer, why in book.unpriced.items()), None)


def _share(usd: float, equity_usd: float) -> float:
    return usd / equity_usd if equity_usd > 0.0 else math.nan


def headline(replays: tuple[ReplayRow | Missing, ...], engines: tuple[EngineRow | Missing, ...]) -> str:
    """Say the lowest close of all replays and what five paths in a hundred lose, in one line."""
    said = []
    known = [row for row in replays if isinstance(row, ReplayRow) and math.isfinite(row.low_of_equity)]
    if known:
        worst = min(known, key=lambda row: row.low_of_equity)
        said.append(f"worst replay {worst.low_of_equity * 100:+.1f} % of equity ({worst.name})")
    lows = [row for row in engines if isinstance(row, EngineRow) and math.isfinite(row.low_of_equity)]
    if lows:
        first, *others = [f"{row.low_of_equity * 100:+.1f} %" for row in lows]
        named = "".join(f"; {row.name} {share}" for row, share in zip(lows[1:], others, strict=True))
        said.append(f"one path in twenty ends below {first} (engine {lows[0].name}{named})")
    return "; ".join(said) if said else "no scenario can be valued tonight"
