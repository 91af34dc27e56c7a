"""What people fill in about the catalogue. Choices never leave the agency whose catalogue it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms.models import construct_instance
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asah.portal.base.models import Unit
from asah.portal.base.models.unit import below
from asah.portal.catalogue import actions, bridge
from asah.portal.catalogue.models import (
    Fare,
    Fund,
    Offering,
    Price,
    Programme,
    ProgrammeEffect,
    Resource,
    ResourcePeriod,
)
from asah.portal.competency.models import Competency
from asah.portal.people.enums import EmploymentKind, PositionKind
from asah.portal.people.models import Place
from asah.portal.ui.forms import OnceForm

BLANK_ROWS = 2


def add_faults(form: forms.BaseForm, error: ValidationError) -> None:
    """Puts what an action refused beside the fields it is about, and the rest at the top."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for field, errors in error.error_dict.items():
        form.add_error(field if field in form.fields else None, errors)


class DayInput(forms.DateInput):
    """The day chooser of the browser."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class JudgedForm(OnceForm):
    """Fields look at themselves; the row as a whole is judged by the action, which tells the remedy too."""

    instance: Any
    _meta: Any

    def _post_clean(self) -> None:
        # Constraints of the table wait for the action: weeks that one asks for may still follow from days.
        self.instance = construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)


class ProgrammeForm(JudgedForm, forms.ModelForm[Programme]):
    """A programme. Its JP are given, or worked out from the days, sessions or activities of its form."""

    units_of_form = forms.DecimalField(
        label=_("Days, sessions or activities"),
        required=False,
        min_value=Decimal(0),
        max_digits=6,
        decimal_places=2,
        help_text=_("For forms that count these: leave JP blank, and they are worked out."),
    )
    form = forms.ChoiceField(label=_("Form of development"))
    jp = forms.DecimalField(
        label=_("JP"), required=False, min_value=Decimal(0), max_digits=7, decimal_places=2
    )
    eligible_employment = forms.MultipleChoiceField(
        label=_("For employment"),
        choices=EmploymentKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: for everybody."),
    )
    eligible_position_kind = forms.MultipleChoiceField(
        label=_("For kinds of post"),
        choices=PositionKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: for everybody."),
    )

    class Meta:
        model = Programme
        fields: ClassVar = [
            "code",
            "name",
            "description",
            "form",
            "units_of_form",
            "jp",
            "theory_jp",
            "practice_jp",
            "simulation_jp",
            "cost_per_person",
            "fund",
            "organiser",
            "curriculum_owner",
            "prerequisite",
            "connectivity",
            "general",
            "counts_to_max",
            "eligible_employment",
            "eligible_position_kind",
            "eligible_units",
        ]
        widgets: ClassVar = {"description": forms.Textarea(attrs={"rows": 4})}
        help_texts: ClassVar = {
            "theory_jp": _("Of the JP; 0 in all three where they are not told apart."),
            "counts_to_max": _("No for Latsar, PKP, PKA, PKN and induction."),
            "general": _("Its JP counts also for somebody who has no need that it serves."),
            "eligible_units": _("None chosen: for everybody. Hold Ctrl to choose several."),
        }
        labels: ClassVar = {
            "connectivity": _("Connection needed online"),
            "fund": _("Fund"),
            "prerequisite": _("Must come before"),
        }

    def __init__(self, *args: Any, agency: Unit, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instance.agency = agency
        self.fields["form"].choices = [("", _("choose")), *bridge.form_choices()]  # type: ignore[attr-defined]
        others = Programme.objects.filter(agency=agency).exclude(pk=self.instance.pk)
        self.fields["prerequisite"].queryset = others  # type: ignore[attr-defined]
        self.fields["fund"].queryset = Fund.objects.filter(agency=agency)  # type: ignore[attr-defined]
        units = Unit.objects.filter(below([agency.path]), is_active=True).exclude(pk=agency.pk)
        self.fields["eligible_units"].queryset = units  # type: ignore[attr-defined]
        for name in ("theory_jp", "practice_jp", "simulation_jp"):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in ("theory_jp", "practice_jp", "simulation_jp"):
            if name in data and data[name] is None:
                data[name] = Decimal(0)
        amount, given = data.get("units_of_form"), data.get("jp")
        if "form" in data and "jp" in data:
            data["jp"] = self._jp(data["form"], amount, given)
        return data

    def _jp(self, code: str, amount: Decimal | None, given: Decimal | None) -> Decimal | None:
        if amount is None:
            if given is None:
                self.add_error("jp", _("Give the JP, or the days, sessions or activities they follow from."))
            return given
        form = bridge.find_form(code)
        if form is None or form.unit == "jp":
            said = _("This form counts JP itself. Leave this blank and give the JP.")
            self.add_error("units_of_form", said)
            return given
        jp = form.rate * amount
        if given is not None and given != jp:
            said = _("This would be %(jp)s JP. Leave the JP blank, or correct one of the two.")
            self.add_error("jp", said % {"jp": f"{jp.normalize():f}"})
        return jp


class EffectForm(forms.ModelForm[ProgrammeEffect]):
    """One expected gain; a line without a competency is left out."""

    competency = forms.ChoiceField(label=_("Competency"), required=False)

    class Meta:
        model = ProgrammeEffect
        fields: ClassVar = ["competency", "gain_levels", "gain_sd", "source", "note"]
        help_texts: ClassVar = {"note": _("The study or the expert that the number comes from.")}

    def __init__(self, *args: Any, competencies: dict[str, Competency], **options: Any) -> None:
        super().__init__(*args, **options)
        self.competencies = competencies
        choices = [
            ("", _("none")),
            *((number, f"{one.code} {one.name}") for number, one in competencies.items()),
        ]
        self.fields["competency"].choices = choices  # type: ignore[attr-defined]
        self.fields["gain_levels"].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("competency") and data.get("gain_levels") is None and "gain_levels" in data:
            self.add_error("gain_levels", _("Give the gain, or take the competency out of this line."))
        if not data.get("competency") and data.get("gain_levels") is not None:
            self.add_error("competency", _("Choose the competency that gains, or clear this line."))
        return data

    def _post_clean(self) -> None:
        # The action judges the row; a line without a competency is no row at all.
        if self.cleaned_data.get("competency"):
            self.instance.competency = self.competencies[self.cleaned_data["competency"]]
            for name in {"gain_levels", "gain_sd", "source", "note"} & set(self.cleaned_data):
                setattr(self.instance, name, self.cleaned_data[name])


def effect_forms(programme: Programme, data: Any) -> Any:
    """The expected gains of a programme as lines of a form, with blank ones below."""
    known = Competency.objects.filter(agency=programme.agency)
    effects = list(programme.effects.order_by("competency__code")) if programme.pk else []
    used = Q(archived_at=None) | Q(pk__in=[effect.competency_id for effect in effects])
    made = forms.formset_factory(EffectForm, extra=BLANK_ROWS)
    fields = ("gain_levels", "gain_sd", "source", "note")
    initial = [
        {"competency": str(effect.competency_id), **{name: getattr(effect, name) for name in fields}}
        for effect in effects
    ]
    competencies = {str(one.pk): one for one in known.filter(used).order_by("code")}
    return made(data, initial=initial, prefix="effects", form_kwargs={"competencies": competencies})


def filled_effects(formset: Any) -> list[ProgrammeEffect]:
    """The lines that name a competency, after the formset was found valid."""
    return [form.instance for form in formset if form.cleaned_data.get("competency")]


class OfferingForm(JudgedForm, forms.ModelForm[Offering]):
    """When, where and how many. Either days or weeks: weeks follow from days."""

    class Meta:
        model = Offering
        fields: ClassVar = [
            "code",
            "year",
            "starts_on",
            "ends_on",
            "period",
            "period_end",
            "place",
            "days",
            "seats_per_class",
            "min_per_class",
            "max_classes",
            "cost_per_class",
            "resource",
        ]
        widgets: ClassVar = {"starts_on": DayInput(), "ends_on": DayInput()}
        labels: ClassVar = {"place": _("Place"), "resource": _("Resource")}
        help_texts: ClassVar = {
            "starts_on": _("The weeks follow from the days. Blank where only weeks are known."),
            "period": _(
                "Week of the year, 1 to 52 or 53. Blank where the days are given, or where it is undated."
            ),
            "place": _("None: online."),
            "days": _("For which the daily cost is paid; 0: counted from the days."),
            "seats_per_class": _("Blank: no limit."),
        }

    def __init__(self, *args: Any, agency: Unit, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["place"].queryset = Place.objects.filter(agency=agency)  # type: ignore[attr-defined]
        self.fields["place"].empty_label = _("online")  # type: ignore[attr-defined]
        used = Q(archived_at=None) | Q(pk=self.instance.resource_id)
        mine = Resource.objects.filter(agency=agency).filter(used)
        self.fields["resource"].queryset = mine  # type: ignore[attr-defined]
        if self.instance._state.adding:
            self.initial["year"] = timezone.localdate().year + 1

    def clean(self) -> dict[str, Any]:
        """Weeks and days that nobody touched follow the new first and last day."""
        data = super().clean() or self.cleaned_data
        moved = {"starts_on", "ends_on", "year"} & set(self.changed_data)
        if data.get("starts_on") and moved:
            if not {"period", "period_end"} & set(self.changed_data):
                data["period"] = data["period_end"] = None
            if "days" not in self.changed_data and self.initial.get("days") == _length(self.initial):
                data["days"] = 0
        return data


def _length(initial: Mapping[str, Any]) -> int | None:
    first, last = initial.get("starts_on"), initial.get("ends_on")
    return (last - first).days + 1 if isinstance(first, dt.date) and isinstance(last, dt.date) else None


class ResourceForm(JudgedForm, forms.ModelForm[Resource]):
    class Meta:
        model = Resource
        fields: ClassVar = ["code", "name", "kind", "place", "classes", "note"]
        labels: ClassVar = {"place": _("Place")}
        help_texts: ClassVar = {"classes": _("How many classes it can hold in the same week.")}

    def __init__(self, *args: Any, agency: Unit, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instance.agency = agency
        self.fields["place"].queryset = Place.objects.filter(agency=agency)  # type: ignore[attr-defined]


class PeriodForm(forms.ModelForm[ResourcePeriod]):
    """One exceptional week; a line without a week is left out."""

    class Meta:
        model = ResourcePeriod
        fields: ClassVar = ["year", "period", "classes"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        given = [data.get(name) is not None for name in ("year", "period", "classes")]
        if any(given) and not all(given) and not self.errors:
            self.add_error(None, _("Give year, week and classes, or clear the line."))
        return data

    def _post_clean(self) -> None:
        for name in ("year", "period", "classes"):
            setattr(self.instance, name, self.cleaned_data.get(name))


def period_forms(resource: Resource, data: Any) -> Any:
    """The exceptional weeks of a resource as lines of a form, with blank ones below."""
    made = forms.formset_factory(PeriodForm, extra=BLANK_ROWS)
    initial = list(resource.periods.values("year", "period", "classes")) if resource.pk else []
    return made(data, initial=initial, prefix="weeks")


def filled_periods(formset: Any) -> list[ResourcePeriod]:
    """The lines that name a week, after the formset was found valid."""
    return [form.instance for form in formset if form.cleaned_data.get("period") is not None]


class PriceForm(JudgedForm, forms.ModelForm[Price]):
    class Meta:
        model = Price
        fields: ClassVar = [
            "year",
            "region",
            "code",
            "name",
            "unit_of_measure",
            "amount",
            "source",
            "verified",
        ]
        help_texts: ClassVar = {
            "region": _("Blank: holds everywhere."),
            "verified": _("Tick it when you have compared the amount with the regulation or decree itself."),
        }

    def __init__(self, *args: Any, agency: Unit, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instance.agency = agency
        if self.instance._state.adding:
            self.initial["year"] = timezone.localdate().year + 1


class FareForm(JudgedForm, forms.ModelForm[Fare]):
    class Meta:
        model = Fare
        fields: ClassVar = ["year", "origin", "destination", "cost", "per_day"]
        labels: ClassVar = {"origin": _("Place of origin"), "destination": _("Destination")}

    def __init__(self, *args: Any, agency: Unit, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instance.agency = agency
        for name in ("origin", "destination"):
            self.fields[name].queryset = Place.objects.filter(agency=agency)  # type: ignore[attr-defined]
        if self.instance._state.adding:
            self.initial["year"] = timezone.localdate().year + 1


class FundForm(JudgedForm, forms.ModelForm[Fund]):
    class Meta:
        model = Fund
        fields: ClassVar = ["code", "name"]

    def __init__(self, *args: Any, agency: Unit, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instance.agency = agency


class CopyForm(OnceForm):
    """From which year to which."""

    from_year = forms.IntegerField(label=_("From year"))
    to_year = forms.IntegerField(label=_("To year"), help_text=_("What is there already is left as it is."))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        now = timezone.localdate().year
        self.fields["from_year"].initial = now
        self.fields["to_year"].initial = now + 1


class DefaultPricesForm(OnceForm):
    """A region of the national standard, and the year of the book that its lines go into."""

    region = forms.ChoiceField(label=_("Region"))
    year = forms.IntegerField(label=_("Year of the price book"), min_value=2000, max_value=2100)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["region"].choices = [(name, name) for name in actions.default_regions()]  # type: ignore[attr-defined]
        self.fields["year"].initial = timezone.localdate().year + 1


class WorkbookForm(forms.Form):
    """The workbook, and the year of rows that name none."""

    file = forms.FileField(
        label=_("Workbook"),
        help_text=_(".xlsx, as this page gives it out; at most 20 MB."),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )
    year = forms.IntegerField(
        label=_("Year of rows that name none"),
        min_value=2000,
        max_value=2100,
        help_text=_("Offerings, prices, fares."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["year"].initial = timezone.localdate().year + 1
