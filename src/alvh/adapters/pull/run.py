"""A pull from beginning to end: what is wanted, what came of each file, what reached the store."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import httpx
import platformdirs
import polars as pl

from alvh.adapters.errors import UserError
from alvh.adapters.pull import cboe, delayed, sofr, treasury
from alvh.adapters.pull.addresses import Address, address
from alvh.adapters.pull.cache import Cached, Meta, Validators
from alvh.adapters.pull.download import Manners, Visitor
from alvh.adapters.pull.examine import Examined, examine
from alvh.adapters.pull.merging import merge_pulled
from alvh.adapters.pull.report import Item, Merged, PullReport, Wanted
from alvh.adapters.schema import table
from alvh.adapters.sources.format import Piece
from alvh.adapters.store import Store
from alvh.adapters.store_files import locked

Source: TypeAlias = Callable[[Address, dt.date, dt.date], Iterator[Wanted]]

SOURCES: dict[str, Source] = {
    "cboe": cboe.wanted,
    "treasury": treasury.wanted,
    "sofr": sofr.wanted,
    "delayed": delayed.wanted,
}
"""Every source: what it wants, given its address, the first date and today. Its host stands in `addresses`."""

EVERYTHING = dt.date(1985, 1, 1)
AGENT = "alvh (research tool; one request at a time, cached)"
_TIMEOUT_S = 30.0
_LOCK_WAIT_S = 5.0


def default_cache() -> Path:
    """Return the platform's cache folder for downloads."""
    return platformdirs.user_cache_path("alvh", appauthor=False) / "pull"


def pull(
    source: str,
    store: Store,
    *,
    base_url: str | None = None,
    since: dt.date | None = None,
    cache_dir: Path | None = None,
    client: httpx.Client | None = None,
    manners: Manners | None = None,
    generator: random.Random | None = None,
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    sleep: Callable[[float], None] = time.sleep,
    progress: Callable[[str, int, int], None] | None = None,
) -> PullReport:
    """Download what a publisher has that the cache has not, and merge what is good into the store.

    Parameters
    ----------
    source : str
        A name of `SOURCES`.
    store : Store
    base_url : str, optional
        Another host for the same paths; else the source's environment variable, else the publisher's own.
    since : datetime.date, optional
        Take only rows from this date on, and only files that can hold such rows.
    cache_dir : Path, optional
        Where downloads are kept; the platform's cache folder when left out.
    client : httpx.Client, optional
        Its time-outs and transport count; it stays open. When left out, one with 30 s is made and closed.
    manners, generator, clock, sleep
        Patience, jitter, time and waiting, for tests and replays.
    progress : callable (name, files done, files in all), optional

    Returns
    -------
    PullReport
        One item a file. A file that fails leaves its cached version and the store as they were, and the others go on.

    Raises
    ------
    UserError
        For a source or base address that is not one, and when another pull works in the same folder.
    """
    at = address(source, base_url)
    today = clock().date()
    start = since or EVERYTHING
    folder = (cache_dir or default_cache()) / source
    wanted = list(SOURCES[source](at, start, today))
    manners = manners or Manners()
    own = client or httpx.Client(timeout=_TIMEOUT_S, follow_redirects=True, headers={"User-Agent": AGENT})
    try:
        with locked(folder, _LOCK_WAIT_S):
            chance = generator or random.Random()  # noqa: S311 - jitter, not secrets
            visitor = Visitor(own, at.headers, manners, chance, sleep, clock)
            items, pieces = _visit(visitor, at, folder, wanted, manners, today, progress)
    finally:
        if client is None:
            own.close()
    tables, drops = _store(store, pieces, start)
    return PullReport(source, tuple(items), tables, drops)


def _visit(
    visitor: Visitor,
    at: Address,
    folder: Path,
    wanted: list[Wanted],
    manners: Manners,
    today: dt.date,
    progress: Callable[[str, int, int], None] | None,
) -> tuple[list[Item], list[Piece]]:
    """Bring every file up to date; return what became of each, and the pieces of all good ones."""
    items: list[Item] = []
    pieces: list[Piece] = []
    failed_in_a_row = 0
    for number, one in enumerate(wanted):
        if progress:
            progress(one.name, number, len(wanted))
        if failed_in_a_row < manners.give_up_after:
            item, examined = _bring(visitor, at.base + one.path, Cached(folder, one.name), one, today)
        else:
            why = f"not asked for: {failed_in_a_row} files before it failed one after another"
            item, examined = Item(one.name, at.base + one.path, "failed", why), None
        failed_in_a_row = failed_in_a_row + 1 if item.status == "failed" else 0
        items.append(item)
        pieces += examined.pieces if examined else []
    if progress:
        progress("", len(wanted), len(wanted))
    return items, pieces


def _bring(visitor: Visitor, url: str, cached: Cached, one: Wanted, today: dt.date) -> tuple[Item, Examined | None]:
    """Bring one file up to date, and read what is in the cache afterwards."""
    meta = cached.meta()
    good = _reread(cached, one) if meta else None
    if good is None:
        meta = None
    if meta and one.final_from and meta.fetched >= one.final_from.isoformat():
        return Item(one.name, url, "kept", rows=meta.rows), good
    answer = visitor.fetch(url, cached, meta.validators if meta else None)
    rows = meta.rows if meta else 0
    if answer.kind == "unchanged" and meta:
        cached.discard()
        cached.remember(_meta(meta.validators, meta.size, good, today) if good else meta)
        return Item(one.name, url, "unchanged", "", answer.attempts, rows), good
    if answer.kind == "absent":
        return Item(one.name, url, "absent", answer.why, answer.attempts, rows), good
    if answer.kind != "body":
        return Item(one.name, url, "failed", answer.why, answer.attempts, rows), good
    try:
        trial = cached.try_out()
        fresh = examine(trial, one, meta)
    except UserError as error:
        cached.discard()
        return Item(one.name, url, "failed", str(error), answer.attempts, rows), good
    cached.accept(_meta(answer.validators, trial.stat().st_size, fresh, today))
    return Item(one.name, url, "downloaded", "", answer.attempts, fresh.rows), fresh


def _reread(cached: Cached, one: Wanted) -> Examined | None:
    """Read the cached file again; None when somebody damaged it since."""
    try:
        return examine(cached.path, one, None)
    except UserError:
        return None


def _meta(validators: Validators, size: int, examined: Examined, today: dt.date) -> Meta:
    first, last = examined.first.isoformat(), examined.last.isoformat()
    return Meta(validators, size, examined.rows, first, last, today.isoformat())


def _store(store: Store, pieces: list[Piece], since: dt.date) -> tuple[dict[str, Merged], dict[str, int]]:
    """Merge the pieces table by table; return what became of them, and the rows left out by reason."""
    drops: dict[str, int] = {}
    frames: dict[str, list[pl.DataFrame]] = {}
    for piece in pieces:
        of = table(piece.table)
        frames.setdefault(piece.table, []).append(of.conform(piece.frame).filter(pl.col(of.date) >= since))
        for reason, count in piece.drops.items():
            drops[reason] = drops.get(reason, 0) + count
    return {name: merge_pulled(store, name, pl.concat(parts)) for name, parts in frames.items()}, drops
