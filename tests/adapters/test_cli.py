"""The program as a whole: help, exit codes, what it imports, pipes, and being interrupted."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from adapters.cli_desk import environment, program, run, say
from adapters.loopback import Reply, publishing
from alvh import __version__
from alvh.adapters import cli
from alvh.adapters.cli import COMMANDS, DISCLAIMER, alvh
from alvh.adapters.cli.progress import progress_bar
from alvh.adapters.errors import UserError


def commands(group: click.Group = alvh, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return every command and group there is, as one would type it."""
    context = click.Context(group)
    found = [path]
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        below = (*path, name)
        found += commands(command, below) if isinstance(command, click.Group) else [below]
    return found


EVERY = commands()


def test_the_commands_of_this_version_are_there() -> None:
    assert {("demo",), ("backtest",), ("data", "import"), ("data", "pull"), ("data", "check"), ("data", "list")} <= set(
        EVERY
    )


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_help_says_what_it_does_and_shows_an_example(path: tuple[str, ...]) -> None:
    told = say(*path, "--help")
    assert (told.code, told.err) == (0, "")
    assert re.search(r"\n +\S.*\n", told.out)
    example = told.out.split("Example:\n", 1)[1]
    assert example.lstrip().startswith(f"alvh {' '.join(path)}".rstrip() if path else "alvh ")


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_an_unknown_option_is_bad_usage(path: tuple[str, ...]) -> None:
    told = say(*path, "--no-such-option")
    assert told.code == 2
    assert "--no-such-option" in told.sentence


EXAMPLES = [
    (path, line.strip())
    for path in EVERY
    for line in say(*path, "--help").out.split("Example:\n", 1)[1].splitlines()
    if line.strip().startswith("alvh ")
]


@pytest.mark.parametrize(("path", "line"), EXAMPLES, ids=[line for _, line in EXAMPLES])
def test_every_example_uses_options_that_exist(path: tuple[str, ...], line: str) -> None:
    words = line.split()[1:]
    command, depth = alvh, 0
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words[depth])
        assert found is not None, line
        command, depth = found, depth + 1
    known = {option for param in command.params for option in param.opts}
    assert {word for word in words[depth:] if word.startswith("--")} <= known


def test_a_command_that_prints_results_prints_them_as_json_too() -> None:
    for path in EVERY:
        if path and path not in {("data",), ("policy",), ("book",), ("policy", "show"), ("policy", "new")}:
            assert "--json" in say(*path, "--help").out, path


def test_the_first_help_lists_the_commands_and_says_what_it_is_not() -> None:
    out = " ".join(say("--help").out.split())
    assert all(f" {name} " in out for name in COMMANDS)
    assert DISCLAIMER in out


def test_every_command_has_its_one_line_of_help() -> None:
    assert set(COMMANDS) == {path[0] for path in EVERY if path}


def test_the_version() -> None:
    assert say("--version") == (0, f"alvh {__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["bactest"], "no command 'bactest'; did you mean 'backtest'?"),
        (["trade"], f"no command 'trade'; valid: {', '.join(sorted(COMMANDS))}"),
        (["data", "imprt"], "no command 'imprt'; did you mean 'import'?"),
        (["policy", "shwo"], "no command 'shwo'; did you mean 'show'?"),
        (["backtest"], "Missing argument 'POLICY...'."),
        (["data", "import", "auto"], "Missing argument 'PATH...'."),
        (["data", "pull"], "Missing argument 'SOURCE'."),
    ],
)
def test_bad_usage_is_one_sentence_and_2(words: list[str], message: str) -> None:
    told = say(*words)
    assert (told.code, told.out, told.sentence) == (2, "", message)


def test_nothing_at_all_is_answered_with_the_help() -> None:
    told = say()
    assert told.code == 2
    assert "Commands:" in told.err


