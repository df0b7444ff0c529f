"""`alvh backtest`: the JSON of product.md, what is printed, what is written, and every mistake in one sentence."""

from __future__ import annotations

import copy
import re
import stat
from pathlib import Path

import pytest

from adapters.cli_desk import CHAIN_START, END, START, Said, fill_store, say
from alvh.policies.policy import preset, preset_text

# product.md, "Command line", in its order; money in USD, rates as decimals per year.
KEYS = (
    "policy", "version", "from", "to", "sessions", "nav_start", "nav_end", "cagr", "vol", "sharpe", "max_drawdown",
    "cvar95", "trades", "campaigns", "fill", "by_layer", "by_regime", "hedge_cost_per_year", "modelled_share",
    "skipped", "data_hash", "policy_hash", "seconds",
)  # fmt: skip
INSTEAD = "; --quotes modelled reconstructs them"
WINDOW = ("--from", START, "--to", END)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill_store(tmp_path_factory.mktemp("cli") / "store", chains=True)


@pytest.fixture(scope="module")
def told(store: Path) -> list[dict]:
    said = say("backtest", "alvh", "condor-only", *WINDOW, "--quotes", "modelled", "--store", store, "--json")
    assert (said.code, said.err) == (0, "")
    return said.json


# -- the JSON --------------------------------------------------------------------------------------------------------


def test_one_object_a_policy_in_the_order_asked_for(told: list[dict]) -> None:
    assert [one["policy"] for one in told] == ["alvh", "condor-only"]


def test_the_keys_of_product_md_stand_first_in_its_order_and_seconds_last(told: list[dict]) -> None:
    for one in told:
        found = list(one)
        assert tuple(key for key in found if key in KEYS) == KEYS
        assert tuple(found[: len(KEYS) - 1]) == KEYS[:-1]
        assert found[-1] == "seconds"


def test_the_shapes_of_product_md(told: list[dict]) -> None:
    for one in told:
        assert all(list(part) == ["pnl", "premium_paid", "costs", "trades"] for part in one["by_layer"].values())
        assert all(list(part) == ["sessions", "pnl"] for part in one["by_regime"].values())
        assert all(list(skip) == ["date", "layer", "why"] for skip in one["skipped"])
        assert list(one["seconds"]) == ["load", "run"]
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", one["from"])
        assert isinstance(one["sessions"], int)
        assert one["fill"] == "half"
        assert 0.0 <= one["modelled_share"] <= 1.0


def test_what_it_says_of_the_run_is_what_was_asked_for(told: list[dict]) -> None:
    for one in told:
        assert (one["from"], one["to"], one["sessions"]) == (str(START), str(END), 90)
        assert one["nav_start"] == 5_000_000.0
        assert one["version"] == preset(one["policy"]).version
        assert one["policy_hash"] == preset(one["policy"]).digest
        assert one["quotes"] == "modelled"
        assert one["modelled_share"] == 1.0


def test_the_sums_are_sums(told: list[dict]) -> None:
    for one in told:
        gained = one["nav_end"] - one["nav_start"]
        assert gained == pytest.approx(sum(part["pnl"] for part in one["by_layer"].values()), abs=0.05)
        assert gained == pytest.approx(sum(part["pnl"] for part in one["by_regime"].values()), abs=0.05)
        assert one["sessions"] == sum(part["sessions"] for part in one["by_regime"].values())
        assert one["trades"] == sum(part["trades"] for part in one["by_layer"].values())


def test_the_layers_are_the_policys_and_the_cash(told: list[dict]) -> None:
    hedged, control = told
    assert list(hedged["by_layer"]) == ["condor", "L1", "L2", "L3", "puts", "big_top", "cash"]
    assert list(control["by_layer"]) == ["condor", "cash"]
    assert control["hedge_cost_per_year"] == 0.0
    assert hedged["by_layer"]["L1"]["premium_paid"] > 0.0


def test_the_same_command_twice_gives_the_same_bytes_but_for_the_seconds(told: list[dict], store: Path) -> None:
    again = say("backtest", "alvh", "condor-only", *WINDOW, "--quotes", "modelled", "--store", store, "--json").json
    one, two = copy.deepcopy(told), again
    for runs in (one, two):
        for run in runs:
            assert run.pop("seconds")
    assert one == two


