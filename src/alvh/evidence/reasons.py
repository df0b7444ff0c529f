"""Reasons grouped by kind, so that a thousand refusals read as a handful with a count each."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from alvh.values import Skip

# An ISO date, or a number with its sign and thousands separators, standing on its own: not the 1 of "L1" or "VIX9D".
_FIGURE = re.compile(r"(?<![\w.])(?:\d{4}-\d{2}-\d{2}|[-+]?\d[\d,]*(?:\.\d+)?)(?![\w]|\.\d)")


GAP = "…"


class SkipGroup(NamedTuple):
    """What one layer skipped for one kind of reason.

    `items` holds every skip, in time order: its date and the figures that stand for the ``…`` of `reason`, in order.
    Figures that are the same in all of them stay in the sentence.
    """

    layer: str
    reason: str
    items: tuple[tuple[dt.date, tuple[str, ...]], ...]


def family(reason: str) -> str:
    """Return the kind of a reason: the sentence with every date and number replaced by ``…``."""
    return _FIGURE.sub(GAP, reason)


def figures(reason: str) -> tuple[str, ...]:
    """Return the dates and numbers that `family` takes out, in order."""
    return tuple(_FIGURE.findall(reason))


def common(reasons: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    """Return what reasons of one kind say together, and which of their figures (by position) differ among them.

    A figure that is the same in all of them stays in the sentence; the others read as ``…``.
    """
    columns = list(zip(*(figures(reason) for reason in reasons), strict=True))
    varying = tuple(at for at, column in enumerate(columns) if len(set(column)) > 1)
    position = itertools.count()
    return _FIGURE.sub(lambda found: GAP if next(position) in varying else found[0], reasons[0]), varying


def group_skips(skips: Iterable[Skip]) -> tuple[SkipGroup, ...]:
    """Group skips by layer and kind of reason, the most frequent first, then by name. Nothing is left out."""
    groups: dict[tuple[str, str], list[Skip]] = defaultdict(list)
    for skip in skips:
        groups[skip.layer, family(skip.why)].append(skip)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(_group(layer, members) for (layer, _), members in ordered)


def _group(layer: str, members: Sequence[Skip]) -> SkipGroup:
    reason, varying = common([skip.why for skip in members])
    in_time = sorted(members, key=lambda skip: skip.date)
    taken = ((skip.date, figures(skip.why)) for skip in in_time)
    return SkipGroup(layer, reason, tuple((date, tuple(found[at] for at in varying)) for date, found in taken))
