"""Cuts of a history: worked by hand, and what no cut may do."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.evidence.splits import Combinatorial, combinatorial_splits, walk_forward_splits
from alvh.values import Missing


def spans(splits) -> list[tuple[int, int, int, int]]:
    return [(int(s.train[0]), int(s.train[-1]), int(s.test[0]), int(s.test[-1])) for s in splits]


def test_walking_forward_by_hand():
    # Ten sessions, three to choose on, one left out: tests 4-6, 7-9.
    assert spans(walk_forward_splits(10, train=3, test=3, gap=1, anchored=False)) == [(0, 2, 4, 6), (3, 5, 7, 9)]
    assert spans(walk_forward_splits(10, train=3, test=3, gap=1, anchored=True)) == [(0, 2, 4, 6), (0, 5, 7, 9)]
    # The last test takes what is left.
    assert spans(walk_forward_splits(9, train=3, test=4, gap=1, anchored=True)) == [(0, 2, 4, 7), (0, 6, 8, 8)]


def test_combinations_by_hand():
    # Eight sessions in four groups of two, two tested: 01 23 | 45 67. Split 0 tests groups 0 and 1, sessions 0-3;
    # purge 1 and embargo 1 take session 4: 5, 6, 7 are left. Split 1 tests groups 0 and 2 (0 1, 4 5): 2 is embargoed,
    # 3 purged, 6 embargoed: 7 is left.
    made = combinatorial_splits(8, groups=4, tests=2, purge=1, embargo=1)
    assert isinstance(made, Combinatorial)
    assert len(made.splits) == 6
    assert [split.train.tolist() for split in made.splits[:2]] == [[5, 6, 7], [7]]
    assert made.splits[1].test.tolist() == [0, 1, 4, 5]
    # Group 0 is tested by splits 0 1 2, group 1 by 0 3 4, group 2 by 1 3 5, group 3 by 2 4 5.
    assert made.paths.tolist() == [[0, 0, 1, 2], [1, 3, 3, 4], [2, 4, 5, 5]]


def test_the_number_of_paths_of_the_book():
    # Lopez de Prado (2018), section 12.4: six groups, two tested: 15 splits, 5 paths.
    for groups, splits, paths in ((6, 15, 5), (10, 45, 9)):
        made = combinatorial_splits(100, groups=groups, tests=2, purge=0, embargo=0)
        assert isinstance(made, Combinatorial)
        assert (len(made.splits), made.paths.shape) == (splits, (paths, groups))


def test_what_cannot_be_cut():
    assert walk_forward_splits(4, train=3, test=2, gap=1, anchored=True) == Missing(
        "4 sessions: 3 to choose on and 1 left out leave none to judge on"
    )
    assert combinatorial_splits(3, groups=4, tests=2, purge=0, embargo=0) == Missing("3 sessions make no 4 groups")
    assert combinatorial_splits(8, groups=4, tests=2, purge=2, embargo=2) == Missing(
        "8 sessions in 4 groups: purge 2 and embargo 2 leave none to choose on"
    )
    with pytest.raises(ValueError, match="4 of 4 groups"):
        combinatorial_splits(8, groups=4, tests=4, purge=0, embargo=0)
    with pytest.raises(ValueError, match="0 sessions to choose on"):
        walk_forward_splits(8, train=0, test=4, gap=0, anchored=False)


@given(st.integers(1, 200), st.integers(1, 60), st.integers(1, 40), st.integers(0, 30), st.booleans())
def test_walking_forward_judges_every_session_once_and_never_on_its_future(sessions, train, test, gap, anchored):
    made = walk_forward_splits(sessions, train=train, test=test, gap=gap, anchored=anchored)
    if isinstance(made, Missing):
        assert sessions <= train + gap
        return
    judged = np.concatenate([split.test for split in made])
    assert judged.tolist() == list(range(train + gap, sessions))
    for split in made:
        assert split.test[0] - split.train[-1] == gap + 1
        assert split.train[0] >= 0
        assert len(split.train) >= train if anchored else len(split.train) == train


@given(st.integers(8, 120), st.integers(2, 8), st.data(), st.integers(0, 8), st.integers(0, 8))
def test_combinations_never_choose_near_a_test(sessions, groups, data, purge, embargo):
    tests = data.draw(st.integers(1, groups - 1))
    made = combinatorial_splits(sessions, groups=groups, tests=tests, purge=purge, embargo=embargo)
    if isinstance(made, Missing):
        assert purge + embargo > 0
        return
    assert made.paths.shape == (comb(groups, tests) * tests // groups, groups)
    for split in made.splits:
        away = split.train[:, None] - split.test[None, :]
        assert not ((away <= embargo) & (away >= -purge)).any()
    for path in made.paths:
        # On a path every group is judged once, by a split that tests it.
        assert all(group in made.tested[split] for group, split in enumerate(path))
    # Over all paths, every split is used once for each group it tests.
    used = sorted((int(split), group) for path in made.paths for group, split in enumerate(path))
    assert used == sorted((number, int(group)) for number, row in enumerate(made.tested) for group in row)
    assert np.concatenate(made.groups).tolist() == list(range(sessions))
