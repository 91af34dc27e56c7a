"""The framework in versions, competencies with levels and anchors, and the standard of posts."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from asah.portal.base.models import Unit, User
from asah.portal.competency.enums import Basis, CompetencyKind, FrameworkState, Stream
from asah.portal.people.models import Position

LOWEST, HIGHEST = 1, 5

# What the files that come with the portal say of their sources: rows keep it as it stands there.
gettext_noop(
    "Names of B.01 to B.07: the BerAKHLAK core values, from secondary sources. All other text: Asah."
)
gettext_noop("Names and scale of levels: PermenPANRB 38/2017, from secondary sources. All other text: Asah.")
gettext_noop("Asah's starting set, in its own words.")
gettext_noop(
    "Public code of a regional competency application; agrees with common usage save for JPT madya, which is"
    " in doubt (4 or 5). PermenPANRB 38/2017 itself was not read."
)


def say_source(source: str) -> str:
    """A source in the reader's language where it came with the portal, as it was written where it did not."""
    return "\n".join(gettext(line) if line.strip() else line for line in source.splitlines())


class Framework(models.Model):
    """One version of an agency's framework. One is in force; an old one is archived, never deleted."""

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    version = models.CharField(_("version"), max_length=20)
    state = models.CharField(
        _("state"), max_length=10, choices=FrameworkState.choices, default=FrameworkState.DRAFT
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    source = models.TextField(_("source"), blank=True)
    verified = models.BooleanField(_("checked against its source"), default=False)

    class Meta:
        verbose_name = _("framework")
        verbose_name_plural = _("frameworks")
        ordering: ClassVar = ["-valid_from", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "version"], name="framework_version_once_in_an_agency"),
            models.UniqueConstraint(
                fields=["agency"], condition=Q(state=FrameworkState.IN_FORCE), name="one_framework_in_force"
            ),
        ]

    def __str__(self) -> str:
        return self.version

    @property
    def source_told(self) -> str:
        return say_source(self.source)


class Competency(models.Model):
    """What is rated and developed. It keeps its identity over versions of the framework."""

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(_("code"), max_length=30)
    name_id = models.CharField(_("name (Indonesian)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=15, choices=CompetencyKind.choices)
    stream = models.CharField(_("stream"), max_length=12, choices=Stream.choices, default=Stream.COMPETENCY)
    owner = models.CharField(_("curriculum owner"), max_length=200, blank=True)
    definition_id = models.TextField(_("definition (Indonesian)"), blank=True)
    definition_en = models.TextField(_("definition (English)"), blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("competency")
        verbose_name_plural = _("competencies")
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "code"], name="competency_code_once_in_an_agency")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the language of the reader; Indonesian where there is no English."""
        return self.name_en if get_language() == "en" and self.name_en else self.name_id

    @property
    def definition(self) -> str:
        return self.definition_en if get_language() == "en" and self.definition_en else self.definition_id


class LevelDescriptor(models.Model):
    """What one level of a competency means in one version of the framework."""

    framework = models.ForeignKey(Framework, models.PROTECT, related_name="descriptors")
    competency = models.ForeignKey(Competency, models.PROTECT, related_name="descriptors")
    level = models.PositiveSmallIntegerField(
        _("level"), validators=[MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)]
    )
    title_id = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    text_id = models.TextField()
    text_en = models.TextField(blank=True)

    class Meta:
        verbose_name = _("level")
        verbose_name_plural = _("levels")
        ordering: ClassVar = ["competency", "level"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["framework", "competency", "level"], name="one_descriptor_of_a_level"
            ),
            models.CheckConstraint(name="level_is_one_to_five", condition=Q(level__range=(LOWEST, HIGHEST))),
        ]

    def __str__(self) -> str:
        return f"{self.competency_id} {self.level}"

    @property
    def title(self) -> str:
        return self.title_en if get_language() == "en" and self.title_en else self.title_id

    @property
    def text(self) -> str:
        return self.text_en if get_language() == "en" and self.text_en else self.text_id


class Anchor(models.Model):
    """One behaviour of a level that somebody can see and rate."""

    descriptor = models.ForeignKey(LevelDescriptor, models.CASCADE, related_name="anchors")
    number = models.PositiveSmallIntegerField()
    text_id = models.TextField()
    text_en = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["descriptor", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["descriptor", "number"], name="one_anchor_of_a_number")
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        return self.text_en if get_language() == "en" and self.text_en else self.text_id


class Requirement(models.Model):
    """The level a post demands, from a day on. Closed when it changes, never overwritten."""

    position = models.ForeignKey(Position, models.PROTECT, related_name="requirements")
    competency = models.ForeignKey(Competency, models.PROTECT, related_name="requirements")
    level = models.PositiveSmallIntegerField(
        _("level"), validators=[MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)]
    )
    importance = models.DecimalField(_("importance"), max_digits=5, decimal_places=2, default=1)
    basis = models.CharField(_("basis"), max_length=12, choices=Basis.choices)
    source = models.CharField(_("source"), max_length=300, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    written_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    written_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("required level")
        verbose_name_plural = _("required levels")
        ordering: ClassVar = ["position", "competency", "-valid_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["position", "competency"],
                condition=Q(valid_to__isnull=True),
                name="one_open_requirement_of_a_post",
            ),
            models.CheckConstraint(
                name="required_level_is_one_to_five", condition=Q(level__range=(LOWEST, HIGHEST))
            ),
            models.CheckConstraint(name="importance_is_not_negative", condition=Q(importance__gte=0)),
            models.CheckConstraint(
                name="requirement_ends_after_it_starts",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position_id} {self.competency_id} {self.level}"

    @property
    def source_told(self) -> str:
        return say_source(self.source)
