"""When and where, and with what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asah.portal.base.models import Unit
from asah.portal.catalogue.forms.judged import DayInput, JudgedForm, Typed
from asah.portal.catalogue.models import Offering, Resource, ResourcePeriod
from asah.portal.people.models import Place
from asah.portal.ui.stale import StaleForm

BLANK_ROWS = 2


class OfferingForm(JudgedForm, forms.ModelForm[Offering]):
    """When, where and how many. Either days or weeks: weeks follow from days."""

    class Meta(Typed):
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
            "days": _("For which the daily cost is paid. Blank: counted from the first and last day."),
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
                data["days"] = None
        return data


def _length(initial: Mapping[str, Any]) -> int | None:
    first, last = initial.get("starts_on"), initial.get("ends_on")
    return (last - first).days + 1 if isinstance(first, dt.date) and isinstance(last, dt.date) else None


class ResourceForm(JudgedForm, forms.ModelForm[Resource]):
    class Meta(Typed):
        model = Resource
        fields: ClassVar = ["code", "name", "kind", "place", "classes", "note"]
        labels: ClassVar = {"place": _("Place")}
        help_texts: ClassVar = {"classes": _("How many classes it can hold in the same week.")}

    def __init__(self, *args: Any, agency: Unit, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instance.agency = agency
        self.fields["place"].queryset = Place.objects.filter(agency=agency)  # type: ignore[attr-defined]


class PeriodForm(StaleForm, forms.ModelForm[ResourcePeriod]):
    """One exceptional week; a line without a week is left out."""

    class Meta(Typed):
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
