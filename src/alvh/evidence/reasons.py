"""Reasons grouped by kind, so that a thousand refusals read as a handful with a count each."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from alvh.values import Skip

# An ISO date, or a number with its sign and thousands separators, standing on its own: not the 1 of "L1" or "VIX9D".
_FIGURE = re.compile(r"(?<![\w.])(?:\d{4}-\d{2}-\d{2}|[-+]?\d[\d,]*(?:\.\d+)?)(?![\w]|\.\d)")


class SkipGroup(NamedTuple):
    """What one layer skipped for one kind of reason.

    `items` holds every skip, in time order: its date and the figures that stand for the ``#`` of `reason`, in order.
    """

    layer: str
    reason: str
    items: tuple[tuple[dt.date, tuple[str, ...]], ...]


def family(reason: str) -> str:
    """Return the kind of a reason: the sentence with every date and number replaced by ``#``."""
    return _FIGURE.sub("#", reason)


def figures(reason: str) -> tuple[str, ...]:
    """Return the dates and numbers that `family` takes out, in order."""
    return tuple(_FIGURE.findall(reason))


def group_skips(skips: Iterable[Skip]) -> tuple[SkipGroup, ...]:
    """Group skips by layer and kind of reason, the most frequent first, then by name. Nothing is left out."""
    groups: dict[tuple[str, str], list[tuple[dt.date, tuple[str, ...]]]] = defaultdict(list)
    for skip in skips:
        groups[skip.layer, family(skip.why)].append((skip.date, figures(skip.why)))
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(
        SkipGroup(layer, reason, tuple(sorted(items, key=lambda item: item[0]))) for (layer, reason), items in ordered
    )
