"""Some layers of a run booked by themselves: what they traded in the company of all the others, on their own cash."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence

from alvh.accounting.book import Book, Interest, Settlement
from alvh.values import Fill


def booked_alone(
    book: Book, layers: Collection[str], dates: Sequence[dt.date], earn: Callable[[int, Book], None]
) -> Book:
    """Return the book of some layers alone: their fills and settlements as they happened, cent for cent.

    Parameters
    ----------
    book : Book
        Of the whole run; its journal is left as it is.
    layers : collection of str
    dates : sequence of datetime.date
        Sessions of the run.
    earn : callable
        Books the interest of session k of `dates` on the cash that these layers leave; called on every session but the
        first, before what happened on it.
    """
    alone = Book(book.start_cents)
    entries = [entry for entry in book.journal if not isinstance(entry, Interest) and entry.layer in layers]
    at = 0
    for k, date in enumerate(dates):
        if k > 0:
            earn(k, alone)
        while at < len(entries) and entries[at].session == date:
            entry = entries[at]
            if isinstance(entry, Fill):
                alone.apply(entry)
            elif isinstance(entry, Settlement):
                alone.settle(entry)
            else:
                alone.receive(entry)
            at += 1
    return alone
