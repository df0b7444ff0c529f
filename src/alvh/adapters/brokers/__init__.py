"""Brokers' exports of positions and trades: one file a broker, found by what stands in this folder."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from alvh.adapters.brokers.cells import text_of
from alvh.adapters.brokers.format import Broker
from alvh.adapters.errors import UserError, in_file, nearest


@cache
def brokers() -> dict[str, Broker]:
    """Return every broker by name: each file of this package that has a ``BROKER``."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    found = [module.BROKER for module in modules if hasattr(module, "BROKER")]
    return {broker.name: broker for broker in sorted(found, key=lambda broker: broker.name)}


def broker_named(name: str) -> Broker:
    """Return a broker by name; UserError with the nearest one."""
    try:
        return brokers()[name]
    except KeyError:
        raise UserError(f"no broker format {name!r}{nearest(name, brokers())}") from None


def recognised(path: Path) -> Broker:
    """Return the one broker whose export a file looks like; UserError where it is none."""
    text = text_of(path)
    for broker in brokers().values():
        if broker.sniff(text):
            return broker
    raise in_file(path, f"not recognised as an export of {', '.join(brokers())}; name the format")


__all__ = ["Broker", "broker_named", "brokers", "recognised"]
