"""People, posts, places; employment as a history; batches of an imported roster."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asah.portal.base.models import StoredFile, Unit, User
from asah.portal.people.enums import BatchState, Connectivity, EmploymentKind, PositionKind, Severity, Sex


class Place(models.Model):
    """Where people work and classes are held."""

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=250)
    zone = models.CharField(_("island or district"), max_length=120, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    connectivity = models.CharField(_("connection"), max_length=10, choices=Connectivity.choices, blank=True)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "code"], name="place_code_once_in_an_agency")
        ]

    def __str__(self) -> str:
        return self.name


class Position(models.Model):
    """A post: what standards are set for. Held by any number of people."""

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=250)
    kind = models.CharField(_("kind of post"), max_length=15, choices=PositionKind.choices, blank=True)
    level = models.CharField(_("rung (jenjang)"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "code"], name="position_code_once_in_an_agency")
        ]

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """A civil servant. What changes with the post stands in ``current``, the latest line of the history."""

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    nip = models.CharField(_("NIP"), max_length=30)
    name = models.CharField(_("name"), max_length=250)
    front_degree = models.CharField(_("degree before the name"), max_length=60, blank=True)
    back_degree = models.CharField(_("degree after the name"), max_length=120, blank=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, blank=True)
    email = models.EmailField(_("email"), blank=True)
    cpns_on = models.DateField(_("candidate since"), null=True, blank=True)
    pns_on = models.DateField(_("permanent since"), null=True, blank=True)
    retires_on = models.DateField(_("retires on"), null=True, blank=True)
    supervisor = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("direct supervisor"),
    )
    target_position = models.ForeignKey(
        Position, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("next post")
    )
    user = models.OneToOneField(User, models.PROTECT, null=True, blank=True, related_name="person")
    current = models.OneToOneField(
        "Employment", models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering: ClassVar = ["name", "pk"]
        indexes: ClassVar = [models.Index(fields=["name"])]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "nip"], name="nip_once_in_an_agency")
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """The name with its degrees, as it is written in documents."""
        named = f"{self.front_degree} {self.name}".strip()
        return f"{named}, {self.back_degree}" if self.back_degree else named


class Employment(models.Model):
    """One stretch of a person's work: closed when something changes, never overwritten."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="employments")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    position = models.ForeignKey(Position, models.PROTECT, null=True, blank=True, related_name="held")
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="worked_at")
    kind = models.CharField(_("employment"), max_length=20, choices=EmploymentKind.choices)
    golongan = models.CharField(_("grade (golongan)"), max_length=10, blank=True)
    started_on = models.DateField(_("from"), null=True, blank=True)
    ended_on = models.DateField(_("to"), null=True, blank=True)
    written_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("employment")
        verbose_name_plural = _("employments")
        ordering: ClassVar = [F("started_on").desc(nulls_last=True), "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], name="one_open_employment_of_a_person", condition=Q(ended_on__isnull=True)
            ),
            models.CheckConstraint(
                name="employment_ends_after_it_starts",
                condition=Q(ended_on__isnull=True)
                | Q(started_on__isnull=True)
                | Q(ended_on__gte=F("started_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.unit_id}"


class RosterBatch(models.Model):
    """One imported sheet: what it was, what came of it, and what is needed to undo it."""

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=BatchState.choices, default=BatchState.SENT)
    columns = models.JSONField(default=list, help_text="Headers as written, without those refused.")
    refused = models.JSONField(default=list, help_text="Headers of sensitive columns, dropped unread.")
    warnings = models.JSONField(default=list)
    mapping = models.JSONField(default=dict, help_text="Field to column number.")
    counts = models.JSONField(default=dict)
    job = models.ForeignKey("base.Job", models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("roster import")
        verbose_name_plural = _("roster imports")
        ordering: ClassVar = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.file.name} ({self.created_at:%Y-%m-%d})"


class RosterFinding(models.Model):
    """What was wrong or odd in one row of a sheet."""

    batch = models.ForeignKey(RosterBatch, models.CASCADE, related_name="findings")
    row = models.PositiveIntegerField(_("row"))
    column = models.CharField(_("column"), max_length=120, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices)
    code = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering: ClassVar = ["row", "pk"]

    def __str__(self) -> str:
        return f"{self.row} {self.code}"


class RosterChange(models.Model):
    """One person that a batch made or changed: what was there before, and what it put there.

    What stands there now and is not what the batch put there was changed since; undoing leaves it.
    """

    batch = models.ForeignKey(RosterBatch, models.CASCADE, related_name="changes")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    created = models.BooleanField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "batch"])]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.person_id}"


class RosterDifference(models.Model):
    """One thing that a checked sheet makes or changes: of one person, one field."""

    batch = models.ForeignKey(RosterBatch, models.CASCADE, related_name="differences")
    row = models.PositiveIntegerField(_("row"))
    nip = models.CharField(_("NIP"), max_length=30)
    name = models.CharField(_("name"), max_length=250)
    field = models.CharField(max_length=30, blank=True, help_text="Blank: the person is new.")
    old = models.CharField(max_length=300, blank=True)
    new = models.CharField(max_length=600, blank=True)

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        ordering: ClassVar = ["row", "pk"]

    def __str__(self) -> str:
        return f"{self.row} {self.field}"


class RememberedColumns(models.Model):
    """How an agency matched the columns of sheets with the same headers before."""

    agency = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    signature = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict, help_text="Field to header.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "signature"], name="columns_remembered_once")
        ]

    def __str__(self) -> str:
        return self.signature


class AccountBatch(models.Model):
    """Accounts opened for everybody of a unit, and for a while the sheet of their first passwords."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    job = models.ForeignKey("base.Job", models.SET_NULL, null=True, related_name="+")
    counts = models.JSONField(default=dict)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("opening of accounts")
        verbose_name_plural = _("openings of accounts")
        ordering: ClassVar = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.unit} ({self.created_at:%Y-%m-%d})"
