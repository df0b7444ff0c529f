"""The arbitrage watch against the numbers of methodology section 10, and against quotes written down by hand."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.diagnosis.arbitrage import (
    Watch,
    arbitrage_watch,
    bounds,
    box_rate,
    conversion_edge,
    conversion_rate,
    fees_points,
    parity_forward,
    reversal_edge,
    watch,
)
from alvh.values import Contract, Missing, Quote
from decision.desk import MONDAY, Desk, Values, series

EXPIRY = MONDAY + dt.timedelta(45)


class OneDollar:
    def fee_cents(self, root: str, price_points: float, opening: bool) -> int:
        return 100


def test_the_forward_of_the_methodology() -> None:
    # F = K + e^{rT}(C - P): 5000 + e^{0.045 x 45/365} x 25.30 = 5025.441
    assert parity_forward(5000.0, 112.40, 87.10, 45 / 365, 0.045) == pytest.approx(5025.441, abs=5e-4)


def test_the_conversion_rate_of_the_methodology() -> None:
    assert conversion_rate(5000.0, 5000.0, 112.40, 87.10, 0.013, 45 / 365) == pytest.approx(0.054213, abs=5e-7)


def test_the_box_of_the_methodology() -> None:
    assert box_rate(1000.0, 991.80, 60 / 365) == pytest.approx(0.050089, abs=5e-7)
    assert math.isnan(box_rate(1000.0, 0.0, 60 / 365))
    assert math.isnan(conversion_rate(100.0, 100.0, 500.0, 1.0, 0.0, 0.1)), "nothing is paid for it: no rate"


@given(st.floats(1.0, 200.0), st.floats(1.0, 200.0), st.floats(0.0, 5.0), st.floats(0.0, 5.0), st.floats(-50.0, 50.0))
def test_both_sides_never_earn_at_once(call: float, put: float, wide: float, wider: float, away: float) -> None:
    # Conversion + reversal = -(spread of the call) - (spread of the put): never above zero.
    one = conversion_edge(call - wide, put + wider, 100.0 + away, 100.0, 0.99)
    other = reversal_edge(call + wide, put - wider, 100.0 + away, 100.0, 0.99)
    assert one + other == pytest.approx(-2.0 * (wide + wider), abs=1e-9)


def test_an_edge_counts_only_on_quotes_somebody_gave() -> None:
    assert watch("box", "x", 1.0, 0.2, 0.05, "market").open
    assert not watch("box", "x", 1.0, 1.2, 0.05, "market").open
    modelled = watch("box", "x", 1.0, 0.2, 0.05, "modelled")
    assert not modelled.open
    assert "by construction" in modelled.sentence
    assert modelled.net_points == pytest.approx(0.8)


def test_fees_are_points_of_the_root() -> None:
    # Four contracts at 1.00 USD are 4 USD; a point of VIX is 100 USD.
    assert fees_points("VIX", (1.0, 2.0, 3.0, 4.0), OneDollar()) == pytest.approx(0.04)


def test_the_bound_says_which_side_it_is_on() -> None:
    told = bounds(Values(vx_bound_slack_1=1.5, vx_bound_slack_2=-0.1, vx_bound_slack_3=-2.0))
    assert [w.open for w in told if isinstance(w, Watch)] == [False, False, True]
    assert isinstance(told[3], Missing)
    sentences = [w.sentence for w in told if isinstance(w, Watch)]
    assert sentences[0] == "F1 stands 1.50 points below its bound"
    assert "says nothing" in sentences[1]
    assert "ABOVE" in sentences[2]


def desk(call: Quote, put: Quote) -> Desk:
    """SPX at 2800, one expiry; no carry, so that the forward is 2800 with a rate and a yield of zero."""
    quotes = {Contract("SPXW", EXPIRY, 2800.0, "C"): call, Contract("SPXW", EXPIRY, 2800.0, "P"): put}
    for strike, right, mid in ((2715.0, "C", 100.0), (2715.0, "P", 15.0), (2885.0, "C", 15.0), (2885.0, "P", 100.0)):
        quotes[Contract("SPXW", EXPIRY, strike, right)] = Quote(mid - 0.5, mid + 0.5, MONDAY, "market")
    return Desk(series={"SPX": series(45)}, quotes=quotes, forwards={EXPIRY: 2800.0})


def quote(mid: float) -> Quote:
    return Quote(mid - 0.25, mid + 0.25, MONDAY, "market", 0.5)


def test_a_conversion_worked_by_hand() -> None:
    # C 52 - P 48 with F = K: selling the call at 51.75 and buying the put at 48.25 locks in 3.50, less 0.25 for a tick
    # of ES and two fees of 0.01 points.
    told = arbitrage_watch(desk(quote(52.0), quote(48.0)), Values(), OneDollar(), 0.0, lambda _days: 0.0)
    found = {w.kind: w for w in told if isinstance(w, Watch) and "SPXW" in w.name}
    assert found["conversion"].edge_points == pytest.approx(3.50)
    assert found["conversion"].cost_points == pytest.approx(0.27)
    assert found["conversion"].net_points == pytest.approx(3.23)
    assert found["conversion"].open
    assert found["reversal"].edge_points == pytest.approx(-4.50)
    # The box 2715/2885 is worth 170 at mid; at the quotes it costs 172 for what pays 170.
    assert found["box"].edge_points == pytest.approx(-2.0)
    assert found["box"].rate == pytest.approx(0.0)
    assert any(isinstance(w, Missing) and "VIX" in w.why for w in told), "VIX lists nothing here, and that is said"


def test_a_missing_rate_or_quote_is_said() -> None:
    here = desk(quote(52.0), quote(48.0))
    told = arbitrage_watch(here, Values(), OneDollar(), 0.0, lambda _days: math.nan)
    assert any(isinstance(w, Missing) and "no Treasury rate" in w.why for w in told)
    del here.quotes[Contract("SPXW", EXPIRY, 2800.0, "P")]
    told = arbitrage_watch(here, Values(), OneDollar(), 0.0, lambda _days: 0.0)
    assert any(isinstance(w, Missing) and "2800 P" in w.why for w in told)
