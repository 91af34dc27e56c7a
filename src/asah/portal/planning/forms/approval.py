"""Steps to the decree, what people say of their part, and the answer to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asah.portal.base.models import User
from asah.portal.planning.actions.submit import Signed
from asah.portal.planning.enums import Decision, ResponseState
from asah.portal.planning.models import Plan
from asah.portal.planning.queries.approval import Meanwhile
from asah.portal.ui.forms import OnceForm

LONGEST = 2000


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, one value a name: none of these forms has a field with several."""
    return {name: data[name] for name in data}


def _text(**options: Any) -> forms.CharField:
    return forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), max_length=LONGEST, **options)


class StepForm(OnceForm):
    """A step that somebody else may take at the same time: the form knows the plan as it was when it was
    opened."""

    edition = forms.IntegerField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}))
    note = _text(label=_("Note"), required=False)
    # What others did since the form was opened; the page shows it above the kept input.
    meanwhile: Sequence[Meanwhile] = ()

    def __init__(self, *args: Any, plan: Plan, viewer: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["edition"].initial = plan.edition

    def tell_meanwhile(self, steps: Sequence[Meanwhile], edition: int) -> None:
        """Keeps the input and takes the plan as it is now, so that sending again is a decision."""
        self.meanwhile = steps
        self.data = {**_plain(self.data), self.add_prefix("edition"): str(edition)}
        self.add_error(
            None,
            _(
                "Somebody else took a step with this plan meanwhile; nothing of yours was written yet. Look"
                " at it above,"
                " then send yours again or leave."
            ),
        )


class ReasonForm(StepForm):
    """A step back, which needs a reason."""

    note = _text(label=_("Reason"), help_text=_("Whoever works on the plan reads it."))


class SignedForm(StepForm):
    """How the name stands under the documents."""

    name = forms.CharField(label=_("Name under the documents"), max_length=200)
    post = forms.CharField(
        label=_("Post"), max_length=200, help_text=_("For example: Bupati, Sekretaris Daerah.")
    )
    rank = forms.CharField(label=_("Rank"), max_length=100, required=False)
    nip = forms.CharField(label=_("NIP"), max_length=30, required=False)

    def __init__(self, *args: Any, plan: Plan, viewer: User, **options: Any) -> None:
        super().__init__(*args, plan=plan, viewer=viewer, **options)
        person = getattr(viewer, "person", None)
        self.fields["name"].initial = person.full_name if person else viewer.name
        if person is not None and person.current is not None:
            self.fields["nip"].initial = person.nip
            self.fields["post"].initial = str(person.current.position or "")

    @property
    def signed(self) -> Signed:
        data = self.cleaned_data
        return Signed(
            name=data["name"],
            post=data["post"],
            rank=data["rank"],
            nip=data["nip"],
            place=data.get("place", ""),
        )


class SubmitForm(SignedForm):
    """``without_offices`` only where not every office has agreed."""

    without_offices = _text(
        label=_("Reason to go on without the offices that did not agree"),
        required=False,
        help_text=_("It stands with the submission and is kept."),
    )
    field_order = ("without_offices", "note", "name", "post", "rank", "nip", "edition", "once")

    def __init__(self, *args: Any, plan: Plan, viewer: User, all_agreed: bool, **options: Any) -> None:
        super().__init__(*args, plan=plan, viewer=viewer, **options)
        if all_agreed:
            del self.fields["without_offices"]


class StipulateForm(SignedForm):
    decree_number = forms.CharField(label=_("Number of the decree"), max_length=100)
    decree_on = forms.DateField(
        label=_("Date of the decree"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    place = forms.CharField(label=_("Place of signing"), max_length=100, required=False)
    field_order = (
        "decree_number",
        "decree_on",
        "place",
        "name",
        "post",
        "rank",
        "nip",
        "note",
        "edition",
        "once",
    )

    def __init__(self, *args: Any, plan: Plan, viewer: User, **options: Any) -> None:
        super().__init__(*args, plan=plan, viewer=viewer, **options)
        self.fields["decree_on"].initial = timezone.localdate()


class OfficeForm(OnceForm):
    """The word of a head. ``before``: the last word that was seen, so that another head's is not passed
    over."""

    before = forms.IntegerField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)
    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (Decision.AGREED.value, _("I agree for my office")),
            (Decision.RETURNED.value, _("I send it back")),
        ],
        widget=forms.RadioSelect,
    )
    note = _text(
        label=_("Note"),
        required=False,
        help_text=_("If you send it back: what must change. The planner reads it."),
    )

    def take_latest(self, before: int | None) -> None:
        self.data = {**_plain(self.data), self.add_prefix("before"): "" if before is None else str(before)}
        self.add_error(
            None,
            _(
                "Somebody else gave a word for this office meanwhile; nothing of yours was written yet. Look"
                " at it above,"
                " then send yours again or leave."
            ),
        )


class ResponseForm(OnceForm):
    """What somebody says of their own part."""

    state = forms.ChoiceField(label=_("Your answer"), choices=ResponseState.choices, widget=forms.RadioSelect)
    reason = _text(
        label=_("What should change, and why"),
        required=False,
        help_text=_("Only if you ask for a change. The planner answers you here."),
    )

    def __init__(self, *args: Any, has_lines: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        asks = [(ResponseState.CHANGE_ASKED.value, _("I ask for a change"))]
        accepts = [(ResponseState.ACCEPTED.value, _("I accept it"))] if has_lines else []
        self.fields["state"].choices = [*accepts, *asks]  # type: ignore[attr-defined]
        if not has_lines:
            self.fields["state"].initial = ResponseState.CHANGE_ASKED.value


class AcceptForm(OnceForm):
    """Accepting after the answer to a request; who does not send it keeps the request."""

    state = forms.ChoiceField(
        choices=[(ResponseState.ACCEPTED.value, "")],
        initial=ResponseState.ACCEPTED.value,
        widget=forms.HiddenInput(attrs={"autocomplete": "off"}),
    )


class AnswerForm(OnceForm):
    said_at = forms.CharField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}))
    answer = _text(
        label=_("Answer"), help_text=_("What changes, or why it stays as it is. The person reads it.")
    )


class RevisionForm(OnceForm):
    name = forms.CharField(label=_("Name of the changed scenario"), max_length=200)
    reason = _text(label=_("Reason of the revision"))
