"""The door to the engine: what the rules say about people."""

from __future__ import annotations

import datetime as dt

from asah.engine import rules


def retirement_ages(day: dt.date) -> dict[str, int]:
    """Ages of retirement in force on a day, by the rule's keys (kind of post.

    Of functional posts the rung).
    """
    in_force = rules.at(day)
    return {key: in_force.retirement_age(key) for key in in_force.keys("retirement_age")}
