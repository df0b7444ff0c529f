"""Where in a TOML text something stands."""

from __future__ import annotations

import pytest

from alvh.policies.toml_lines import line_of

TEXT = """\
# short = 9
name = "x"
about = "short = 3"

[[layers]]
kind = "condor"
short = 0.16

[[ layers ]]   # the second
kind = "vix_calls"
  delta = 0.5
"quoted" = 1
[[rules]]
kind = "sizing"
[table.inner]
short = 1
"""


@pytest.mark.parametrize(
    ("key", "table", "number", "line"),
    [
        ("name", "", 0, 2),
        ("about", "", 0, 3),
        ("short", "layers", 0, 7),
        ("kind", "layers", 0, 6),
        ("kind", "layers", 1, 10),
        ("delta", "layers", 1, 11),
        ("quoted", "layers", 1, 12),
        ("kind", "rules", 0, 14),
        ("short", "table.inner", 0, 16),
        ("", "layers", 0, 5),
        ("", "layers", 1, 9),
        ("", "rules", 0, 13),
        ("short", "", 0, None),
        ("delta", "layers", 0, None),
        ("kind", "layers", 2, None),
        ("kind", "ruels", 0, None),
        ("", "", 0, None),
    ],
)
def test_lines(key: str, table: str, number: int, line: int | None) -> None:
    assert line_of(TEXT, key, table, number) == line


def test_an_empty_text_has_no_lines() -> None:
    assert line_of("", "name") is None
