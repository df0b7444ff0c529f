"""What a sweep file asks for, checked whole before anything is run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alvh.adapters.backtesting import Request, execution, find_policy
from alvh.adapters.errors import UserError, in_file
from alvh.policies.grid import Candidate, candidates, checked, configurations, possible
from alvh.policies.policy import Policy
from alvh.policies.sweep_file import Sweep, SweepError, parse_sweep
from alvh.values import Missing


@dataclass(frozen=True, slots=True, eq=False)
class SweepPlan:
    """A sweep that can be run.

    Attributes
    ----------
    path : Path
        Its file.
    sweep : Sweep
    base : Policy
    candidates : tuple of Candidate
        Every combination, those that the policy refuses among them.
    request : Request
        Settings of every backtest.
    """

    path: Path
    sweep: Sweep
    base: Policy
    candidates: tuple[Candidate, ...]
    request: Request

    @property
    def to_run(self) -> tuple[tuple[int, Policy], ...]:
        """Each different policy once, by the number of the first combination that makes it."""
        numbered = enumerate(self.candidates)
        return tuple((k, one.policy) for k, one in numbered if isinstance(one.policy, Policy) and one.same_as == k)


def read_plan(path: Path) -> SweepPlan:
    """Read a sweep file and make its policies.

    Raises
    ------
    UserError
        For anything wrong with the file, in one sentence with its line; where its policy refuses every combination.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise in_file(path, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise in_file(path, "is not a text file in UTF-8") from None
    try:
        sweep = parse_sweep(text)
        base = find_policy(_beside(sweep.settings.policy, path))
        configs = configurations(sweep)
        checked(sweep, base, configs)
        found = candidates(base, configs)
        possible(sweep, found)
    except SweepError as error:
        raise in_file(path, str(error)) from None
    fit = [one.policy for one in found if isinstance(one.policy, Policy)]
    if not fit:
        why = next(one.policy.why for one in found if isinstance(one.policy, Missing))
        raise in_file(path, f"{base.name} refuses every combination; the first: {why}")
    given = sweep.settings
    request = Request(given.first, given.last, given.fill, given.quotes, given.nav, given.broker, given.same_close)
    for policy in fit:
        try:
            execution(policy, request)
        except UserError as error:
            raise in_file(path, str(error)) from None
    return SweepPlan(path, sweep, base, found, request)


def _beside(name: str, path: Path) -> str:
    """Return the policy's name, a file being meant beside the sweep."""
    return str(path.parent / name) if name.endswith(".toml") else name
