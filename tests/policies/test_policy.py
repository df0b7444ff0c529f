"""Policies: what ships is what was decided, a hash follows meaning, and every mistake is one sentence with its line."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from alvh.decision.layers.condor import Condor
from alvh.decision.layers.vix_calls import VixCalls
from alvh.policies.policy import (
    TOP_KEYS,
    PolicyError,
    kinds,
    parse_policy,
    preset,
    preset_names,
    preset_text,
)

SMALL = """\
name = "small"
version = "3"
about = "Two layers."

[[layers]]
kind = "condor"
short = 0.10   # farther out

[[layers]]
kind = "vix_calls"
name = "L1"
delta = 0.40

[[rules]]
kind = "sizing"
[[rules]]
kind = "whole_contracts"
"""


def fault(text: str, **overrides: object) -> str:
    with pytest.raises(PolicyError) as raised:
        parse_policy(text, {key.replace("__", "."): value for key, value in overrides.items()})
    message = str(raised.value)
    assert "\n" not in message
    return message


# -- what ships ------------------------------------------------------------------------------------------------------


def test_the_policies_of_this_version_ship() -> None:
    assert {"alvh", "condor-only", "442-contracts"} <= set(preset_names())


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_says_its_own_name_and_what_it_is(name: str) -> None:
    found = preset(name)
    assert found.name == name
    assert found.about
    assert found.text == preset_text(name)
    assert len({layer.name for layer in found.layers}) == len(found.layers)


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_can_be_read_aloud(name: str) -> None:
    # Every table begins with its kind, no line is long, and nothing stands there that is not read.
    text = preset_text(name)
    assert all(len(line) <= 120 for line in text.splitlines())
    assert re.findall(r"^\[\[\w+\]\]\n(?!kind = )", text, re.MULTILINE) == []


def condor(name: str) -> dict:
    (layer,) = [layer for layer in preset(name).layers if isinstance(layer, Condor)]
    return layer.params.model_dump()


def test_the_condors_of_all_policies_are_the_same() -> None:
    # decisions.md, "Policies": `condor-only` is "the same condors, no hedge"; `442-contracts` is `condor-only` + calls.
    assert condor("alvh") == condor("condor-only") == condor("442-contracts")


def test_the_condors_are_swing() -> None:
    # concepts.md, section 2: 45 days, exit at 21, 16 delta, half of the credit, twice the credit; the issue: wings of
    # 1 % of spot.
    p = condor("alvh")
    assert (p["dte_target"], p["exit_dte"], p["shorts"], p["short"]) == (45, 21, "delta", 0.16)
    assert (p["profit_take"], p["stop_loss"], p["wing_percent"], p["wing_points"]) == (0.5, 2.0, 1.0, None)
    assert p["underlying"] == "SPX"


def calls(name: str) -> dict[str, dict]:
    return {layer.name: layer.params.model_dump() for layer in preset(name).layers if isinstance(layer, VixCalls)}


@pytest.mark.parametrize("name", ["alvh", "442-contracts"])
def test_four_four_two_with_the_windows_that_were_decided(name: str) -> None:
    # decisions.md, "What existed on the day": L1 next monthly >= 25 (<= 63), rolls at 21; L2 90-130, rolls at 75; L3
    # the longest in 140-260 (target 220), rolls at 100.
    found = calls(name)
    assert list(found) == ["L1", "L2", "L3"]
    assert [found[layer]["contracts"] for layer in found] == [4.0, 4.0, 2.0]
    assert [found[layer]["delta"] for layer in found] == [0.5, 0.5, 0.5]
    assert [(p["dte_min"], p["dte_max"], p["roll_dte"]) for p in found.values()] == [
        (25, 63, 21), (90, 130, 75), (140, 260, 100),
    ]  # fmt: skip
    assert [p["choose"] for p in found.values()] == ["nearest", "target", "longest"]
    assert [p["dte_target"] for p in found.values()] == [30, 110, 220]


def test_alvh_takes_gains_as_concepts_md_says() -> None:
    one, two, three = calls("alvh").values()
    # L1: mark >= 2.5 x cost, sell half, half of the proceeds to L2.
    assert (one["monetise_multiple"], one["monetise_share"]) == (2.5, 0.5)
    assert (one["recycle_to"], one["recycle_share"]) == ("L2", 0.5)
    # L2: mark >= 3 x cost, sell 33 %; L3 is held.
    assert (two["monetise_multiple"], two["monetise_share"], two["recycle_to"]) == (3.0, 0.33, None)
    assert three["monetise_multiple"] is None
    # L2 and L3: F1 >= 50, or 30 % given back from a peak after 3 x.
    for layer in (two, three):
        assert (layer["exit_front_level"], layer["giveback"], layer["giveback_from"]) == (50.0, 0.30, 3.0)
    assert one["exit_front_level"] is None


def test_in_alvh_the_first_layer_is_conditional_and_the_gates_are_shown() -> None:
    # decisions.md: "L1 conditional, L2 and L3 always"; the VIX gates "belong to `glossary`; in `alvh` they are shown".
    assert [p["switch"] for p in calls("alvh").values()] == ["macd", "always", "always"]
    applied = {name: rule.params.applied for name in ("alvh", "glossary") for rule in preset(name).rules[:1]}
    assert applied == {"alvh": False, "glossary": True}


def test_the_published_readings_of_four_four_two() -> None:
    # decisions.md, "Policies".
    assert [p["equity_share"] for p in calls("442-budget").values()] == [0.008, 0.008, 0.004]
    assert [p["short"] for p in calls("442-short-third").values()] == [False, False, True]
    assert [(p["dte_min"], p["dte_max"]) for p in calls("442-short-dated").values()] == [(1, 7), (30, 45), (60, 120)]
    assert [p["weeklies"] for p in calls("442-short-dated").values()] == [True, False, False]
    assert [p["keep"] for p in calls("glossary").values()] == [True, True, True]


def test_the_tiers_of_the_glossary() -> None:
    # concepts.md, section 2: credits 0.70, 1.15 and 1.60 on wings of 5, one day, no stop, held to settlement.
    tiers = [layer.params for layer in preset("glossary").layers if isinstance(layer, Condor)]
    assert [(p.short, p.wing_points, p.dte_in, p.dte_max) for p in tiers] == [
        (0.70, 5.0, "sessions", 1), (1.15, 5.0, "sessions", 1), (1.60, 5.0, "sessions", 1),
    ]  # fmt: skip
    assert all((p.profit_take, p.stop_loss, p.exit_dte) == (None, None, None) for p in tiers)
    assert preset("glossary").timing == "same_close"


def test_only_names_layers_that_exist() -> None:
    said = 'only = ["L9"]\n' + SMALL
    with pytest.raises(PolicyError, match="line 1: only: no layer is called 'L9'"):
        parse_policy(said)
    with pytest.raises(PolicyError, match="must be a list of layers"):
        parse_policy('only = "L1"\n' + SMALL)
    assert parse_policy('only = ["L1"]\n' + SMALL).only == ("L1",)


def test_the_replica_is_always_on_and_never_monetised() -> None:
    for layer in calls("442-contracts").values():
        assert layer["monetise_multiple"] is layer["exit_front_level"] is layer["giveback"] is None


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        (
            "alvh",
            [
                "vix_gates",
                "market_health",
                "liquidity",
                "entry_deferral",
                "leakage",
                "time_shift",
                "protocol",
                "sizing",
                "fomc",
                "capital",
                "vvix_freeze",
                "vote",
                "rsi_tilt",
                "false_binary",
                "hedge_budget",
                "whole_contracts",
                "erosion",
                "steward",
            ],
        ),
        ("glossary", ["vix_gates", "sizing", "hedge_budget", "whole_contracts", "steward"]),
        ("442-budget", ["sizing", "whole_contracts"]),
        ("442-contracts", ["sizing", "whole_contracts"]),
        ("condor-only", ["sizing"]),
    ],
)
def test_the_rules_of_each(name: str, rules: list[str]) -> None:
    found = {rule.name: rule.params.model_dump() for rule in preset(name).rules}
    assert list(found) == rules
    assert found["sizing"] == {"target": 0.02, "cap": 0.03, "total": 0.06}
    if "hedge_budget" in found:
        assert found["hedge_budget"] == {"equity_share": 0.02, "credit_share": 0.28, "days": 365}


def test_what_each_trades_options_on() -> None:
    assert preset("condor-only").underlyings == ("SPX",)
    assert preset("alvh").underlyings == ("SPX", "VIX")
    assert preset("condor-only", {"condor.underlying": "XSP"}).underlyings == ("XSP",)
    assert preset("alvh").hedge_layers == ("L1", "L2", "L3", "puts")
    assert preset("condor-only").hedge_layers == ()


def test_decided_at_one_close_and_filled_at_the_next() -> None:
    assert {preset(name).timing for name in ("alvh", "condor-only", "442-contracts")} == {"next_close"}
    assert parse_policy('timing = "same_close"\n' + SMALL).timing == "same_close"


# -- the hash --------------------------------------------------------------------------------------------------------


def test_a_comment_or_a_default_written_out_changes_no_hash() -> None:
    digest = parse_policy(SMALL).digest
    assert parse_policy("# a remark\n" + SMALL.replace("# farther out", "")).digest == digest
    assert parse_policy(SMALL.replace("short = 0.10", "entry = 'weekly'\nshort = 1e-1")).digest == digest
    assert parse_policy(SMALL.replace('about = "Two layers."', 'about = "Others."')).digest == digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("short = 0.10", "short = 0.11"),
        ("delta = 0.40", "delta = 0.40\nroll_dte = 20"),
        ('name = "L1"', 'name = "L2"'),
        ('kind = "sizing"', 'kind = "sizing"\ntarget = 0.01'),
        ('version = "3"', 'version = "3"\ntiming = "same_close"'),
        ('[[rules]]\nkind = "whole', '[[rules]]\nkind = "hedge_budget"\n[[rules]]\nkind = "whole'),
    ],
)
def test_whatever_changes_what_it_does_changes_the_hash(old: str, new: str) -> None:
    assert old in SMALL
    assert parse_policy(SMALL.replace(old, new)).digest != parse_policy(SMALL).digest


def test_the_order_of_layers_is_part_of_what_it_does() -> None:
    head, one, two, *rules = re.split(r"(?m)^(?=\[\[)", SMALL)
    assert parse_policy("".join((head, two, one, *rules))).digest != parse_policy(SMALL).digest


@pytest.mark.parametrize("name", preset_names())
def test_hashes_are_short_and_different(name: str) -> None:
    assert re.fullmatch("[0-9a-f]{16}", preset(name).digest)
    assert sum(preset(other).digest == preset(name).digest for other in preset_names()) == 1


def test_an_override_hashes_like_the_same_text() -> None:
    written = parse_policy(SMALL.replace("short = 0.10", "short = 0.12"))
    assert parse_policy(SMALL, {"condor.short": 0.12}).digest == written.digest
    assert parse_policy(SMALL, {"condor.short": 0.10}).digest == parse_policy(SMALL).digest


# -- mistakes --------------------------------------------------------------------------------------------------------


LAYERS = ", ".join(kinds("layer"))
MISTAKES = [
    ("short = 0.10", "shrot = 0.10", "line 7: condor: unknown key 'shrot'; did you mean 'short'?"),
    ("delta = 0.40", "detla = 0.40", "line 12: L1: unknown key 'detla'; did you mean 'delta'?"),
    ("short = 0.10", "short = 16", "line 5: condor: short = 16 is no delta of a short: it lies between 0 and 0.5"),
    ("short = 0.10", "short = -0.1", "line 7: condor: short = -0.1 cannot be: input should be greater than 0"),
    ("short = 0.10", 'short = "0.1"', "line 7: condor: short = '0.1' cannot be: input should be a valid number"),
    ("short = 0.10", "short = nan", "line 7: condor: short = nan cannot be: input should be a finite number"),
    ("short = 0.10", 'entry = "weely"', "line 7: condor: entry = 'weely' cannot be; did you mean 'weekly'?"),
    ("short = 0.10", 'entry = "hourly"', "line 7: condor: entry = 'hourly' cannot be; valid: daily, monthly, weekly"),
    ("short = 0.10", 'entry = "none"', "line 7: condor: entry = 'none' cannot be; valid: daily, monthly, weekly"),
    ("short = 0.10", "dte_min = 90", "line 5: condor: dte_min = 90 is above dte_max = 60"),
    ('kind = "condor"', 'kind = "codnor"', "line 6: unknown layer 'codnor'; did you mean 'condor'?"),
    ('kind = "condor"', "kind = 3", f"line 6: unknown layer 3; valid: {LAYERS}"),
    ('kind = "condor"\n', "", f"line 5: this [[layers]] entry has no kind; valid: {LAYERS}"),
    ('kind = "sizing"', 'kind = "sizng"', "line 15: unknown rule 'sizng'; did you mean 'sizing'?"),
    ('version = "3"', 'vesion = "3"', "line 2: unknown key 'vesion'; did you mean 'version'?"),
    ('[[rules]]\nkind = "sizing"', '[[ruls]]\nkind = "sizing"', "line 14: unknown key 'ruls'; did you mean 'rules'?"),
    ('name = "small"\n', "", 'a policy needs a name: name = "..."'),
    ('name = "small"', "name = 7", 'line 1: a policy needs a name: name = "..."'),
    ('name = "small"', 'name = " "', 'line 1: a policy needs a name: name = "..."'),
    ('version = "3"', 'timing = "close"', "line 2: unknown timing 'close'; did you mean 'same_close'?"),
    ('name = "L1"', 'name = "condor"', "line 11: the name 'condor' is used twice; give one of them another name"),
    ('name = "L1"', 'name = "cash"', "line 11: the name 'cash' is taken by the accounts; give it another"),
    ('name = "L1"', 'name = "market"', "line 11: the name 'market' is taken by the accounts; give it another"),
    ('name = "L1"', "name = 1", "line 11: name = 1 is no name"),
    ('[[rules]]\nkind = "sizing"\n', "", 'line 5: condor needs a [[rules]] entry with kind = "sizing"'),
    ('[[rules]]\nkind = "whole_contracts"\n', "", 'line 9: L1 needs a [[rules]] entry with kind = "whole_contracts"'),
    ("delta = 0.40", 'monetise_multiple = 2.0\nrecycle_to = "L2"', "line 13: L1: no later hedge layer is called 'L2'"),
    ("delta = 0.40", "roll_dte = 30", "line 9: L1: roll_dte = 30 is not below dte_min = 25: it would roll for ever"),
]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES)
def test_a_mistake_is_one_sentence_with_its_line(old: str, new: str, message: str) -> None:
    assert old in SMALL
    assert fault(SMALL.replace(old, new, 1)) == message


def test_the_line_is_that_of_the_layer_that_is_wrong() -> None:
    # Three layers have a `delta`; only the last is wrong.
    text = preset_text("alvh")
    at = text.rindex("delta = 0.50")
    line = text[:at].count("\n") + 1
    assert fault(f"{text[:at]}delta = 1.50{text[at + 12 :]}").startswith(f"line {line}: L3: delta = 1.5 cannot be")


def test_a_rule_that_would_do_nothing_where_it_stands_is_refused() -> None:
    late = SMALL + '[[rules]]\nkind = "hedge_budget"\n'
    assert fault(late) == "line 16: whole_contracts stands before 'hedge_budget', which it has to follow"
    alone = 'name = "x"\n[[layers]]\nkind = "condor"\nmax_lots = 1\n[[rules]]\nkind = "hedge_budget"\n'
    assert fault(alone) == 'line 5: hedge_budget needs a [[rules]] entry with kind = "whole_contracts"'


def test_a_layer_hands_its_gains_only_to_one_that_comes_later() -> None:
    text = preset_text("alvh").replace('recycle_to = "L2"', 'recycle_to = "L1"')
    line = next(n for n, row in enumerate(text.splitlines(), 1) if row.startswith("recycle_to"))
    assert fault(text) == f"line {line}: L1: no later hedge layer is called 'L1'"


def test_a_condor_without_the_sizing_rule_says_how_many_lots() -> None:
    text = 'name = "one lot"\n[[layers]]\nkind = "condor"\nmax_lots = 1\n'
    assert parse_policy(text).rules == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", 'a policy needs a name: name = "..."'),
        ('name = "x"', "a policy needs at least one [[layers]] entry"),
        ('name = "x"\nlayers = 3', "line 2: each layer stands under a heading of its own, [[layers]]"),
        ('name = "x"\nlayers = ["condor"]', "line 2: each layer stands under a heading of its own, [[layers]]"),
        ('name = "x"\n[layers]\nkind = "condor"', "line 2: each layer stands under a heading of its own, [[layers]]"),
        ('name = "x"\n[[layers]]\nkind = "condor"\n[rules]\nkind = "sizing"',
         "line 4: each rule stands under a heading of its own, [[rules]]"),
    ],
)  # fmt: skip
def test_a_text_that_is_no_policy(text: str, message: str) -> None:
    assert fault(text) == message


@pytest.mark.parametrize(("text", "line"), [('name = "x\n', 1), ('name = "x"\nname = "y"\n', 2), ("a = 1\nb = \n", 2)])
def test_a_text_that_is_no_toml(text: str, line: int) -> None:
    # The words are those of the standard library, and differ between its versions.
    message = fault(text)
    assert message.startswith("not valid TOML: ")
    assert f"at line {line}, column " in message


def test_tables_in_one_line_are_read_too() -> None:
    text = 'name = "x"\nlayers = [{kind = "condor", max_lots = 2}]\n'
    assert [layer.name for layer in parse_policy(text).layers] == ["condor"]
    assert fault(text.replace("max_lots", "max_lot")) == "condor: unknown key 'max_lot'; did you mean 'max_lots'?"


def test_an_unknown_preset_is_answered_with_the_nearest() -> None:
    with pytest.raises(PolicyError, match=r"unknown policy 'condr-only'; did you mean 'condor-only'\?"):
        preset("condr-only")
    with pytest.raises(PolicyError, match=r"unknown policy '\.\./policy'"):
        preset_text("../policy")


# -- overrides -------------------------------------------------------------------------------------------------------


def test_an_override_replaces_one_parameter_of_one_member() -> None:
    made = preset("alvh", {"L2.contracts": 6.0, "condor.exit_dte": 14, "sizing.target": 0.01})
    params = {layer.name: layer.params for layer in made.layers}
    assert (params["L2"].contracts, params["L1"].contracts, params["condor"].exit_dte) == (6.0, 4.0, 14)
    (sizing,) = [rule for rule in made.rules if rule.name == "sizing"]
    assert sizing.params.target == 0.01
    assert preset("alvh").layers[2].params.contracts == 4.0


def test_an_override_switches_an_exit_off() -> None:
    made = preset("condor-only", {"condor.stop_loss": "none", "condor.exit_dte": "none"})
    assert (made.layers[0].params.stop_loss, made.layers[0].params.exit_dte) == (None, None)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"condo__short": 0.1}, "condo.short: no layer or rule is called 'condo'; did you mean 'condor'?"),
        ({"condor__shrt": 0.1}, "condor: unknown key 'shrt'; did you mean 'short'?"),
        # The value stands in no line of the file, so that no line is named.
        ({"condor__short": -1.0}, "condor: short = -1.0 cannot be: input should be greater than 0"),
        ({"condor__kind": "vix_calls"}, "condor.kind: the kind of a layer or rule is not a parameter"),
        ({"L1__name": "L9"}, "L1.name: the name of a layer or rule is not a parameter"),
    ],
)
def test_an_override_that_cannot_be(overrides, message: str) -> None:
    assert fault(SMALL, **overrides) == message


# -- whatever is written ---------------------------------------------------------------------------------------------


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(PolicyError):
        parse_policy(text)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


PATHS = ("condor.short", "condor.entry", "condor.dte_min", "L1.choose", "L1.recycle_to", "sizing.cap")


@given(st.sampled_from(PATHS), values)
def test_no_value_breaks_a_parameter(path: str, value: object) -> None:
    with suppress(PolicyError):
        parse_policy(SMALL, {path: value})


@given(st.sampled_from(TOP_KEYS), values)
def test_no_value_breaks_a_key_of_the_file(key: str, value: object) -> None:
    table = tomlkit.parse(SMALL)
    with suppress(ValueError, TypeError, AttributeError):
        table[key] = value
    with suppress(PolicyError):
        parse_policy(tomlkit.dumps(table))


def test_kinds_are_the_files_that_offer_a_member() -> None:
    # A file without LAYER is a helper of one (`condor_strikes.py`) and cannot be named.
    assert "condor_strikes" not in kinds("layer")
