from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from asah.portal.home.bench_roster import OFFICES, as_lines, time_roster
from asah.portal.people.models import Person, RosterBatch

pytestmark = pytest.mark.django_db


def test_the_invented_roster_is_taken_whole_and_each_step_is_timed(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    timed = time_roster(OFFICES + 2)
    assert (timed["rows"], timed["taken"], timed["people"], timed["state"]) == (40, 40, 40, "applied")
    assert list(timed["seconds"]) == ["read", "check", "write"]
    assert Person.objects.exclude(current__unit=None).count() == 40
    assert {"agama", "nik"} <= set(RosterBatch.objects.get().refused)
    assert "taken 40, left out 0" in as_lines({"database": "sqlite", **timed})
