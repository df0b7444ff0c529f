"""`alvh book`: import, show and compare are wired to what does the work, and say what it did."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from adapters.broker_exports import IBKR, PLAIN_TRADES, SCHWAB, TASTY
from adapters.cli_desk import END, START, fill_store, say

CONDOR = """\
root,expiry,strike,right,quantity,price,opened
SPXW,2025-12-19,6400,P,-2,40.50,2025-11-03
SPXW,2025-12-19,6335,P,2,33.50,2025-11-03
SPXW,2025-12-19,7000,C,-2,20.25,2025-11-03
SPXW,2025-12-19,7065,C,2,14.25,2025-11-03
VIX,2025-12-17,20,C,8,2.10,2025-11-03
CASH,,,,"250,000.75",,
"""
UNEVEN = (
    "{broken}, line 2: -2 SPXW 2025-12-19 6400 P: no iron condor can be made of it (the expiry has 2 short puts, "
    "2 long puts, 2 short calls, 0 long calls) (policy 'alvh'); --leave SPXW leaves the root out"
)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "positions.csv"
    path.write_text(CONDOR, encoding="utf-8")
    return path


def test_an_import_says_what_was_matched_and_what_is_odd(export: Path, tmp_path: Path) -> None:
    said = say("book", "import", "csv", export, "--date", "2025-11-28", "--store", tmp_path / "s")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0] == "positions.csv (csv), 2025-11-28: 5 legs in 2 campaigns of policy alvh"
    # 13.00 points x 2 x 100 USD of credit; wings of 65 points: 13,000 - 2,600.
    assert "21 DTE  credit 2,600.00, at most 10,400.00 lost: -2 SPXW 2025-12-19 6400 P, +2 SPXW" in said.out
    assert "19 DTE  cost 1,680.00: +8 VIX 2025-12-17 20 C" in said.out
    assert lines[-2] == "Cash 250,000.75 USD."
    assert lines[-1] == "Odd: L1 roll missed, 19 DTE (rolls at 21): VIX 2025-12-17 20 C"
    assert say("book", "show", "--store", tmp_path / "s").out == said.out


def test_an_import_as_json(export: Path, tmp_path: Path) -> None:
    words = ("book", "import", "auto", export, "--date", "2025-11-28", "--store", tmp_path / "s", "--json")
    told = say(*words).json
    assert (told["broker"], told["as_of"], told["cash"], told["former"]) == ("csv", "2025-11-28", 250_000.75, None)
    condor, sleeve = told["campaigns"]
    assert (condor["layer"], condor["opened"], condor["credit"], condor["max_loss"]) == (
        "condor",
        "2025-11-03",
        2_600.0,
        10_400.0,
    )
    assert (sleeve["layer"], sleeve["credit"], sleeve["dte"]) == ("L1", -1_680.0, 19)
    shown = say("book", "show", "--store", tmp_path / "s", "--json").json
    assert shown == {name: value for name, value in told.items() if name != "former"}


def test_an_import_replaces_the_book_and_says_where_the_former_is(export: Path, tmp_path: Path) -> None:
    words = ("book", "import", "csv", export, "--store", tmp_path / "s")
    say(*words, "--date", "2025-11-28")
    again = say(*words, "--date", "2025-11-28")
    assert "former" not in again.out
    later = say(*words, "--date", "2025-12-01", "--cash", "1000")
    former = tmp_path / "s" / "book" / "former" / "2025-11-28.json"
    assert later.out.splitlines()[-1] == f"The former book is kept: {former}"
    assert json.loads(former.read_text())["cash_cents"] == 25_000_075
    assert "Cash 1,000.00 USD." in later.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["csv", "{broken}"], UNEVEN),
        (["ibrk", "{export}"], "no broker format 'ibrk'; did you mean 'ibkr'?"),
        (["csv", "{gone}"], "{gone}: cannot be read: No such file or directory"),
        (["csv", "{export}", "--policy", "alhv"], "unknown policy 'alhv'; did you mean 'alvh'?"),
    ],
)
def test_mistakes_of_an_import_write_nothing(export: Path, tmp_path: Path, words: list[str], message: str) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_text("\n".join(line for line in CONDOR.splitlines() if "7065" not in line), encoding="utf-8")
    names = {"export": export, "broken": broken, "gone": tmp_path / "gone.csv"}
    placed = [word.format(**names) for word in words]
    said = say("book", "import", *placed, "--date", "2025-11-28", "--store", tmp_path / "s")
    assert (said.code, said.out, said.sentence) == (2, "", message.format(**names))
    assert not (tmp_path / "s").exists()


def test_brokers_that_give_no_cash_are_asked_for_it(tmp_path: Path) -> None:
    path = tmp_path / "tasty.csv"
    path.write_text(TASTY, encoding="utf-8")
    words = ("book", "import", "tastytrade", path, "--store", tmp_path / "s", "--date", "2025-11-28")
    assert say(*words).sentence == f"{path}: gives no cash balance; say it with --cash USD"
    said = say(*words, "--cash", "5000")
    assert "line 2: 'AAPL' is no option or future on" in said.sentence


def test_symbols_are_left_out_when_told(tmp_path: Path) -> None:
    path = tmp_path / "schwab.csv"
    path.write_text(SCHWAB, encoding="utf-8")
    said = say("book", "import", "schwab", path, "--store", tmp_path / "s", "--leave", "SPXW")
    assert said.code == 0
    assert "schwab.csv (schwab), 2025-11-20: 1 legs in 1 campaigns of policy alvh" in said.out
    assert said.out.splitlines()[-1] == "Left out: SPXW 2025-12-19 6400 P"


def test_the_day_of_the_file_is_the_day_of_the_book(tmp_path: Path) -> None:
    path = tmp_path / "ibkr.csv"
    path.write_text(IBKR, encoding="utf-8")
    words = ("book", "import", "ibkr", path, "--store", tmp_path / "s", "--json")
    leave = [word for name in ("AAPL", "SPXW", "VX") for word in ("--leave", name)]
    told = say(*words, *leave).json
    assert (told["as_of"], told["cash"], told["campaigns"]) == ("2025-11-20", 251_000.25, [])


def test_there_is_nothing_to_show_yet(tmp_path: Path) -> None:
    said = say("book", "show", "--store", tmp_path / "s")
    assert (said.code, said.out) == (2, "")
    assert said.sentence.endswith("has no book of yours yet; bring one in: alvh book import ibkr FILE")


# -- compare ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill_store(tmp_path_factory.mktemp("book") / "s", chains=False)


@pytest.fixture
def trades(tmp_path: Path) -> Path:
    path = tmp_path / "trades.csv"
    opened, closed = START + dt.timedelta(7), START + dt.timedelta(14)
    path.write_text(
        "date,root,expiry,strike,right,quantity,price,fees\n"
        f"{opened},SPXW,{END + dt.timedelta(30)},2000,P,-1,20.00,1.50\n"
        f"{closed},SPXW,{END + dt.timedelta(30)},2000,P,1,14.00,1.25\n",
        encoding="utf-8",
    )
    return path


def test_a_comparison_adds_up(store: Path, trades: Path) -> None:
    words = ("book", "compare", "--trades", trades, "--from", START, "--to", END, "--quotes", "modelled")
    said = say(*words, "--policy", "condor-only", "--store", store)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[-1] == "difference = fills + skips + size + discretion, to the cent"
    told = say(*words, "--policy", "condor-only", "--store", store, "--json").json
    # Bought back 6.00 lower: 600.00 USD, less 2.75 of fees; none of it was planned, and all of the plan was skipped.
    assert (told["real"], told["discretion"], told["residual"]) == (597.25, 597.25, 0.0)
    assert told["skips"] == -told["plan"]
    assert told["plan"] != 0.0
    assert told["campaigns"][-1]["campaign"] == "not planned"
    assert {"policy", "from", "to", "difference", "fills", "size", "left_out"} <= set(told)


def test_mistakes_of_a_comparison(store: Path, tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    path.write_text(PLAIN_TRADES, encoding="utf-8")
    words = ("book", "compare", "--trades", path, "--from", START, "--store", store, "--quotes", "modelled")
    said = say(*words)
    assert (said.code, said.out) == (2, "")
    assert said.sentence.endswith("its trades are of 2025-11-03 to 2025-11-04")
    assert say(*words, "--fees", "ibrk").sentence.startswith("unknown broker 'ibrk'")


@pytest.mark.parametrize("command", ["import", "show", "compare"])
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    said = say("book", command, "--help")
    assert said.code == 0
    assert f"alvh book {command}" in said.out.partition("Example:")[2]
