"""What `alvh vix` and `alvh replicate` ask of a store: one session's index, and the desk that targets work at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from alvh.accounting.statement import Statement
from alvh.adapters.backtesting import Bench, Request, backtest, find_policy, prepare
from alvh.adapters.errors import UserError, nearest
from alvh.adapters.store import Store
from alvh.evidence.replication import Replication, Row, Target, replicate, targets
from alvh.market.vix_strip import TENORS, Capture, Rule, Term, VixReading, captures, fullest, read_vix, treasury_rates
from alvh.values import Missing

ALL = "all"


class StoreDesk:
    """The desk of `alvh.evidence.replication.Desk` on a store; what a backtest loaded is kept for the next one."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._benches: dict[tuple[object, ...], Bench] = {}

    def read(self, table: str, **equal: object) -> pl.DataFrame:
        """Return the rows of a table whose columns equal the values given."""
        chosen: Any = equal
        found: pl.DataFrame = self.store.read(table, **chosen)
        return found

    def backtest(
        self, policy: str, first: dt.date | None = None, last: dt.date | None = None, **settings: Any
    ) -> Statement:
        """Run a policy over a window as `alvh backtest` does.

        `settings` are fields of `Request`, and ``overrides``, parameters replaced as ``--set`` does.
        """
        overrides = settings.pop("overrides", None)
        request = Request(first=first, last=last, **settings)
        found = find_policy(policy, overrides)
        key = (first, last, request.quotes, found.underlyings)
        if key not in self._benches:
            self._benches[key] = prepare(self.store, [found], request)
        return backtest(self._benches[key], found, request)


def chosen_targets(name: str) -> list[Target]:
    """Return the targets a name stands for: one, or ``all``; UserError with the nearest name for an unknown one."""
    known = targets()
    if name == ALL:
        return list(known.values())
    if name.lower() not in known:
        raise UserError(f"no target {name!r}{nearest(name.lower(), [*known, ALL])}")
    return [known[name.lower()]]


def replicate_store(
    store: Store, chosen: Sequence[Target], tell: Callable[[str, int, int], None] | None = None
) -> Replication:
    """Run targets on a store; UserError when the store holds nothing at all."""
    if not store.tables():
        raise UserError(f"the store {store.root} is empty: import some data first, e.g. `alvh data import`")
    return replicate(StoreDesk(store), chosen, tell)


def row_dict(row: Row) -> dict[str, Any]:
    """Return a row as JSON knows it; an error that is no number is null."""
    return {
        "target": row.target,
        "measure": row.measure,
        "from": row.first,
        "to": row.last,
        "ours": _number(row.ours),
        "published": _number(row.published),
        "error": _number(row.error),
        "unit": row.unit,
        "threshold": row.threshold,
        "pass": row.passed,
        "modelled_share": row.modelled_share,
        "n": row.n,
        "source": row.source,
        "note": row.note,
    }


def _number(value: float | None) -> float | None:
    return value if value is not None and abs(value) < float("inf") else None


@dataclass(frozen=True)
class Published:
    """What was published of a session: close, and low and high where they are known."""

    symbol: str
    close: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class VixAnswer:
    """One session's index from the stored chain, and the published one beside it (None where the store has none)."""

    symbol: str
    capture: Capture
    others: int
    reading: VixReading
    published: Published | None

    @property
    def difference(self) -> float | None:
        """Ours less the published close, points."""
        return None if self.published is None else self.reading.value - self.published.close

    @property
    def inside_range(self) -> bool | None:
        """Whether ours lies in the day's official range; None where that is not known."""
        known = self.published
        if known is None or known.low is None or known.high is None:
            return None
        return known.low <= self.reading.value <= known.high


def vix_of(
    store: Store, date: dt.date | None, tenor_days: int, rule: Rule, underlying: Literal["SPX", "VIX"]
) -> VixAnswer | Missing:
    """Return the index of one session (the last with a chain when no date is given) from the fullest capture.

    Raises
    ------
    UserError
        When the store has no chain of that session: names the nearest ones it has. When no such index is published.
    """
    symbol = symbol_of(tenor_days, underlying)
    dates = store.read("chains", columns=["quote_date"], symbol=underlying)["quote_date"].unique().sort()
    if dates.is_empty():
        raise UserError(f"the store {store.root} holds no {underlying} chains: import some first")
    session = date or max(dates.to_list())
    if session not in set(dates.to_list()):
        near = sorted(dates.to_list(), key=lambda day: abs((day - session).days))[:3]
        raise UserError(f"no {underlying} chain of {session}; the nearest: {', '.join(map(str, sorted(near)))}")
    found = captures(store.read("chains", symbol=underlying, since=session, until=session))
    capture = fullest(found)
    rates = store.read("rates", since=session - dt.timedelta(30), until=session)
    rate_of = treasury_rates(rates, session)
    if isinstance(rate_of, Missing):
        return rate_of
    reading = read_vix(
        capture.rows, session, capture.minute, rate_of, tenor_days=tenor_days, rule=rule, underlying=underlying
    )
    if isinstance(reading, Missing):
        return reading
    return VixAnswer(symbol, capture, len(found) - 1, reading, _published(store, symbol, session))


def symbol_of(tenor_days: int, underlying: str) -> str:
    """Return the published index of a tenor; UserError for VIX options at another tenor than 30 days."""
    if underlying == "VIX":
        if tenor_days != 30:
            raise UserError(f"--tenor {tenor_days}: VVIX, the index of VIX options, is published for 30 days only")
        return "VVIX"
    return TENORS[tenor_days]


def _published(store: Store, symbol: str, session: dt.date) -> Published | None:
    rows = store.read("vol_indices", symbol=symbol, since=session, until=session).drop_nulls("close")
    if rows.is_empty():
        return None
    row = rows.row(0, named=True)
    return Published(symbol, float(row["close"]), row["low"], row["high"])


def vix_dict(answer: VixAnswer) -> dict[str, Any]:
    """Return the answer of `alvh vix` with every intermediate, rates and variances as decimals a year."""
    reading, known = answer.reading, answer.published
    return {
        "symbol": answer.symbol,
        "date": answer.capture.session,
        "quotes_at_chicago": f"{answer.capture.minute // 60:02}:{answer.capture.minute % 60:02}",
        "snapshot_new_york": answer.capture.snapshot,
        "source": answer.capture.source,
        "other_captures": answer.others,
        "rule": reading.rule,
        "tenor_days": reading.tenor_days,
        "near": _term_dict(reading.near),
        "next": _term_dict(reading.later),
        "near_weight": reading.near_weight,
        "next_weight": reading.later_weight,
        "value": reading.value,
        "published_close": None if known is None else known.close,
        "difference": answer.difference,
        "published_low": None if known is None else known.low,
        "published_high": None if known is None else known.high,
        "inside_range": answer.inside_range,
    }


def _term_dict(term: Term) -> dict[str, Any]:
    one = term.strip
    return {
        "root": term.root,
        "expiry": term.expiry,
        "minutes": term.minutes,
        "T": one.years,
        "R": one.rate,
        "parity_strike": one.parity_strike,
        "F": one.forward,
        "K0": one.centre,
        "options_kept": int(one.strikes.size),
        "first_strike": float(one.strikes[0]),
        "last_strike": float(one.strikes[-1]),
        "first_contribution": float(one.contributions[0]),
        "last_contribution": float(one.contributions[-1]),
        "first_term": one.sum_term,
        "adjustment": one.forward_term,
        "sigma2": one.variance,
    }
