"""Problem, plan, its lines and classes; locks, responses and reviews.

A plan belongs to a problem: the frozen tables it was made from, under their digest. After the decree nothing
of a plan changes; a change is a new plan with the next number, ``revises`` the old one.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asah.portal.base.models import Job, Unit, User
from asah.portal.catalogue.models import Fund, Offering, Programme
from asah.portal.needs.models import Cycle
from asah.portal.people.models import Person, Place
from asah.portal.planning.enums import (
    Decision,
    LimitScope,
    LockState,
    OutcomeState,
    PlanState,
    ResponseState,
    ReviewStage,
)


class Scenario(models.Model):
    """Limits and wishes of one way to plan a year; several stand side by side."""

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("year"))
    name = models.CharField(_("name"), max_length=200)
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="+")
    policy = models.JSONField(
        default=dict, help_text="The engine's policy of the year, as policy.toml holds it."
    )
    note = models.TextField(_("note"), blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    edition = models.PositiveIntegerField(
        default=1, help_text="Counts changes: who saves an old one is told."
    )

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering: ClassVar = ["-year", "name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "year", "name"], name="scenario_name_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.year}"


class Limit(models.Model):
    """Money a scenario may spend, in all, of a fund, or of a unit and below."""

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="limits")
    scope = models.CharField(_("scope"), max_length=10, choices=LimitScope.choices)
    fund = models.ForeignKey(Fund, models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    amount = models.BigIntegerField(_("amount (Rp)"))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="limit_is_not_negative", condition=Q(amount__gte=0)),
            models.CheckConstraint(
                name="limit_names_its_scope",
                condition=Q(scope="total", fund=None, unit=None)
                | Q(scope="fund", fund__isnull=False, unit=None)
                | Q(scope="unit", fund=None, unit__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.amount}"


class Mandate(models.Model):
    """A programme that somebody must be given in a scenario's year."""

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="mandates")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+")
    points = models.FloatField(_("points"), null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["scenario", "person", "programme"], name="a_mandate_is_given_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.programme_id}"


class Lock(models.Model):
    """Decided by hand: somebody must be in an offering, or must not."""

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="locks")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    offering = models.ForeignKey(Offering, models.PROTECT, related_name="+")
    state = models.CharField(max_length=5, choices=LockState.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scenario", "person", "offering"], name="a_lock_is_set_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.offering_id} {self.state}"


class Plan(models.Model):
    """What the engine found for a scenario's frozen problem, its proof, and how far approval has come."""

    scenario = models.ForeignKey(Scenario, models.PROTECT, related_name="plans")
    number = models.PositiveIntegerField(_("number"))
    revises = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="revisions")
    state = models.CharField(_("state"), max_length=12, choices=PlanState.choices, default=PlanState.DRAFT)
    problem_sha256 = models.CharField(max_length=64)
    objective = models.FloatField()
    bound = models.FloatField()
    gap = models.FloatField()
    spent = models.BigIntegerField()
    summary = models.JSONField(default=dict)
    engine_version = models.CharField(max_length=30)
    seed = models.PositiveIntegerField()
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    decree_number = models.CharField(_("number of the decree"), max_length=100, blank=True)
    decree_on = models.DateField(_("date of the decree"), null=True, blank=True)
    edition = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering: ClassVar = ["-made_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scenario", "number"], name="plan_number_once_in_a_scenario"),
            models.CheckConstraint(
                name="stipulated_with_a_decree",
                condition=~Q(state__in=["stipulated", "replaced"])
                | (~Q(decree_number="") & Q(decree_on__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scenario} / {self.number}"

    @property
    def folder(self) -> Path:
        """Where the engine's tables lie (``problem`` and ``plan``), for anybody to check."""
        return Path(settings.ENVIRONMENT.data) / "plans" / str(self.pk)

    @property
    def is_frozen(self) -> bool:
        return self.state in (PlanState.STIPULATED, PlanState.REPLACED)


class PlanClass(models.Model):
    """Classes that a plan opens of an offering.

    From ``code`` on: offering and programme as they were when the problem was written. Whatever a plan says
    of its classes is said from here; the catalogue may change meanwhile.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="classes")
    offering = models.ForeignKey(Offering, models.PROTECT, related_name="+")
    classes = models.PositiveSmallIntegerField()
    enrolled = models.PositiveIntegerField()
    seats = models.PositiveIntegerField(null=True)
    cost = models.BigIntegerField(help_text="Of the classes, without participants and travel.")
    code = models.CharField(max_length=60)
    programme_code = models.CharField(max_length=60)
    programme = models.CharField(max_length=250)
    form = models.CharField(max_length=4)
    jp = models.DecimalField(max_digits=7, decimal_places=2)
    fee = models.BigIntegerField(help_text="Of one participant.")
    fund_code = models.CharField(max_length=60, blank=True)
    fund = models.CharField(max_length=200, blank=True)
    organiser = models.CharField(max_length=200, blank=True)
    curriculum_owner = models.CharField(max_length=200, blank=True)
    taught = models.JSONField(
        default=list, help_text="Competencies, the largest gain first: code, names, kind, stream, owner."
    )
    period = models.PositiveSmallIntegerField(null=True)
    period_end = models.PositiveSmallIntegerField(null=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    place_name = models.CharField(max_length=250, blank=True)
    days = models.PositiveSmallIntegerField(default=0)
    least = models.PositiveSmallIntegerField(default=0, help_text="Fewest people of a class.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "offering"], name="an_offering_is_once_in_a_plan")
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.offering_id}"


class PlanLine(models.Model):
    """One person in one offering. Money: what the person costs beside the class (fee and travel)."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="lines")
    person = models.ForeignKey(Person, models.PROTECT, related_name="plan_lines")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    offering = models.ForeignKey(Offering, models.PROTECT, related_name="+")
    locked = models.BooleanField(default=False)
    jp = models.DecimalField(max_digits=7, decimal_places=2)
    fee = models.BigIntegerField()
    travel = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "person", "offering"], name="a_line_is_once_in_a_plan")
        ]
        indexes: ClassVar = [models.Index(fields=["plan", "unit"]), models.Index(fields=["plan", "offering"])]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.person_id} {self.offering_id}"


