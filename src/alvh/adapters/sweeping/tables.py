"""The results of a sweep as Parquet: one row a combination, and the daily returns of every policy side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from alvh.adapters.errors import in_file
from alvh.adapters.sweeping.run import MEASURES, SweepRun
from alvh.reports.words import combination, setting
from alvh.values import Missing

RESULTS, RETURNS, EXCESS = "results.parquet", "returns.parquet", "excess.parquet"


def result_frame(made: SweepRun) -> pl.DataFrame:
    """Return one row a combination, in the order of the file.

    Columns: ``number``; every parameter under its path (as text where its values are of several kinds); ``status``
    (``run``, ``same as N`` for a combination that makes the policy of another, ``refused``, ``failed``) and ``why``;
    the measures of `alvh backtest --json`, null where there is no result; ``skipped`` (how many), ``holding_sessions``,
    ``policy_hash``, ``data_hash`` and ``seconds``.
    """
    runs = {run.number: run for run in made.runs}
    columns: dict[str, Sequence[Any]] = {"number": list(range(len(made.plan.candidates)))}
    for axis in made.plan.sweep.axes:
        columns[axis.path] = _column([one.config[axis.path] for one in made.plan.candidates])
    told = [_status(made, number) for number in columns["number"]]
    columns["status"], columns["why"] = [one[0] for one in told], [one[1] for one in told]
    found = [runs.get(one.same_as) for one in made.plan.candidates]
    for name in (*MEASURES, "skipped", "holding_sessions", "policy_hash"):
        columns[name] = [None if run is None else run.summary[name] for run in found]
    columns["data_hash"] = [made.data_hash] * len(found)
    columns["seconds"] = [None if run is None or math.isnan(run.seconds) else run.seconds for run in found]
    return pl.DataFrame(columns, strict=False)


def return_frame(made: SweepRun, *, excess: bool = False) -> pl.DataFrame:
    """Return ``date`` and the daily returns of every policy that was run, its number as the name of its column.

    Decimals; with `excess` less what the account's own cash earned. NaN after an account was ruined.
    """
    series = {str(run.number): run.excess if excess else run.returns for run in made.runs}
    return pl.DataFrame({"date": made.sessions, **series})


def write_tables(made: SweepRun, folder: Path) -> tuple[Path, ...]:
    """Write results, returns and excess returns into a folder, each whole or not at all; return the files.

    Raises
    ------
    UserError
        When the folder cannot be written to.
    """
    frames = {RESULTS: result_frame(made), RETURNS: return_frame(made), EXCESS: return_frame(made, excess=True)}
    for name, frame in frames.items():
        beside = folder / f"{name}.part"
        try:
            frame.write_parquet(beside)
            beside.replace(folder / name)
        except OSError as error:
            raise in_file(folder, f"cannot be written to: {error.strerror}") from None
    return tuple(folder / name for name in frames)


def refusals(made: SweepRun) -> tuple[tuple[str, str], ...]:
    """Return the combinations that the policy refuses, each with why."""
    found = made.plan.candidates
    return tuple((combination(one.config), one.policy.why) for one in found if isinstance(one.policy, Missing))


def failures(made: SweepRun) -> tuple[tuple[str, str], ...]:
    """Return the policies whose run failed, each with why."""
    return tuple((combination(made.plan.candidates[number].config), why) for number, why in sorted(made.failed.items()))


def _status(made: SweepRun, number: int) -> tuple[str, str]:
    one = made.plan.candidates[number]
    if isinstance(one.policy, Missing):
        return "refused", one.policy.why
    if one.same_as in made.failed:
        return "failed", made.failed[one.same_as]
    return ("run", "") if one.same_as == number else (f"same as {one.same_as}", "")


def _column(values: Sequence[Any]) -> list[Any]:
    """Return values as one kind: numbers or switches as they are, anything mixed as text."""
    kinds = {type(value) for value in values}
    if kinds <= {int, float} or kinds in ({bool}, {str}):
        return [float(value) for value in values] if kinds == {int, float} else list(values)
    return [setting(value) for value in values]
