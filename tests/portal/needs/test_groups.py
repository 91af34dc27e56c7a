from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from asah.portal.needs.queries.groups import LEAST_PEOPLE, hidden_among


def test_large_groups_are_all_shown_and_empty_ones_hide_nothing() -> None:
    assert hidden_among([10, 250, 0, 11]) == set()


def test_a_single_small_group_is_hidden_with_the_smallest_other() -> None:
    assert hidden_among([40, 3, 12, 0]) == {1, 2}


def test_two_small_groups_that_are_together_too_few_take_a_third_along() -> None:
    assert hidden_among([4, 5, 30, 20]) == {0, 1, 3}
    assert hidden_among([4, 7, 30, 20]) == {0, 1}


@given(st.lists(st.integers(0, 60), max_size=9))
def test_what_is_hidden_can_never_be_had_as_a_difference(sizes: list[int]) -> None:
    hidden = hidden_among(sizes)
    assert all(place in hidden for place, size in enumerate(sizes) if 0 < size < LEAST_PEOPLE)
    shown = [place for place, size in enumerate(sizes) if size and place not in hidden]
    if hidden and shown:
        assert len(hidden) > 1
        assert sum(sizes[place] for place in hidden) >= LEAST_PEOPLE
