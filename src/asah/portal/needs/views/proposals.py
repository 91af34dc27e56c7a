"""Proposals: the list, one's own, sending one, answering one."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from asah.portal.base.access import get_visible, signed_in
from asah.portal.base.models import User
from asah.portal.needs.access import ANSWER_PROPOSALS, PROPOSE_FOR_OFFICE, SEE_PROPOSALS
from asah.portal.needs.actions.propose import answer_proposal, send_proposal
from asah.portal.needs.enums import ProposalState
from asah.portal.needs.forms.proposal import AnswerForm, OfficeProposalForm, ProposalForm
from asah.portal.needs.models import Proposal
from asah.portal.needs.queries import proposals as queries
from asah.portal.needs.views.lists_results import OWN_PROPOSALS, PROPOSAL_TONES, PROPOSALS, proposed_for
from asah.portal.people.models import Person
from asah.portal.ui.once import submit_once


def list_proposals(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    SEE_PROPOSALS.require(user)
    context = {"may_propose": PROPOSE_FOR_OFFICE.held_by(user)}
    return PROPOSALS.respond(
        request, queries.proposals_seen_by(user), template="needs/proposals.html", context=context
    )


def list_own_proposals(request: HttpRequest) -> HttpResponseBase:
    user = signed_in(request)
    context = {"for_myself": _person_of(user) is not None, "for_office": PROPOSE_FOR_OFFICE.held_by(user)}
    return OWN_PROPOSALS.respond(
        request, queries.own_proposals(user), template="needs/own_proposals.html", context=context
    )


def _person_of(user: User) -> Person | None:
    people = Person.objects.select_related("current__unit")
    return people.filter(user=user, current__isnull=False, current__ended_on=None).first()


def propose(request: HttpRequest) -> HttpResponse:
    """For oneself, or with ``?for=office`` for an office that the user speaks for."""
    user = signed_in(request)
    person = _person_of(user)
    for_office = request.GET.get("for") == "office" or (person is None and PROPOSE_FOR_OFFICE.held_by(user))
    if for_office:
        PROPOSE_FOR_OFFICE.require(user)
    form = (OfficeProposalForm if for_office else ProposalForm)(request.POST or None, viewer=user)
    if person is None and not for_office:
        return render(request, "needs/no_person.html")
    if request.method == "POST" and form.is_valid():
        proposal = form.filled
        if not for_office and person is not None and person.current is not None:
            proposal.person, proposal.unit = person, person.current.unit

        def send() -> str:
            sent = send_proposal(actor=user, proposal=proposal)
            messages.success(request, _("Sent. You hear of the answer here."))
            return reverse("needs:proposal", args=[sent.pk])

        try:
            return submit_once(request, form, send)
        except ValidationError as error:
            form.add_error(None, error)
    context = {
        "form": form,
        "for_office": for_office,
        "may_both": person and PROPOSE_FOR_OFFICE.held_by(user),
    }
    return render(request, "needs/propose.html", context)


def show_proposal(request: HttpRequest, number: int) -> HttpResponse:
    user = signed_in(request)
    proposal = get_visible(
        request, Proposal, "cycle", "unit", "person", "competency", "sent_by", "answered_by", pk=number
    )
    concerned = {proposal.sent_by_id, proposal.person.user_id if proposal.person else None}
    answers = ANSWER_PROPOSALS.held_by(user, proposal.unit) and user.pk not in concerned
    waits = proposal.state == ProposalState.SENT
    # An answer that came second is refused by the action, and stays in the form.
    form = AnswerForm(request.POST or None) if answers and (waits or request.method == "POST") else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            try:
                answer_proposal(
                    actor=user,
                    proposal=proposal,
                    accepted=form.cleaned_data["decision"] == ProposalState.ACCEPTED,
                    answer=form.cleaned_data["answer"],
                )
            except ValidationError as error:
                form.add_error(None, error)
            else:
                return redirect("needs:proposal", number=proposal.pk)
    context = {
        "proposal": proposal,
        "tone": PROPOSAL_TONES[proposal.state],
        "whom": proposed_for(proposal),
        "form": form,
        "sees_list": SEE_PROPOSALS.held_by(user),
    }
    return render(request, "needs/proposal.html", context)
