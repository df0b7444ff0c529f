from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.policies.sweep_file import SweepError, parse_sweep, tidy

HEAD = 'policy = "condor-only"\n'


def axis(spec: str, head: str = HEAD):
    (found,) = parse_sweep(f'{head}[parameters]\n"condor.short" = {spec}\n').axes
    return found


def test_settings_are_those_of_a_backtest():
    text = HEAD + "from = 2012-01-03\nto = 2020-12-31\nfill = 'mid'\nnav = 1_000_000\nmeasure = 'cagr'\n"
    settings = parse_sweep(text + "[parameters]\nL2 = [true, false]").settings
    assert (settings.first, settings.last) == (dt.date(2012, 1, 3), dt.date(2020, 12, 31))
    assert (settings.fill, settings.nav, settings.measure, settings.method) == ("mid", 1e6, "cagr", "grid")


def test_a_parameter_may_be_written_in_three_ways():
    ways = ['"condor.short" = [0.1]', "condor.short = [0.1]", "[parameters.condor]\nshort = [0.1]"]
    for way in ways:
        (found,) = parse_sweep(f"{HEAD}[parameters]\n{way}").axes
        assert (found.path, found.values) == ("condor.short", (0.1,))
        assert found.line == (4 if way.startswith("[") else 3)


@pytest.mark.parametrize(
    ("spec", "values"),
    [
        ("[0.1, 0.16, 'none']", (0.1, 0.16, "none")),
        ("{low = 30, high = 60, step = 10}", (30, 40, 50, 60)),
        ("{low = 0.1, high = 0.3, step = 0.1}", (0.1, 0.2, 0.3)),
        ("{low = 0.1, high = 0.35, step = 0.1}", (0.1, 0.2, 0.3)),
        ("{low = 1, high = 3, integer = true}", (1, 2, 3)),
        ("{low = 0.0, high = 1.0, points = 3}", (0.0, 0.5, 1.0)),
        ("{low = 1, high = 100, points = 3, log = true}", (1.0, 10.0, 100.0)),
        # 1, 2, 4, 8 in the logarithm, and 1 to 3 in four steps of 0.67 rounded: 1, 1.67, 2.33, 3.
        ("{low = 1, high = 8, points = 4, log = true, integer = true}", (1, 2, 4, 8)),
        ("{low = 1, high = 3, points = 4, integer = true}", (1, 2, 3)),
    ],
)
def test_values_of_a_range(spec, values):
    found = axis(spec).values
    assert found == values
    assert [type(one) for one in found] == [type(one) for one in values]


def test_a_range_is_drawn_from_evenly_or_in_the_logarithm():
    drawn = HEAD + "method = 'random'\nn = 4\n"
    even = axis("{low = 0.10, high = 0.30}", drawn)
    assert [even.at(0.0), even.at(0.5)] == [0.1, 0.2]
    logs = axis("{low = 1, high = 100, log = true}", drawn)
    assert logs.at(0.5) == 10.0
    listed = axis("[1, 2, 3, 4]", drawn)
    assert [listed.at(share) for share in (0.0, 0.24, 0.25, 0.999)] == [1, 1, 2, 4]


@given(st.floats(0.0, 1.0, exclude_max=True), st.integers(1, 9), st.integers(10, 40), st.booleans(), st.booleans())
def test_what_is_drawn_lies_in_the_range(share, low, high, log, integer):
    spec = f"{{low = {low}, high = {high}, log = {str(log).lower()}, integer = {str(integer).lower()}}}"
    value = axis(spec, HEAD + "method = 'random'\nn = 4\n").at(share)
    assert low <= value <= high
    assert isinstance(value, int) is integer


@given(st.floats(1e-6, 1e6))
def test_a_tidy_number_is_short_and_near(value):
    assert math.isclose(tidy(value), value, rel_tol=1e-5)
    assert len(repr(f"{tidy(value):e}".partition("e")[0].rstrip("0"))) <= 10


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("policy = ", "not valid TOML"),
        ("[parameters]\nL2 = [true]", 'a sweep needs a policy: policy = "condor-only"'),
        (HEAD, "a sweep varies something"),
        (HEAD + "[parameters]", "a sweep varies something"),
        (HEAD + "fil = 'mid'\n", "line 2: unknown key 'fil'; did you mean 'fill'?"),
        (HEAD + "method = 'sobl'\n", "line 2: method = 'sobl' cannot be; did you mean 'sobol'?"),
        (HEAD + "nav = -3\n", "line 2: nav = -3 cannot be: input should be greater than 0"),
        (HEAD + "n = 3\n[parameters]\nL2 = [true]", "line 2: n says how many are drawn; a grid runs every combination"),
        (HEAD + "method = 'random'\n[parameters]\nL2 = [true]", "line 2: method = 'random' needs n"),
        (HEAD + "from = 2020-01-02\nto = 2019-01-02\n[parameters]\nL2 = [true]", "line 2: from = 2020-01-02 is after"),
        (HEAD + "[parameters]\nL2 = []", "line 3: L2 = [] leaves nothing to run"),
        (HEAD + "[parameters]\nL2 = [true, true]", "line 3: L2 = [True, True] names a value twice"),
        (HEAD + "[parameters]\nL2 = true", "line 3: L2 = True must be a list, or a range"),
        (HEAD + "[parameters]\n'a.b' = {low = 1, hihg = 2}", "line 3: a.b: unknown key 'hihg'; did you mean 'high'?"),
        (HEAD + "[parameters]\n'a.b' = {low = 1}", "line 3: a.b: high = None must be a number"),
        (HEAD + "[parameters]\n'a.b' = {low = 2, high = 1}", "line 3: a.b: low = 2 must be below high = 1"),
        (HEAD + "[parameters]\n'a.b' = {low = 0, high = 1, log = true}", "line 3: a.b: low = 0 has no logarithm"),
        (HEAD + "[parameters]\n'a.b' = {low = 0.5, high = 2, integer = true}", "needs whole numbers, not 0.5 to 2"),
        (HEAD + "[parameters]\n'a.b' = {low = 1, high = 2, step = 0}", "a step of 0 or less makes no sense"),
        (
            HEAD + "[parameters]\n'a.b' = {low = 1, high = 2, points = 1}",
            "points = 1 must be a whole number",
        ),
        (HEAD + "[parameters]\n'a.b' = {low = 1, high = 2, log = 1}", "log = 1 must be true or false"),
        (HEAD + "[parameters]\n'a.b' = {low = 1, high = 2}", "a grid needs to know which values of the range"),
    ],
)
def test_a_mistake_is_one_sentence(text, said):
    with pytest.raises(SweepError) as refused:
        parse_sweep(text)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value) or said == "not valid TOML"
