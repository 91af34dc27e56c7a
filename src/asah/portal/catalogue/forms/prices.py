"""Money: the price book, fares and funds."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asah.portal.base.models import Unit
from asah.portal.catalogue import actions
from asah.portal.catalogue.forms.judged import JudgedForm, Typed
from asah.portal.catalogue.models import Fare, Fund, Price
from asah.portal.people.models import Place
from asah.portal.ui.fields import WholeField
from asah.portal.ui.forms import OnceForm


class PriceForm(JudgedForm, forms.ModelForm[Price]):
    class Meta(Typed):
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
    class Meta(Typed):
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
    class Meta(Typed):
        model = Fund
        fields: ClassVar = ["code", "name"]

    def __init__(self, *args: Any, agency: Unit, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instance.agency = agency


class DefaultPricesForm(OnceForm):
    """A region of the national standard, and the year of the book that its lines go into."""

    region = forms.ChoiceField(label=_("Region"))
    year = WholeField(label=_("Year of the price book"), min_value=2000, max_value=2100)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["region"].choices = [(name, name) for name in actions.default_regions()]  # type: ignore[attr-defined]
        self.fields["year"].initial = timezone.localdate().year + 1
