"""The folder of downloaded files: what is known of each, and what is half fetched. Only good files are ever in place.

``NAME`` is a file that passed every check, ``NAME.meta.json`` what the publisher and we said of it, ``NAME.part`` and
``NAME.part.json`` a download under way. A killed pull leaves parts; the next one continues them.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Validators:
    """What identifies one version of a file to its publisher. Empty where the publisher said nothing."""

    url: str
    etag: str = ""
    last_modified: str = ""

    @property
    def strong(self) -> str:
        """What ``If-Range`` may carry: a strong ETag or a date; empty when a download cannot be continued safely."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.last_modified


@dataclass(frozen=True, slots=True)
class Meta:
    """What is known of a cached file.

    Attributes
    ----------
    validators : Validators
    size : int
        Bytes; a file of another size was put there by somebody else and is not trusted.
    rows : int
        Canonical rows.
    first, last : str
        ISO dates of its rows; empty where it holds none.
    fetched : str
        ISO date (UTC) of the last time the publisher said it is current.
    """

    validators: Validators
    size: int
    rows: int
    first: str
    last: str
    fetched: str


class Cached:
    """The cached file of one name and its companions."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / name
        self.part = folder / f"{name}.part"
        self._meta = folder / f"{name}.meta.json"
        self._part_meta = folder / f"{name}.part.json"
        # Importers read symbols and expiries out of the name, so a download is checked under its own name.
        self.trial = folder / "trial" / name

    def meta(self) -> Meta | None:
        """Return what is known of the cached file; None when there is none, or it is not the one that was checked."""
        meta = _meta(_read(self._meta))
        return meta if meta and self.path.exists() and meta.size == self.path.stat().st_size else None

    def remember(self, meta: Meta) -> None:
        """Write down what is known of the cached file."""
        _write(self._meta, asdict(meta))

    def begun(self) -> Validators | None:
        """Return the version that the part belongs to; None when there is no part that can be continued."""
        return _validators(_read(self._part_meta)) if self.part.exists() else None

    def begin(self, validators: Validators) -> None:
        """Write down, before the first byte, which version the part belongs to."""
        _write(self._part_meta, asdict(validators))

    def discard(self) -> None:
        """Forget a download under way."""
        for path in (self.part, self._part_meta, self.trial):
            path.unlink(missing_ok=True)

    def try_out(self) -> Path:
        """Move the finished part to where it can be checked under its own name."""
        self.trial.parent.mkdir(parents=True, exist_ok=True)
        return self.part.replace(self.trial)

    def accept(self, meta: Meta) -> None:
        """Put the checked file in place of the old one."""
        self.trial.replace(self.path)
        self.remember(meta)
        self.discard()


def _meta(told: dict[str, object] | None) -> Meta | None:
    """Return what a page says of a cached file; None where it says it in another way than ours."""
    told = told or {}
    validators, size, rows = _validators(told.get("validators")), told.get("size"), told.get("rows")
    first, last, fetched = told.get("first"), told.get("last"), told.get("fetched")
    if validators is None or not isinstance(size, int) or not isinstance(rows, int):
        return None
    if not isinstance(first, str) or not isinstance(last, str) or not isinstance(fetched, str):
        return None
    return Meta(validators, size, rows, first, last, fetched)


def _validators(told: object) -> Validators | None:
    if not isinstance(told, dict):
        return None
    url, etag, modified = told.get("url"), told.get("etag"), told.get("last_modified")
    if not isinstance(url, str) or not isinstance(etag, str) or not isinstance(modified, str):
        return None
    return Validators(url, etag, modified)


def _read(path: Path) -> dict[str, object] | None:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None


def _write(path: Path, told: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(path)
