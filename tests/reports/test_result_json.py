"""The shape that scripts rely on, and that two runs give the same bytes."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from alvh.reports.result_json import rate, result_dict, usd
from reports.statements import synthetic, tiny

# `product.md`, "alvh backtest --json prints an array, one object per policy", in its order.
PRODUCT_KEYS = [
    "policy",
    "version",
    "from",
    "to",
    "sessions",
    "nav_start",
    "nav_end",
    "cagr",
    "vol",
    "sharpe",
    "max_drawdown",
    "cvar95",
    "trades",
    "campaigns",
    "fill",
    "by_layer",
    "by_regime",
    "hedge_cost_per_year",
    "modelled_share",
    "skipped",
    "data_hash",
    "policy_hash",
]


def test_keys_and_their_order_are_those_of_the_product_page():
    keys = list(result_dict(tiny()))
    assert keys[: len(PRODUCT_KEYS)] == PRODUCT_KEYS
    assert keys[-1] == "seconds"


def test_values_by_hand():
    result = result_dict(tiny())
    assert (result["from"], result["to"], result["sessions"]) == ("2019-12-30", "2020-01-03", 4)
    assert (result["nav_start"], result["nav_end"]) == (10_000.0, 9_954.0)
    assert result["by_layer"] == {
        "condor": {"pnl": -130.0, "premium_paid": 0.0, "costs": 40.0, "trades": 3},
        "L1": {"pnl": 80.0, "premium_paid": 55.5, "costs": 8.0, "trades": 2},
        "cash": {"pnl": 4.0, "premium_paid": 0.0, "costs": 0.0, "trades": 0},
    }
    assert result["by_regime"] == {"inverted": {"sessions": 1, "pnl": 21.0}, "normal": {"sessions": 3, "pnl": -67.0}}
    assert (result["trades"], result["campaigns"]) == (5, 3)
    assert result["max_drawdown"] == pytest.approx(9_922 / 10_061 - 1, rel=1e-9)
    assert result["max_drawdown_dates"] == {"peak": "2019-12-30", "trough": "2019-12-31", "recovered": None}
    assert result["hedge_cost_per_year"] == pytest.approx(-80 / 9_970 / (5 / 365.25), rel=1e-9)
    assert result["modelled_share"] == 0.75
    assert result["skipped"][1] == {
        "date": "2020-01-02",
        "layer": "L1",
        "why": "no listed expiry between 25 and 63 days",
    }
    assert result["margin_peak"] == 4_000.0
    # -50 of P&L without interest in five days, on 4,000 of margin.
    assert result["return_on_peak_margin"] == pytest.approx(-50 / (5 / 365.25) / 4_000, rel=1e-9)
    assert result["seconds"] == {"load": 0.1234567, "run": 0.7654321}


def test_layers_and_regimes_add_up_to_the_account():
    result = result_dict(synthetic(sessions=900))
    gain = result["nav_end"] - result["nav_start"]
    assert sum(layer["pnl"] for layer in result["by_layer"].values()) == pytest.approx(gain, abs=0.02)
    assert sum(line["pnl"] for line in result["by_regime"].values()) == pytest.approx(gain, abs=0.05)
    split = [sum(layers.values()) for layers in result["by_regime_and_layer"].values()]
    assert split == pytest.approx([line["pnl"] for line in result["by_regime"].values()], abs=0.05)


def test_two_runs_give_the_same_bytes_and_only_seconds_may_differ():
    one = json.dumps(result_dict(synthetic(sessions=400)), allow_nan=False)
    two = json.dumps(result_dict(synthetic(sessions=400)), allow_nan=False)
    assert one == two
    slower = json.dumps(result_dict(replace(synthetic(sessions=400), seconds={"load": 9.0, "run": 9.0})))
    assert slower[: slower.index('"seconds"')] == one[: one.index('"seconds"')]


def test_what_is_not_a_number_is_null():
    short = result_dict(tiny())
    assert short["cvar95"] is None
    assert (usd(math.nan), rate(math.inf), usd(-0.001), rate(-0.0)) == (None, None, 0.0, 0.0)
    assert math.copysign(1.0, usd(-0.001) or 0.0) == 1.0
    json.dumps(short, allow_nan=False)


def test_a_window_without_sessions_is_still_an_answer():
    nothing = np.array([])
    empty = replace(
        tiny(),
        sessions=np.array([], dtype="datetime64[D]"),
        equity_usd=nothing,
        layer_pnl_usd={"condor": nothing, "L1": nothing, "cash": nothing},
        layer_costs_usd={},
        attribution_usd={},
        regimes=(),
        margin_usd=nothing,
    )
    result = result_dict(empty)
    assert (result["sessions"], result["from"], result["nav_end"], result["cagr"]) == (0, None, 10_000.0, None)
    json.dumps(result, allow_nan=False)


def test_rates_keep_ten_digits_and_money_the_cent():
    assert rate(0.123456789012) == 0.1234567890
    assert usd(1234.5678) == 1234.57
