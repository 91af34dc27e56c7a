"""Programmes, and the levels they are expected to bring."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from asah.portal.base.models import Unit
from asah.portal.base.models.unit import below
from asah.portal.catalogue import bridge
from asah.portal.catalogue.forms.judged import JudgedForm, Typed
from asah.portal.catalogue.models import Fund, Programme, ProgrammeEffect
from asah.portal.competency.models import Competency
from asah.portal.people.enums import EmploymentKind, PositionKind
from asah.portal.ui.fields import DecimalField, write_decimal
from asah.portal.ui.stale import StaleForm

BLANK_ROWS = 2


class ProgrammeForm(JudgedForm, forms.ModelForm[Programme]):
    """A programme. Its JP are given, or worked out from the days, sessions or activities of its form."""

    units_of_form = DecimalField(
        label=_("Days, sessions or activities"),
        required=False,
        min_value=Decimal(0),
        max_digits=6,
        decimal_places=2,
        help_text=_("For forms that count these: leave JP blank, and they are worked out."),
    )
    form = forms.ChoiceField(label=_("Form of development"))
    jp = DecimalField(label=_("JP"), required=False, min_value=Decimal(0), max_digits=7, decimal_places=2)
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

    class Meta(Typed):
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
            self.add_error("jp", said % {"jp": write_decimal(jp)})
        return jp


class EffectForm(StaleForm, forms.ModelForm[ProgrammeEffect]):
    """One expected gain; a line without a competency is left out."""

    competency = forms.ChoiceField(label=_("Competency"), required=False)

    class Meta(Typed):
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
