"""Programmes, what they are expected to bring, when and where they are held, with what and for how much."""

from __future__ import annotations

from typing import ClassVar, Final

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from asah.portal.base.models import Unit
from asah.portal.catalogue.enums import GainSource, ProgrammeState, ResourceKind
from asah.portal.competency.models import Competency
from asah.portal.people.enums import Connectivity
from asah.portal.people.models import Place

# Levels are 1 to 5: nobody rises by more.
MOST_GAIN: Final = 4
TOO_MUCH: Final = _("Levels are 1 to 5: nobody gains more than %(limit_value)s.")


class Fund(models.Model):
    """A source of money with its account code."""

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("fund")
        verbose_name_plural = _("funds")
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [models.UniqueConstraint("agency", Upper("code"), name="fund_code_once")]

    def __str__(self) -> str:
        return self.name


class Programme(models.Model):
    """What is taught, in what form, for how many JP. Theory, practice and simulation are told apart."""

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=250)
    description = models.TextField(_("description"), blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=ProgrammeState.choices, default=ProgrammeState.DRAFT
    )
    form = models.CharField(_("form"), max_length=4, help_text="K1..K11, N1..N12 of the rules.")
    jp = models.DecimalField(_("JP"), max_digits=7, decimal_places=2, validators=[MinValueValidator(0)])
    theory_jp = models.DecimalField(_("theory (JP)"), max_digits=7, decimal_places=2, default=0)
    practice_jp = models.DecimalField(_("practice (JP)"), max_digits=7, decimal_places=2, default=0)
    simulation_jp = models.DecimalField(_("simulation (JP)"), max_digits=7, decimal_places=2, default=0)
    cost_per_person = models.BigIntegerField(_("cost per person (Rp)"), validators=[MinValueValidator(0)])
    fund = models.ForeignKey(Fund, models.PROTECT, null=True, blank=True, related_name="programmes")
    prerequisite = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    organiser = models.CharField(_("organiser"), max_length=200, blank=True)
    curriculum_owner = models.CharField(_("curriculum owner"), max_length=200, blank=True)
    connectivity = models.CharField(
        _("connection needed online"), max_length=10, choices=Connectivity.choices, default=Connectivity.LOW
    )
    general = models.BooleanField(_("JP counts for everybody"), default=False)
    counts_to_max = models.BooleanField(_("counts towards the ceiling of JP"), default=True)
    eligible_employment = models.JSONField(_("for employment"), default=list, blank=True)
    eligible_position_kind = models.JSONField(_("for kinds of post"), default=list, blank=True)
    eligible_units = models.ManyToManyField(Unit, blank=True, related_name="+", verbose_name=_("for units"))

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint("agency", Upper("code"), name="programme_code_once_in_an_agency"),
            models.CheckConstraint(
                name="programme_hours_are_not_negative",
                condition=Q(jp__gte=0, theory_jp__gte=0, practice_jp__gte=0, simulation_jp__gte=0),
            ),
            models.CheckConstraint(
                name="programme_cost_is_not_negative", condition=Q(cost_per_person__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProgrammeEffect(models.Model):
    """The levels a participant is expected to rise in one competency, and where that number comes from."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="effects")
    competency = models.ForeignKey(Competency, models.PROTECT, related_name="programme_effects")
    gain_levels = models.DecimalField(
        _("expected gain (levels)"),
        max_digits=5,
        decimal_places=3,
        validators=[MaxValueValidator(MOST_GAIN, TOO_MUCH)],
    )
    gain_sd = models.DecimalField(
        _("its uncertainty (sd)"), max_digits=5, decimal_places=3, null=True, blank=True
    )
    source = models.CharField(
        _("comes from"), max_length=10, choices=GainSource.choices, default=GainSource.CATALOGUE
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("expected gain")
        verbose_name_plural = _("expected gains")
        ordering: ClassVar = ["programme", "competency"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["programme", "competency"], name="one_effect_of_a_programme"),
            models.CheckConstraint(
                name="gain_is_positive", condition=Q(gain_levels__gt=0, gain_levels__lte=MOST_GAIN)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.competency_id}"


class Resource(models.Model):
    """Local facilitators, an expert or a venue: what limits how many classes are held at once."""

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=15, choices=ResourceKind.choices)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    classes = models.PositiveSmallIntegerField(_("classes at once"), default=1)
    note = models.CharField(_("note"), max_length=300, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [models.UniqueConstraint("agency", Upper("code"), name="resource_code_once")]

    def __str__(self) -> str:
        return self.name


class ResourcePeriod(models.Model):
    """A week of a year in which a resource can hold another number of classes than usual."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="periods")
    year = models.PositiveSmallIntegerField(_("year"))
    period = models.PositiveSmallIntegerField(_("week"))
    classes = models.PositiveSmallIntegerField(_("classes at once"))

    class Meta:
        ordering: ClassVar = ["resource", "year", "period"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource", "year", "period"], name="one_period_of_a_resource")
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.year}/{self.period}"


class Offering(models.Model):
    """One programme at one time and place, or online, in one year."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="offerings")
    code = models.CharField(_("code"), max_length=60)
    year = models.PositiveSmallIntegerField(_("year"))
    period = models.PositiveSmallIntegerField(_("first week"), null=True, blank=True)
    period_end = models.PositiveSmallIntegerField(_("last week"), null=True, blank=True)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    days = models.PositiveSmallIntegerField(_("days"), default=0, blank=True)
    seats_per_class = models.PositiveSmallIntegerField(_("seats per class"), null=True, blank=True)
    min_per_class = models.PositiveSmallIntegerField(_("fewest per class"), default=0)
    max_classes = models.PositiveSmallIntegerField(_("most classes"), default=1)
    cost_per_class = models.BigIntegerField(_("cost per class (Rp)"), default=0)
    resource = models.ForeignKey(Resource, models.PROTECT, null=True, blank=True, related_name="offerings")
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("offering")
        verbose_name_plural = _("offerings")
        ordering: ClassVar = ["year", "period", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint("programme", "year", Upper("code"), name="offering_code_once_in_a_year"),
            models.CheckConstraint(
                name="offering_in_person_has_a_period",
                condition=Q(place__isnull=True) | Q(period__isnull=False),
            ),
            models.CheckConstraint(
                name="offering_ends_after_it_starts",
                condition=Q(period_end__isnull=True) | Q(period_end__gte=F("period")),
            ),
            models.CheckConstraint(
                name="offering_dates_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(name="offering_cost_is_not_negative", condition=Q(cost_per_class__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.code}"


class Price(models.Model):
    """One line of the price book of a year and region. The standard of the Ministry is a default only."""

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("year"))
    region = models.CharField(_("region"), max_length=120, blank=True)
    code = models.CharField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    unit_of_measure = models.CharField(_("per"), max_length=60)
    amount = models.BigIntegerField(_("amount (Rp)"), validators=[MinValueValidator(0)])
    source = models.CharField(_("source"), max_length=300, blank=True)
    verified = models.BooleanField(_("checked against its source"), default=False)

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("price book")
        ordering: ClassVar = ["-year", "code", "region"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "agency", "year", "region", Upper("code"), name="price_once_a_year_and_region"
            ),
            models.CheckConstraint(name="price_is_not_negative", condition=Q(amount__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.year}"


class Fare(models.Model):
    """What a return trip of one person costs between two places in a year, and a day away."""

    agency = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("year"))
    origin = models.ForeignKey(Place, models.PROTECT, related_name="+")
    destination = models.ForeignKey(Place, models.PROTECT, related_name="+")
    cost = models.BigIntegerField(_("return trip (Rp)"), validators=[MinValueValidator(0)])
    per_day = models.BigIntegerField(_("a day (Rp)"), default=0, validators=[MinValueValidator(0)])

    class Meta:
        verbose_name = _("fare")
        verbose_name_plural = _("fares")
        ordering: ClassVar = ["-year", "origin", "destination"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "origin", "destination"], name="fare_once_a_year"),
            models.CheckConstraint(name="fare_is_not_negative", condition=Q(cost__gte=0, per_day__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.origin_id}-{self.destination_id} {self.year}"
