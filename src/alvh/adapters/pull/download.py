"""One file over HTTP, politely: back-off with jitter, Retry-After, a pause between requests, downloads continued."""

from __future__ import annotations

import datetime as dt
import email.utils
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import httpx

from alvh.adapters.pull.cache import Cached, Validators

AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that may be different in a moment."""
NOT_LISTED = frozenset({403, 404, 410})
"""Answers for a file that is not there. 403 is what a file server without a listing says (Cboe's does)."""

Kind: TypeAlias = Literal["body", "unchanged", "absent", "failed"]
Outcome: TypeAlias = tuple[Kind, str, Validators]


@dataclass(frozen=True, slots=True)
class Manners:
    """How patient and how polite.

    Attributes
    ----------
    attempts : int
        Requests for one file before it is given up.
    first_wait_s, longest_wait_s : float
        The wait after the first failure doubles with each further one, up to the longest, times 0.5 to 1.5 by chance.
    patience_s : float
        The longest ``Retry-After`` that is waited for.
    pause_s : float
        Between one request and the next.
    give_up_after : int
        Files that fail one after another before the rest is not asked for any more.
    max_bytes : int
        No file of these publishers is larger.
    """

    attempts: int = 5
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    patience_s: float = 300.0
    pause_s: float = 0.5
    give_up_after: int = 5
    max_bytes: int = 256 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What the publisher said in the end.

    Attributes
    ----------
    kind : {"body", "unchanged", "absent", "failed"}
        ``body``: the part is complete.
    why : str
    attempts : int
    validators : Validators
        Of the body.
    """

    kind: Kind
    why: str
    attempts: int
    validators: Validators


class _AgainError(Exception):
    """One attempt failed; another may not."""

    def __init__(self, why: str, wait_s: float = 0.0) -> None:
        super().__init__(why)
        self.wait_s = wait_s


class Visitor:
    """One visit to a publisher: a client, its manners, and what the core is not allowed to have.

    Parameters
    ----------
    client : httpx.Client
    headers : mapping
        Sent with every request.
    manners : Manners
    generator : random.Random
        For the jitter.
    sleep : callable (seconds)
    clock : callable () -> datetime
        Aware, UTC; for a ``Retry-After`` that is a date.
    """

    def __init__(
        self,
        client: httpx.Client,
        headers: Mapping[str, str],
        manners: Manners,
        generator: random.Random,
        sleep: Callable[[float], None],
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._client = client
        self._headers = {**headers, "Accept-Encoding": "identity"}
        self._manners = manners
        self._generator = generator
        self._sleep = sleep
        self._clock = clock
        self._asked = False

    def fetch(self, url: str, into: Cached, known: Validators | None) -> Answer:
        """Ask for a file until there is an answer.

        Parameters
        ----------
        url : str
        into : Cached
            Its part receives the body, continued where an earlier attempt or run broke off.
        known : Validators or None
            Of the version we have: the publisher may answer that it is still current.
        """
        nowhere = Validators(url)
        why = ""
        for attempt in range(1, self._manners.attempts + 1):
            if self._asked and attempt == 1:
                self._sleep(self._manners.pause_s)
            self._asked = True
            try:
                kind, why, validators = self._attempt(url, into, known)
            except _AgainError as error:
                why = str(error)
                if error.wait_s > self._manners.patience_s:
                    return Answer("failed", f"{why}; it asks to wait {error.wait_s:.0f} s", attempt, nowhere)
                if attempt < self._manners.attempts:
                    self._sleep(max(error.wait_s, self._back_off(attempt)))
                continue
            return Answer(kind, why, attempt, validators)
        return Answer("failed", f"{why}; gave up after {self._manners.attempts} requests", attempt, nowhere)

    def _back_off(self, attempt: int) -> float:
        wait = min(self._manners.longest_wait_s, self._manners.first_wait_s * 2.0 ** (attempt - 1))
        return wait * self._generator.uniform(0.5, 1.5)

    def _attempt(self, url: str, into: Cached, known: Validators | None) -> Outcome:
        offset, headers = self._conditions(url, into, known)
        try:
            with self._client.stream("GET", url, headers=headers) as response:
                told = Validators(url, response.headers.get("ETag", ""), response.headers.get("Last-Modified", ""))
                answered = self._without_body(response, into, offset, known)
                if answered:
                    return answered
                self._receive(response, into, offset, told)
                return "body", "", told
        except (httpx.UnsupportedProtocol, httpx.TooManyRedirects, httpx.InvalidURL) as error:
            return "failed", f"{url}: {error}", Validators(url)
        except httpx.TransportError as error:
            raise _AgainError(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__) from error

    def _without_body(
        self, response: httpx.Response, into: Cached, offset: int, known: Validators | None
    ) -> Outcome | None:
        """Return the outcome of an answer whose body we do not want; None where the body is the file."""
        status, begun, nowhere = response.status_code, into.begun(), Validators("")
        if status == httpx.codes.NOT_MODIFIED and known:
            return "unchanged", "", known
        if status in NOT_LISTED:
            return "absent", f"the publisher does not list it ({status})", nowhere
        if status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            if begun and _total(response, offset) == offset:
                return "body", "", begun  # the part was complete when the last run ended
            into.discard()
            raise _AgainError("the part that was here belongs to another version")
        if status in AGAIN:
            raise _AgainError(f"the publisher answers {status}", self._retry_after(response))
        if status not in {httpx.codes.OK, httpx.codes.PARTIAL_CONTENT}:
            return "failed", f"the publisher answers {status}", nowhere
        if "html" in response.headers.get("Content-Type", "").lower():
            return "failed", "a web page (HTML) in place of the file", nowhere
        return None

    def _conditions(self, url: str, into: Cached, known: Validators | None) -> tuple[int, dict[str, str]]:
        """Return where to continue, and the headers that ask for it or for nothing but a newer version."""
        headers = dict(self._headers)
        begun = into.begun()
        offset = into.part.stat().st_size if begun else 0
        if begun and begun.url == url and begun.strong and offset:
            headers |= {"Range": f"bytes={offset}-", "If-Range": begun.strong}
            return offset, headers
        into.discard()
        if known and known.url == url:
            if known.etag:
                headers["If-None-Match"] = known.etag
            if known.last_modified:
                headers["If-Modified-Since"] = known.last_modified
        return 0, headers

    def _receive(self, response: httpx.Response, into: Cached, offset: int, validators: Validators) -> None:
        """Write the body behind what is there, or anew, and see that all of it came."""
        total = _total(response, offset)
        continued = response.status_code == httpx.codes.PARTIAL_CONTENT
        if continued and _start(response) != offset:
            into.discard()
            raise _AgainError("the publisher continues at another place than asked")
        if not continued:
            into.begin(validators)
        received = offset if continued else 0
        with into.part.open("ab" if continued else "wb") as handle:
            for chunk in response.iter_raw():  # unchunked: what came before a break is kept
                received += handle.write(chunk)
                if received > self._manners.max_bytes:
                    break
        if received > self._manners.max_bytes or (total is not None and received > total):
            into.discard()
            raise _AgainError(f"more bytes than announced or allowed: {received}")
        if total is not None and received < total:
            raise _AgainError(f"cut short: {received} of {total} bytes")

    def _retry_after(self, response: httpx.Response) -> float:
        """Return the seconds asked for by ``Retry-After``, a number or a date; 0 where it says neither."""
        asked = response.headers.get("Retry-After", "").strip()
        if asked.isdigit():
            return float(asked)
        try:
            when = email.utils.parsedate_to_datetime(asked)
        except ValueError:
            return 0.0
        return max(0.0, (when - self._clock()).total_seconds())


def _start(response: httpx.Response) -> int:
    """Return the first byte of a continued body; -1 where the publisher does not say."""
    told = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(told[1]) if told else -1


def _total(response: httpx.Response, offset: int) -> int | None:
    """Return the size of the whole file as announced; None where it is not."""
    whole = re.search(r"/(\d+)$", response.headers.get("Content-Range", ""))
    if whole and response.status_code != httpx.codes.OK:
        return int(whole[1])
    length = response.headers.get("Content-Length", "")
    if not length.isdigit():
        return None
    return int(length) + (offset if response.status_code == httpx.codes.PARTIAL_CONTENT else 0)
