"""What a wish says, and its answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from asah.portal.base.models import Unit, User
from asah.portal.competency.models import Competency
from asah.portal.needs.enums import ProposalState
from asah.portal.needs.models import Cycle, Proposal
from asah.portal.needs.queries.proposals import competencies_to_choose, cycles_taking, offices_proposed_for
from asah.portal.ui.fields import WholeField
from asah.portal.ui.forms import OnceForm

MOST_PEOPLE = 10_000


class ProposalForm(OnceForm):
    """A wish for oneself."""

    cycle = forms.ModelChoiceField(
        Cycle.objects.none(),
        label=_("For which analysis"),
        empty_label=None,
        help_text=_("The year it is planned for."),
    )
    wish = forms.CharField(
        label=_("What is wished for"),
        max_length=300,
        help_text=_("For example: a course in project management."),
    )
    competency = forms.ModelChoiceField(
        Competency.objects.none(),
        label=_("Which competency it raises"),
        required=False,
        empty_label=_("not sure"),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What at work asks for it."),
    )

    def __init__(self, *args: Any, viewer: User, **options: Any) -> None:
        super().__init__(*args, **options)
        cycles = cycles_taking(viewer)
        self.fields["cycle"].queryset = cycles  # type: ignore[attr-defined]
        self.fields["cycle"].initial = cycles.first()
        self.fields["competency"].queryset = competencies_to_choose(viewer)  # type: ignore[attr-defined]

    @property
    def filled(self) -> Proposal:
        """The proposal with what was filled in, not yet saved; the caller says for whom."""
        data = self.cleaned_data
        return Proposal(
            cycle=data["cycle"],
            wish=data["wish"],
            competency=data["competency"],
            reason=data["reason"],
            people=data.get("people", 1),
            unit=data.get("unit"),
        )


class OfficeProposalForm(ProposalForm):
    """A wish of an office."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("For the office"), empty_label=None)
    people = WholeField(label=_("For how many people"), min_value=1, max_value=MOST_PEOPLE)
    field_order = ("unit", "cycle", "wish", "competency", "people", "reason")

    def __init__(self, *args: Any, viewer: User, **options: Any) -> None:
        super().__init__(*args, viewer=viewer, **options)
        self.fields["unit"].queryset = offices_proposed_for(viewer)  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """Yes or no, and why."""

    decision = forms.ChoiceField(
        label=_("Answer"),
        choices=[
            (ProposalState.ACCEPTED.value, _("accept: it is taken into the needs of the year")),
            (ProposalState.DECLINED.value, _("decline, with a reason")),
        ],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=_("Reason or remark"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is sent with the answer; needed where you decline."),
    )

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("decision") == ProposalState.DECLINED and not self.cleaned_data.get(
            "answer"
        ):
            self.add_error(
                "answer", _("Give the reason for declining, so that the next proposal can be better.")
            )
        return self.cleaned_data
