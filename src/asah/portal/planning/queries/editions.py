"""What others changed in a scenario since somebody opened it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from asah.portal.base.audit import subject_of
from asah.portal.base.models import Event
from asah.portal.planning.models import Scenario

LOOKED_AT = 100


@dataclass(frozen=True)
class Change:
    """One change by somebody. ``part``: what of the scenario; ``changed``: name to [before, after]."""

    edition: int
    who: str
    at: dt.datetime
    part: str
    changed: dict[str, Any]


def changes_since(scenario: Scenario, edition: int) -> list[Change]:
    """Changes after ``edition``, earliest first; read from the audit, which is where they are written."""
    events = Event.objects.filter(
        subject=subject_of(scenario), action__startswith="scenario."
    ).select_related("actor")[:LOOKED_AT]
    changes = [
        Change(
            edition=event.detail["edition"],
            who=event.actor.name if event.actor else "",
            at=event.at,
            part=event.detail.get("part", ""),
            changed=event.detail.get("changed", {}),
        )
        for event in events
        if event.detail.get("edition", 0) > edition
    ]
    return sorted(changes, key=lambda change: change.edition)
