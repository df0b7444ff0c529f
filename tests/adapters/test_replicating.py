"""`alvh vix` and `alvh replicate` on the tiny market: what is printed, the JSON, exit codes, every mistake."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import polars as pl
import pytest

import alvh.evidence.replicate
from adapters.cli_desk import CHAIN_START, END, fill_store, say, tables
from alvh.adapters.errors import UserError
from alvh.adapters.replicating import StoreDesk, chosen_targets, replicate_store, symbol_of, vix_dict, vix_of
from alvh.adapters.schema import TABLES
from alvh.adapters.store import Store
from alvh.evidence.replication import targets
from alvh.maths.variance import near_weight
from alvh.values import Missing


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill_store(tmp_path_factory.mktemp("replicating") / "store", chains=True)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill_store(tmp_path_factory.mktemp("replicating") / "bare", chains=False)


# -- alvh vix --------------------------------------------------------------------------------------------------------


def test_vix_with_every_intermediate(store: Path) -> None:
    said = say("vix", "--date", CHAIN_START, "--store", store, "--json")
    assert (said.code, said.err) == (0, "")
    told = said.json
    for side in ("near", "next"):
        term = told[side]
        assert term["T"] == term["minutes"] / 525_600
        assert term["first_strike"] < term["K0"] <= term["F"] < term["last_strike"]
        assert term["sigma2"] == pytest.approx(term["first_term"] - term["adjustment"], abs=1e-15)
        assert term["options_kept"] > 20
    assert told["near"]["minutes"] <= 43_200 < told["next"]["minutes"]
    assert told["near_weight"] == near_weight(told["near"]["minutes"], told["next"]["minutes"])
    total = sum(told[s]["T"] * told[s]["sigma2"] * told[f"{s}_weight"] for s in ("near", "next"))
    assert told["value"] == pytest.approx(100.0 * (total * 525_600 / 43_200) ** 0.5, rel=1e-12)
    published = tables()["vol_indices"].filter(pl.col("symbol") == "VIX", pl.col("date") == CHAIN_START)
    assert told["published_close"] == published["close"][0]
    assert told["difference"] == pytest.approx(told["value"] - told["published_close"])
    # The tiny market quotes a smile whose model-free volatility is its VIX but for the strikes that are not listed.
    assert abs(told["difference"]) < 0.06 * told["published_close"]


def test_vix_in_words_is_the_last_session_by_default(store: Path) -> None:
    said = say("vix", "--store", store)
    assert said.code == 0
    assert said.out.startswith(f"VIX of {END}: ")
    for words in ("minutes to settlement", "forward F", "strikes kept", "2/T x sum", "sigma^2", "Published close"):
        assert words in said.out


def test_the_other_rule_and_the_other_tenors(store: Path) -> None:
    nine = say("vix", "--date", CHAIN_START, "--store", store, "--tenor", 9, "--json").json
    assert (nine["symbol"], nine["rule"]) == ("VIX9D", "current")
    old = say("vix", "--date", CHAIN_START, "--store", store, "--rule", "historical", "--json").json
    assert (old["near"]["root"], old["next"]["root"]) == ("SPX", "SPX")
    # Chains end at 75 days, so 93 cannot be bracketed: an answer of no, with its reason.
    said = say("vix", "--date", CHAIN_START, "--store", store, "--tenor", 93)
    assert said.code == 1
    assert "the chain holds no SPX expiry" in said.out
    assert say("vix", "--date", CHAIN_START, "--store", store, "--tenor", 184, "--json").json["value"] is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--date", "2001-01-02"), "no SPX chain of 2001-01-02; the nearest: "),
        (("--underlying", "VIX"), "holds no VIX chains"),
        (("--underlying", "VIX", "--tenor", "9"), "--tenor 9: VVIX"),
        (("--rule", "historical", "--tenor", "9"), "--rule historical: there was no index of 9 days"),
        (("--date", "soon"), "'soon' is not a date"),
    ],
)
def test_mistakes_about_vix(store: Path, arguments: tuple[str, ...], sentence: str) -> None:
    said = say("vix", *arguments, "--store", store)
    assert said.code == 2
    assert sentence in said.sentence


def test_without_rates_there_is_no_index_and_the_reason_is_given(tmp_path: Path) -> None:
    held = Store(tmp_path / "s")
    with held.writing() as writing:
        writing.add("chains", tables()["chains"].filter(pl.col("quote_date") == CHAIN_START))
    found = vix_of(held, None, 30, "current", "SPX")
    assert isinstance(found, Missing)
    assert "no Treasury yield" in found.why


def test_a_session_without_a_published_close_is_computed_all_the_same(tmp_path: Path) -> None:
    held = Store(tmp_path / "s")
    with held.writing() as writing:
        writing.add("chains", tables()["chains"].filter(pl.col("quote_date") == CHAIN_START))
        writing.add("rates", tables()["rates"])
    found = vix_of(held, None, 30, "current", "SPX")
    assert not isinstance(found, Missing)
    assert (found.published, found.difference, found.inside_range) == (None, None, None)
    assert vix_dict(found)["difference"] is None
    assert "no published close" in say("vix", "--store", held.root).out


# -- alvh replicate --------------------------------------------------------------------------------------------------


def test_the_list_is_what_the_files_offer() -> None:
    assert [one["name"] for one in say("replicate", "list", "--json").json] == list(targets())
    assert "VIX: 30 days, from SPX chains" in say("replicate", "list").out


def test_one_target_as_json(store: Path) -> None:
    said = say("replicate", "vix", "--store", store, "--json")
    assert said.code in (0, 1)
    told = said.json
    assert list(told) == ["rows", "not_run", "seconds"]
    assert told["not_run"] == []
    for row in told["rows"]:
        assert list(row) == [
            "target", "measure", "from", "to", "ours", "published", "error", "unit", "threshold", "pass",
            "modelled_share", "n", "source", "note",
        ]  # fmt: skip
        assert row["target"] == "vix"
        assert (row["pass"] is None) == (row["threshold"] is None)
        assert row["source"]
    assert said.code == int(any(row["pass"] is False for row in told["rows"]))


def test_all_of_them_and_the_page(store: Path, tmp_path: Path) -> None:
    page = tmp_path / "fidelity.md"
    said = say("replicate", "all", "--store", store, "--markdown", page)
    assert said.code in (0, 1)
    assert "vxx: not run: no " in said.out
    assert f"Written: {page}" in said.out
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Fidelity")
    assert "## vix" in text
    assert "## Not run" in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("vxxx",), "no target 'vxxx'; did you mean 'vxx'?"),
        (("vix", "--markdown", "no/such/folder/x.md"), "no/such/folder does not exist"),
    ],
)
def test_mistakes_about_targets(store: Path, arguments: tuple[str, ...], sentence: str) -> None:
    said = say("replicate", *arguments, "--store", store)
    assert said.code == 2
    assert sentence in said.sentence


def test_an_empty_store_is_a_mistake(tmp_path: Path) -> None:
    said = say("replicate", "all", "--store", tmp_path / "none")
    assert said.code == 2
    assert "is empty" in said.sentence


def test_names_of_targets_and_indices() -> None:
    assert [one.name for one in chosen_targets("VXX")] == ["vxx"]
    assert len(chosen_targets("all")) == len(targets())
    assert (symbol_of(184, "SPX"), symbol_of(30, "VIX")) == ("VIX6M", "VVIX")
    with pytest.raises(UserError):
        symbol_of(9, "VIX")


def test_a_desk_runs_policies_as_a_backtest_does(bare: Path) -> None:
    desk = StoreDesk(Store(bare))
    statement = desk.backtest("condor-only", CHAIN_START, END, quotes="modelled", nav_usd=1e6)
    again = desk.backtest("condor-only", CHAIN_START, END, quotes="modelled", nav_usd=1e6)
    assert statement.policy == "condor-only"
    assert statement.equity_usd.tolist() == again.equity_usd.tolist()
    asked = ("--from", CHAIN_START, "--to", END, "--quotes", "modelled", "--nav", "1e6", "--store", bare, "--json")
    said = say("backtest", "condor-only", *asked)
    assert said.json[0]["nav_end"] == pytest.approx(float(statement.equity_usd[-1]), abs=0.005)


# -- the page about adding a target ----------------------------------------------------------------------------------


def test_the_target_of_the_page_is_found_and_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "adding" / "target.md"
    (code,) = re.findall(r"^```python\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    assert "replicate/condor_index.py" in page.read_text()
    (tmp_path / "family").mkdir()
    (tmp_path / "family" / "condor_index.py").write_text(code)
    package = alvh.evidence.replicate
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path / "family")])
    targets.cache_clear()
    held = Store(fill_store(tmp_path / "store", chains=False))
    levels = {"date": [CHAIN_START, END], "close": [100.0, 101.0], "symbol": "CNDR", "freq": "D", "kind": "index"}
    try:
        with held.writing() as writing:
            writing.add("benchmarks", TABLES["benchmarks"].conform(pl.DataFrame({**levels, "source": "by hand"})))
        (row,) = replicate_store(held, chosen_targets("cndr-by-hand")).rows
    finally:
        targets.cache_clear()
        sys.modules.pop(f"{package.__name__}.condor_index", None)
    years = (END - CHAIN_START).days / 365.25
    assert row.published == pytest.approx(100.0 * (1.01 ** (1.0 / years) - 1.0))
    assert row.error == pytest.approx(row.ours - row.published)
    assert (row.source, row.modelled_share, row.passed) == ("by hand", 1.0, abs(row.error) <= 0.8)
