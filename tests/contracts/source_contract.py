"""What every file format promises. A new format's test subclasses one of these and gives a small sample of its own."""

from __future__ import annotations

import gzip
import re
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import polars as pl
import pytest

from alvh.adapters.errors import UserError
from alvh.adapters.schema import table
from alvh.adapters.sources import FORMATS
from alvh.adapters.sources.importing import SEEN, ImportReport, import_paths
from alvh.adapters.store import Store


def contents(root: Path) -> dict[str, bytes]:
    """Return every file under a folder with its bytes."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


class SourceContract:
    """Any format: canonical rows, counted to the last, imported once, refused without a trace when damaged."""

    format_name: ClassVar[str]
    table_name: ClassVar[str] = "chains"
    delivered: ClassVar[int]
    """Distinct canonical rows in the sample."""

    def write(self, folder: Path) -> Path:
        """Write the sample into `folder`."""
        raise AssertionError("a format's test writes a sample")

    def rewrite(self, folder: Path) -> Path:
        """Write the same rows into `folder` as a file of other bytes."""
        raise AssertionError("a format's test writes its sample twice")

    def damaged(self, folder: Path) -> list[tuple[Path, str]]:
        """Return damaged files, and what the message must say besides the file."""
        raise AssertionError("a format's test names its damage")

    @pytest.fixture
    def store(self, tmp_path: Path) -> Store:
        return Store(tmp_path / "store")

    def offer(self, store: Store, path: Path, name: str | None = None) -> ImportReport:
        return import_paths(store, name or self.format_name, [path])

    def test_it_is_in_the_registry_under_its_name(self):
        assert FORMATS[self.format_name].name == self.format_name
        assert FORMATS[self.format_name].describe

    def test_auto_recognises_it(self, tmp_path: Path, store: Store):
        report = self.offer(store, self.write(tmp_path), "auto")
        assert [file.format for file in report.files] == [self.format_name]

    def test_the_rows_are_canonical(self, tmp_path: Path, store: Store):
        self.offer(store, self.write(tmp_path))
        rows, schema = store.read(self.table_name), table(self.table_name)
        assert dict(rows.schema) == dict(pl.DataFrame(schema=schema.columns).schema)
        assert rows.height == self.delivered
        assert not rows.select(schema.key).is_duplicated().any()
        assert not any(rows[name].null_count() for name in schema.key if name not in schema.nullable)
        assert not any(rows[name].is_nan().any() for name in rows.columns if rows[name].dtype.is_float())

    def test_every_row_is_added_or_counted_with_its_reason(self, tmp_path: Path, store: Store):
        (file,) = self.offer(store, self.write(tmp_path)).files
        merged = file.tables[self.table_name]
        assert merged.added == self.delivered
        assert file.rows == merged.rows + sum(file.drops.values())
        assert all(file.drops)

    def test_a_second_import_changes_no_byte(self, tmp_path: Path, store: Store):
        path = self.write(tmp_path)
        self.offer(store, path)
        before = contents(store.root)
        (file,) = self.offer(store, path).files
        assert file.aside == SEEN
        assert contents(store.root) == before

    def test_the_same_rows_from_another_file_add_nothing(self, tmp_path: Path, store: Store):
        self.offer(store, self.write(tmp_path))
        before = store.content_hash(self.table_name)
        (tmp_path / "again").mkdir()
        report = self.offer(store, self.rewrite(tmp_path / "again"))
        assert (report.added, report.conflicts) == (0, 0)
        assert report.already >= self.delivered
        assert store.content_hash(self.table_name) == before

    def test_damage_is_refused_by_name_and_leaves_no_trace(self, tmp_path: Path, store: Store):
        self.offer(store, self.write(tmp_path))
        before = contents(store.root)
        (tmp_path / "damaged").mkdir()
        cases = self.damaged(tmp_path / "damaged")
        assert cases
        for path, said in cases:
            with pytest.raises(UserError) as caught:
                self.offer(store, path)
            message = str(caught.value)
            assert path.name in message
            assert re.search(said, message), f"{message!r} does not say {said!r}"
            assert contents(store.root) == before

    def test_garbage_of_two_gigabytes_is_not_read_through(self, tmp_path: Path, store: Store):
        path = self.write(tmp_path)
        path.chmod(0o644)
        with path.open("wb") as handle:
            handle.truncate(2 << 30)  # a sparse file: nothing but zeros, and no room taken
        for name in (self.format_name, "auto"):
            with pytest.raises(UserError, match=re.escape(path.name)):
                self.offer(store, path, name)
        assert not store.root.exists()


class TextSourceContract(SourceContract):
    """A format of delimited text, damaged cell by cell."""

    file_name: ClassVar[str]
    lines: ClassVar[Sequence[str]]
    """The sample, line by line, without line ends."""
    header: ClassVar[int] = 0
    """Position of the header among them."""
    number_column: ClassVar[str]
    """A column of numbers that must not be negative, as the header writes it."""
    date_column: ClassVar[str]
    required_column: ClassVar[str | None] = None
    """A column the format cannot do without; the number column where not given."""
    expiry: ClassVar[tuple[str, str] | None] = None
    """Column of the expiry, and a date in its format long before the quotes."""

    def write(self, folder: Path, lines: Sequence[str] | None = None) -> Path:
        path = folder / self.file_name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines or self.lines) + "\n", encoding="utf-8")
        return path

    def rewrite(self, folder: Path) -> Path:
        return self.write(folder, [*self.lines, ""])

    def cell(self, column: str, value: str, row: int = 0) -> list[str]:
        """Return the sample with one cell replaced; `row` counts from the header on."""
        at = self.header + 1 + row
        cells = self.lines[at].split(",")
        cells[self._place(column)] = value
        return [*self.lines[:at], ",".join(cells), *self.lines[at + 1 :]]

    def _place(self, column: str) -> int:
        names = [name.strip(' "\ufeff').lower() for name in self.lines[self.header].split(",")]
        return names.index(column.lower())

    def damaged(self, folder: Path) -> list[tuple[Path, str]]:
        last = len(self.lines) - self.header - 2
        line, last_line = self.header + 2, self.header + 2 + last
        required = self.required_column or self.number_column
        header = list(self.lines)
        header[self.header] = header[self.header].replace(required, "Nonsense", 1)
        torn = [*self.lines[:-1], ",".join(self.lines[-1].split(",")[:-2])]
        date = self.lines[self.header + 1].split(",")[self._place(self.date_column)]
        ancient = re.sub(r"(?<!\d)(19|20)(?=\d\d)", "02", date, count=1)
        cases = [
            ("no column", header, rf"line \d+, column '{re.escape(required.lower())}"),
            ("torn line", torn, rf"line {last_line}, column .*cells"),
            ("negative", self.cell(self.number_column, "-1.5"), f"line {line}, column .*negative"),
            ("not a number", self.cell(self.number_column, "n1ne", last), f"line {last_line}, column .*'n1ne'"),
            ("infinite", self.cell(self.number_column, "inf"), f"line {line}, column .*(finite|inf)"),
            ("no date", self.cell(self.date_column, "yesterday", last), f"line {last_line}, column .*'yesterday'"),
        ]
        if ancient != date:
            cases.append(("year 0202", self.cell(self.date_column, ancient), f"line {line}, column .*(date|{ancient})"))
        if self.expiry is not None:
            cases.append(("expired", self.cell(*self.expiry), f"line {line}, column .*expiry before the quote"))
        written = []
        for name, lines, said in cases:
            place = folder / name
            written.append((self.write(place, lines), said))
        return written + self.damaged_bytes(folder)

    def damaged_bytes(self, folder: Path) -> list[tuple[Path, str]]:
        """Return files that are no UTF-8 text, or no text at all."""
        good = ("\n".join(self.lines) + "\n").encode()
        packed = gzip.compress(good, mtime=0)
        lines = good.split(b"\n")
        latin = b"\n".join([*lines[:-2], lines[-2] + b"\xe9", b""])
        raw = {
            "cut gzip": (packed[:-12], "damaged or cut short"),
            "foreign encoding": (latin, rf"line {len(self.lines)}, column .*UTF-8"),
            "binary": (bytes(range(256)) * 300, "line 1"),
            "page": (b"<!DOCTYPE html>\n<html><body>404</body></html>\n", r"line 1.*web page"),
            "empty": (b"", "line 1.*empty"),
        }
        written = []
        for name, (data, said) in raw.items():
            path = folder / name / self.file_name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            written.append((path, said))
        return written

    @pytest.mark.parametrize("packing", ["gz", "zip"])
    def test_gzip_and_zip_are_unpacked(self, packing: str, tmp_path: Path, store: Store):
        plain = self.write(tmp_path)
        packed = plain.with_name(f"{plain.name}.{packing}")
        if packing == "gz":
            with gzip.open(packed, "wb") as out:
                shutil.copyfileobj(plain.open("rb"), out)
        else:
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.write(plain, plain.name)
        report = self.offer(store, packed, "auto")
        assert report.files[0].format == self.format_name
        assert store.read(self.table_name).height == self.delivered

    def test_windows_line_ends_and_a_byte_order_mark_change_nothing(self, tmp_path: Path, store: Store):
        self.offer(store, self.write(tmp_path))
        before = store.content_hash(self.table_name)
        path = tmp_path / "windows" / self.file_name
        path.parent.mkdir(parents=True)
        path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(self.lines).encode() + b"\r\n\r\n")
        report = self.offer(store, path)
        assert (report.added, report.conflicts) == (0, 0)
        assert store.content_hash(self.table_name) == before
