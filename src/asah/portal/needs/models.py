"""A cycle, its population and ratings; what was estimated; performance, proposals, cases, verification."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asah.portal.base.models import Job, Unit, User
from asah.portal.competency.models import Competency, Framework
from asah.portal.needs.enums import (
    Against,
    AssignmentState,
    CaseKind,
    CaseState,
    CycleState,
    Predicate,
    ProposalState,
    RaterRole,
    VerificationState,
)
from asah.portal.people.models import Person, Position

# The basis of a need that a case of conduct raised; no page shows it, for it would tell of the case.
COACHING = "coaching"


class Cycle(models.Model):
    """One year's analysis of one agency. ``roles``: who rates; their weights are the engine's business.

    ``seed``: the lot by which peers are drawn; it is shown, so that anybody can draw again.
    """

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("for the plan year"))
    name = models.CharField(_("name"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=CycleState.choices, default=CycleState.DRAFT)
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="+")
    roles = models.JSONField(_("who rates"), default=list)
    employment = models.JSONField(_("for employment"), default=list, help_text="Empty: everybody.")
    units = models.ManyToManyField(Unit, blank=True, related_name="+", verbose_name=_("for units"))
    opens_on = models.DateField(_("opens on"))
    closes_on = models.DateField(_("closes on"))
    peers = models.PositiveSmallIntegerField(
        _("peers who rate each person"), default=5, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    seed = models.PositiveIntegerField(_("seed of the lot"), default=1)
    opened_at = models.DateTimeField(null=True, editable=False)
    computed_at = models.DateTimeField(null=True, editable=False)
    summary = models.JSONField(default=dict, editable=False)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+", editable=False)

    class Meta:
        verbose_name = _("needs analysis")
        verbose_name_plural = _("needs analyses")
        ordering: ClassVar = ["-year", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="cycle_closes_after_it_opens", condition=Q(closes_on__gte=F("opens_on"))
            )
        ]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A person of the population, with unit and posts as they were when the cycle opened.

    ``fit``: how far the levels found fill those that the post held demands, 0 to 1, a surplus not counted;
    None where nothing that it demands was assessed.
    """

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    position = models.ForeignKey(Position, models.PROTECT, null=True, related_name="+")
    target_position = models.ForeignKey(Position, models.PROTECT, null=True, related_name="+")
    fit = models.FloatField(null=True, editable=False)

    class Meta:
        verbose_name = _("member of the population")
        verbose_name_plural = _("population")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cycle", "person"], name="a_person_is_once_in_a_cycle")
        ]
        indexes: ClassVar = [models.Index(fields=["cycle", "unit"])]

    def __str__(self) -> str:
        return f"{self.cycle_id} {self.person_id}"


class Assignment(models.Model):
    """One person is to rate one person in one role. A draft is kept here until it is sent."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="assignments")
    role = models.CharField(_("role"), max_length=12, choices=RaterRole.choices)
    rater = models.ForeignKey(Person, models.PROTECT, related_name="assignments")
    state = models.CharField(max_length=10, choices=AssignmentState.choices, default=AssignmentState.OPEN)
    draft = models.JSONField(default=dict, help_text="Competency to score, as far as it was filled in.")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("rating to give")
        verbose_name_plural = _("ratings to give")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "role", "rater"], name="one_assignment_of_a_rater")
        ]
        # The second one holds all that coverage counts.
        indexes: ClassVar = [
            models.Index(fields=["rater", "state"]),
            models.Index(fields=["member", "state", "role"]),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.role} {self.rater_id}"


class Submission(models.Model):
    """A form as it was sent. Its id was made where it was filled in: sent twice, it is one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="submissions")
    filled_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    late = models.BooleanField(
        default=False, help_text="Filled in before the cycle closed, received after it."
    )

    class Meta:
        ordering: ClassVar = ["-received_at"]

    def __str__(self) -> str:
        return str(self.pk)


