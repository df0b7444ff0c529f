"""What the commands and the Python face share: policies found, a window chosen, one source of quotes, one run."""

from __future__ import annotations

import datetime as dt
import math
import time
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from adapters.cli_desk import CHAIN_START, END, START, fill_store, tables
from alvh.adapters import backtesting
from alvh.adapters.backtesting import (
    DEFAULT_FROM,
    Bench,
    Request,
    backtest,
    bench_of,
    execution,
    fill_ladder,
    find_policies,
    find_policy,
    prepare,
)
from alvh.adapters.errors import UserError
from alvh.adapters.store import Store
from alvh.market.history import build_history
from alvh.policies.brokers import load_broker
from alvh.policies.policy import parse_policy, preset, preset_text

SPX = preset("condor-only")
XSP = preset("condor-only", {"condor.underlying": "XSP"})
HEDGED = preset("alvh")


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Store]:
    folder = tmp_path_factory.mktemp("stores")
    return {
        "chains": Store(fill_store(folder / "chains", chains=True)),
        "bare": Store(fill_store(folder / "bare", chains=False)),
        "empty": Store(folder / "empty"),
    }


def refused(call, *args, **kwargs) -> str:
    with pytest.raises(UserError) as raised:
        call(*args, **kwargs)
    assert "\n" not in str(raised.value)
    return str(raised.value)


# -- policies --------------------------------------------------------------------------------------------------------


def test_a_policy_by_name_or_by_file(tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text(preset_text("alvh").replace('name = "alvh"', 'name = "mine"'), encoding="utf-8")
    assert find_policy(str(own)).name == "mine"
    assert find_policy(str(own)).digest == find_policy("alvh").digest


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    # Editors on Windows put one in front of UTF-8.
    own = tmp_path / "mine.toml"
    own.write_bytes(b"\xef\xbb\xbf" + preset_text("alvh").encode())
    assert find_policy(str(own)).name == "alvh"


def test_a_file_that_is_wrong_is_named_with_its_line(tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text(preset_text("condor-only").replace("short = 0.16", "shrt = 0.16"), encoding="utf-8")
    line = next(n for n, row in enumerate(own.read_text().splitlines(), 1) if row.startswith("shrt"))
    assert refused(find_policy, str(own)) == f"{own}: line {line}: condor: unknown key 'shrt'; did you mean 'short'?"


def test_files_that_are_no_policies(tmp_path: Path) -> None:
    assert (
        refused(find_policy, str(tmp_path / "no.toml"))
        == f"{tmp_path / 'no.toml'}: cannot be read: No such file or directory"
    )
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    assert refused(find_policy, str(folder)) == f"{folder}: cannot be read: Is a directory"
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00\x01")
    assert refused(find_policy, str(binary)) == f"{binary}: is not a text file in UTF-8"
    text = tmp_path / "policy.txt"
    text.write_text("name = 1")
    assert refused(find_policy, str(text)) == f"{text}: a policy file ends in .toml"
    assert refused(find_policy, "condr-only") == "unknown policy 'condr-only'; did you mean 'condor-only'?"


def test_an_override_goes_to_every_policy_that_knows_it() -> None:
    hedged, control = find_policies(["alvh", "condor-only"], {"condor.short": 0.10, "L2.delta": 0.40})
    assert [p.layers[0].params.short for p in (hedged, control)] == [0.10, 0.10]
    assert hedged.layers[2].params.delta == 0.40
    assert find_policies(["condor-only"])[0].digest == preset("condor-only").digest


def test_an_override_that_no_policy_knows_is_refused() -> None:
    assert refused(find_policies, ["condor-only"], {"L1.delta": 0.4}).startswith(
        "--set L1.delta: no layer or rule is called 'L1'"
    )
    assert refused(find_policies, ["alvh", "condor-only"], {"L4.delta": 0.4}).endswith("did you mean 'L3'?")


def test_two_policies_of_one_name_cannot_be_told_apart(tmp_path: Path) -> None:
    own = tmp_path / "copy.toml"
    own.write_text(preset_text("alvh"), encoding="utf-8")
    for names in (["alvh", "alvh"], ["alvh", str(own)]):
        assert refused(find_policies, names) == "two of the policies are called 'alvh'; results are told apart by name"


# -- the window ------------------------------------------------------------------------------------------------------


def window(store: Store, first=None, last=None, **more) -> tuple[dt.date, dt.date]:
    bench = prepare(store, [SPX], Request(first, last, quotes="modelled", **more))
    return bench.first, bench.last


def test_the_window_is_what_was_asked_for_inside_what_there_is(stores) -> None:
    store = stores["bare"]
    earliest = tables()["underlyings"].filter(pl.col("symbol") == "SPX")["date"].min()
    assert window(store) == (earliest, END)
    assert window(store, START, dt.date(2018, 3, 1)) == (START, dt.date(2018, 3, 1))
    assert window(store, dt.date(2012, 1, 1), dt.date(2030, 1, 1)) == (earliest, END)
    assert earliest > DEFAULT_FROM


def test_the_history_begins_two_years_before_and_ends_with_the_window(stores) -> None:
    bench = prepare(stores["bare"], [SPX], Request(START, dt.date(2018, 3, 1), quotes="modelled"))
    assert bench.history.dates[-1] == dt.date(2018, 3, 1)
    assert bench.history.dates[0] == tables()["underlyings"].filter(pl.col("symbol") == "SPX")["date"].min()
    assert bench.load_seconds > 0.0


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        (dt.date(2018, 2, 1), dt.date(2018, 1, 1), "--from 2018-02-01 is after --to 2018-01-01"),
        (dt.date(2030, 1, 1), None, f"the store covers 2017-01-03 to {END}, not 2030-01-01 on"),
        (
            dt.date(2030, 1, 1),
            dt.date(2031, 1, 1),
            f"the store covers 2017-01-03 to {END}, not 2030-01-01 to 2031-01-01",
        ),
        (None, dt.date(2001, 1, 1), f"the store covers 2017-01-03 to {END}, not up to 2001-01-01"),
        # A Saturday and a Sunday.
        (dt.date(2018, 3, 3), dt.date(2018, 3, 4), "the store has no session in 2018-03-03 to 2018-03-04"),
    ],
)
def test_a_window_that_cannot_be(stores, first, last, why: str) -> None:
    assert refused(window, stores["bare"], first, last) == why
    assert refused(window, stores["chains"], first, last) == why


