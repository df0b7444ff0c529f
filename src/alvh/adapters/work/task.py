"""What is asked of a pool and what it answers: the one interface behind which runs are spread."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

Work: TypeAlias = Callable[[Any], tuple[Mapping[str, Any], bytes]]
"""What a worker does with the argument of a job: its summary (goes through JSON) and its payload."""


class Job(NamedTuple):
    """One run to be made.

    `key` is its identity (`task_key`): what is on the shelf under it is not made again. `label` says it to a person.
    `argument` is what the work is done on; it is pickled.
    """

    key: str
    label: str
    argument: Any


class Outcome(NamedTuple):
    """What became of a job.

    `ok` False means that it has no result and `error` says why in a sentence. `seconds` is what the work took, NaN
    where no try of it came to an end. `attempts` counts the tries of this run, 0 where the result was on the shelf
    before it (`cached`).
    """

    key: str
    label: str
    ok: bool
    error: str
    seconds: float
    attempts: int
    cached: bool


class Pool(Protocol):
    """Whoever does jobs: a few processes of this machine (`LocalPool`), or others."""

    def run(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """Do the jobs and yield one outcome each, in the order of completion.

        A result is on the shelf before its outcome is yielded. A job that fails is an outcome, too, and stops no other.
        """
        ...


def task_key(kind: str, policy_digest: str, settings: Mapping[str, Any], data_hash: str) -> str:
    """Return the identity of a run: a hash of everything its result hangs on.

    Parameters
    ----------
    kind : str
        What is kept of it, such as ``sweep``: the same run leaves another result for another reader.
    policy_digest : str
        `alvh.policies.policy.Policy.digest`.
    settings : mapping
        Fill, capital, window, broker, seed ...: values that JSON can hold; the order of the keys does not matter.
    data_hash : str
        `alvh.market.history.History.content_hash`.

    Returns
    -------
    str
        32 hex digits; another version of the code gives another key (`alvh.adapters.replay.code_digest`).

    Raises
    ------
    TypeError
        For a setting that JSON cannot hold: its text might not be the same twice.
    """
    from alvh.adapters.replay import code_digest  # noqa: PLC0415 - the engine, which a worker loads when it must

    said = json.dumps([kind, policy_digest, dict(settings), data_hash, code_digest()], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]
