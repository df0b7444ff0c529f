from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import os
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.adapters.errors import UserError
from alvh.adapters.schema import TABLES, VOL_INDICES
from alvh.adapters.store import Store
from alvh.adapters.store_catalog import content
from alvh.adapters.store_files import COMMIT, LOCK, STAGING, locked


def index(*rows: tuple[int, str, float | None], source: str = "a") -> pl.DataFrame:
    """Rows (day of January 2020, symbol, close)."""
    return pl.DataFrame(
        {
            "date": [dt.date(2020, 1, day) for day, _, _ in rows],
            "symbol": [symbol for _, symbol, _ in rows],
            "close": [close for _, _, close in rows],
            "source": [source] * len(rows),
        },
        schema_overrides={"close": pl.Float64},
    )


def chain(quote: dt.date, strikes: list[float], *, symbol: str = "SPX", root: str | None = "SPXW") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "quote_date": quote,
            "source": "test",
            "symbol": symbol,
            "root": root,
            "expiry": quote + dt.timedelta(30),
            "right": "P",
            "strike": strikes,
            "bid": [strike / 100 for strike in strikes],
        }
    )


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


class TestLocate:
    def test_the_folder_named_wins(self, monkeypatch):
        monkeypatch.setenv("ALVH_STORE", "elsewhere")
        assert Store.locate(Path("here")) == Path("here")

    def test_then_the_environment(self, monkeypatch):
        monkeypatch.setenv("ALVH_STORE", "~/elsewhere")
        assert Store.locate() == Path.home() / "elsewhere"

    def test_then_the_users_data_folder(self, monkeypatch):
        monkeypatch.delenv("ALVH_STORE", raising=False)
        assert Store.locate().parts[-2:] == ("alvh", "store")


class TestRead:
    def test_an_empty_store_has_empty_tables_of_the_right_types(self, store: Store):
        for name, table in TABLES.items():
            assert store.read(name).schema == table.empty().schema
        assert store.tables() == []
        assert not store.root.exists()

    def test_rows_come_back_by_key_with_the_columns_asked_for(self, store: Store):
        store.merge("vol_indices", index((3, "VIX", 12.0), (2, "VVIX", 90.0), (2, "VIX", 11.0)))
        assert store.read("vol_indices", columns=["close", "symbol"]).rows() == [
            (11.0, "VIX"),
            (12.0, "VIX"),
            (90.0, "VVIX"),
        ]

    def test_dates_and_values_filter(self, store: Store):
        store.merge("vol_indices", index(*((day, name, float(day)) for day in range(2, 9) for name in ("A", "B", "C"))))
        found = store.read("vol_indices", symbol=["A", "C"], since=dt.date(2020, 1, 4), until=dt.date(2020, 1, 5))
        assert found.select("symbol", "close").rows() == [("A", 4.0), ("A", 5.0), ("C", 4.0), ("C", 5.0)]
        assert store.read("vol_indices", close=3.0, symbol="B").height == 1
        assert store.read("vol_indices", symbol="nobody").height == 0

    def test_chains_are_split_by_symbol_and_month_and_only_those_needed_are_opened(self, store: Store):
        may, june = dt.date(2019, 5, 1), dt.date(2019, 6, 3)
        store.merge(
            "chains", pl.concat([chain(may, [2900.0]), chain(june, [2800.0]), chain(may, [15.0], symbol="VIX")])
        )
        assert set(files(store.root)) == {
            "catalog.json",
            "chains/SPX/2019-05.parquet",
            "chains/SPX/2019-06.parquet",
            "chains/VIX/2019-05.parquet",
        }
        (store.root / "chains/VIX/2019-05.parquet").write_bytes(b"not to be read")
        (store.root / "chains/SPX/2019-05.parquet").write_bytes(b"not to be read")
        assert store.read("chains", symbol="SPX", since=june)["strike"].to_list() == [2800.0]

    def test_a_name_no_file_system_likes_is_escaped(self, store: Store):
        for symbol, folder in (("../BRK/B", "%2E%2E%2FBRK%2FB"), ("..", "%2E%2E")):
            store.merge("chains", chain(dt.date(2019, 5, 1), [10.0], symbol=symbol, root=None))
            assert f"chains/{folder}/2019-05.parquet" in files(store.root)
            assert store.read("chains", symbol=symbol).height == 1

    def test_a_table_or_column_that_is_not_there(self, store: Store):
        with pytest.raises(ValueError, match="no table 'chain'; did you mean 'chains'"):
            store.read("chain")
        with pytest.raises(ValueError, match=r"table 'rates' has no columns \['ticker'\]"):
            store.read("rates", ticker="SOFR")

    def test_times_filter_by_their_day(self, store: Store):
        stamps = [dt.datetime(2023, 8, 14, hour, tzinfo=dt.UTC) for hour in (0, 12, 23)]
        frame = pl.DataFrame({"ts": stamps, "series": "S", "value": [1.0, 2.0, 3.0], "unit": "x", "source": "y"})
        store.merge("crypto_vol", frame)
        assert store.read("crypto_vol", since=dt.date(2023, 8, 14), until=dt.date(2023, 8, 14)).height == 3
        assert store.read("crypto_vol", until=dt.date(2023, 8, 13)).height == 0


