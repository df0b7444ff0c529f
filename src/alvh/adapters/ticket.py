"""Before the close: the standing plan on fresh quotes, as packages of at most four legs. It sends nothing.

What was decided stays decided: layers, expiries, lots and hedge quantities. Strikes of what is opened, and every price,
are found again on the fresh quotes; lots come down where the new width would risk more than the plan did. A package
that something voids is shown with the reason and left out of the files.
"""

from __future__ import annotations

import datetime as dt
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from alvh import conventions
from alvh.adapters.baskets.ibkr import basket
from alvh.adapters.baskets.package import MAX_LEGS, Package
from alvh.adapters.baskets.thinkorswim import order_lines
from alvh.adapters.errors import UserError, in_file
from alvh.adapters.load import load_history
from alvh.adapters.schema import table
from alvh.adapters.sources import FORMATS
from alvh.adapters.store import Store
from alvh.adapters.ticket_voids import under_walk_away
from alvh.adapters.tonight import Evening
from alvh.decision.layers.condor import Condor, condor_legs
from alvh.decision.layers.condor_strikes import choose_strikes
from alvh.market.market_quotes import MarketQuotes
from alvh.market.observe import View
from alvh.market.quotes import Series
from alvh.reports.backtest import DISCLAIMER
from alvh.reports.card.condor import floor_of
from alvh.reports.card.facts import Facts, leg_quotes
from alvh.reports.card.levels import SPREAD_LIMIT, VOID_RANGES
from alvh.reports.card.prices import package_prices
from alvh.values import Contract, Leg, Missing, Order

OLDEST = dt.timedelta(minutes=20)
"""Quotes older than this are refused."""
AHEAD = dt.timedelta(minutes=2)
"""Clocks differ by so much; quotes further ahead of the clock are refused, too."""
READERS = ("cboe_delayed_json", "cboe_quote_table")
SENDS_NOTHING = "Nothing was sent: load or paste these yourself, and look at each before you do."


@dataclass(frozen=True, slots=True)
class Fresh:
    """Fresh quotes: rows of ``chains`` by symbol, and when they were taken (New York wall clock)."""

    rows: Mapping[str, pl.DataFrame]
    taken: dt.datetime


@dataclass(frozen=True, slots=True)
class Ticket:
    """The standing plan on fresh quotes.

    Attributes
    ----------
    policy : str
    decided : datetime.date
    taken : datetime.datetime
        When the quotes were taken, New York wall clock.
    age_minutes : float
    packages : tuple of Package
    dropped : tuple of str
        Orders that have no ticket, and why.
    void : tuple of str
        What voids the whole plan; empty for nothing.
    """

    policy: str
    decided: dt.date
    taken: dt.datetime
    age_minutes: float
    packages: tuple[Package, ...]
    dropped: tuple[str, ...]
    void: tuple[str, ...]
    disclaimer: str = DISCLAIMER

    @property
    def good(self) -> tuple[Package, ...]:
        """Packages that nothing speaks against."""
        return () if self.void else tuple(p for p in self.packages if not p.void)


def read_quotes(paths: Sequence[Path], now: dt.datetime) -> Fresh:
    """Read fresh quotes from Cboe's delayed JSON or quote-table CSV.

    Parameters
    ----------
    paths : sequence of Path
        Files, or folders with ``_SPX.json`` and ``_VIX.json``.
    now : datetime.datetime
        New York wall clock, naive.

    Raises
    ------
    UserError
        For a file that is no such thing, and for quotes older than 20 minutes or ahead of the clock.
    """
    rows: dict[str, pl.DataFrame] = {}
    stamps = []
    for path in _files(paths):
        for piece in _pieces(path):
            frame = table("chains").conform(piece)
            if frame.is_empty():
                continue
            taken = frame["snapshot_ts"].max()
            if not isinstance(taken, dt.datetime):
                raise in_file(path, "the quotes carry no time; fresh ones do")
            check_age(path, taken, now)
            stamps.append(taken)
            for (symbol,), part in frame.with_columns(pl.col("symbol").cast(pl.String)).group_by("symbol"):
                name = str(symbol)
                rows[name] = pl.concat((rows[name], part)) if name in rows else part
    if not stamps:
        raise UserError(f"{', '.join(map(str, paths))}: no quotes in it")
    return Fresh(
        {name: table("chains").conform(frame).sort(table("chains").key) for name, frame in rows.items()}, min(stamps)
    )


def check_age(path: Path, taken: dt.datetime, now: dt.datetime) -> None:
    """Refuse quotes that are too old for the clock, or ahead of it."""
    age = now - taken
    if age > OLDEST:
        minutes = age.total_seconds() / 60.0
        raise in_file(
            path, f"the quotes are of {taken:%Y-%m-%d %H:%M} New York, {minutes:,.0f} minutes old; 20 are allowed"
        )
    if age < -AHEAD:
        raise in_file(path, f"the quotes are of {taken:%Y-%m-%d %H:%M} New York, ahead of the clock ({now:%H:%M})")


