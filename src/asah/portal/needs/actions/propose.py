"""Wishes: of people for themselves and of offices, answered by the planner, told to both sides."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asah.portal.base import audit
from asah.portal.base.models import User
from asah.portal.base.outbox import notice_kind, tell
from asah.portal.needs.access import ANSWER_PROPOSALS, PROPOSE_FOR_OFFICE
from asah.portal.needs.enums import ProposalState
from asah.portal.needs.models import Proposal
from asah.portal.needs.queries.proposals import TAKING, planners_of

PROPOSED = notice_kind(
    "needs.proposed",
    title=gettext_lazy("A proposal to answer"),
    sentence=gettext_lazy("%(unit)s proposes: %(wish)s"),
    mail=False,
)
ACCEPTED = notice_kind(
    "needs.proposal_accepted",
    title=gettext_lazy("A proposal was accepted"),
    sentence=gettext_lazy("Your proposal was accepted: %(wish)s"),
)
DECLINED = notice_kind(
    "needs.proposal_declined",
    title=gettext_lazy("A proposal was declined"),
    sentence=gettext_lazy("Your proposal was declined, with a reason: %(wish)s"),
)


@transaction.atomic
def send_proposal(*, actor: User, proposal: Proposal) -> Proposal:
    """Sends a wish: for the actor's own person, or without a person for a unit that the actor speaks for."""
    person = proposal.person
    if person is not None and person.user_id != actor.pk:
        raise PermissionDenied
    if person is None:
        PROPOSE_FOR_OFFICE.require(actor, proposal.unit)
    elif person.current is None or person.current.unit_id != proposal.unit_id or proposal.people != 1:
        raise ValidationError(_("A proposal for yourself is for one person, in the unit you work in."))
    _check(proposal)
    proposal.sent_by, proposal.state = actor, ProposalState.SENT
    proposal.save()
    audit.record(actor, "needs.proposed", proposal, unit=proposal.unit, detail={"people": proposal.people})
    planners = [user for user in planners_of(proposal.unit) if user != actor]
    link = reverse("needs:proposal", args=[proposal.pk])
    tell(planners, PROPOSED, link=link, unit=proposal.unit.name, wish=proposal.wish)
    return proposal


def _check(proposal: Proposal) -> None:
    agency = proposal.unit.agency_id
    if proposal.cycle.state not in TAKING or proposal.cycle.agency_id != agency:
        raise ValidationError(_("This analysis takes no proposals any more. Choose another one."))
    if proposal.competency is not None and proposal.competency.agency_id != agency:
        raise ValidationError(_("Choose a competency of your own agency."))


@transaction.atomic
def answer_proposal(*, actor: User, proposal: Proposal, accepted: bool, answer: str) -> None:
    """Accepts or declines, once. Declining needs a reason; nobody answers a wish of their own."""
    row = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("unit", "person__user", "sent_by")
        .get(pk=proposal.pk)
    )
    ANSWER_PROPOSALS.require(actor, row.unit)
    concerned = {row.sent_by_id, row.person.user_id if row.person else None}
    if actor.pk in concerned:
        raise ValidationError(_("Nobody answers a proposal of their own. Leave it to another planner."))
    if row.state != ProposalState.SENT:
        raise ValidationError(
            _("This proposal was answered already, and yours was not sent. The answer stands above.")
        )
    if not accepted and not answer.strip():
        raise ValidationError(_("Give the reason for declining, so that the next proposal can be better."))
    row.state = ProposalState.ACCEPTED if accepted else ProposalState.DECLINED
    row.answer, row.answered_by, row.answered_at = answer.strip(), actor, timezone.now()
    row.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    audit.record(actor, f"needs.proposal_{row.state}", row, unit=row.unit)
    told = {row.sent_by_id: row.sent_by}
    if row.person is not None and row.person.user is not None:
        told[row.person.user.pk] = row.person.user
    link = reverse("needs:proposal", args=[row.pk])
    tell(told.values(), ACCEPTED if accepted else DECLINED, link=link, wish=row.wish)