def test_market_and_modelled_are_said(store: Path) -> None:
    def run(*more: str) -> dict:
        said = say("backtest", "condor-only", "--from", CHAIN_START, "--to", END, "--store", store, "--json", *more)
        assert said.code == 0
        return said.json[0]

    market, auto, modelled = run("--quotes", "market"), run(), run("--quotes", "modelled")
    assert (market["quotes"], auto["quotes"], modelled["quotes"]) == ("market", "market", "modelled")
    assert (market["modelled_share"], modelled["modelled_share"]) == (0.0, 1.0)
    assert market["nav_end"] == auto["nav_end"] != modelled["nav_end"]


# -- options ---------------------------------------------------------------------------------------------------------


def one(store: Path, *more: object, policy: str = "condor-only") -> dict:
    said = say("backtest", policy, *WINDOW, "--quotes", "modelled", "--store", store, "--json", *more)
    assert said.code == 0, said.err
    return said.json[0]


def costs(result: dict) -> float:
    return sum(part["costs"] for part in result["by_layer"].values())


def test_a_harder_fill_costs_more(store: Path) -> None:
    found = [one(store, "--fill", fill) for fill in ("mid", "half", "cross")]
    assert [run["fill"] for run in found] == ["mid", "half", "cross"]
    assert costs(found[0]) < costs(found[1]) < costs(found[2])
    assert found[0]["policy_hash"] == found[2]["policy_hash"]


def test_a_broker_charges_and_none_does_not(store: Path) -> None:
    assert costs(one(store, "--broker", "none", "--fill", "mid")) == 0.0
    assert costs(one(store, "--broker", "tastytrade", "--fill", "mid")) > 0.0


def test_a_smaller_account_says_why_it_does_not_trade(store: Path) -> None:
    small = one(store, "--nav", 25_000)
    assert (small["nav_start"], small["trades"]) == (25_000.0, 0)
    assert any("more than 3 % of equity" in skip["why"] for skip in small["skipped"])
    mini = one(store, "--nav", 25_000, "--set", "condor.underlying=XSP")
    assert mini["trades"] > 0


def test_a_parameter_is_replaced(store: Path) -> None:
    changed = one(
        store, "--set", "condor.short=0.10", "--set", "condor.entry=monthly", "--set", "condor.stop_loss=none"
    )
    assert (
        changed["policy_hash"]
        == preset("condor-only", {"condor.short": 0.10, "condor.entry": "monthly", "condor.stop_loss": "none"}).digest
    )
    assert changed["campaigns"] < one(store)["campaigns"]


