"""The card: prices on ticks by hand, levels solved back, subjects that grow, and every part on a small market."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.accounting.book import Book
from alvh.decision.decide import decide
from alvh.diagnosis.diagnose import diagnose, indicators
from alvh.market.history import History, build_history
from alvh.market.observe import View
from alvh.market.reconstruct import ModelledQuotes
from alvh.maths import black
from alvh.policies.brokers import load_broker
from alvh.policies.policy import parse_policy, preset
from alvh.reports.card.accounts import account_rows, lot_pair
from alvh.reports.card.action import counted
from alvh.reports.card.card import card_dict, make_card, plain
from alvh.reports.card.condor import ProposedCondor, buying_power, floor_of, held_condors, known, proposed, strikes_of
from alvh.reports.card.diagnosis import make_diagnosis
from alvh.reports.card.explanation import make_explanation
from alvh.reports.card.facts import Facts, last_known
from alvh.reports.card.hedges import contract_text, day_text, hedge_rows, package_text
from alvh.reports.card.inputs import InputRow, input_rows, troubles
from alvh.reports.card.levels import alert_levels, level_of_delta, spot_at_delta, void_levels
from alvh.reports.card.plan_json import plan_dict
from alvh.reports.card.prices import on_tick, package_prices
from alvh.reports.card.readings import coverage_rows, in_words, percentile, reading_rows
from alvh.reports.card.regime import direction, regime_card, standing
from alvh.reports.card.topics import owner_of, sentence, subject, topics
from alvh.values import Contract, Instant, Leg, Missing, Order, Plan, Quote, Remark, Skip
from tiny_market import tiny_market

DAY = dt.date(2024, 8, 5)
EXPIRY = dt.date(2024, 9, 20)
NAV_USD = 5_000_000.0


@cache
def market(hole: str = "") -> History:
    return build_history(tiny_market(sessions=330, shock_at=(300,), holes={hole: [-1]} if hole else None))


def facts_at(
    i: int, *, history: History | None = None, book: Book | None = None, text: str = "", broker: str = "generic"
) -> Facts:
    history = history or market()
    policy = parse_policy(text) if text else preset("alvh")
    view = View(history, ModelledQuotes(history), i)
    readings = diagnose(view)
    held = book or Book(round(NAV_USD * 100))
    plan = decide(view, readings, held, policy.layers, policy.rules)
    return Facts(history, view, readings, plan, held, policy, load_broker(broker), 0.5)


@cache
def entry() -> Facts:
    """The last session on which the policy opens a condor."""
    for i in range(len(market()) - 1, 0, -1):
        facts = facts_at(i)
        if facts.openings():
            return facts
    raise AssertionError("no entry in the whole market")


@cache
def quiet() -> Facts:
    """A session without an entry."""
    for i in range(len(market()) - 2, 0, -1):
        facts = facts_at(i)
        if not facts.plan.orders:
            return facts
    raise AssertionError("an order every day")


def card_of(facts: Facts, book: str = "flat") -> Any:
    return make_card(facts, book=book, quotes="modelled", fill="half")


# -- prices ------------------------------------------------------------------------------------------------------------

CONDOR = tuple(
    Leg(Contract("SPX", EXPIRY, strike, right), ratio)
    for strike, right, ratio in ((4550.0, "P", -1), (4500.0, "P", 1), (5620.0, "C", -1), (5670.0, "C", 1))
)


def quotes(*mids: float, half: float = 0.4) -> list[Quote]:
    return [Quote(mid - half, mid + half, DAY, "modelled", 0.2) for mid in mids]


def test_limit_and_walk_away_of_a_condor_by_hand() -> None:
    # Mid 20 - 15 + 20 - 12 = 13.00; four half-spreads of 0.40 are 1.60, x 0.75 for a package of four: 1.20 to cross.
    # The limit concedes half of it: 12.40. The walk-away concedes all: 11.80.
    made = package_prices(CONDOR, quotes(20.0, 15.0, 20.0, 12.0), 0.5)
    assert made.mid == pytest.approx(13.0)
    assert made.spread == pytest.approx(1.6)
    assert (made.limit, made.walk_away, made.tick) == (12.40, 11.80, 0.05)


def test_a_floor_lifts_the_walk_away_and_the_limit_with_it() -> None:
    made = package_prices(CONDOR, quotes(20.0, 15.0, 20.0, 12.0), 0.5, floor=12.52)
    assert (made.limit, made.walk_away) == (12.55, 12.55), "0.03 above the limit of 12.40, up to the tick"


def test_a_purchase_has_negative_prices() -> None:
    # Mid 5.45, half-spread 0.12, one leg: cross at 5.57. A VIX call from 3 points on trades in 0.10.
    call = (Leg(Contract("VIX", EXPIRY, 30.0, "C"), 9),)
    made = package_prices(call, quotes(5.45, half=0.12), 0.5)
    assert (made.limit, made.walk_away, made.tick) == (-5.5, -5.5, 0.10)


@given(
    st.lists(st.floats(1.0, 60.0), min_size=4, max_size=4),
    st.floats(0.0, 2.0),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
)
def test_the_walk_away_is_never_above_the_limit(mids: list[float], half: float, one: float, other: float) -> None:
    less, more = sorted((one, other))
    kind, harsh = (package_prices(CONDOR, quotes(*mids, half=half), f) for f in (less, more))
    assert harsh.walk_away <= harsh.limit + 1e-9
    assert harsh.limit <= kind.limit + 1e-9, "conceding more asks for less"


def test_prices_stand_on_their_tick() -> None:
    assert on_tick(12.42, 0.05) == 12.40
    assert on_tick(12.425, 0.05) == 12.45
    assert on_tick(12.41, 0.05, up=True) == 12.45
    assert on_tick(12.40, 0.05, up=True) == 12.40
    assert on_tick(-5.47, 0.10, up=True) == -5.4


# -- levels ------------------------------------------------------------------------------------------------------------


@given(st.booleans(), st.floats(0.05, 0.95), st.floats(0.08, 0.8), st.floats(0.02, 0.5), st.floats(0.9, 1.1))
def test_the_level_of_a_delta_has_that_delta(
    call: bool, size: float, vol: float, years: float, moneyness: float
) -> None:
    level = level_of_delta(5000.0, 1.002, 5000.0 * moneyness, years, vol, call, size)
    if math.isfinite(level):
        assert abs(black.delta(level * 1.002, 5000.0 * moneyness, years, vol, call)) == pytest.approx(size, abs=1e-6)


def test_a_level_beyond_the_search_is_none() -> None:
    assert math.isnan(level_of_delta(5000.0, 1.0, 15_000.0, 0.1, 0.2, True, 0.3))


def test_a_short_put_is_threatened_below_and_a_short_call_above() -> None:
    facts = entry()
    spot = facts.view.spot("SPX")
    order = facts.openings()[0]
    put, call = (spot_at_delta(facts, leg.contract, 0.30) for leg in order.legs if leg.ratio < 0)
    assert put < spot < call
    told = [level.sentence for level in card_of(facts).alerts]
    assert f"short put {order.legs[0].contract.strike:g} reaches 30 delta at SPX {put:,.0f}" in told


def test_what_voids_the_plan_is_measured_from_this_close() -> None:
    facts = entry()
    condors = proposed(facts)
    voids = void_levels(facts, condors)
    spot, edr = facts.view.spot("SPX"), facts.readings.value("edr")
    levels = [v.level for v in voids if v.series == "SPX"]
    assert levels == pytest.approx([spot * (1 - 0.0025 * edr), spot * (1 + 0.0025 * edr)])
    (credit,) = [v.level for v in voids if v.series == "credit"]
    assert isinstance(condors[0], ProposedCondor)
    assert credit == condors[0].prices.walk_away
    (spread,) = [v for v in voids if v.series == "package_spread"]
    assert spread.level == pytest.approx(1.8 * spread.now / facts.readings.value("package_spread_ratio"))
    assert void_levels(quiet(), ()) == (), "nothing to void without an order"


def test_the_switch_voids_only_where_the_next_close_can_flip_it() -> None:
    seen = set()
    for i in range(120, 330):
        facts = facts_at(i)
        armed = facts.readings.value("l1_armed")
        gates = [v for v in void_levels(facts, ()) if v.about == "L1"]
        if not facts.plan.orders or math.isnan(armed):
            continue
        below = facts.past("F1")[-2:] < facts.past("vix_ema26")[-2:]
        # Off is the third close in a row below the average: two must lie below it already.
        assert len(gates) == (1 if armed == 0.0 else int(below.all()))
        seen.add((armed, bool(below.all())))
    assert {armed for armed, _ in seen} == {0.0, 1.0}


def test_a_level_is_crossed_on_the_day_the_series_goes_through_it() -> None:
    history = market()
    vix = history.column("VIX")
    through = [i for i in range(200, 330) if (vix[i - 1] > 20.0) != (vix[i] > 20.0)]
    assert through, "the shock takes VIX through 20"
    for i in (through[0], through[0] + 1):
        facts = facts_at(i)
        (gate,) = [level for level in alert_levels(facts, (), ()) if level.level == 20.0]
        assert gate.crossed == ((vix[i - 1] > 20.0) != (vix[i] > 20.0))
        assert gate.told == gate.sentence


# -- the condor and the account ----------------------------------------------------------------------------------------


def test_the_numbers_of_a_proposed_condor_hang_together() -> None:
    facts = entry()
    (one,) = proposed(facts)
    assert isinstance(one, ProposedCondor)
    k, credit = one.strikes, one.prices.limit
    assert one.break_evens == pytest.approx((k.short_put - credit, k.short_call + credit))
    assert one.credit_usd == pytest.approx(credit * 100 * one.lots)
    width = max(k.put_width, k.call_width)
    assert one.max_loss_usd == pytest.approx((width - credit) * 100 * one.lots)
    assert one.margin_usd == pytest.approx(one.max_loss_usd), "the generic broker margins the wider side, net of credit"
    assert one.pop is not None
    assert 0.4 < one.pop < 0.95
    assert one.short_deltas[0] == pytest.approx(-0.16, abs=0.03)
    # Cash falls by fees, by what is pledged beside the credit, and by the hedges bought.
    power = buying_power(facts, (one,), -1_000.0)
    assert power.before_usd == NAV_USD
    assert power.after_usd == pytest.approx(NAV_USD - one.margin_usd - one.fees_usd - 1_000.0)


def test_an_open_condor_pledges_its_width_against_the_cash_that_holds_its_credit() -> None:
    facts = entry()
    order = facts.openings()[0]
    from alvh.values import Fill, LegFill  # noqa: PLC0415

    book = Book(round(NAV_USD * 100))
    mids = [facts.view.mark(leg.contract) for leg in order.legs]
    legs = tuple(
        LegFill(leg.contract, leg.ratio * 2, mid, mid, 0, "modelled") for leg, mid in zip(order.legs, mids, strict=True)
    )
    book.apply(Fill(facts.date, order.layer, order.campaign, "open", 2, legs, "held", 300_000))
    later = facts_at(facts.view.i, book=book)
    (one,) = held_condors(later)
    assert not isinstance(one, Missing)
    assert (one.lots, one.profit_usd) == (2, pytest.approx(0.0, abs=0.05))
    width = max(one.strikes.put_width, one.strikes.call_width)
    power = buying_power(later, (), 0.0)
    assert power.pledged_usd == pytest.approx(width * 100 * 2, abs=0.05)
    assert power.before_usd == pytest.approx(NAV_USD + one.credit_usd - width * 200, abs=0.05)
    told = [level for level in card_of(later).alerts if level.about == order.campaign]
    assert len(told) == 2
    assert told[0].told.startswith(f"{order.campaign}: short put")


def test_legs_that_are_no_condor_are_said_to_be_none() -> None:
    assert isinstance(strikes_of(CONDOR[:3]), Missing)
    assert isinstance(strikes_of({leg.contract: 1 for leg in CONDOR}), Missing)
    told = strikes_of({leg.contract: -leg.ratio * 3 for leg in CONDOR})
    assert isinstance(told, Missing) or told.put_width < 0.0, "a long condor has its wings inside"
    assert (known(math.nan), known(1.0)) == (None, 1.0)


def test_a_floor_is_the_policys() -> None:
    assert floor_of(entry(), "condor") is None
    text = 'name = "x"\n[[layers]]\nkind = "condor"\nmin_credit_points = 0.7\nmax_lots = 1\n'
    assert floor_of(facts_at(320, text=text), "condor") == 0.7


def test_small_accounts_are_asked_one_by_one() -> None:
    rows = account_rows(entry())
    assert [row.nav_usd for row in rows] == [25_000.0, 100_000.0, 250_000.0, 1_000_000.0]
    for row in rows:
        assert row.xsp_lots >= row.spx_lots
        assert row.xsp_risk_share == pytest.approx(row.spx_risk_share / 10.0)
        # One lot is traded up to 3 % of equity, several up to 2 %.
        assert (row.spx_lots > 0) == (row.spx_risk_share <= 0.03)
    assert lot_pair(2_000.0) == (2_000.0, 200.0)
    assert account_rows(quiet()) == ()


# -- hedges ------------------------------------------------------------------------------------------------------------


def test_a_hedge_row_says_target_held_and_error() -> None:
    facts = entry()
    for row in hedge_rows(facts):
        assert row.held == 0
        bought = [o for o in facts.plan.orders if o.layer == row.layer]
        assert row.planned == sum(o.legs[0].ratio for o in bought)
        if row.target is not None:
            assert row.error == pytest.approx(row.planned - row.target)
        if bought:
            assert row.days == (bought[0].legs[0].contract.expiry - facts.date).days
            params = next(x.params for x in facts.policy.layers if x.name == row.layer)  # type: ignore[attr-defined]
            assert row.days_to_roll == row.days - params.roll_dte
            assert row.orders[0].cash_usd < 0.0


def test_words_of_a_package() -> None:
    legs = (Leg(Contract("VIX", dt.date(2024, 9, 18), 28.5, "C"), 3), Leg(Contract("VX", dt.date(2024, 9, 18)), -1))
    assert package_text(legs, 2) == "buy 6 VIX 18 Sep 2024 28.5 C, sell 2 VX 18 Sep 2024"
    assert contract_text(legs[1].contract) == "VX 18 Sep 2024"
    assert day_text(dt.date(2020, 3, 2)) == "2 Mar 2020"


# -- inputs and readings -----------------------------------------------------------------------------------------------


def test_every_input_is_dated_and_fresh_on_a_whole_market() -> None:
    rows = {row.name: row for row in input_rows(facts_at(329))}
    assert {"SPX", "VIX", "VVIX", "SKEW", "VX curve", "DGS3MO", "SOFR"} <= set(rows)
    assert all(row.state == "fresh" for row in rows.values()), rows
    assert rows["SOFR"].age_days is not None
    assert rows["SOFR"].age_days >= 1, "published the morning after"


@pytest.mark.parametrize("name", ["VIX9D", "SKEW", "vx"])
def test_a_missing_input_is_named_and_never_replaced(name: str) -> None:
    facts = facts_at(329, history=market(name))
    label = "VX curve" if name == "vx" else name
    (row,) = [row for row in input_rows(facts) if row.name == label]
    assert row.state == "missing"
    assert isinstance(row.value, Missing)
    assert row.as_of == facts.history.dates[328]
    told = card_of(facts).troubles
    assert any(said.startswith(f"{label} is missing (last seen {facts.history.dates[328]}") for said in told)


def test_a_stale_rate_is_said() -> None:
    old = InputRow("SOFR", "decimal a year", 0.05, DAY, 7, "stale")
    assert troubles((old,)) == ("SOFR is stale: of 2024-08-05, 7 days old",)
    never = InputRow("VIX6M", "vol points", Missing("no"), None, None, "missing")
    assert troubles((never,)) == ("VIX6M is missing (never in the store)",)
    unread = InputRow("VIX6M", "vol points", Missing("no"), None, None, "missing", read_from=DAY)
    assert troubles((unread,)) == ("VIX6M is missing (none since 2024-08-05, where what was read begins)",)


def test_a_rate_that_stopped_is_named_with_its_last_day() -> None:
    # Known at session 10 and then 3 days old, never again: NaN since.
    name, day = "SOFR", market().dates[10]
    rate, age = np.full(len(market()), np.nan), np.full(len(market()), np.nan)
    rate[10], age[10] = 0.05, 3.0
    stopped = replace(
        market(), rates={**market().rates, name: rate}, rate_age_days={**market().rate_age_days, name: age}
    )
    (row,) = [row for row in input_rows(facts_at(329, history=stopped)) if row.name == name]
    assert row.as_of == day - dt.timedelta(3)
    assert troubles((row,)) == (f"SOFR is missing (last seen {row.as_of}, {row.age_days} days ago)",)


def test_every_reading_there_is_stands_on_the_card() -> None:
    facts = facts_at(329)
    rows = reading_rows(facts)
    assert [row.name for row in rows] == list(indicators())
    by_name = {row.name: row for row in rows}
    vix = market().column("VIX")
    assert by_name["VIX"].value == vix[329]
    assert by_name["VIX"].percentile == pytest.approx((vix[78:330] <= vix[329]).mean())
    assert by_name["VIX"].age_sessions == 0
    assert by_name["regime"].text in ("inverted", "flat", "normal", "steep", "extreme")
    assert by_name["regime"].percentile is None
    assert by_name["l1_armed"].text in ("yes", "no")
    covered = {row.name: row for row in coverage_rows(facts)}
    assert covered["VIX"].since == market().dates[0]
    assert covered["edr"].since is not None
    assert covered["edr"].since > market().dates[0], "it needs ten sessions of returns"


def test_a_percentile_needs_half_a_year() -> None:
    values = np.arange(300.0)
    assert percentile(values) == 1.0
    assert percentile(values[::-1].copy()) == pytest.approx(1 / 252)
    assert percentile(values[:125]) is None
    values[-1] = np.nan
    assert percentile(values) is None
    assert last_known(values) == 298
    assert last_known(np.full(3, np.nan)) == -1
    assert (in_words("x", "flag", 0.0), in_words("x", "code", 1.0), in_words("x", "points", 1.0)) == ("no", "", "")


def test_no_reading_of_the_card_looks_ahead() -> None:
    # Events are announced ahead, and stand in both.
    tables = {
        **tiny_market(sessions=320, shock_at=(300,)),
        "events": tiny_market(sessions=330, shock_at=(300,))["events"],
    }
    short = build_history(tables)
    one = card_dict(card_of(facts_at(319, history=short)))
    other = card_dict(card_of(facts_at(319)))
    assert json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def test_the_regime_counts_its_sessions() -> None:
    told = regime_card(facts_at(329))
    assert told.sessions >= 1
    assert told.curve[0] == ("F1", pytest.approx(market().vx.nearby(1)[329]))
    assert f"in this regime for {told.sessions} session" in told.sentence


def test_a_slope_is_put_in_words_that_fit_its_sign() -> None:
    assert direction(0.05, -0.01) == "flattening"
    assert direction(0.05, 0.01) == "steepening"
    assert direction(-0.05, -0.01) == "inverting further"
    assert direction(-0.05, 0.01) == "inversion easing"
    assert standing(1 / 252) == "the lowest of the year"
    assert standing(2 / 252) == "higher than 1% of the year"
    assert standing(1.0) == "the highest of the year"


def test_the_same_reason_is_given_once() -> None:
    assert counted(["VIX 32: hold", "small", "VIX 32: hold"]) == ("VIX 32: hold (2 condors)", "small")


# -- what rules say ----------------------------------------------------------------------------------------------------


def test_subjects_grow_with_rules() -> None:
    assert subject("vote") == "Votes and weights"
    assert subject("market_health") == "Market health"
    assert subject("something_new") == "Rules"


def test_every_remark_and_number_has_a_place() -> None:
    facts = entry()
    remarks = (
        Remark("sizing", "condor", "{lots:.0f} lots", {"lots": 3.0}),
        Remark("sizing (cap)", "", "another: rejected", {}, rejected=True),
        Remark("stranger", "L1", "L1 is watched", {}),
    )
    plan = Plan(
        facts.plan.decided_at, facts.plan.orders, facts.plan.skips, {**facts.plan.notes, "sizing.x": 1.0}, remarks
    )
    told = topics(Facts(facts.history, facts.view, facts.readings, plan, facts.book, facts.policy, facts.broker, 0.5))
    voices = {voice.source: voice for topic in told for voice in topic.voices}
    assert voices["sizing"].said == ("condor: 3 lots",)
    assert voices["sizing"].rejected == ("cap: another: rejected",)
    assert voices["sizing"].numbers == {"sizing.x": 1.0}
    assert voices["stranger"].said == ("L1 is watched",)
    assert not voices["sizing"].silent
    assert {rule.name for rule in facts.policy.rules} <= set(voices), "the silent ones, too"
    placed = {number for voice in voices.values() for number in voice.numbers}
    assert placed == set(plan.notes), "every number of the plan is under whom it belongs to"
    assert owner_of(remarks[1]) == "sizing"
    assert sentence(remarks[2], "stranger") == "L1 is watched"


# -- the whole ---------------------------------------------------------------------------------------------------------


def test_the_card_acts_or_says_why_not() -> None:
    act, skip = card_of(entry()), card_of(quiet())
    assert act.action.acts
    assert act.action.headline.startswith("ACT: sell ")
    assert not skip.action.acts
    assert skip.action.headline.startswith("SKIP: no condor is due: one is opened on the first session of each week")


def test_a_skip_is_given_in_its_own_words() -> None:
    text = 'name = "x"\n[[layers]]\nkind = "condor"\nentry = "daily"\nmin_credit_points = 900.0\nmax_lots = 1\n'
    card = card_of(facts_at(320, text=text))
    assert not card.action.acts
    assert "is not above 900.00" in card.action.headline
    daily = 'name = "x"\n[[layers]]\nkind = "condor"\nentry = "daily"\nmax_lots = 1\n'
    assert card_of(facts_at(320, text=daily)).action.acts


def test_a_condor_that_a_rule_refused_is_shown_as_one_lot_of_what_it_would_have_been() -> None:
    text = 'name = "x"\n[[layers]]\nkind = "condor"\nentry = "daily"\n[[rules]]\nkind = "sizing"\ntotal = {}\n'
    facts = facts_at(320, text=text.format("0.03"))
    taken = card_of(facts)
    (would,) = proposed(facts)
    assert isinstance(would, ProposedCondor)
    assert taken.refused == ()
    # The cap over all stacks below what one lot may lose: nothing fits, and sizing says so.
    poor = Book(round(would.max_loss_usd / would.lots * 100.0))
    card = card_of(facts_at(320, text=text.format("0.03"), book=poor))
    assert (card.action.acts, card.condors, len(card.refused)) == (False, (), 1)
    (refused_one,) = card.refused
    assert (refused_one.lots, refused_one.strikes, refused_one.prices) == (1, would.strikes, would.prices)
    assert refused_one.max_loss_usd == pytest.approx(would.max_loss_usd / would.lots)
    assert card_dict(card)["plan"]["refused"][0]["kind"] == "open"


def test_a_card_is_json_and_holds_the_plan_as_it_was_made() -> None:
    facts = entry()
    told = json.loads(json.dumps(card_dict(card_of(facts)), allow_nan=False))
    assert told["plan"] == json.loads(json.dumps(plan_dict(facts.plan)))
    assert told["date"] == facts.date.isoformat()
    assert {"voids", "alerts", "topics", "arbitrage", "readings", "inputs", "buying_power"} <= set(told)
    assert plain(Missing("gone")) == {"missing": "gone"}
    assert plain((math.nan, DAY, "x", 1)) == [None, "2024-08-05", "x", 1]


def test_a_plan_as_json_by_hand() -> None:
    order = Order("L1", "L1@x", "open", (Leg(Contract("VIX", EXPIRY, 30.0, "C"), 2),), 1, "why")
    plan = Plan(
        Instant(DAY), (order,), (Skip(DAY, "L2", "empty"),), {"b": math.nan, "a": 1.0},
        (Remark("vote", "", "{x:.1f} votes", {"x": 0.25}),),
    )  # fmt: skip
    told = plan_dict(plan)
    assert told["decided_at"] == "2024-08-05"
    assert told["orders"][0]["legs"] == [
        {"root": "VIX", "expiry": "2024-09-20", "strike": 30.0, "right": "C", "ratio": 2}
    ]
    assert told["skips"] == [{"date": "2024-08-05", "layer": "L2", "why": "empty"}]
    assert told["notes"] == {"a": 1.0, "b": None}
    assert list(told["notes"]) == ["a", "b"]
    assert told["remarks"][0]["said"] == "0.2 votes"


def test_an_explanation_answers_why_and_why_not() -> None:
    facts = entry()
    told = make_explanation(facts, book="flat")
    assert len(told.done) == len(facts.plan.orders)
    assert {one.why for one in told.not_done} >= {skip.why for skip in facts.plan.skips}
    assert {rule.name for rule in facts.policy.rules} <= {voice.source for voice in told.voices}
    assert "F1" in {row.name for row in told.used}
    idle = make_explanation(quiet(), book="flat")
    assert idle.done == ()
    assert any("first session of each week" in one.why for one in idle.not_done)


def test_a_diagnosis_decides_nothing() -> None:
    told = make_diagnosis(facts_at(329))
    assert len(told.readings) == len(told.coverage) == len(indicators())
    assert told.date == market().dates[329]


def test_no_alert_says_nan_where_there_is_no_curve() -> None:
    facts = facts_at(329, history=market("vx"))
    assert math.isnan(facts.readings.value("F1"))
    said = [level.sentence for level in alert_levels(facts, (), ())]
    assert not any("nan" in one for one in said)
    assert any(one.endswith("sold whole at F1 50 (unknown now)") for one in said)