# -- exit codes of whatever a command ends with ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "code", "err"),
    [
        (UserError("the file is wrong"), 2, "alvh: the file is wrong\n"),
        (KeyboardInterrupt(), 130, "\nalvh: interrupted\n"),
        (click.exceptions.Abort(), 130, "\nalvh: interrupted\n"),
        (click.exceptions.Exit(1), 1, ""),
        (1, 1, ""),
        (0, 0, ""),
        (None, 0, ""),
        ("text", 0, ""),
    ],
    ids=repr,
)
def test_how_a_command_ends(ending, code: int, err: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def callback():
        if isinstance(ending, BaseException):
            raise ending
        return ending

    monkeypatch.setattr(alvh, "get_command", lambda *_: click.Command("demo", callback=callback))
    assert say("demo") == (code, "", err)


def test_a_bug_of_ours_shows_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def callback():
        raise ZeroDivisionError

    monkeypatch.setattr(alvh, "get_command", lambda *_: click.Command("demo", callback=callback))
    with pytest.raises(ZeroDivisionError):
        say("demo")


# -- in a process of its own -----------------------------------------------------------------------------------------

HEAVY = {"numpy", "polars", "numba", "scipy", "pydantic", "rich", "httpx", "arch", "pandas", "jinja2", "platformdirs"}


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["backtest", "--help"], ["data", "import", "--help"]])
def test_asking_for_help_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys\nfrom alvh.adapters.cli import main\n"
        f"try:\n    main({words!r})\nexcept SystemExit as done:\n    assert done.code == 0\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True)
    assert HEAVY & set(done.stderr.split()) == set()


def test_a_reader_that_goes_away_is_no_error() -> None:
    for words in (["policy", "show", "alvh"], ["--help"], ["policy", "list", "--json"]):
        with subprocess.Popen(
            program(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), text=True
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == ""
            assert process.wait() == 0


def test_an_interrupt_stops_a_download_with_one_line_and_130(tmp_path: Path) -> None:
    # The publisher keeps the first request waiting until the interrupt has come.
    with publishing({}) as publisher:
        publisher.next_reply = lambda _path: Reply(body=b"late", wait_s=30.0)
        folders = ("--store", tmp_path / "s", "--cache", tmp_path / "c")
        with subprocess.Popen(
            program("data", "pull", "sofr", "--base-url", publisher.url, *folders),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
            text=True,
        ) as process:
            while not publisher.asked and process.poll() is None:
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate()
    assert (process.returncode, out, err) == (130, "", "\nalvh: interrupted\n")
    assert not (tmp_path / "s" / "catalog.json").exists()


def test_in_a_pipe_the_progress_bar_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar() as tell:
        for done in range(3):
            tell("loading", done, 3)
    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_the_progress_bar_says_what_it_does(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar("of files") as tell:
        tell("reading a file with a name that is far too long for one line", 1, 4)
        tell("nothing to do", 0, 0)
    told = capsys.readouterr()
    assert told.out == ""
    assert "nothing to do" in told.err or "of files" in told.err


def test_the_store_of_the_environment_is_used(tmp_path: Path) -> None:
    told = run("data", "list", ALVH_STORE=str(tmp_path / "named"))
    assert (told.code, told.err) == (0, "")
    assert str(tmp_path / "named") in told.out


def test_the_shell_can_complete() -> None:
    told = run(_ALVH_COMPLETE="bash_source")
    assert told.code == 0
    assert "_alvh_completion" in told.out


def test_the_entry_point_of_the_package_is_this_one() -> None:
    text = (Path(__file__).resolve().parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert f'alvh = "{cli.__name__}:main"' in text


@pytest.mark.parametrize("amount", ["nan", "inf", "-inf"])
def test_an_account_of_no_number_is_refused_in_a_sentence(amount: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["today", f"--nav={amount}"])
    assert left.value.code == 2
    assert "--nav" in capsys.readouterr().err


def test_a_reader_that_has_gone_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        try:
            raise BrokenPipeError  # noqa: TRY301 - the context is the point
        except BrokenPipeError:
            # What rich's console does when its output is a closed pipe.
            raise SystemExit(1)  # noqa: B904

    monkeypatch.setattr(alvh, "invoke", gone)
    with pytest.raises(SystemExit) as left:
        cli.main(["policy", "list"])
    assert left.value.code == 0
    monkeypatch.setattr(alvh, "invoke", lambda *_: sys.exit(3))
    with pytest.raises(SystemExit) as left:
        cli.main(["policy", "list"])
    assert left.value.code == 3
