"""Pulled rows into the store: what is new is added, what the same source has corrected is renewed, the rest stays."""

from __future__ import annotations

import polars as pl

from alvh.adapters.pull.report import Merged
from alvh.adapters.schema import Table, table
from alvh.adapters.store import Store
from alvh.adapters.store_merge import MergeReport

_OLD = "__old_"


def merge_pulled(store: Store, name: str, frame: pl.DataFrame) -> Merged:
    """Merge pulled rows into a table.

    A publisher completes its newest rows (open interest comes a day late) and corrects old ones, so a row that this
    source brought before is renewed. A row of another source is never touched: it may be older and better, and the
    report lists where the two differ. A null of the publisher contradicts nothing and takes nobody's place.

    Parameters
    ----------
    store : Store
    name : str
        A table of the schema.
    frame : DataFrame
        Rows of that table, with ``source``; of several rows with one key the last counts.
    """
    of = table(name)
    rows = of.conform(frame).unique(of.key, keep="last", maintain_order=True)
    if rows.is_empty():
        return Merged(MergeReport())
    both = _known(store, of, rows)
    own = pl.col("source") == pl.col(_OLD + "source") if "source" not in of.key else pl.lit(value=True)
    changed = pl.any_horizontal(pl.col(column).ne_missing(pl.col(_OLD + column)) for column in of.compared)
    renewed = both.filter(own & changed).select(list(of.columns))
    others = both.filter(~(own & changed)).select(list(of.columns))
    new = rows.join(both.select(of.key), on=of.key, how="anti", nulls_equal=True)
    if renewed.height:
        store.merge(name, renewed, replace=True)
    return Merged(store.merge(name, pl.concat([others, new])), renewed.height)


def _known(store: Store, of: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows whose key the store has, their nulls filled from there, beside the store's own values."""
    labels = rows[of.label].cast(pl.String).unique().drop_nulls().to_list()
    first, last = rows.select(pl.col(of.date).min().alias("first"), pl.col(of.date).max().alias("last")).row(0)
    held = [column for column in (*of.compared, "source") if column not in of.key]
    known = store.read(of.name, since=first, until=last, **{of.label: labels})
    known = known.select(*of.key, *(pl.col(column).alias(_OLD + column) for column in held))
    both = rows.join(known, on=of.key, how="inner", nulls_equal=True, maintain_order="left")
    return both.with_columns(pl.coalesce(column, _OLD + column).alias(column) for column in of.compared)
