"""Where in a TOML text something stands: the parser of the standard library keeps no line numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

_TABLE = re.compile(r"^\s*\[+\s*([\w.-]+)\s*\]+")
_KEY = re.compile(r"^\s*[\"']?([\w-]+)[\"']?\s*=")


def line_of(text: str, key: str = "", table: str = "", number: int = 0) -> int | None:
    """Return the line (1-based) of a key, or of a table's heading; None where it stands in no line of its own.

    Parameters
    ----------
    text : str
    key : str
        The key; empty for the heading of the table.
    table : str
        Name of the ``[[table]]`` the key belongs to; empty for the keys before the first table.
    number : int
        Which entry of that array of tables, from 0.
    """
    lines = text.splitlines()
    for first, last in _blocks(lines, table)[number : number + 1]:
        if not key:
            return first + 1 if table else None
        for at in range(first, last):
            found = _KEY.match(lines[at])
            if found and found[1] == key:
                return at + 1
    return None


def _blocks(lines: Sequence[str], table: str) -> list[tuple[int, int]]:
    """Return first and last line (exclusive, 0-based) of every entry of a table, in order."""
    heads = [(at, found[1]) for at, line in enumerate(lines) if (found := _TABLE.match(line))]
    starts = [(0, ""), *heads]
    ends = [at for at, _ in heads] + [len(lines)]
    return [(at, end) for (at, name), end in zip(starts, ends, strict=True) if name == table]
