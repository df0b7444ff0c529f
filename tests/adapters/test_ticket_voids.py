"""A ticket holds the credit against the walk-away that the card named."""

from __future__ import annotations

from alvh.adapters.ticket_voids import under_walk_away
from alvh.reports.card.condor import ProposedCondor, proposed
from reports.test_card import entry


def test_a_credit_under_the_walk_away_of_the_card_voids_the_ticket() -> None:
    facts = entry()
    (order,) = facts.openings()
    (one,) = proposed(facts)
    assert isinstance(one, ProposedCondor)
    width, least = max(one.strikes.put_width, one.strikes.call_width), one.prices.walk_away
    assert under_walk_away(facts, order, width, least, one.floor) == []
    (said,) = under_walk_away(facts, order, width, least - 0.05, one.floor)
    assert said == f"the limit credit of {least - 0.05:.2f} is under the plan's walk-away of {least:.2f}"


def test_narrower_wings_owe_less_in_proportion() -> None:
    facts = entry()
    (order,) = facts.openings()
    (one,) = proposed(facts)
    assert isinstance(one, ProposedCondor)
    width, least = max(one.strikes.put_width, one.strikes.call_width), one.prices.walk_away
    # Half the width: half the credit is enough, a tick less is not.
    assert under_walk_away(facts, order, width / 2.0, least / 2.0, one.floor) == []
    (said,) = under_walk_away(facts, order, width / 2.0, least / 2.0 - 0.05, one.floor)
    assert f"on wings of {width:g} points, these are {width / 2.0:g}" in said
