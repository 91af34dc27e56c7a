"""The demonstration is filled by the same work as an office's own data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Count
from django.test import Client
from django.urls import reverse

from asah.portal.base.models import User
from asah.portal.home import bridge
from asah.portal.home.demo.build import analyse, fill_region
from asah.portal.needs.enums import AssignmentState, CycleState, VerificationState
from asah.portal.needs.models import Assignment, LevelEstimate, Need, Verification

pytestmark = pytest.mark.django_db


def test_the_finished_analysis_of_the_demonstration_was_computed(
    settings: Any, tmp_path: Path, sign_in: Callable[[User], Client]
) -> None:
    settings.ENVIRONMENT = type("Environment", (), {"data": tmp_path})
    bridge.simulate("merangin", 80, 1, tmp_path)
    scenario, logins = fill_region("MR", "Kabupaten Merangin", tmp_path)
    analyse(scenario.cycle, "MR")
    cycle = scenario.cycle
    assert (cycle.state, cycle.computed_at is None) == (CycleState.FINISHED, False)
    assert Need.objects.filter(cycle=cycle).exists()
    assert LevelEstimate.objects.filter(cycle=cycle).exists()
    counted = cycle.members.aggregate(people=Count("pk"), assessed=Count("fit"))
    assert counted["people"] == 80
    assert counted["assessed"] > 60
    assert cycle.summary["result"]["assessed"] >= counted["assessed"]
    assert set(Assignment.objects.values_list("state", flat=True)) == {AssignmentState.SENT}
    assert Verification.objects.filter(state=VerificationState.VERIFIED).exists()
    planner = User.objects.get(username=next(one.username for one in logins if one.role == "planner"))
    client = sign_in(planner)
    assert client.get(reverse("needs:latest")).status_code == 302
    boxes = client.get(reverse("needs:summary", args=[cycle.pk])).context["boxes"]
    assert boxes.placed > 60
