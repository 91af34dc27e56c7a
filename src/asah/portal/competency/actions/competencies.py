"""Competencies of an agency: added, reworded, archived, restored; none is ever deleted."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from asah.portal.base import audit
from asah.portal.base.models import Unit, User
from asah.portal.competency.access import require_edit
from asah.portal.competency.actions.requirements import Change, set_requirements
from asah.portal.competency.models import Competency


@transaction.atomic
def add_competency(*, actor: User | None, agency: Unit, competency: Competency) -> Competency:
    """Saves a new competency; its levels are written in a draft of the framework."""
    require_edit(actor, agency)
    competency.agency = agency
    if Competency.objects.filter(agency=agency, code=competency.code).exists():
        raise ValidationError(
            {"code": _("There is a competency with this code already. Give it another one.")}
        )
    competency.save(force_insert=True)
    audit.record(actor, "competency.added", competency, unit=agency, detail={"code": competency.code})
    return competency


@transaction.atomic
def change_competency(*, actor: User, competency: Competency, changed: list[str]) -> None:
    """Saves a competency whose form was filled in. Its code stays: sheets and courses name it so."""
    require_edit(actor, competency.agency)
    fields = sorted({*changed} - {"code", "agency"})
    if fields:
        competency.save(update_fields=fields)
        audit.record(
            actor, "competency.changed", competency, unit=competency.agency, detail={"fields": fields}
        )


@transaction.atomic
def archive_competency(*, actor: User, competency: Competency) -> int:
    """No longer offered or demanded from today on; gives how many posts demanded it. History stays."""
    require_edit(actor, competency.agency)
    if competency.archived_at is not None:
        return 0
    posts = competency.requirements.filter(valid_to=None).values_list("position", flat=True)
    ended = set_requirements(
        actor=actor,
        agency=competency.agency,
        changes=[Change(post, competency.pk, None) for post in posts],
    )
    competency.archived_at = timezone.now()
    competency.save(update_fields=["archived_at"])
    detail = {"code": competency.code, "posts": len(ended.steps)}
    audit.record(actor, "competency.archived", competency, unit=competency.agency, detail=detail)
    return len(ended.steps)


@transaction.atomic
def restore_competency(*, actor: User, competency: Competency) -> None:
    """Offered again. Posts demand it only once it is set for them again."""
    require_edit(actor, competency.agency)
    if competency.archived_at is None:
        return
    competency.archived_at = None
    competency.save(update_fields=["archived_at"])
    detail = {"code": competency.code}
    audit.record(actor, "competency.restored", competency, unit=competency.agency, detail=detail)
