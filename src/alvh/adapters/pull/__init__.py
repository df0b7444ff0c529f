"""Public files from their publishers into the store: `pull`, one module a source, addresses in one table."""

from alvh.adapters.pull.addresses import ADDRESSES, Address, address
from alvh.adapters.pull.download import Manners
from alvh.adapters.pull.report import Item, Merged, PullReport
from alvh.adapters.pull.run import SOURCES, default_cache, pull

__all__ = [
    "ADDRESSES",
    "SOURCES",
    "Address",
    "Item",
    "Manners",
    "Merged",
    "PullReport",
    "address",
    "default_cache",
    "pull",
]
