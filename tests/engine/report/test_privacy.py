from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from asah.engine.report.privacy import LEAST_PEOPLE, OTHERS, merge_small

GROUPS = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), st.integers(0, 40), max_size=20)


@given(GROUPS)
def test_no_shown_group_is_small(people: dict[str, int]) -> None:
    shown = merge_small(people)
    assert all(people[group] >= LEAST_PEOPLE for group, as_what in shown.items() if as_what != OTHERS)


@given(GROUPS)
def test_the_merged_group_is_not_small_unless_it_is_everybody(people: dict[str, int]) -> None:
    shown = merge_small(people)
    merged = [people[group] for group, as_what in shown.items() if as_what == OTHERS]
    assert sum(merged) >= LEAST_PEOPLE or sum(merged) == 0 or len(merged) == len(people)


@given(GROUPS)
def test_large_groups_alone_are_left_as_they_are(people: dict[str, int]) -> None:
    large = {group: count + LEAST_PEOPLE for group, count in people.items()}
    assert merge_small(large) == {group: group for group in large}


def test_a_single_small_group_takes_the_next_larger_with_it() -> None:
    shown = merge_small({"besar": 90, "sedang": 12, "kecil": 3})
    assert shown == {"besar": "besar", "sedang": OTHERS, "kecil": OTHERS}
