"""What the rules wanted and did not do: counted by layer and kind of reason, and listed without exception."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from alvh.accounting.statement import Statement
from alvh.evidence.reasons import SkipGroup, group_skips
from alvh.reports.blocks import CountedList, Group, Tone


def skip_list(statement: Statement, tones: Mapping[str, Tone]) -> CountedList:
    """Return every skip of a run, grouped; an item is its date and the figures that stand for the … of its group."""
    groups = group_skips(statement.skips)
    return CountedList(
        f"[[skip|Skips]] of {statement.policy}: {len(statement.skips):,}",
        tuple(_group(one, tones) for one in groups),
        "Nothing was skipped.",
    )


def _group(one: SkipGroup, tones: Mapping[str, Tone]) -> Group:
    items = tuple(_item(date, figures) for date, figures in one.items)
    return Group(one.layer, tones.get(one.layer, "context"), one.reason, len(items), items)


def _item(date: dt.date, figures: tuple[str, ...]) -> str:
    return f"{date}: {', '.join(figures)}" if figures else date.isoformat()
