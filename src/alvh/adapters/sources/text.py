"""Text out of a vendor's file: plain, gzip or zip, in batches of whole lines, every fault named with its line.

A file is never read whole before it has shown that it is text, so two gigabytes of garbage cost one batch.
"""

from __future__ import annotations

import contextlib
import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from alvh.adapters.errors import UserError, in_file
from alvh.adapters.sources.format import HEAD_BYTES

BATCH_BYTES = 32 << 20
"""Bytes of text a batch: some 200,000 to 400,000 rows of a chain file."""
GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
BROKEN = (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError)
"""What the unpackers raise on damaged, encrypted or unknown archives."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Whole lines of a file: the text without a byte-order mark, and the number (1-based) of its first line."""

    first_line: int
    text: str


@contextmanager
def unpacked(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading, through gzip or a zip with one member where it is one."""
    with path.open("rb") as plain:
        magic = plain.read(4)
    if magic.startswith(GZIP):
        with gzip.open(path) as handle:
            yield cast("IO[bytes]", handle)
    elif magic == ZIP:
        with zipfile.ZipFile(path) as archive:
            members = [name for name in archive.namelist() if not name.endswith("/")]
            if len(members) != 1:
                raise in_file(path, f"a zip with {len(members)} files; unpack it and import the folder")
            with archive.open(members[0]) as handle:
                yield handle
    else:
        with path.open("rb") as handle:
            yield handle


def head(path: Path, size: int = HEAD_BYTES) -> bytes:
    """Return the first bytes of a file after unpacking, as far as it can be; else its own first bytes."""
    start = bytearray()
    with contextlib.suppress(UserError, *BROKEN), unpacked(path) as handle:
        while len(start) < size and (block := handle.read(min(4096, size - len(start)))):
            start += block
    if start:
        return bytes(start)
    with path.open("rb") as handle:
        return handle.read(size)


def batches(path: Path, size: int = BATCH_BYTES) -> Iterator[Batch]:
    """Yield the lines of a text file in batches of about `size` bytes.

    Raises UserError naming the line for a truncated or damaged archive, bytes that are not UTF-8, a web page in place
    of data, and an empty file.
    """
    line, rest = 1, b""
    try:
        with unpacked(path) as handle:
            first = _block(path, handle, min(size, HEAD_BYTES), line)
            if not first:
                raise in_file(path, "the file is empty", line=1)
            _refuse_foreign(path, first)
            block = first + _block(path, handle, size - len(first), line + first.count(b"\n"))
            block = block.removeprefix(b"\xef\xbb\xbf")
            while block:
                data = rest + block
                block = _block(path, handle, size, line + data.count(b"\n"))
                end = data.rfind(b"\n") + 1 if block else len(data)
                if not end and len(data) > size:
                    raise in_file(path, f"a line of more than {size >> 20} MB: this is not a table", line=line)
                rest = data[end:]
                if end:
                    yield Batch(line, decoded(path, data[:end], line))
                    line += data.count(b"\n", 0, end)
    except BROKEN as error:
        raise _cut_short(path, error, 1) from error


def _block(path: Path, handle: IO[bytes], size: int, line: int) -> bytes:
    """Read up to `size` bytes; raise UserError naming the line, counted from `line`, at which an archive breaks off."""
    parts: list[bytes] = []
    try:
        while size > 0 and (part := handle.read1(min(size, 1 << 20))):  # type: ignore[attr-defined]
            parts.append(part)
            size -= len(part)
    except BROKEN as error:
        raise _cut_short(path, error, line + sum(part.count(b"\n") for part in parts)) from error
    return b"".join(parts)


def _cut_short(path: Path, error: Exception, line: int) -> UserError:
    return in_file(path, f"the file is damaged or cut short ({error})", line=line)


def decoded(path: Path, data: bytes, first_line: int) -> str:
    """Return bytes as UTF-8 text, or raise UserError naming the line of the first byte that is not."""
    zero = data.find(b"\0")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = first_line + data.count(b"\n", 0, error.start)
        if 0 <= zero < error.start:
            raise in_file(path, "binary data where text was expected", line=first_line) from error
        what = f"byte 0x{data[error.start]:02x} is not UTF-8 (mixed or foreign encoding); save the file as UTF-8"
        raise in_file(path, what, line=line, column=f"byte {_offset(data, error.start)}") from error
    if zero >= 0:
        line = first_line + data.count(b"\n", 0, zero)
        raise in_file(path, "binary data where text was expected", line=line, column=f"byte {_offset(data, zero)}")
    return text


def _offset(data: bytes, position: int) -> int:
    """Return the place (1-based) of a byte in its line."""
    return position - data.rfind(b"\n", 0, position)


def _refuse_foreign(path: Path, data: bytes) -> None:
    """Raise UserError for what is no table at all, by the first bytes."""
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")):
        raise in_file(path, "a web page (HTML) where a table was expected; download the file again", line=1)
    if b"\0" in data[:HEAD_BYTES]:
        decoded(path, data[:HEAD_BYTES].split(b"\0")[0] + b"\0", 1)
