"""`alvh evidence record` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from adapters.records.logs import OMEGA_HEADER, daily_log, omega_log, write
from alvh.adapters.cli.evidence_record import evidence_record
from alvh.adapters.errors import UserError


def run(*args: str | Path):
    return CliRunner().invoke(evidence_record, [str(arg) for arg in args], standalone_mode=False)


def test_a_log_is_judged_in_the_terminal_and_on_a_page(tmp_path: Path) -> None:
    page = tmp_path / "mine.html"
    found = run(omega_log(tmp_path), "--trials", "30", "--report", page)
    assert found.exception is None
    assert "spreads: your own record" in found.output
    assert "closed trades · read as option-omega" in found.output
    assert "Too little to tell skill from luck" in found.output
    assert "flatters volatility" in found.output
    assert "your own record" in page.read_text(encoding="utf-8")


def test_a_daily_log_beside_it_takes_the_warning_away(tmp_path: Path) -> None:
    found = run(omega_log(tmp_path), "--daily-log", daily_log(tmp_path))
    assert "daily marks" in found.output
    assert "flatters" not in found.output


def test_json_has_the_numbers(tmp_path: Path) -> None:
    told = json.loads(run(omega_log(tmp_path), "--json").output)
    assert (told["source"], told["flattered"], told["nav_start_usd"]) == ("option-omega", True, 100_000.0)
    assert told["trades"]["closed"] == 3
    assert "11 periods; below 504" in told["certainty"]["missing"]


def test_mistakes_are_one_sentence(tmp_path: Path) -> None:
    for args, said in (
        ((omega_log(tmp_path), "--format", "tradeblok"), "did you mean 'tradeblocks'?"),
        ((tmp_path / "no.csv",), "no.csv: cannot be read"),
        ((write(tmp_path, "e.csv", OMEGA_HEADER),), "there is no closed trade in it"),
        ((omega_log(tmp_path), "--report", tmp_path), "is a folder; name a file"),
        ((omega_log(tmp_path), "--store", tmp_path / "none"), "none"),
    ):
        found = run(*args)
        assert isinstance(found.exception, UserError), (args, found.output, found.exception)
        assert said in str(found.exception)