class TestMerge:
    def test_rows_are_added_once(self, store: Store):
        first = store.merge("vol_indices", index((2, "VIX", 11.0), (3, "VIX", 12.0)))
        assert (first.added, first.already, first.conflicts) == (2, 0, 0)
        before = files(store.root)
        again = store.merge("vol_indices", index((3, "VIX", 12.0), source="another copy"))
        assert (again.added, again.already, again.conflicts) == (0, 1, 0)
        assert files(store.root) == before

    def test_the_store_keeps_its_value_and_lists_the_conflict(self, store: Store):
        store.merge("vol_indices", index((2, "VIX", 11.0)))
        report = store.merge("vol_indices", index((2, "VIX", 11.5), (3, "VIX", 12.0)))
        assert (report.added, report.already, report.conflicts) == (1, 0, 1)
        (conflict,) = report.conflicting
        assert conflict.table == "vol_indices"
        assert conflict.key == {"symbol": "VIX", "date": dt.date(2020, 1, 2)}
        assert (conflict.kept, conflict.refused) == ({"close": 11.0}, {"close": 11.5})
        assert store.read("vol_indices")["close"].to_list() == [11.0, 12.0]

    def test_replace_lets_the_new_value_win(self, store: Store):
        store.merge("vol_indices", index((2, "VIX", 11.0)))
        report = store.merge("vol_indices", index((2, "VIX", 11.5)), replace=True)
        assert (report.conflicting[0].kept, report.conflicting[0].refused) == ({"close": 11.5}, {"close": 11.0})
        assert store.read("vol_indices")["close"].to_list() == [11.5]

    def test_a_null_neither_contradicts_nor_erases(self, store: Store):
        full = index((2, "VIX", 11.0)).with_columns(open=pl.lit(10.0))
        store.merge("vol_indices", full)
        for replace in (False, True):
            report = store.merge("vol_indices", index((2, "VIX", 11.0)), replace=replace)
            assert (report.already, report.conflicts) == (1, 0)
        store.merge("vol_indices", index((2, "VIX", 12.0)), replace=True)
        assert store.read("vol_indices", columns=["open", "close"]).rows() == [(10.0, 12.0)]

    def test_a_value_where_the_store_has_none_is_a_conflict(self, store: Store):
        store.merge("vol_indices", index((2, "VIX", None)))
        report = store.merge("vol_indices", index((2, "VIX", 11.0)))
        assert report.conflicting[0].kept == {"close": None}
        assert store.read("vol_indices")["close"].to_list() == [None]

    def test_rows_that_repeat_inside_a_frame_count_once(self, store: Store):
        report = store.merge("vol_indices", index((2, "VIX", 11.0), (2, "VIX", 11.0), (2, "VIX", 12.0)))
        assert (report.added, report.already, report.conflicts) == (1, 1, 1)

    def test_unknown_times_and_roots_are_keys_like_others(self, store: Store):
        known = chain(dt.date(2019, 5, 1), [2900.0])
        unknown = known.with_columns(root=pl.lit(None, pl.String))
        assert store.merge("chains", pl.concat([known, unknown])).added == 2
        assert store.merge("chains", unknown).already == 1

    def test_a_single_row_and_no_rows(self, store: Store):
        assert store.merge("vol_indices", index((2, "VIX", 11.0))).added == 1
        assert store.merge("vol_indices", VOL_INDICES.empty()).rows == 0

    def test_conflicts_are_all_counted_and_twenty_listed(self, store: Store):
        days = range(1, 32)
        store.merge("vol_indices", index(*((day, "VIX", 1.0) for day in days)))
        report = store.merge("vol_indices", index(*((day, "VIX", 2.0) for day in days)))
        assert (report.conflicts, len(report.conflicting)) == (31, 20)

    def test_nan_is_stored_as_missing(self, store: Store):
        store.merge("vol_indices", index((2, "VIX", float("nan"))))
        assert store.read("vol_indices")["close"].to_list() == [None]

    def test_a_key_must_be_known_and_a_column_ours(self, store: Store):
        with pytest.raises(ValueError, match=r"null in key columns \['symbol'\]"):
            store.merge("vol_indices", index((2, "VIX", 1.0)).drop("symbol"))
        with pytest.raises(ValueError, match=r"table 'vol_indices' has no columns \['ticker'\]"):
            store.merge("vol_indices", index((2, "VIX", 1.0)).rename({"symbol": "ticker"}))
        assert not store.root.exists()

    @settings(max_examples=25)  # each example writes some six stores
    @given(
        days=st.lists(st.tuples(st.integers(1, 31), st.sampled_from(["VIX", "VVIX", "SKEW"])), min_size=1, unique=True),
        cut=st.floats(0, 1),
        order=st.randoms(use_true_random=False),
    )
    def test_merging_is_idempotent_and_does_not_mind_the_order(self, days, cut, order, tmp_path_factory):
        """Any two overlapping parts of one truth, in any order and any number of times, give that truth."""
        truth = index(*((day, symbol, float(day) + len(symbol)) for day, symbol in days))
        middle = int(cut * truth.height)
        parts = [truth.head(middle + 1), truth.tail(truth.height - middle)]
        first, second = Store(tmp_path_factory.mktemp("one")), Store(tmp_path_factory.mktemp("two"))
        for part in parts:
            first.merge("vol_indices", part)
        shuffled = [*parts, truth, parts[0]]
        order.shuffle(shuffled)
        reports = [second.merge("vol_indices", part.sample(fraction=1, shuffle=True, seed=7)) for part in shuffled]
        assert first.content_hash("vol_indices") == second.content_hash("vol_indices")
        assert files(first.root) == files(second.root)
        assert sum(report.added for report in reports) == truth.height
        assert not any(report.conflicts for report in reports)
        assert second.read("vol_indices").equals(VOL_INDICES.conform(truth).sort(VOL_INDICES.key))