def test_an_empty_store_says_how_it_is_filled(stores) -> None:
    message = refused(window, stores["empty"])
    assert message.startswith(f"the store {stores['empty'].root} holds no SPX closes")
    assert "alvh data import" in message
    assert not stores["empty"].root.exists()


@pytest.mark.parametrize("nav", [math.nan, math.inf, 0.0, -5.0])
def test_an_account_starts_with_money(stores, nav: float) -> None:
    assert "--nav" in refused(window, stores["bare"], nav_usd=nav)
    history = build_history({name: frame for name, frame in tables().items() if name != "chains"})
    assert "--nav" in refused(bench_of, history, [SPX], Request(nav_usd=nav), time.perf_counter())


# -- the source of quotes --------------------------------------------------------------------------------------------


def origin(store: Store, policies, first: dt.date, quotes="auto") -> str:
    return prepare(store, policies, Request(first, END, quotes=quotes)).quotes.origin


def test_auto_takes_the_market_only_where_it_is_full(stores) -> None:
    assert origin(stores["chains"], [SPX], CHAIN_START) == "market"
    # 66 of 90 sessions have chains: 73 %, less than 85 %.
    assert origin(stores["chains"], [SPX], START) == "modelled"
    assert origin(stores["bare"], [SPX], CHAIN_START) == "modelled"


def test_policies_that_are_compared_share_one_source_and_the_one_that_lacks_chains_decides(stores) -> None:
    for policies in ([SPX, HEDGED], [HEDGED, SPX], [SPX, XSP], [XSP, SPX]):
        assert origin(stores["chains"], policies, CHAIN_START) == "modelled"


def test_what_is_decided_in_the_roll_window_is_modelled_and_so_is_what_it_is_compared_with(stores) -> None:
    early = preset("put")
    for policies in ([early], [SPX, early], [early, SPX]):
        assert origin(stores["chains"], policies, CHAIN_START) == "modelled"
    request = Request(CHAIN_START, END, quotes="market")
    message = refused(prepare, stores["chains"], [SPX, early], request)
    assert message == (
        "--quotes market: put decides in the roll window, and chains show closes; --quotes modelled knows both"
    )
    assert execution(early, Request()).same_close


