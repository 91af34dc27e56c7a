"""The lists of approval: what people said, and contents that are missing."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from asah.portal.planning.enums import ResponseState
from asah.portal.planning.models import LineResponse
from asah.portal.planning.queries.contents import Missing
from asah.portal.ui.addresses import url_of
from asah.portal.ui.tables import ChoiceFilter, Column, Table

RESPONSE_TONES = {ResponseState.ACCEPTED.value: "good", ResponseState.CHANGE_ASKED.value: "warning"}


def _answer(response: LineResponse) -> Any:
    if response.state == ResponseState.ACCEPTED:
        return ""
    return response.answer or _("Answer this request")


RESPONSES = Table(
    name="responses",
    caption=_("What people said"),
    columns=[
        Column(
            "name",
            _("Name"),
            value=lambda r: r.person.full_name,
            order=("person__name",),
            search=("person__name__icontains", "person__nip__startswith"),
            link=lambda r: url_of("planning:person", r.plan_id, r.person_id),
        ),
        Column(
            "unit",
            _("Unit"),
            value=lambda r: r.unit_name,
            order=("unit_name",),
            search=("unit_name__icontains",),
        ),
        Column(
            "state",
            _("Said"),
            value=lambda r: r.get_state_display(),
            kind="badge",
            tone=lambda r: RESPONSE_TONES[r.state],
            order=("state",),
        ),
        Column("reason", _("Reason"), value=lambda r: r.reason, search=("reason__icontains",)),
        Column("when", _("Said on"), value=lambda r: r.said_at, kind="date", order=("said_at",)),
        Column(
            "answer",
            _("Answer"),
            value=_answer,
            link=lambda r: (
                url_of("planning:answer", r.plan_id, r.pk) if r.state == ResponseState.CHANGE_ASKED else ""
            ),
        ),
        Column(
            "by",
            _("Answered by"),
            value=lambda r: r.answered_by.name if r.answered_by else "",
            order=("answered_by__name",),
        ),
        Column(
            "answered", _("Answered on"), value=lambda r: r.answered_at, kind="date", order=("answered_at",)
        ),
    ],
    filters=[
        ChoiceFilter("state", _("Said"), field="state", choices=ResponseState.choices),
        ChoiceFilter(
            "open",
            _("Answer"),
            field="answered_at__isnull",
            choices=[(True, _("none yet")), (False, _("answered"))],
        ),
    ],
    sort="-when",
    empty=_(
        "Nobody has said anything yet. People say it on the page of their own development while the plan is"
        " shown."
    ),
)


def _words(missing: Missing) -> str:
    return ", ".join(str(each.label) for each in missing.contents)


def _mend(missing: Missing) -> str:
    """Where it is mended; the cells beside lead there."""
    places = [
        (missing.programme, _("the programme")),
        (missing.offering, _("the offering")),
        (missing.plan, _("a new plan")),
    ]
    return ", ".join(str(words) for found, words in places if found)


MISSING = Table(
    name="missing",
    caption=_("Contents that are missing"),
    columns=[
        Column(
            "programme",
            _("Programme"),
            value=lambda m: m.row.programme,
            order=True,
            search=True,
            link=lambda m: url_of("catalogue:edit", m.row.programme_key) if m.programme else "",
        ),
        Column(
            "offering",
            _("Offering"),
            value=lambda m: m.row.code,
            order=True,
            search=True,
            link=lambda m: url_of("catalogue:offering", m.row.offering) if m.offering else "",
        ),
        Column("people", _("People"), value=lambda m: m.row.lines, kind="number", order=True),
        Column("contents", _("Missing"), value=_words, order=True, search=True),
        Column("mend", _("Mended in"), value=_mend),
    ],
    sort="programme",
    empty=_("Nothing is missing: every class has the seven contents of article 207."),
)
