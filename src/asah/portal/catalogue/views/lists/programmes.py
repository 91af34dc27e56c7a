"""Programmes, and the levels they are expected to bring."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from asah.portal.base.access import signed_in, visible_to
from asah.portal.catalogue import bridge
from asah.portal.catalogue.enums import GainSource, ProgrammeState
from asah.portal.catalogue.models import Programme, ProgrammeEffect
from asah.portal.competency.models import Competency
from asah.portal.ui.addresses import url_of
from asah.portal.ui.tables import ChoiceFilter, Column, Table

STATE_TONES = {
    ProgrammeState.DRAFT: "warning",
    ProgrammeState.ACTIVE: "good",
    ProgrammeState.ARCHIVED: "neutral",
}
SOURCE_TONES = {GainSource.CATALOGUE: "warning", GainSource.MEASURED: "good", GainSource.POOLED: "info"}


def _competencies(request: HttpRequest) -> list[tuple[int, str]]:
    mine = visible_effects(request)
    return [
        (one.pk, f"{one.code} {one.name}") for one in Competency.objects.filter(pk__in=mine).order_by("code")
    ]


def visible_effects(request: HttpRequest) -> QuerySet[Any]:
    """Numbers of the competencies that programmes of the reader's agencies serve."""
    programmes = visible_to(signed_in(request), Programme)
    return ProgrammeEffect.objects.filter(programme__in=programmes).values("competency_id")


def choose_form(_request: HttpRequest) -> list[tuple[str, str]]:
    return bridge.form_choices()


PROGRAMMES = Table(
    name="programmes",
    caption=_("Programmes"),
    columns=[
        Column(
            "name",
            _("Programme"),
            value=lambda p: p.name,
            order=("name",),
            search=("name__icontains", "code__icontains"),
            link=lambda p: url_of("catalogue:programme", p.pk),
        ),
        Column("form", _("Form of development"), value=lambda p: bridge.form_label(p.form), order=("form",)),
        Column("jp", _("JP"), value=lambda p: p.jp or None, kind="number", order=("jp",)),
        Column(
            "cost",
            _("Cost per person"),
            value=lambda p: p.cost_per_person,
            kind="money",
            order=("cost_per_person",),
        ),
        Column(
            "state",
            _("State"),
            value=lambda p: p.get_state_display(),
            kind="badge",
            order=("state",),
            tone=lambda p: STATE_TONES[ProgrammeState(p.state)],
        ),
        Column(
            "competencies",
            _("Competencies"),
            value=lambda p: ", ".join(effect.competency.name for effect in p.effects.all()),
        ),
        Column("offered", _("Offerings"), value=lambda p: p.offered, kind="number", order=("offered",)),
    ],
    filters=[
        ChoiceFilter("state", _("State"), field="state", choices=ProgrammeState.choices),
        ChoiceFilter("form", _("Form of development"), field="form", choices=choose_form),
        ChoiceFilter("competency", _("Competency"), field="effects__competency", choices=_competencies),
    ],
    sort="name",
    empty=_("No programmes yet. Add the first one, or import a workbook."),
    empty_action=(_("Import a workbook"), "catalogue:import"),
)

EFFECTS = Table(
    name="effects",
    caption=_("Expected gain"),
    prefix="e-",
    exports=False,
    columns=[
        Column("competency", _("Competency"), value=lambda e: e.competency.name, order=("competency__code",)),
        Column("gain", _("Gain in levels"), value=lambda e: e.gain_levels, kind="number", places=3),
        Column("sd", _("Uncertainty (sd)"), value=lambda e: e.gain_sd, kind="number", places=3),
        Column(
            "source",
            _("Comes from"),
            value=lambda e: _("guess") if e.source == GainSource.CATALOGUE else e.get_source_display(),
            kind="badge",
            tone=lambda e: SOURCE_TONES[GainSource(e.source)],
        ),
        Column("note", _("Note"), value=lambda e: e.note),
    ],
    sort="competency",
    empty=_("No gain is expected of this programme yet: no need can be met by it. Edit it to add one."),
)