def test_a_policy_of_ones_own(store: Path, tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text(preset_text("condor-only").replace('name = "condor-only"', 'name = "mine"'), encoding="utf-8")
    mine = one(store, policy=str(own))
    assert (mine["policy"], mine["nav_end"]) == ("mine", one(store)["nav_end"])


def test_the_same_close_says_what_the_next_one_would_have_given(store: Path) -> None:
    fast = one(store, "--same-close")
    assert fast["next_close"]["nav_end"] == one(store)["nav_end"] != fast["nav_end"]
    assert list(fast)[-1] == "seconds"
    assert "next_close" not in one(store)
    out = say("backtest", "condor-only", *WINDOW, "--quotes", "modelled", "--store", store, "--same-close").out
    gained = fast["nav_end"] - fast["next_close"]["nav_end"]
    way = "lower" if gained > 0 else "higher"
    assert (
        f"fills on the close that decides; filled at the next close it would end {abs(gained):,.0f} USD {way}." in out
    )


def test_one_layer_that_names_its_close_is_named_where_the_page_is_asked_for(store: Path, tmp_path: Path) -> None:
    words = ("backtest", "alvh", *WINDOW, "--quotes", "modelled", "--store", store)
    assert "on the close that decides" not in say(*words).out
    out = say(*words, "--report", tmp_path / "r.html").out
    assert "big_top of alvh fills on the close that decides; filled at the next close it would end " in out


def test_the_store_may_come_from_the_environment(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALVH_STORE", str(store))
    assert say("backtest", "condor-only", *WINDOW, "--quotes", "modelled", "--json").code == 0


# -- what is printed and written -------------------------------------------------------------------------------------


def test_the_terminal_gets_it_in_short(store: Path) -> None:
    said = say("backtest", "alvh", "condor-only", *WINDOW, "--quotes", "modelled", "--store", store)
    assert (said.code, said.err) == (0, "")
    assert "alvh against condor-only" in said.out
    assert "Educational and simulated" in said.out
    assert "\x1b[" not in said.out
    assert max(map(len, said.out.splitlines())) <= 120


def test_the_report_is_one_file_whose_path_is_printed(store: Path, tmp_path: Path) -> None:
    page = tmp_path / "r.html"
    said = say("backtest", "alvh", "condor-only", *WINDOW, "--quotes", "modelled", "--store", store, "--report", page)
    assert said.code == 0
    assert f"Report: {page}" in said.out
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>") or text.lower().startswith("<!doctype html>")
    assert not re.search(r"<(?:script|img|iframe)[^>]+src=[\"']?(?:https?:)?//", text)
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]


def test_report_and_json_together_print_only_json(store: Path, tmp_path: Path) -> None:
    page = tmp_path / "r.html"
    assert one(store, "--report", page)["policy"] == "condor-only"
    assert page.exists()


# -- mistakes --------------------------------------------------------------------------------------------------------


def mistake(store: Path, *words: object) -> str:
    before = {path: path.stat().st_mtime_ns for path in sorted(store.rglob("*"))}
    said = say("backtest", *words, "--store", store)
    assert (said.code, said.out) == (2, "")
    assert {path: path.stat().st_mtime_ns for path in sorted(store.rglob("*"))} == before
    return said.sentence


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["alv"], "unknown policy 'alv'; did you mean 'alvh'?"),
        (["alvh", "condor"], "unknown policy 'condor'; did you mean 'cndr'?"),
        (["alvh", "alvh"], "two of the policies are called 'alvh'; results are told apart by name"),
        (["alvh", "--from", "2018-02-30"],
         "Invalid value for '--from': '2018-02-30' is not a date; write it like 2020-03-16"),
        (["alvh", "--to", "yesterday"],
         "Invalid value for '--to': 'yesterday' is not a date; write it like 2020-03-16"),
        (["alvh", "--from", "2018-03-01", "--to", "2018-02-01"], "--from 2018-03-01 is after --to 2018-02-01"),
        (["alvh", "--from", "2031-01-01"], f"the store covers 2017-01-03 to {END}, not 2031-01-01 on"),
        (["alvh", "--to", "2001-01-01"], f"the store covers 2017-01-03 to {END}, not up to 2001-01-01"),
        (["alvh", "--fill", "halb"], "unknown fill 'halb'; did you mean 'half'?"),
        (["alvh", "--broker", "ibk"], "unknown broker 'ibk'; did you mean 'ibkr'?"),
        (["alvh", "--quotes", "real"],
         "Invalid value for '--quotes': 'real' is not one of 'market', 'modelled', 'auto'."),
        (["alvh", "--nav", "lots"], "Invalid value for '--nav': 'lots' is not a valid float range."),
        (["alvh", "--nav", "0"], "Invalid value for '--nav': 0.0 is not in the range x>=1.0."),
        (["alvh", "--nav", "nan"], "Invalid value for '--nav': nan is no amount of USD"),
        (["alvh", "--nav", "inf"], "Invalid value for '--nav': inf is no amount of USD"),
        (["alvh", "--set", "L4.delta=0.4"], "--set L4.delta: no layer or rule is called 'L4'; did you mean 'L3'?"),
        (["alvh", "--set", "L1.detla=0.4"], "L1: unknown key 'detla'; did you mean 'delta'?"),
        (["alvh", "--set", "L1.delta=4"], "L1: delta = 4 cannot be: input should be less than 1"),
        (["alvh", "--set", "L1.delta=half"], "L1: delta = 'half' cannot be: input should be a valid number"),
        (["alvh", "--set", "delta=0.4"], "Invalid value for --set: 'delta=0.4' is not LAYER.KEY=VALUE"),
        (["alvh", "--set", "L1.delta"], "Invalid value for --set: 'L1.delta' is not LAYER.KEY=VALUE"),
        (["alvh", "--quotes", "market"],
         f"--quotes market: the store has no VIX chains between 2017-01-03 and {END}{INSTEAD}"),
        (["condor-only", "--quotes", "market", "--to", "2017-09-01"],
         f"--quotes market: the store has no SPX chains between 2017-01-03 and 2017-09-01{INSTEAD}"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_a_mistake_is_one_sentence_and_2(store: Path, words: list[str], message: str) -> None:
    assert mistake(store, *words) == message


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    said = say("backtest", "alvh", "--store", tmp_path / "none")
    assert said.code == 2
    begins = f"the store {tmp_path / 'none'} holds no SPX closes from 2007-01-03 on: import some first"
    assert said.sentence.startswith(begins)
    assert not (tmp_path / "none").exists()


def test_a_store_that_is_a_file_is_bad_usage(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    said = say("backtest", "alvh", "--store", tmp_path / "file")
    assert (said.code, "--store" in said.sentence) == (2, True)


def test_a_store_whose_catalog_is_damaged_says_so(store: Path, tmp_path: Path) -> None:
    (tmp_path / "catalog.json").write_text("{", encoding="utf-8")
    said = say("backtest", "alvh", "--store", tmp_path)
    assert said.code == 2
    assert "damaged" in said.sentence


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        ('name = "x"\n\n[[layers]]\nkind = "condr"\n', "line 4: unknown layer 'condr'; did you mean 'condor'?"),
        ('name = "x"\n\n[[layers]]\nkind = "condor"\nmaxlots = 1\n',
         "line 5: condor: unknown key 'maxlots'; did you mean 'max_lots'?"),
    ],
)  # fmt: skip
def test_a_bad_policy_file_is_named_with_its_line(store: Path, tmp_path: Path, toml: str, why: str) -> None:
    own = tmp_path / "mine.toml"
    own.write_text(toml, encoding="utf-8")
    assert mistake(store, own) == f"{own}: {why}"


