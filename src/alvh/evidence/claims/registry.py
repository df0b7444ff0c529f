"""The table of claims: which there are, which runs they need, and all of them judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import alvh.evidence.claims.pages
from alvh.evidence.claims.claim import DRAWS, SEED, Claim, Judged, Material
from alvh.evidence.run_spec import RunSpec
from alvh.evidence.track import Track
from alvh.market.history import History


@cache
def claims() -> tuple[Claim, ...]:
    """Return every claim in the order of the table, found by the files of ``evidence/claims/pages``.

    Raises
    ------
    ValueError
        When two claims share a key or a row.
    """
    package = alvh.evidence.claims.pages
    found: list[Claim] = []
    for file in sorted(one.name for one in iter_modules(package.__path__)):
        found.extend(import_module(f"{package.__name__}.{file}").CLAIMS)
    for name, values in (("key", [one.key for one in found]), ("row", [str(one.row) for one in found])):
        if twice := {value for value in values if values.count(value) > 1}:
            raise ValueError(f"two claims share the {name} {min(twice)!r}")
    return tuple(sorted(found, key=lambda one: one.row))


def needed_runs(chosen: Sequence[Claim] | None = None) -> tuple[RunSpec, ...]:
    """Return the runs that some claims need (all by default), each once, in the order they are first asked for."""
    specs = [spec for claim in (claims() if chosen is None else chosen) for spec in claim.needs()]
    return tuple({spec.label: spec for spec in specs}.values())


def judge_all(
    tracks: Mapping[str, Track],
    history: History,
    chosen: Sequence[Claim] | None = None,
    *,
    seed: int = SEED,
    draws: int = DRAWS,
    tell: Callable[[str, int, int], None] | None = None,
) -> tuple[Judged, ...]:
    """Judge some claims (all by default) on what came of their runs.

    Parameters
    ----------
    tracks : mapping of label -> Track
        What came of `needed_runs`; a run that is not there is a reason why its claims cannot be tested.
    history : History
        That of the runs.
    chosen : sequence of Claim, optional
    seed, draws : int
        Of every bootstrap.
    tell : callable, optional
        Hears the claim's key, the number done and the number in all.
    """
    material = Material(tracks, history, draws, seed)
    wanted = claims() if chosen is None else chosen
    out: list[Judged] = []
    for done, claim in enumerate(wanted):
        if tell is not None:
            tell(claim.key, done, len(wanted))
        out.append(Judged(claim, claim.judge(material)))
    return tuple(out)
