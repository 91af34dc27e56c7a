"""Scenarios: limits and wishes of one way to plan a year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from asah.portal.base import audit
from asah.portal.base.models import Unit, User
from asah.portal.catalogue.models import Fund
from asah.portal.needs.models import Cycle
from asah.portal.planning import bridge
from asah.portal.planning.access import EDIT_PLANS
from asah.portal.planning.actions.editions import begin_change
from asah.portal.planning.enums import LimitScope
from asah.portal.planning.models import Limit, Lock, Mandate, Scenario

Policy = dict[str, Any]


@transaction.atomic
def create_scenario(*, actor: User, agency: Unit, cycle: Cycle, name: str, note: str = "") -> Scenario:
    """A scenario for the year of a needs analysis, with what the law says of JP and no limit of money yet."""
    EDIT_PLANS.require(actor, agency)
    if cycle.agency_id != agency.pk:
        raise ValidationError(_("The needs analysis belongs to another agency. Choose one of this agency."))
    _refuse_taken(agency, cycle.year, name)
    scenario = Scenario.objects.create(
        agency=agency,
        year=cycle.year,
        name=name,
        cycle=cycle,
        note=note,
        policy=bridge.default_policy(cycle.year),
        created_by=actor,
    )
    audit.record(actor, "scenario.created", scenario, unit=agency, detail={"year": scenario.year})
    return scenario


@transaction.atomic
def copy_scenario(*, actor: User, scenario: Scenario, name: str) -> Scenario:
    """The same limits, mandates and decisions under another name, to change one thing and compare."""
    EDIT_PLANS.require(actor, scenario.agency)
    _refuse_taken(scenario.agency, scenario.year, name)
    copy = Scenario.objects.create(
        agency=scenario.agency,
        year=scenario.year,
        name=name,
        cycle=scenario.cycle,
        policy=scenario.policy,
        note=scenario.note,
        created_by=actor,
    )
    _copy_rows(scenario.limits.all(), Limit, copy, ("scope", "fund_id", "unit_id", "amount"))
    _copy_rows(scenario.mandates.all(), Mandate, copy, ("person_id", "programme_id", "points"))
    _copy_rows(
        scenario.locks.all(),
        Lock,
        copy,
        ("person_id", "offering_id", "state", "reason", "made_by_id", "made_at"),
    )
    audit.record(actor, "scenario.copied", copy, unit=copy.agency, detail={"from": scenario.pk})
    return copy


def _copy_rows(rows: Any, model: Any, copy: Scenario, fields: tuple[str, ...]) -> None:
    model.objects.bulk_create(
        (model(scenario=copy, **{field: getattr(row, field) for field in fields}) for row in rows),
        batch_size=1000,
    )


def _refuse_taken(agency: Unit, year: int, name: str, besides: int | None = None) -> None:
    if Scenario.objects.filter(agency=agency, year=year, name=name).exclude(pk=besides or 0).exists():
        raise ValidationError(
            _("There is a scenario of this name for this year already. Choose another name.")
        )


@transaction.atomic
def change_scenario(
    *, actor: User, scenario: Scenario, edition: int, name: str, note: str, policy: Policy
) -> None:
    """Name, note and rules of the year. ``policy`` holds the rules that change; None takes one away."""
    _refuse_taken(scenario.agency, scenario.year, name, besides=scenario.pk)
    changed: dict[str, Any] = {
        key: [scenario.policy.get(key), value]
        for key, value in policy.items()
        if scenario.policy.get(key) != value
    }
    if name != scenario.name:
        changed["name"] = [scenario.name, name]
    if note != scenario.note:
        changed["note"] = [None, None]
    if not changed:
        return
    begin_change(actor, scenario, edition, "rules", changed)
    scenario.policy = {
        key: value for key, value in {**scenario.policy, **policy}.items() if value is not None
    }
    scenario.name, scenario.note = name, note
    scenario.save(update_fields=["policy", "name", "note"])


@transaction.atomic
def set_limits(
    *,
    actor: User,
    scenario: Scenario,
    edition: int,
    total: int | None,
    funds: Mapping[Fund, int | None],
    units: Mapping[Unit, int | None],
) -> None:
    """Money in all, of funds, and of units and below; None is no limit, 0 is nothing at all."""
    if any(fund.agency_id != scenario.agency_id for fund in funds) or any(
        not unit.path.startswith(scenario.agency.path) for unit in units
    ):
        raise ValidationError(_("A fund or unit belongs to another agency. Choose those of this agency."))
    before = {_scope(limit): limit.amount for limit in scenario.limits.all()}
    after: dict[tuple[str, int | None], int] = {}
    if total is not None:
        after[LimitScope.TOTAL.value, None] = total
    after |= {
        (LimitScope.FUND.value, fund.pk): amount for fund, amount in funds.items() if amount is not None
    }
    after |= {
        (LimitScope.UNIT.value, unit.pk): amount for unit, amount in units.items() if amount is not None
    }
    if before == after:
        return
    changed = {
        f"{scope}:{key or ''}": [before.get((scope, key)), after.get((scope, key))]
        for scope, key in sorted({*before, *after}, key=str)
        if before.get((scope, key)) != after.get((scope, key))
    }
    begin_change(actor, scenario, edition, "limits", changed)
    scenario.limits.all().delete()
    Limit.objects.bulk_create(
        Limit(
            scenario=scenario,
            scope=scope,
            fund_id=key if scope == LimitScope.FUND else None,
            unit_id=key if scope == LimitScope.UNIT else None,
            amount=amount,
        )
        for (scope, key), amount in after.items()
    )


def _scope(limit: Limit) -> tuple[str, int | None]:
    return limit.scope, limit.fund_id or limit.unit_id


@transaction.atomic
def set_floors(*, actor: User, scenario: Scenario, edition: int, floors: Sequence[Mapping[str, Any]]) -> None:
    """Equity floors: ``column``, ``value``, ``floor_share`` (0..1) and ``points``. A group is named once."""
    groups = [(floor["column"], floor["value"]) for floor in floors]
    if len(set(groups)) != len(groups):
        raise ValidationError(_("A group is named twice. Each group has one floor."))
    if len(groups) > bridge.MAX_FLOORS:
        raise ValidationError(
            _("At most %(count)s floors can be kept. Leave out the least important.")
            % {"count": bridge.MAX_FLOORS}
        )
    before = scenario.policy.get("equity", [])
    after = [dict(floor) for floor in floors]
    if before == after:
        return
    begin_change(actor, scenario, edition, "floors", {"equity": [len(before), len(after)]})
    scenario.policy = {**scenario.policy, "equity": after}
    scenario.save(update_fields=["policy"])
