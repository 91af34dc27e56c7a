"""Nobody's gap can be read from a table: small groups are shown together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LEAST_PEOPLE: Final = 10
OTHERS: Final = ""  # the key of the merged groups; no identifier is blank


def merge_small(people: Mapping[str, int], least: int = LEAST_PEOPLE) -> dict[str, str]:
    """For every group the group it is shown as: itself, or ``OTHERS`` with the other small ones.

    ``people`` counts who can be recognised in each group. A single small group would follow from the total,
    so the next larger ones join it until the merged group has ``least`` people too.
    """
    order = sorted(people, key=lambda group: (people[group], group))
    small: list[str] = []
    for group in order:
        together = sum(people[member] for member in small)
        if people[group] >= least and (together >= least or not together):
            break
        small.append(group)
    merged = set(small)
    return {group: OTHERS if group in merged else group for group in people}
