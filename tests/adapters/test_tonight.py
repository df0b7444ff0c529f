"""An evening from the command line: the books, the dates, what is refused, and the same bytes as the backtest."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import sys
from functools import cache
from pathlib import Path

import pytest

from adapters.cli_desk import AXIS, CHAIN_START, END, Said, fill_store, say
from alvh.adapters.backtesting import Request, execution, find_policy, prepare
from alvh.adapters.store import Store
from alvh.conventions import vix_expiry
from alvh.day import run
from alvh.diagnosis.diagnose import indicators
from alvh.policies.policy import preset
from alvh.reports.card.plan_json import plan_dict


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill_store(tmp_path_factory.mktemp("tonight"), chains=True)


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALVH_CACHE", str(tmp_path_factory.getbasetemp() / "checkpoints"))


@cache
def mondays() -> tuple[dt.date, ...]:
    days = [day.item() for day in AXIS]
    return tuple(b for a, b in itertools.pairwise(days) if b.weekday() < a.weekday())


ENTRY = mondays()[-2]


def today(store: Path, *args: object) -> Said:
    return say("today", "--store", store, *args)


def test_the_card_of_an_entry_day(store: Path) -> None:
    told = today(store, "--date", ENTRY)
    assert told.code == 0, told.err
    for word in ("ACT: sell", "limit", "walk away below", "break-evens", "POP", "max loss", "buying power", "HEDGES",
                 "VOID IF", "ALERTS", "ACCOUNTS", "REGIME", "ARBITRAGE", "sends no order"):  # fmt: skip
        assert word in told.out, word
    assert "\x1b[" not in told.out, "a pipe gets no colour"


def test_nothing_to_do_is_status_one_with_the_reason(store: Path) -> None:
    idle = next(day.item() for day in AXIS[::-1] if day.item() not in mondays())
    told = today(store, "--date", idle, "--json")
    assert told.code == 1, told.err
    assert not told.json["action"]["acts"]
    assert "first session of each week" in told.json["action"]["headline"]


def test_by_default_it_is_the_last_session(store: Path) -> None:
    assert today(store, "--json").json["date"] == END.isoformat()


def test_all_shows_every_reading_and_every_input(store: Path) -> None:
    told = today(store, "--date", ENTRY, "--all")
    for name in indicators():
        assert name in told.out, name
    assert "DGS3MO" in told.out


def test_json_holds_the_readings_too(store: Path) -> None:
    told = today(store, "--date", ENTRY, "--json").json
    assert [row["name"] for row in told["readings"]] == list(indicators())
    assert told["account"] == {"book": "flat", "equity_usd": 5e6, "cash_usd": 5e6, "broker": "generic"}


@pytest.mark.parametrize("at", [200, 264, 301, 329])
def test_the_replays_plan_is_the_backtests_to_the_byte(store: Path, at: int) -> None:
    date = AXIS[at].item()
    told = today(store, "--date", date, "--book", "replay", "--json")
    assert told.code in (0, 1), told.err
    request = Request(quotes="modelled")
    policy = find_policy("alvh")
    bench = prepare(Store(store), [policy], request)
    made = run(
        bench.history, policy, bench.quotes, first=bench.first, last=bench.last, nav_cents=500_000_000,
        how=execution(policy, request),
    )  # fmt: skip
    (plan,) = [plan for plan in made.plans if plan.decided_at.session == date]
    assert json.dumps(told.json["plan"]) == json.dumps(json.loads(json.dumps(plan_dict(plan))))
    again = today(store, "--date", date, "--book", "replay", "--json")
    assert again.out == told.out, "from a checkpoint, the same bytes"


def test_the_paper_book_and_an_absent_one_are_one_sentence(store: Path) -> None:
    told = today(store, "--book", "paper")
    assert told.code == 2
    assert "no paper account exists yet" in told.sentence
    told = today(store, "--book", "mine")
    assert told.code == 2
    assert "alvh book import" in told.sentence
    told = today(store, "--book", "replya")
    assert told.code == 2
    assert "did you mean 'replay'?" in told.sentence


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--date", "2018-01-01"), "is no session of the store"),
        (("--date", "2030-01-07"), "is no session of the store"),
        (("--broker", "ibrk"), "did you mean 'ibkr'?"),
        (("--fill", "hlaf"), "did you mean 'half'?"),
        (("--policy", "alhv"), "did you mean 'alvh'?"),
        (("--notify", "say 'x"), "--notify"),
        (("--set", "nobody.short=0.1"), "nobody"),
        (("--date", "yesterday"), "is not a date"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(store: Path, args: tuple[str, ...], words: str) -> None:
    told = today(store, *args)
    assert told.code == 2
    assert words in told.sentence
    assert told.out == ""


def test_market_quotes_where_the_store_has_that_days_chain(store: Path) -> None:
    told = today(store, "--policy", "condor-only", "--date", ENTRY, "--json")
    assert told.json["quotes"] == "market"
    assert (
        today(store, "--policy", "condor-only", "--date", ENTRY, "--quotes", "modelled", "--json").json["quotes"]
        == "modelled"
    )
    before = next(day for day in mondays() if day < CHAIN_START and day > AXIS[200].item())
    told = today(store, "--policy", "condor-only", "--date", before, "--quotes", "market")
    assert told.code == 2
    assert "--quotes modelled" in told.sentence


def test_a_smaller_account_and_a_strict_broker(store: Path) -> None:
    large = today(store, "--date", ENTRY, "--json").json
    small = today(store, "--date", ENTRY, "--nav", "1000000", "--broker", "ibkr", "--json").json
    assert small["condors"][0]["lots"] < large["condors"][0]["lots"]
    assert small["account"]["broker"] == "ibkr"
    k = small["condors"][0]["strikes"]
    if k["short_put"] - k["long_put"] != k["long_call"] - k["short_call"]:
        assert small["condors"][0]["margin_usd"] > small["condors"][0]["max_loss_usd"]


def test_a_crossed_level_calls_the_users_command(store: Path, tmp_path: Path) -> None:
    shock = AXIS[300].item()
    file = tmp_path / "alerts"
    script = "import os,sys; open(sys.argv[1],'a').write(os.environ['ALVH_ALERT']+chr(10))"
    told = today(store, "--date", shock, "--json", "--notify", f'{sys.executable} -c "{script}" {file}')
    crossed = [level for level in told.json["alerts"] if level["crossed"]]
    said = file.read_text().splitlines() if file.exists() else []
    assert len(said) == len(crossed)
    assert crossed, "a shock crosses something"


def test_my_own_book_is_what_the_card_starts_from(store: Path, tmp_path: Path) -> None:
    # What today proposes for an empty account, held since the entry; and a call that is due for its roll.
    own = fill_store(tmp_path / "s", chains=False)
    legs = today(own, "--date", ENTRY, "--json").json["plan"]["orders"][0]["legs"]
    rows = []
    for leg in legs:
        n = leg["ratio"]
        rows.append(f"{leg['root']},{leg['expiry']},{leg['strike']:g},{leg['right']},{2 * n},{10 + 2 * n},{ENTRY}")
    due = next(day for day in (vix_expiry(2018, m) for m in range(4, 7)) if 0 < (day - ENTRY).days <= 30)
    rows += [f"VIX,{due},16,C,8,2.10,{ENTRY}", 'CASH,,,,"250,000.00",,']
    export = tmp_path / "positions.csv"
    export.write_text("root,expiry,strike,right,quantity,price,opened\n" + "\n".join(rows) + "\n")
    told = say("book", "import", "csv", export, "--date", ENTRY, "--store", own)
    assert told.code == 0, told.err
    card = today(own, "--date", ENTRY, "--book", "mine", "--json")
    assert card.code in (0, 1), card.err
    (held,) = card.json["held"]
    assert held["lots"] == 2
    layer = next(row for row in card.json["hedges"] if row["layer"] == "L1")
    assert layer["held"] == 8
    assert f"+8 VIX {due.day} " in layer["holds"]
    assert card.json["account"]["book"] == "mine"


def test_diagnose_shows_every_reading_and_since_when(store: Path) -> None:
    told = say("diagnose", "--store", store, "--date", END, "--json")
    assert told.code == 0, told.err
    assert [row["name"] for row in told.json["readings"]] == list(indicators())
    vix = next(row for row in told.json["coverage"] if row["name"] == "VIX")
    assert vix["since"] == AXIS[0].item().isoformat()
    text = say("diagnose", "--store", store)
    assert text.code == 0
    assert "exists since" in text.out


def test_explain_says_each_rule_and_each_refusal(store: Path) -> None:
    told = say("explain", ENTRY, "--store", store)
    assert told.code == 0, told.err
    for rule in preset("alvh").rules:
        assert rule.name in told.out
    told = say("explain", ENTRY, "--store", store, "--json")
    assert told.json["done"]
    assert told.json["book"] == "flat"
    idle = next(day.item() for day in AXIS[::-1] if day.item() not in mondays())
    told = say("explain", idle, "--store", store, "--book", "replay")
    assert told.code == 0, told.err
    assert "NOT DONE" in told.out


def test_explain_wants_a_date() -> None:
    told = say("explain")
    assert told.code == 2


def test_what_decides_in_the_morning_has_no_evening(store: Path) -> None:
    told = today(store, "--policy", "bxm")
    assert told.code == 2
    assert "bxm decides in the morning's roll window" in told.sentence


def test_a_book_is_put_under_stress(store: Path) -> None:
    flat = today(store, "--date", ENTRY, "--json").json["stress"]
    assert "condor" in flat["layers"], "what is planned tonight"
    blocks, history, quintic = flat["engines"]
    assert (blocks["name"], quintic["name"]) == ("blocks", "quintic")
    assert "504 are needed" in history["missing"], "a year and some is too short for engine A"
    assert [isinstance(row.get("total_usd"), float) for row in flat["replays"]] == [False, True, *[False] * 4]
    assert "STRESS" in today(store, "--date", ENTRY).out
    # The replay refuses the entry and holds nothing: there is nothing to stress, and it says so.
    held = today(store, "--date", ENTRY, "--book", "replay", "--json").json["stress"]
    assert (held["layers"], held["replays"], held["headline"]) == ([], [], "")
    assert "nothing to stress" in today(store, "--date", ENTRY, "--book", "replay", "--all").out