def test_market_quotes_without_chains_are_refused_and_named(stores) -> None:
    def ask(store: str, policies) -> str:
        return refused(prepare, stores[store], policies, Request(CHAIN_START, END, quotes="market"))

    why = f"--quotes market: the store has no SPX chains between {CHAIN_START} and {END}"
    assert ask("bare", [SPX]) == f"{why}; --quotes modelled reconstructs them"
    assert "no VIX chains" in ask("chains", [HEDGED])
    assert "no VIX chains" in ask("chains", [SPX, HEDGED])
    assert "no SPX and no VIX chains" in ask("bare", [HEDGED])
    assert "no XSP chains" in ask("chains", [SPX, XSP])


def test_what_was_asked_for_is_what_is_used(stores) -> None:
    assert origin(stores["chains"], [SPX], START, "market") == "market"
    assert origin(stores["chains"], [SPX], CHAIN_START, "modelled") == "modelled"


# -- running ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bench(stores) -> Bench:
    return prepare(stores["bare"], [HEDGED, SPX], Request(START, END, quotes="modelled"))


REQUEST = Request(START, END, quotes="modelled")


def test_a_run_is_accounted_from_its_first_cent_to_its_last(bench: Bench) -> None:
    told = []
    made = backtest(bench, HEDGED, replace(REQUEST, nav_usd=1_000_000.0), lambda *at: told.append(at))
    assert (made.policy, made.policy_hash, made.nav_start_usd) == ("alvh", HEDGED.digest, 1_000_000.0)
    assert made.equity_usd[-1] == pytest.approx(
        1_000_000.0 + sum(p.sum() for p in made.layer_pnl_usd.values()), abs=0.005
    )
    assert told == [(n, 90) for n in range(1, 91)]
    assert set(made.seconds) == {"load", "run"}


def test_the_ladder_descends(bench: Bench) -> None:
    told = []
    rungs = fill_ladder(bench, SPX, REQUEST, lambda *at: told.append(at))
    assert list(rungs) == ["mid", "q25", "half", "q75", "cross"]
    costs = [sum(c.sum() for c in one.layer_costs_usd.values()) for one in rungs.values()]
    assert costs == sorted(costs)
    assert costs[0] < costs[-1]
    assert [what for what, _, _ in told] == [f"condor-only at {fill}" for fill in rungs]


def test_fills_and_brokers_are_chosen_by_name() -> None:
    assert execution(SPX, Request(fill="cross", broker="none")).fees is None
    assert execution(SPX, Request()).fees is not None


def test_futures_need_a_broker_that_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    without = replace(load_broker("ibkr"), vx_permission=False)
    monkeypatch.setattr(backtesting, "load_broker", lambda name: without if name == "ibkr" else load_broker(name))
    futures = preset("alvh-futures")
    said = refused(execution, futures, Request(broker="ibkr"))
    assert said == (
        "alvh-futures trades VX futures in L1, L2, L3, and broker 'ibkr' has no VX permission; "
        "valid: generic, tastytrade"
    )
    assert execution(futures, Request(broker="generic")).fees is not None
    assert execution(futures, Request(broker="none")).fees is None
    assert execution(HEDGED, Request(broker="ibkr")).fees is without
    assert refused(execution, SPX, Request(fill="halff")) == "unknown fill 'halff'; did you mean 'half'?"
    assert refused(execution, SPX, Request(broker="tasty")) == "unknown broker 'tasty'; did you mean 'tastytrade'?"


def test_the_same_close_is_a_choice_of_the_policy_or_of_the_call() -> None:
    fast = parse_policy('timing = "same_close"\n' + preset_text("condor-only"))
    assert not execution(SPX, Request()).same_close
    assert execution(SPX, Request(same_close=True)).same_close
    assert execution(fast, Request()).same_close


def test_without_a_broker_there_are_no_fees(bench: Bench) -> None:
    free = backtest(bench, SPX, replace(REQUEST, broker="none", fill="mid"))
    assert sum(costs.sum() for costs in free.layer_costs_usd.values()) == 0.0
    assert all(leg.fee_cents == 0 for fill in free.fills for leg in fill.legs)
