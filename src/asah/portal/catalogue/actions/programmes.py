"""What changes about programmes: made, changed, drafted from a gap, taken out of use."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

from asah.portal.base import audit
from asah.portal.base.models import Unit, User
from asah.portal.catalogue import bridge
from asah.portal.catalogue.access import EDIT_CATALOGUE
from asah.portal.catalogue.actions.faults import effect_faults, join, programme_faults, refuse, taken
from asah.portal.catalogue.enums import GainSource, ProgrammeState
from asah.portal.catalogue.models import Programme, ProgrammeEffect
from asah.portal.catalogue.queries import hours_told_apart
from asah.portal.competency.enums import CompetencyKind
from asah.portal.competency.models import Competency

# The form a draft starts from, by what kind of competency lacks; the planner chooses the real one.
DRAFT_FORMS: Final = {
    CompetencyKind.MANAGERIAL: "K2",
    CompetencyKind.SOCIOCULTURAL: "K5",
    CompetencyKind.TECHNICAL: "K3",
}
DRAFT_GAIN = Decimal(1)


@transaction.atomic
def save_programme(
    *,
    actor: User,
    programme: Programme,
    effects: Sequence[ProgrammeEffect],
    units: Sequence[Unit] | None = None,
) -> Programme:
    """Makes or changes a programme with all its expected gains: those not among ``effects`` are taken away.

    ``units``: for whom it is; None leaves that as it is. ValidationError by field for what cannot be saved.
    """
    EDIT_CATALOGUE.require(actor, programme.agency)
    new = programme.pk is None
    key = {"agency": programme.agency, "code": programme.code}
    faults = join(programme_faults(programme), taken(Programme, programme, "code", **key))
    for unit in units or ():
        if unit.agency_id != programme.agency_id:
            faults = join(
                faults, {"eligible_units": [_("This unit is another agency's. Choose one of your own.")]}
            )
    refuse(faults)
    _refuse_effects(effects, programme.agency)
    programme.save()
    if units is not None:
        programme.eligible_units.set(units)
    gone = programme.effects.exclude(competency__in=[effect.competency_id for effect in effects]).delete()[0]
    for effect in effects:
        ProgrammeEffect.objects.update_or_create(
            programme=programme,
            competency=effect.competency,
            defaults={name: getattr(effect, name) for name in ("gain_levels", "gain_sd", "source", "note")},
        )
    detail = {"effects": len(effects), "effects_taken_away": gone}
    audit.record(
        actor,
        "programme.created" if new else "programme.changed",
        programme,
        unit=programme.agency,
        detail=detail,
    )
    return programme


@transaction.atomic
def set_programme_state(*, actor: User, programme: Programme, state: ProgrammeState) -> None:
    """Offers a programme, makes it a draft again, or archives it. Nothing is deleted."""
    EDIT_CATALOGUE.require(actor, programme.agency)
    if programme.state == state:
        return
    before, programme.state = programme.state, state.value
    if state == ProgrammeState.ACTIVE:
        refuse(programme_faults(programme))
    programme.save(update_fields=["state"])
    detail = {"from": before, "to": state.value}
    audit.record(actor, "programme.state_changed", programme, unit=programme.agency, detail=detail)


@transaction.atomic
def draft_programme(
    *,
    actor: User,
    agency: Unit,
    competency: Competency,
    people: int | None,
    why: str,
) -> Programme:
    """A draft out of a gap of ``people`` (None: too few to be told), which ``why`` tells in words.

    Its gain is a guess of one level and is labelled as one; JP and cost stay 0 until somebody gives them, and
    until then the draft cannot be offered.
    """
    EDIT_CATALOGUE.require(actor, agency)
    if competency.agency_id != agency.pk or competency.archived_at is not None:
        raise ValidationError(_("This competency is not in use in this agency. Choose another one."))
    if people is not None and people < 1:
        raise ValidationError(_("Nobody lacks this competency. A draft starts from people who do."))
    programme = Programme(
        agency=agency,
        code=_free_code(agency, f"R-{competency.code}"),
        name=(_("Draft: %(competency)s") % {"competency": competency.name})[:250],
        description=why,
        form=DRAFT_FORMS[CompetencyKind(competency.kind)],
        jp=Decimal(0),
        cost_per_person=0,
        curriculum_owner=competency.owner,
    )
    effect = ProgrammeEffect(
        competency=competency,
        gain_levels=DRAFT_GAIN,
        source=GainSource.CATALOGUE,
        note=_("Guessed when drafted; not yet looked at by an expert."),
    )
    save_programme(actor=actor, programme=programme, effects=[effect])
    detail = {"competency": competency.code, "people": people}
    audit.record(actor, "programme.drafted_from_gap", programme, unit=agency, detail=detail)
    return programme


def hints_of(programme: Programme) -> list[str]:
    """What is odd about a programme and does not hinder saving it."""
    hints = []
    hours = hours_told_apart(programme)
    if hours is not None and sum(hours) != programme.jp:
        hints.append(
            _("Theory, practice and simulation add up to %(sum)s JP, not to %(jp)s JP. Correct one of them.")
            % {"sum": _plain(sum(hours, Decimal(0))), "jp": _plain(programme.jp)}
        )
    form = bridge.find_form(programme.form)
    if form is not None and form.unit in ("session", "activity", "day") and programme.jp % form.rate:
        hints.append(
            _("This form counts %(rate)s JP a unit, and %(jp)s JP is no whole number of units. Check the JP.")
            % {"rate": _plain(form.rate), "jp": _plain(programme.jp)}
        )
    return hints


def _refuse_effects(effects: Sequence[ProgrammeEffect], agency: Unit) -> None:
    faults = join(*(effect_faults(effect, agency) for effect in effects))
    numbers = [effect.competency_id for effect in effects]
    if len(set(numbers)) < len(numbers):
        faults = join(faults, {"competency": [_("A competency stands here twice. Keep one line for each.")]})
    refuse(faults)


def _free_code(agency: Unit, wanted: str) -> str:
    codes = set(
        Programme.objects.filter(agency=agency, code__istartswith=wanted).values_list(
            Upper("code"), flat=True
        )
    )
    number = 1
    while f"{wanted}-{number}".upper() in codes:
        number += 1
    return f"{wanted}-{number}"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
