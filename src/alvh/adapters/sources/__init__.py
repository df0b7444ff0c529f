"""File formats the store can read: one file a format, one line here. Pulling from the network lives beside them."""

from __future__ import annotations

from alvh.adapters.sources import canonical
from alvh.adapters.sources.format import Format

FORMATS: dict[str, Format] = {
    "canonical": canonical.FORMAT,
}
"""Every format by name, in the order in which `auto` tries them."""

__all__ = ["FORMATS", "Format"]
