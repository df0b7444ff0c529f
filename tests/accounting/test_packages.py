"""Legs that belong together: condors by quantity and strike, verticals, calendars; nothing is lost on the way."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from alvh.accounting.packages import Held, Package, calendars, call_spreads, condors, put_spreads
from alvh.values import Contract, Right

EXPIRY = dt.date(2025, 12, 19)


def leg(quantity: int, strike: float, right: Right, *, expiry: dt.date = EXPIRY, root: str = "SPXW") -> Held:
    return Held(Contract(root, expiry, strike, right), quantity, 1.0)


def shape(package: Package) -> list[tuple[int, float]]:
    return [(row.quantity, row.contract.strike) for row in package]


def test_two_condors_of_one_expiry_are_told_apart_by_their_quantity() -> None:
    rows = [leg(-2, 6400, "P"), leg(2, 6350, "P"), leg(-2, 7000, "C"), leg(2, 7050, "C")]
    rows += [leg(-3, 6450, "P"), leg(3, 6340, "P"), leg(-3, 6900, "C"), leg(3, 7100, "C")]
    found, left = condors(rows)
    assert left == []
    assert [shape(p) for p in found] == [
        [(-3, 6450), (3, 6340), (-3, 6900), (3, 7100)],
        [(-2, 6400), (2, 6350), (-2, 7000), (2, 7050)],
    ]


def test_two_condors_of_one_quantity_are_told_apart_by_their_strikes_inner_with_inner() -> None:
    rows = [leg(-1, 6300, "P"), leg(1, 6250, "P"), leg(-1, 7100, "C"), leg(1, 7150, "C")]
    rows += [leg(-1, 6400, "P"), leg(1, 6350, "P"), leg(-1, 7000, "C"), leg(1, 7050, "C")]
    found, left = condors(rows)
    assert left == []
    assert [[strike for _, strike in shape(p)] for p in found] == [[6400, 6350, 7000, 7050], [6300, 6250, 7100, 7150]]


def test_a_wing_that_two_condors_share_is_cut_between_them() -> None:
    rows = [leg(-2, 6400, "P"), leg(-1, 6380, "P"), leg(3, 6350, "P"), leg(-3, 7000, "C"), leg(3, 7050, "C")]
    found, left = condors(rows)
    assert left == []
    assert [shape(p) for p in found] == [
        [(-2, 6400), (2, 6350), (-2, 7000), (2, 7050)],
        [(-1, 6380), (1, 6350), (-1, 7000), (1, 7050)],
    ]


def test_what_cannot_be_a_condor_is_left_over() -> None:
    crossed = [leg(-1, 7000, "P"), leg(1, 6950, "P"), leg(-1, 6900, "C"), leg(1, 6990, "C")]
    assert condors(crossed) == ([], crossed)
    uneven = [leg(-2, 6400, "P"), leg(2, 6350, "P"), leg(-2, 7000, "C"), leg(1, 7050, "C")]
    found, left = condors(uneven)
    assert len(found) == 1
    assert sorted((row.quantity, row.contract.strike) for row in left) == [(-1, 6400), (-1, 7000), (1, 6350)]


def test_verticals_know_the_side_they_are_on() -> None:
    bought = [leg(1, 6000, "P"), leg(-1, 5800, "P")]
    assert put_spreads(bought) == ([tuple(bought)], [])
    assert put_spreads([leg(-1, 6000, "P"), leg(1, 5800, "P")])[0] == []
    sold = [leg(-1, 20, "C", root="VIX"), leg(1, 25, "C", root="VIX")]
    assert call_spreads(sold) == ([tuple(sold)], [])
    assert call_spreads([leg(1, 20, "C"), leg(-1, 25, "C")])[0] == []


def test_a_calendar_is_long_the_later_expiry() -> None:
    near, far = dt.date(2025, 12, 19), dt.date(2026, 3, 20)
    rows = [leg(-4, 50, "C", expiry=near, root="VXX"), leg(4, 50, "C", expiry=far, root="VXX")]
    assert calendars(rows) == ([(rows[1], rows[0])], [])
    reverse = [leg(4, 50, "C", expiry=near, root="VXX"), leg(-4, 50, "C", expiry=far, root="VXX")]
    assert calendars(reverse)[0] == []


legs = st.builds(
    leg,
    st.integers(-6, 6).filter(bool),
    st.sampled_from([6300.0, 6350.0, 6400.0, 6900.0, 7000.0, 7050.0]),
    st.sampled_from(["P", "C"]),
)


def total(rows: Iterable[Held]) -> Counter[tuple[Contract, bool]]:
    out: Counter[tuple[Contract, bool]] = Counter()
    for row in rows:
        out[row.contract, row.quantity > 0] += abs(row.quantity)
    return out


@given(st.lists(legs, max_size=12))
def test_packages_and_what_is_left_are_the_rows_to_the_contract(rows: list[Held]) -> None:
    for carve in (condors, put_spreads, call_spreads, calendars):
        found, left = carve(rows)
        assert total([*left, *(row for package in found for row in package)]) == total(rows)
        for package in found:
            assert len({abs(row.quantity) for row in package}) == 1
            assert sum(row.quantity for row in package) == 0


@given(st.integers(1, 9), st.integers(1, 9), st.permutations(range(8)))
def test_the_order_of_the_rows_does_not_matter(one: int, two: int, order: list[int]) -> None:
    rows = [leg(-one, 6400, "P"), leg(one, 6350, "P"), leg(-one, 7000, "C"), leg(one, 7050, "C")]
    rows += [leg(-two, 6380, "P"), leg(two, 6300, "P"), leg(-two, 6900, "C"), leg(two, 7100, "C")]
    found, left = condors([rows[k] for k in order])
    assert left == []
    assert [shape(p) for p in found] == [shape(p) for p in condors(rows)[0]]
