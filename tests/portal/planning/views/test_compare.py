"""Two plans and two scenarios beside each other."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from asah.portal.base.models import User
from asah.portal.planning.actions.scenarios import copy_scenario
from asah.portal.planning.models import Plan
from asah.portal.ui.formats import rupiah
from portal.planning.conftest import World

SignIn = Callable[[User], Client]


def test_what_only_one_plan_has_is_listed_and_counted(
    world: World, plan: Plan, make: Callable[..., Plan], sign_in: SignIn
) -> None:
    after = make(world.scenario, previous=plan)
    gone = after.lines.order_by("pk")[0]
    person = gone.person_id
    gone.delete()
    outcome = after.outcomes.get(person=person)
    after.outcomes.filter(pk=outcome.pk).update(closure=outcome.closure + 1)
    client = sign_in(world.planner)
    answer = client.get(reverse("planning:compare_plans", args=[after.pk, plan.pk]))
    counts = answer.context["counts"]
    assert (counts.new, counts.gone, counts.gainers, counts.losers) == (0, 1, 1, 0)
    (line,) = answer.context["of_lines"].source.every()
    assert (line.person_id, line.plan_id) == (person, plan.pk)
    (row,) = answer.context["of_people"].source.every()
    assert round(row.difference, 6) == 1


def test_scenarios_stand_side_by_side_with_the_difference_to_the_first(
    world: World, plan: Plan, make: Callable[..., Plan], sign_in: SignIn
) -> None:
    copy = copy_scenario(actor=world.planner, scenario=world.scenario, name="Separuh")
    total = copy.limits.get(scope="total")
    total.amount //= 2
    total.save()
    half = make(copy)
    third = copy_scenario(actor=world.planner, scenario=world.scenario, name="Tanpa rencana")
    address = reverse("planning:compare_scenarios")
    answer = sign_in(world.planner).get(address, {"s": [world.scenario.pk, copy.pk, third.pk]})
    assert [scenario for scenario, _figures in answer.context["made"]] == [world.scenario, copy]
    assert answer.context["without"] == [third]
    (spent,) = [
        row for row in answer.context["rows"] if row.cells == [rupiah(plan.spent), rupiah(half.spent)]
    ]
    assert half.spent < plan.spent
    assert spent.differences == ["Rp 0", rupiah(half.spent - plan.spent)]
    # Between two percentages lie percentage points.
    closed = answer.context["rows"][0]
    assert closed.cells[0].endswith("%")
    assert closed.differences[1].endswith("poin persentase")
    # Plans of two scenarios are told apart by the name of the scenario: both may be plan 1.
    page = sign_in(world.planner).get(reverse("planning:compare_plans", args=[half.pk, plan.pk]))
    assert f"dari {plan} ke {half}" in page.content.decode()