class Rating(models.Model):
    """One score. Rows are added, never changed; of one rater and competency the latest holds."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="ratings")
    person = models.ForeignKey(Person, models.PROTECT, related_name="ratings")
    competency = models.ForeignKey(Competency, models.PROTECT, related_name="ratings")
    role = models.CharField(max_length=12, choices=RaterRole.choices)
    rater = models.ForeignKey(Person, models.PROTECT, null=True, related_name="ratings_given")
    rater_label = models.CharField(max_length=60, blank=True, help_text="Rater from outside the roster.")
    score = models.DecimalField(max_digits=4, decimal_places=2)
    rated_on = models.DateField()
    instrument = models.CharField(max_length=60, blank=True)
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, related_name="ratings")

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["submission", "competency"], name="one_score_of_a_submission"),
            models.CheckConstraint(name="score_is_one_to_five", condition=Q(score__gte=1, score__lte=5)),
        ]
        # With the role: whether somebody was scored in it is asked of everybody at once.
        indexes: ClassVar = [models.Index(fields=["cycle", "person", "role"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.competency_id} {self.score}"


class LevelEstimate(models.Model):
    """The level a person is estimated to have, with its uncertainty and what it came from."""

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="levels")
    person = models.ForeignKey(Person, models.PROTECT, related_name="levels")
    competency = models.ForeignKey(Competency, models.PROTECT, related_name="+")
    mean = models.FloatField()
    sd = models.FloatField()
    ratings = models.PositiveSmallIntegerField()
    basis = models.CharField(max_length=120)
    method = models.CharField(max_length=30)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["cycle", "person", "competency"], name="one_level_of_a_competency"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.competency_id} {self.mean}"


class _Told(models.Manager["Need"]):
    def get_queryset(self) -> models.QuerySet[Need]:
        return super().get_queryset().exclude(basis=COACHING)


class Need(models.Model):
    """The gap of one person in one competency against a post, as the engine estimated it.

    Pages, lists and documents read ``told``. Among ``objects`` are those too that a case of conduct raised,
    which are planned for and shown to nobody.
    """

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="needs")
    person = models.ForeignKey(Person, models.PROTECT, related_name="needs")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    competency = models.ForeignKey(Competency, models.PROTECT, related_name="+")
    against = models.CharField(max_length=10, choices=Against.choices)
    required = models.PositiveSmallIntegerField()
    gap = models.FloatField()
    weight = models.FloatField()
    probability = models.FloatField(null=True)
    basis = models.CharField(max_length=120, blank=True)

    objects = models.Manager["Need"]()
    told = _Told()

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["cycle", "person", "competency"], name="one_need_of_a_competency"
            ),
            models.CheckConstraint(name="gap_is_positive", condition=Q(gap__gt=0)),
        ]
        indexes: ClassVar = [
            models.Index(fields=["cycle", "unit", "competency"]),
            models.Index(fields=["cycle", "competency", "gap"]),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.competency_id} {self.gap}"


class UnitNeed(models.Model):
    """The need of a unit in a competency: who was assessed, who has a gap, how deep, between which ranks."""

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="unit_needs")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    competency = models.ForeignKey(Competency, models.PROTECT, related_name="+")
    staff = models.PositiveIntegerField()
    assessed = models.PositiveIntegerField()
    with_gap = models.PositiveIntegerField()
    depth = models.FloatField(null=True)
    mwds = models.FloatField(null=True)
    rank_low = models.PositiveSmallIntegerField(null=True)
    rank_high = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["cycle", "unit", "competency"], name="one_unit_need_of_a_competency"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.competency_id}"


class Performance(models.Model):
    """The predicate of a person's performance in a period, as imported from the SKP."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="performances")
    year = models.PositiveSmallIntegerField(_("year"))
    period = models.CharField(_("period"), max_length=10, default="year", help_text="year, or q1 to q4")
    predicate = models.CharField(_("predicate"), max_length=20, choices=Predicate.choices)
    imported_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("performance")
        verbose_name_plural = _("performances")
        ordering: ClassVar = ["-year", "period"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "year", "period"], name="one_predicate_of_a_period")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.year} {self.predicate}"


class Proposal(models.Model):
    """A wish of an ASN or an office (usulan), with its answer."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="proposals")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="proposals")
    competency = models.ForeignKey(Competency, models.PROTECT, null=True, blank=True, related_name="+")
    wish = models.CharField(_("what is wished for"), max_length=300)
    reason = models.TextField(_("reason"))
    people = models.PositiveIntegerField(_("for how many people"), default=1)
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(
        _("state"), max_length=10, choices=ProposalState.choices, default=ProposalState.SENT
    )
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering: ClassVar = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return self.wish


class ConductCase(models.Model):
    """A case of ethics or discipline: raises a need for coaching, is seen by few, takes nobody out."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="conduct_cases")
    kind = models.CharField(_("kind"), max_length=12, choices=CaseKind.choices)
    opened_on = models.DateField(_("since"))
    need = models.TextField(_("what coaching is needed"))
    competency = models.ForeignKey(Competency, models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=CaseState.choices, default=CaseState.OPEN)
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    named = models.ManyToManyField(User, blank=True, related_name="+", verbose_name=_("seen by"))
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering: ClassVar = ["-opened_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Verification(models.Model):
    """The word of the head of an office on the needs of the office."""

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="verifications")
    office = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    state = models.CharField(
        _("state"), max_length=10, choices=VerificationState.choices, default=VerificationState.WAITING
    )
    note = models.TextField(_("note"), blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cycle", "office"], name="one_verification_of_an_office")
        ]

    def __str__(self) -> str:
        return f"{self.cycle_id} {self.office_id}"
