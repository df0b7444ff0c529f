"""The user's own command: once a level, the sentence in the environment, the level on standard input, no shell."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from alvh.adapters import notify
from alvh.adapters.errors import UserError
from alvh.adapters.notify import command_of, notify_all
from alvh.reports.card.levels import Level

ONE = Level(
    "alert", "condor@2024-08-05", "short put 4550 reaches 30 delta; rm -rf $HOME", "SPX", 4839.0, 4800.0, 4900.0, True
)
TWO = Level("alert", "gates", "VIX above 20: hold", "VIX", 20.0, 21.0, 19.0, True)
WRITES = "import os,sys; n=chr(10); open(sys.argv[1],'a').write(os.environ['ALVH_ALERT']+n+sys.stdin.read()+n)"


def test_it_runs_once_a_level(tmp_path: Path) -> None:
    file = tmp_path / "a file"
    notify_all(f"{sys.executable} -c \"{WRITES}\" '{file}'", [ONE, TWO])
    lines = file.read_text().splitlines()
    assert lines[0] == "condor@2024-08-05: short put 4550 reaches 30 delta; rm -rf $HOME", "nobody expands it"
    assert json.loads(lines[1])["level"] == 4839.0
    assert lines[2] == "VIX above 20: hold"
    assert len(lines) == 4


def test_nothing_crossed_runs_nothing(tmp_path: Path) -> None:
    notify_all("no-such-program-anywhere", [])


def test_a_command_is_split_and_not_interpreted() -> None:
    assert command_of("say 'two words' ; rm x") == ["say", "two words", ";", "rm", "x"]
    for bad in ("", "   ", "say 'open"):
        with pytest.raises(UserError, match="--notify"):
            command_of(bad)


def test_a_command_that_fails_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="cannot be run"):
        notify_all("no-such-program-anywhere", [TWO])
    with pytest.raises(UserError, match="ended with status 3"):
        notify_all(f'{sys.executable} -c "raise SystemExit(3)"', [TWO])
    monkeypatch.setattr(notify, "PATIENCE_S", 0.2)
    with pytest.raises(UserError, match="did not end"):
        notify_all(f'{sys.executable} -c "import time; time.sleep(30)"', [TWO])