class TestTables:
    def test_the_summary_counts_what_is_there(self, store: Store):
        store.merge("chains", chain(dt.date(2019, 5, 1), [2900.0, 2950.0]))
        store.merge("chains", chain(dt.date(2019, 6, 3), [15.0], symbol="VIX"))
        (summary,) = store.tables()
        assert (summary.name, summary.rows, summary.names) == ("chains", 3, ("SPX", "VIX"))
        assert (summary.first, summary.last) == (dt.date(2019, 5, 1), dt.date(2019, 6, 3))
        sizes = [len(data) for name, data in files(store.root).items() if name.endswith(".parquet")]
        assert summary.bytes == sum(sizes)

    def test_the_hash_is_of_the_content(self, store: Store, tmp_path: Path):
        other = Store(tmp_path / "other")
        store.merge("vol_indices", index((2, "VIX", 11.0), (3, "VIX", 12.0)))
        other.merge("vol_indices", index((3, "VIX", 12.0)))
        assert store.content_hash("vol_indices") != other.content_hash("vol_indices")
        other.merge("vol_indices", index((2, "VIX", 11.0)))
        assert store.content_hash("vol_indices") == other.content_hash("vol_indices")
        assert store.content_hash("vol_indices") != store.content_hash("rates")

    def test_content_tells_null_from_zero_and_one_word_from_another(self):
        frames = [
            pl.DataFrame({"a": values}, schema={"a": dtype})
            for values, dtype in (
                ([0.0, 1.0], pl.Float64),
                ([None, 1.0], pl.Float64),
                ([1.0, 0.0], pl.Float64),
                (["", "x"], pl.String),
                ([None, "x"], pl.String),
                (["x", ""], pl.Categorical),
                ([True, False], pl.Boolean),
                ([True, None], pl.Boolean),
            )
        ]
        assert len({content(frame) for frame in frames}) == len(frames)


def _hold(root: Path, ready: object, done: object) -> None:
    with locked(root):
        ready.set()
        done.wait(30)


def _merge_and_die(root: Path, renames: int) -> None:
    """Merge a row, and be killed at the rename of that number: no clean-up of ours runs."""
    left = [renames]
    rename = Path.replace

    def count(path: Path, target: Path) -> Path:
        left[0] -= 1
        if left[0] < 0:
            os._exit(9)
        return rename(path, target)

    Path.replace = count
    Store(root).merge("vol_indices", index((3, "VIX", 12.0)))