def pull_quotes(now: dt.datetime, base_url: str | None = None) -> Fresh:
    """Download Cboe's delayed chains of this moment and read them; the store is left as it is."""
    from alvh.adapters.pull.run import pull  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        # A store of its own: a snapshot of the afternoon is no close, and has no business in the user's.
        report = pull("delayed", Store(Path(folder) / "store"), base_url=base_url, cache_dir=Path(folder) / "cache")
        bad = [f"{item.name}: {item.why}" for item in report.items if item.status not in ("downloaded", "unchanged")]
        if bad:
            raise UserError(f"--quotes delayed: {'; '.join(bad)}")
        return read_quotes([Path(folder) / "cache" / "delayed" / item.name for item in report.items], now)


def make_ticket(store: Store, standing: Evening, fresh: Fresh, now: dt.datetime) -> Ticket:
    """Solve the standing plan again on fresh quotes."""
    facts = standing.facts
    view = fresh_view(store, facts, fresh)
    packages: list[Package] = []
    dropped: list[str] = []
    for order in facts.plan.orders:
        for part in parts_of(solved(facts, view, order)):
            made = _package(facts, view, order, part)
            if isinstance(made, Missing):
                dropped.append(f"{order.layer} {order.kind}: {made.why}")
            else:
                packages.append(made)
    age = (now - fresh.taken).total_seconds() / 60.0
    return Ticket(
        facts.policy.name, facts.date, fresh.taken, age, tuple(packages), tuple(dropped), tuple(plan_void(facts, view))
    )


def fresh_view(store: Store, facts: Facts, fresh: Fresh) -> View:
    """Return a view of the fresh quotes, on the session they belong to."""
    day = max(frame["quote_date"].max() for frame in fresh.rows.values())  # type: ignore[type-var]
    if not isinstance(day, dt.date):
        raise UserError("the quotes belong to no session")
    if day < facts.date:
        raise UserError(f"the quotes are of {day}, before the plan of {facts.date}; name an earlier --date")
    history = load_history(store, first=day, last=day, fresh=fresh.rows)
    return View(history, MarketQuotes(history), len(history) - 1)


def solved(facts: Facts, view: View, order: Order) -> Order | Missing:
    """Return an order with the strikes of what it opens found again on a fresh view."""
    layer = next(x for x in facts.policy.layers if x.name == order.layer)
    if isinstance(layer, Condor) and order.kind == "open":
        contract = order.legs[0].contract
        series = Series(contract.root, contract.expiry, (contract.expiry - view.date).days)
        strikes = choose_strikes(view, series, layer.params)
        if isinstance(strikes, Missing):
            return strikes
        return Order(
            order.layer, order.campaign, order.kind, condor_legs(series, strikes), order.lots, order.reason,
            order.max_loss_usd_per_lot, order.premium_usd_per_lot,
        )  # fmt: skip
    delta = getattr(getattr(layer, "params", None), "delta", None)
    if delta is None or order.kind not in ("open", "roll"):
        return order
    held = {c for campaign in facts.book.campaigns(order.layer) for c in campaign.positions}
    legs = []
    for leg in order.legs:
        contract = leg.contract
        if contract not in held and contract.right == "C" and leg.ratio > 0:
            series = Series(contract.root, contract.expiry, (contract.expiry - view.date).days)
            strike = view.strike_at_delta(series, "C", float(delta))
            if math.isnan(strike):
                return Missing(f"no {delta:g}-delta call in {contract.root} {contract.expiry} among the fresh quotes")
            contract = Contract(contract.root, contract.expiry, strike, "C")
        legs.append(Leg(contract, leg.ratio))
    return Order(order.layer, order.campaign, order.kind, tuple(legs), order.lots, order.reason)


def parts_of(order: Order | Missing) -> list[tuple[Leg, ...] | Missing]:
    """Return the legs of an order in packages of at most four, one expiry after the other where they are more."""
    if isinstance(order, Missing):
        return [order]
    if len(order.legs) <= MAX_LEGS:
        return [order.legs]
    expiries = sorted({leg.contract.expiry for leg in order.legs})
    by_expiry = [tuple(leg for leg in order.legs if leg.contract.expiry == expiry) for expiry in expiries]
    return [legs[at : at + MAX_LEGS] for legs in by_expiry for at in range(0, len(legs), MAX_LEGS)]


