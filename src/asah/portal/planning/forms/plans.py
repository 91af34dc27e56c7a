"""Making a plan, deciding by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from asah.portal.catalogue.enums import ProgrammeState
from asah.portal.catalogue.models import Offering
from asah.portal.people.models import Person
from asah.portal.planning.enums import LockState
from asah.portal.planning.forms.fields import EditionForm
from asah.portal.planning.models import Plan, PlanClass, PlanLine
from asah.portal.ui.fields import FloatField
from asah.portal.ui.formats import share

MOVE = "move"
GAPS = (0.002, 0.01, 0.05)
MOST_PENALTY = 1_000_000


class MakePlanForm(forms.Form):
    """How long to look, and how near to the best is near enough."""

    seconds = forms.TypedChoiceField(
        label=_("Look for at most"),
        coerce=int,
        choices=[
            (10, _("10 seconds")),
            (60, _("1 minute")),
            (300, _("5 minutes")),
            (600, _("10 minutes")),
            (1800, _("30 minutes")),
            (7200, _("2 hours")),
        ],
        initial=300,
        help_text=_("It can be stopped earlier; the best plan until then is kept."),
    )
    gap = forms.TypedChoiceField(
        label=_("Stop earlier when at most this is left of what could be gained"),
        coerce=float,
        choices=lambda: [(0.0, _("nothing: the best plan")), *((part, share(part)) for part in GAPS)],
        initial=0.002,
    )


class ReplanForm(MakePlanForm):
    """A new plan that changes few enrolments of an earlier one."""

    points_per_change = FloatField(
        label=_("Points that a changed enrolment must bring"),
        min_value=0,
        max_value=MOST_PENALTY,
        initial=0.5,
        help_text=_("The more, the fewer people are told something else. 0: changes are free."),
    )


class DecisionForm(EditionForm):
    """In, out, or from one offering to another."""

    do = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (LockState.IN.value, _("must be in")),
            (LockState.OUT.value, _("must not be in")),
            (MOVE, _("is moved from one to another")),
        ],
        widget=forms.RadioSelect,
    )
    out_of = forms.ModelChoiceField(
        Offering.objects.none(),
        label=_("Out of"),
        required=False,
        help_text=_("For “must not be in” and “is moved”. Places that the person has stand first."),
    )
    into = forms.ModelChoiceField(
        Offering.objects.none(),
        label=_("Into"),
        required=False,
        help_text=_("For “must be in” and “is moved”. Offerings with open classes stand first."),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=300, required=False, help_text=_("Whoever reads the plan sees it.")
    )

    def __init__(self, *args: Any, plan: Plan, person: Person, **options: Any) -> None:
        initial = {"edition": plan.scenario.edition, "do": LockState.IN.value, **options.pop("initial", {})}
        super().__init__(*args, **{**options, "initial": initial})
        offered = Offering.objects.filter(
            year=plan.scenario.year,
            programme__agency=plan.scenario.agency_id,
            programme__state=ProgrammeState.ACTIVE,
            archived_at=None,
        ).select_related("programme", "place")
        held = set(PlanLine.objects.filter(plan=plan, person=person).values_list("offering_id", flat=True))
        opened = set(PlanClass.objects.filter(plan=plan).values_list("offering_id", flat=True))
        rows = list(offered)
        rows.sort(key=lambda each: (each.pk not in opened, each.programme.name, each.period or 0, each.pk))
        for name, chosen in (
            ("out_of", sorted(rows, key=lambda each: each.pk not in held)),
            (
                "into",
                [each for each in rows if each.pk not in held] + [each for each in rows if each.pk in held],
            ),
        ):
            field: Any = self.fields[name]
            field.queryset = offered
            field.choices = [("", "–"), *((each.pk, name_offering(each)) for each in chosen)]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        do = data.get("do")
        if do in (LockState.OUT.value, MOVE) and data.get("out_of") is None and "out_of" not in self.errors:
            self.add_error("out_of", _("Choose the offering that the person leaves."))
        if do in (LockState.IN.value, MOVE) and data.get("into") is None and "into" not in self.errors:
            self.add_error("into", _("Choose the offering that the person goes into."))
        return data

    @property
    def chosen(self) -> tuple[Offering | None, Offering | None]:
        """Into and out of, as far as the decision asks for them."""
        do = self.cleaned_data.get("do")
        into = self.cleaned_data.get("into") if do != LockState.OUT.value else None
        out_of = self.cleaned_data.get("out_of") if do != LockState.IN.value else None
        return into, out_of


def name_offering(offering: Offering) -> str:
    """Programme, code, week and place, so that dates of one programme can be told apart."""
    parts = [offering.code]
    if offering.period:
        parts.append(str(_("week %(week)s") % {"week": offering.period}))
    if offering.place:
        parts.append(offering.place.name)
    return f"{offering.programme.name} ({', '.join(parts)})"
