from __future__ import annotations

import gzip
import zipfile

import pytest

from alvh.adapters.errors import UserError
from alvh.adapters.sources.text import batches, head

LINES = "".join(f"{n},{n * n}\n" for n in range(20_000))


def test_batches_are_whole_lines_and_know_their_numbers(tmp_path):
    path = tmp_path / "numbers.csv"
    path.write_text(LINES)
    found = list(batches(path, 1000))
    assert "".join(batch.text for batch in found) == LINES
    for batch in found:
        assert int(batch.text.split(",")[0]) + 1 == batch.first_line
    assert all(batch.text.endswith("\n") for batch in found)


def test_a_cut_archive_is_named_with_the_line_it_ends_at(tmp_path):
    path = tmp_path / "numbers.csv.gz"
    packed = gzip.compress(LINES.encode(), mtime=0)
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(UserError) as caught:
        list(batches(path))
    line = int(str(caught.value).split("line ")[1].split(":")[0])
    assert 5_000 < line < 15_000
    assert "damaged or cut short" in str(caught.value)


def test_a_zip_holds_one_file(tmp_path):
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "1")
        archive.writestr("b.csv", "2")
    with pytest.raises(UserError, match="a zip with 2 files; unpack it"):
        list(batches(path))


def test_the_first_foreign_byte_is_named(tmp_path):
    path = tmp_path / "mixed.csv"
    path.write_bytes(b"a,b\n1,2\n3,caf\xe9\n")
    with pytest.raises(UserError, match=r"mixed\.csv, line 3, column 'byte 6': byte 0xe9 is not UTF-8"):
        list(batches(path))


def test_a_line_without_end_is_no_table(tmp_path):
    path = tmp_path / "endless.csv"
    path.write_text("x" * 3_000_000)
    with pytest.raises(UserError, match="line 1: a line of more than 1 MB"):
        list(batches(path, 1 << 20))


def test_head_sees_through_what_can_be_unpacked(tmp_path):
    whole, cut = tmp_path / "a.gz", tmp_path / "b.gz"
    packed = gzip.compress(LINES.encode(), mtime=0)
    whole.write_bytes(packed)
    cut.write_bytes(packed[: len(packed) // 2])
    assert head(whole, 10) == head(cut, 10) == LINES.encode()[:10]
    broken = tmp_path / "c.gz"
    broken.write_bytes(packed[:4])
    assert head(broken) == packed[:4]