def _package(facts: Facts, view: View, order: Order, legs: tuple[Leg, ...] | Missing) -> Package | Missing:
    """Return one ticket, or why there is none."""
    if isinstance(legs, Missing):
        return legs
    quotes = leg_quotes(view, legs)
    if isinstance(quotes, Missing):
        return quotes
    opens_condor = order.kind == "open" and order.layer in facts.condor_layers
    floor = floor_of(facts, order.layer) if opens_condor else None
    prices = package_prices(legs, quotes, facts.fill, floor)
    void: list[str] = []
    lots, changed = order.lots, moved(order.legs, legs)
    if opens_condor:
        width = max(abs(a.contract.strike - b.contract.strike) for a, b in ((legs[0], legs[1]), (legs[2], legs[3])))
        multiplier = conventions.root_spec(legs[0].contract.root).multiplier
        lots = lots_within(order, (width - prices.limit) * multiplier)
        if lots < 1:
            return Missing("one lot would risk more than the whole plan did")
        if lots < order.lots:
            changed += f"{'; ' if changed else ''}{lots} of {order.lots} lots, so that no more is at risk"
        if prices.mid < prices.walk_away:
            void.append(f"the credit of {prices.mid:.2f} at mid is under the walk-away of {prices.walk_away:.2f}")
        void += under_walk_away(facts, order, width, prices.limit, floor)
        void += wide(facts, prices.spread)
    ticks = tuple(conventions.tick_size(leg.contract.root, q.mid) for leg, q in zip(legs, quotes, strict=True))
    return Package(
        order.layer,
        order.campaign,
        order.kind,
        lots,
        legs,
        tuple(quotes),
        prices,
        facts.fill,
        ticks,
        tuple(void),
        changed,
    )


def lots_within(order: Order, lot_usd: float) -> int:
    """Return how many lots risk no more than the standing order did."""
    if not lot_usd > 0.0 or not order.max_loss_usd_per_lot:
        return order.lots
    return min(order.lots, math.floor(order.max_loss_usd_per_lot * order.lots / lot_usd + 1e-9))


def moved(before: Sequence[Leg], now: Sequence[Leg]) -> str:
    """Say which strikes are other ones than in the standing plan."""
    if len(before) != len(now):
        return ""
    pairs = [
        f"{a.contract.strike:g} {a.contract.right} -> {b.contract.strike:g}"
        for a, b in zip(before, now, strict=True)
        if a.contract != b.contract
    ]
    return ", ".join(pairs)


def wide(facts: Facts, spread: float) -> list[str]:
    """Say where the package is quoted wider than 1.8 x its median of 30 sessions; nothing where it is unknown."""
    now, ratio = facts.readings.value("package_spread"), facts.readings.value("package_spread_ratio")
    if not (math.isfinite(now) and ratio > 0.0):
        return []
    limit = SPREAD_LIMIT * now / ratio
    return [f"half-spreads of {spread:.2f} are over {limit:.2f}, 1.8 x the median"] if spread > limit else []


def plan_void(facts: Facts, view: View) -> list[str]:
    """Say what voids the whole plan on a fresh view: SPX has moved too far since the close that decided."""
    edr, then, now = facts.readings.value("edr"), facts.view.spot("SPX"), view.spot("SPX")
    if not (math.isfinite(edr) and math.isfinite(then) and math.isfinite(now)):
        return []
    moved_by = abs(now / then - 1.0) * 100.0
    if moved_by <= VOID_RANGES * edr:
        return []
    return [f"SPX moved {moved_by:.2f} % to {now:,.2f}, more than {VOID_RANGES:g} of the daily range of {edr:.2f} %"]


def _files(paths: Sequence[Path]) -> list[Path]:
    """Return the files named, and those of Cboe's names inside folders."""
    out: list[Path] = []
    for path in paths:
        if path.is_dir():
            # A ticket of before may lie beside the quotes: what was written here is no quote.
            tables = [table for table in path.glob("*.csv") if not table.name.endswith("-ibkr.csv")]
            found = sorted([*path.glob("_[A-Z]*[A-Z].json"), *tables])
            if not found:
                raise UserError(f"{path}: no _SPX.json or quote table in this folder")
            out += found
        elif path.exists():
            out.append(path)
        else:
            raise UserError(f"{path} does not exist; --quotes takes files, a folder, or `delayed`")
    return out


def _pieces(path: Path) -> list[pl.DataFrame]:
    """Read a file of fresh quotes."""
    head = path.read_bytes()[: 1 << 16]
    for name in READERS:
        if FORMATS[name].sniff(path, head):
            return [piece.frame for piece in FORMATS[name].read(path)]
    raise in_file(path, f"is neither of {' and '.join(READERS)}")


def write_files(made: Ticket, folder: Path) -> list[Path]:
    """Write the basket and the order lines of every package that is good; return the files, none where none is.

    Raises
    ------
    UserError
        When the folder cannot be written to.
    """
    if not made.good:
        return []
    name = f"alvh-{made.policy}-{made.taken:%Y%m%d-%H%M}"
    texts = {f"{name}-ibkr.csv": basket(made.good), f"{name}-thinkorswim.txt": order_lines(made.good)}
    out = []
    for file, text in texts.items():
        path = folder / file
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UserError(f"{path} cannot be written: {error.strerror}") from None
        out.append(path)
    return out