class PlanOutcome(models.Model):
    """Everybody once: planned, deferred or without a need, with the reason.

    From ``nip`` on: the person as they were when the problem was written.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="outcomes")
    person = models.ForeignKey(Person, models.PROTECT, related_name="plan_outcomes")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=OutcomeState.choices)
    reason = models.CharField(max_length=60, blank=True)
    jp = models.DecimalField(max_digits=7, decimal_places=2)
    closure = models.FloatField()
    need = models.FloatField()
    nip = models.CharField(max_length=30)
    name = models.CharField(max_length=450, help_text="With its degrees.")
    sex = models.CharField(max_length=1, blank=True)
    employment = models.CharField(max_length=20, blank=True)
    golongan = models.CharField(max_length=10, blank=True)
    position = models.CharField(max_length=250, blank=True)
    position_kind = models.CharField(max_length=15, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    zone = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "person"], name="a_person_is_once_in_a_plan")
        ]
        indexes: ClassVar = [models.Index(fields=["plan", "unit", "state"])]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.person_id} {self.state}"


class LineResponse(models.Model):
    """What somebody said of their own part of a plan before it was submitted, and the answer."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="responses")
    person = models.ForeignKey(Person, models.PROTECT, related_name="plan_responses")
    state = models.CharField(max_length=15, choices=ResponseState.choices)
    reason = models.TextField(_("reason"), blank=True)
    said_at = models.DateTimeField(default=timezone.now)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "person"], name="one_response_of_a_person_to_a_plan")
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.person_id} {self.state}"

    @property
    def takes_acceptance(self) -> bool:
        """A request that was answered: it stays, and who sent it may accept after all."""
        return self.state == ResponseState.CHANGE_ASKED and self.answered_at is not None


class Review(models.Model):
    """One decision on the way to the decree, on the plan whose digest it holds. Rows are only added."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="reviews")
    stage = models.CharField(max_length=10, choices=ReviewStage.choices)
    office = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision.choices)
    note = models.TextField(_("note"), blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)
    plan_sha256 = models.CharField(max_length=64)
    frozen = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["decided_at", "pk"]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.stage} {self.decision}"

    @property
    def done(self) -> str:
        """What was done in words: only a head agrees, the others take a step of their own."""
        steps = {
            ReviewStage.PLANNER: _("showed the plan"),
            ReviewStage.PYB: _("submitted the plan"),
            ReviewStage.PPK: _("stipulated the plan"),
        }
        step = steps.get(ReviewStage(self.stage)) if self.decision == Decision.AGREED else None
        return str(step or self.get_decision_display())
