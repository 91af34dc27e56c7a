"""Words of the documents that more than one of them says."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from asah.portal.catalogue.bridge import ENGLISH
from asah.portal.catalogue.queries import days_of_week, weeks_in
from asah.portal.competency.enums import CompetencyKind, Stream
from asah.portal.needs.enums import Against, Predicate, RaterRole
from asah.portal.people.enums import EmploymentKind, PositionKind, Sex
from asah.portal.planning.enums import OutcomeState
from asah.portal.planning.queries.papers import ClassRow, Gap, Taught
from asah.portal.ui.formats import long_date

_LABELS = {
    value: label
    for choices in (
        CompetencyKind,
        Stream,
        EmploymentKind,
        PositionKind,
        Sex,
        Against,
        Predicate,
        RaterRole,
        OutcomeState,
    )
    for value, label in choices.choices
}
NAMED = 3


def label(value: str) -> str:
    """What people call a code; an empty one is not known."""
    return str(_LABELS.get(value, value)) if value else _("not known")


def name_of(each: Taught | Gap) -> str:
    return each.name_en if get_language() == "en" and each.name_en else each.name_id


def kinds_of(row: ClassRow) -> str:
    return ", ".join(label(kind) for kind in row.kinds)


def taught_in(row: ClassRow) -> str:
    return "; ".join(name_of(each) for each in row.taught[:NAMED]) + (
        "; …" if len(row.taught) > NAMED else ""
    )


def form_of(row: ClassRow) -> str:
    name = ENGLISH.get(row.form, row.form_name) if get_language() == "en" else row.form_name
    return f"{row.form} {name}".strip()


def path_of(row: ClassRow) -> str:
    return {
        "klasikal": _("classroom (klasikal)"),
        "nonklasikal": _("outside the classroom (nonklasikal)"),
    }.get(row.path, row.path)


def schedule_of(row: ClassRow, year: int) -> str:
    """Its days, or those of its weeks; what has no date can be done all year."""
    if row.starts_on is not None:
        return _days(long_date(row.starts_on), long_date(row.ends_on or row.starts_on))
    if row.period is None:
        return _("all year %(year)s") % {"year": year}
    first = min(row.period, weeks_in(year))
    last = min(row.period_end or row.period, weeks_in(year))
    return _days(long_date(days_of_week(year, first)[0]), long_date(days_of_week(year, last)[1]))


def _days(first: str, last: str) -> str:
    return first if first == last else f"{first} – {last}"


def owner_of(row: ClassRow) -> str:
    """Whether the curriculum is that of the owner of the competencies, as far as the owners are recorded."""
    owners = {each.owner for each in row.taught if each.owner}
    if not row.curriculum_owner:
        return ""
    if not owners:
        return _("%(owner)s; the owner of the competency is not recorded") % {"owner": row.curriculum_owner}
    if {owner.casefold() for owner in owners} == {row.curriculum_owner.casefold()}:
        return _("yes, %(owner)s") % {"owner": row.curriculum_owner}
    return _("no: curriculum of %(curriculum)s, competency of %(owner)s") % {
        "curriculum": row.curriculum_owner,
        "owner": ", ".join(sorted(owners)),
    }


def counted(names: Iterable[str], most: int = NAMED) -> str:
    """``Dinas A (12), Dinas B (8), 3 more``: the most frequent first."""
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    order = sorted(counts, key=lambda name: (-counts[name], name))
    told = [f"{name} ({counts[name]})" for name in order[:most]]
    if len(order) > most:
        told.append(_("%(count)s more") % {"count": len(order) - most})
    return ", ".join(told)


def evidence_of(basis: str) -> str:
    """Who said it, strongest first, and what to know about it: ``supervisor+self;expired`` in words."""
    roles, *marks = basis.split(";")
    told = " + ".join(label(role) for role in roles.split("+") if role)
    words = {"expired": _("out of date"), "default_level": _("demand by default")}
    return ", ".join(filter(None, (told, *(words.get(mark, mark) for mark in marks))))


def how_gaps_are_reckoned() -> str:
    return _(
        "A gap is not simply the level demanded less the actual level: the actual level is an"
        " estimate with an"
        " uncertainty, and the gap is what is expected below the demand over all levels that the person may"
        " really have, none of them below level 1. So an uncertain level near the demand has a small"
        " gap too, and"
        " one near level 1 a gap somewhat smaller than the difference. From a tenth of a level a gap"
        " is a need."
    )