class TestWriting:
    def test_an_error_inside_leaves_every_byte(self, store: Store):
        store.merge("vol_indices", index((2, "VIX", 11.0)))
        before = files(store.root)

        def fail() -> None:
            with store.writing() as writing:
                writing.add("vol_indices", index((3, "VIX", 12.0)))
                writing._flush()
                assert (store.root / STAGING / "vol_indices.parquet").exists()
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fail()
        assert files(store.root) == before

    def test_what_a_killed_writer_staged_without_a_commit_is_thrown_away(self, store: Store):
        store.merge("vol_indices", index((2, "VIX", 11.0)))
        (store.root / STAGING).mkdir()
        (store.root / STAGING / "vol_indices.parquet").write_bytes(b"half a fi")
        assert store.read("vol_indices").height == 1
        store.merge("vol_indices", index((3, "VIX", 12.0)))
        assert store.read("vol_indices").height == 2
        assert not (store.root / STAGING).exists()

    def test_a_commit_that_a_killed_writer_had_begun_is_finished(self, store: Store, tmp_path: Path):
        finished = Store(tmp_path / "finished")
        for one in (store, finished):
            one.merge("vol_indices", index((2, "VIX", 11.0)))
        finished.merge("vol_indices", index((3, "VIX", 12.0)))
        staging = store.root / STAGING
        staging.mkdir()
        for name in ("vol_indices.parquet", "catalog.json"):
            (staging / name).write_bytes((finished.root / name).read_bytes())
        # The first of the two renames had happened.
        (staging / "vol_indices.parquet").replace(store.root / "vol_indices.parquet")
        (staging / COMMIT).write_text(json.dumps(["vol_indices.parquet", "catalog.json"]))
        assert store.read("vol_indices")["close"].to_list() == [11.0, 12.0]
        assert files(store.root) == files(finished.root)

    def test_a_writer_killed_at_any_rename_leaves_the_old_store_or_the_new(self, store: Store, tmp_path: Path):
        new = Store(tmp_path / "new")
        for one in (store, new):
            one.merge("vol_indices", index((2, "VIX", 11.0)))
        old = files(store.root)
        new.merge("vol_indices", index((3, "VIX", 12.0)))
        context = multiprocessing.get_context("spawn")
        outcomes = []
        for renames in range(5):
            writer = context.Process(target=_merge_and_die, args=(store.root, renames))
            writer.start()
            writer.join(60)
            store.tables()
            with locked(store.root):
                pass
            found = files(store.root)
            outcomes.append("old" if found == old else "new" if found == files(new.root) else "torn")
            if outcomes[-1] == "new":
                break
        # The file, the list of the commit: until there the old store. From there the new one.
        assert outcomes == ["old", "old", "new"]

    def test_two_writers_cannot_interleave(self, store: Store):
        context = multiprocessing.get_context("spawn")
        ready, done = context.Event(), context.Event()
        other = context.Process(target=_hold, args=(store.root, ready, done))
        other.start()
        try:
            assert ready.wait(30)
            with pytest.raises(UserError, match="another process is writing to this store"), locked(store.root, 0.0):
                pass
        finally:
            done.set()
            other.join(30)
        assert store.merge("vol_indices", index((2, "VIX", 11.0))).added == 1
        assert not (store.root / LOCK).exists()

    def test_a_damaged_or_foreign_catalog_is_refused(self, store: Store):
        store.merge("vol_indices", index((2, "VIX", 11.0)))
        page = store.root / "catalog.json"
        page.write_text('{"layout": 99}')
        with pytest.raises(UserError, match=r"catalog\.json: store layout 99, this version reads 1"):
            store.read("vol_indices")
        page.write_text("{")
        with pytest.raises(UserError, match="catalog is damaged"):
            store.tables()

    def test_a_file_that_went_missing_is_named(self, store: Store):
        store.merge("vol_indices", index((2, "VIX", 11.0)))
        (store.root / "vol_indices.parquet").unlink()
        with pytest.raises(UserError, match=r"vol_indices\.parquet: this file of the store is gone"):
            store.read("vol_indices")


def test_every_table_is_sound():
    for name, table in TABLES.items():
        assert table.name == name
        assert set(table.key) | {table.label} <= set(table.columns)
        assert set(table.nullable) | set(table.partition) <= set(table.key)
        assert table.columns[table.date] in {pl.Date, pl.Datetime("us", "UTC")}
        assert table.compared
