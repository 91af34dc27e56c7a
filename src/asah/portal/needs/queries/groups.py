"""Groups too small to tell of: hidden, and with them whatever would give them away by subtraction."""

from __future__ import annotations

from collections.abc import Sequence

# Of fewer people a result tells of single ones; of fewer raters in one role, who said what.
LEAST_PEOPLE = 10
LEAST_RATERS = 5


def hidden_among(sizes: Sequence[int], least: int = LEAST_PEOPLE) -> set[int]:
    """Places of the groups to hide, among groups that together make one whose result is told elsewhere.

    Those of fewer than ``least`` people; and, smallest first, others with them until what is hidden cannot be
    had as a difference: at least two groups with ``least`` people between them. An empty group hides nothing.
    """
    hidden = {place for place, size in enumerate(sizes) if 0 < size < least}
    others = sorted(
        (place for place, size in enumerate(sizes) if size >= least), key=lambda place: sizes[place]
    )
    while hidden and others and (len(hidden) < 2 or sum(sizes[place] for place in hidden) < least):
        hidden.add(others.pop(0))
    return hidden