def test_a_file_that_is_no_toml_is_named_with_its_line(store: Path, tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text('name = "x"\n[[layers]\n', encoding="utf-8")
    # The words after the colon are those of the standard library.
    message = mistake(store, own)
    assert message.startswith(f"{own}: not valid TOML: ")
    assert "at line 2, column " in message


def test_a_report_that_cannot_be_written_is_refused_before_any_work(store: Path, tmp_path: Path) -> None:
    lost = tmp_path / "no" / "r.html"
    assert mistake(store, "alvh", "--report", lost) == f"{lost}: the folder {lost.parent} does not exist"
    assert mistake(store, "alvh", "--report", tmp_path) == f"{tmp_path} is a folder; name a file"


def test_a_report_in_a_folder_without_permission(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root may write anywhere, so that the system's answer is given in its place.
    monkeypatch.setattr("os.access", lambda path, _mode, **_more: Path(path) != tmp_path)
    page = tmp_path / "r.html"
    assert mistake(store, "alvh", "--report", page) == f"{page} cannot be written: permission denied"


def test_a_disk_that_fills_up_while_the_report_is_written(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("alvh.adapters.render.html.write_html", full)
    page = tmp_path / "r.html"
    words = ("condor-only", *WINDOW, "--quotes", "modelled", "--report", page)
    assert mistake(store, *words) == f"{page} cannot be written: No space left on device"


def test_a_file_of_the_store_that_is_gone_is_named(store: Path, tmp_path: Path) -> None:
    broken = fill_store(tmp_path / "broken", chains=False)
    assert stat.S_ISREG((broken / "vol_indices.parquet").stat().st_mode)
    (broken / "vol_indices.parquet").unlink()
    said: Said = say("backtest", "alvh", "--store", broken)
    assert said.code == 2
    assert said.sentence.startswith(f"{broken / 'vol_indices.parquet'}: this file of the store is gone")


# -- the model band --------------------------------------------------------------------------------------------------


def test_a_band_is_lowest_and_highest_over_draws_and_the_run_itself_stays(store: Path, told: list[dict]) -> None:
    said = say("backtest", "alvh", *WINDOW, "--quotes", "modelled", "--store", store, "--json", "--band", "3")
    assert (said.code, said.err) == (0, "")
    (one,) = said.json
    band = one.pop("band")
    assert list(one)[-1] == "seconds"
    assert {k: v for k, v in one.items() if k != "seconds"} == {k: v for k, v in told[0].items() if k != "seconds"}
    assert list(band) == ["cagr", "max_drawdown", "hedge_cost_per_year", "draws"]
    assert band["draws"] == 3
    for name in ("cagr", "max_drawdown", "hedge_cost_per_year"):
        low, high = band[name]
        assert low < high
    again = say("backtest", "alvh", *WINDOW, "--quotes", "modelled", "--store", store, "--json", "--band", "3")
    assert again.json[0]["band"] == band


def test_a_band_is_printed_and_means_nothing_on_market_quotes(store: Path) -> None:
    window = ("condor-only", "--from", CHAIN_START, "--to", END, "--store", store)
    said = say("backtest", *window, "--quotes", "modelled", "--band", "2")
    assert said.code == 0
    assert "over 2 draws" in " ".join(said.out.split())
    refused = say("backtest", *window, "--quotes", "market", "--band", "2")
    assert refused.code == 2
    assert "this run is on market quotes" in refused.err
