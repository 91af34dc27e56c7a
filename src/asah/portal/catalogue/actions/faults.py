"""What hinders a row of the catalogue from being saved: field to sentences, the same by hand and by sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from asah.portal.base.models import Unit
from asah.portal.catalogue import bridge
from asah.portal.catalogue.enums import GainSource, ProgrammeState
from asah.portal.catalogue.models import (
    Fare,
    Fund,
    Offering,
    Price,
    Programme,
    ProgrammeEffect,
    Resource,
    ResourcePeriod,
)
from asah.portal.catalogue.queries import week_of, weeks_in
from asah.portal.people.enums import EmploymentKind, PositionKind
from asah.portal.ui.formats import number

Faults = dict[str, list[str]]

FIRST_YEAR, LAST_YEAR = 2000, 2100
# What a small whole number of the database holds, on whichever database.
MOST = 32_767


def refuse(faults: Faults) -> None:
    """Raises ValidationError where there are any."""
    if faults:
        raise ValidationError({field: list(dict.fromkeys(said)) for field, said in faults.items()})


def programme_faults(programme: Programme) -> Faults:
    """Of the programme alone; its effects have their own."""
    faults = _plain(programme, money={"cost_per_person": ("programmes", "cost_per_person_idr")})
    if programme.form and bridge.find_form(programme.form) is None:
        _add(faults, "form", _("There is no such form in force. Use one of K1..K11, N1..N12."))
    if "jp" not in faults and programme.jp > bridge.largest("programmes", "jp"):
        _add(faults, "jp", _("This is more JP than a year has. Give the JP of one participant."))
    if "jp" not in faults and programme.state == ProgrammeState.ACTIVE and not programme.jp:
        _add(
            faults,
            "jp",
            _("A programme that is offered needs its JP. Give it, or leave the programme a draft."),
        )
    parts = ("theory_jp", "practice_jp", "simulation_jp")
    for field in parts:
        if field not in faults and getattr(programme, field) < 0:
            _add(
                faults, field, _("Hours cannot be below zero. Leave them at 0 where they are not told apart.")
            )
    if not {"jp", *parts} & set(faults):
        apart = sum((getattr(programme, field) for field in parts), Decimal(0))
        if apart > programme.jp:
            said = _(
                "Theory, practice and simulation are %(sum)s JP, and the programme has %(jp)s. Correct one."
            )
            _add(faults, "theory_jp", said % {"sum": number(apart), "jp": number(programme.jp)})
    _eligible(faults, "eligible_employment", programme.eligible_employment, EmploymentKind.values)
    _eligible(faults, "eligible_position_kind", programme.eligible_position_kind, PositionKind.values)
    agency = programme.agency_id
    if programme.fund is not None and programme.fund.agency_id != agency:
        _add(faults, "fund", _("This fund is another agency's. Choose one of your own."))
    if programme.prerequisite is not None:
        if programme.prerequisite.agency_id != agency:
            _add(faults, "prerequisite", _("This programme is another agency's. Choose one of your own."))
        elif _leads_back(programme):
            _add(
                faults, "prerequisite", _("This programme would come before itself. Choose another, or none.")
            )
    return faults


def effect_faults(effect: ProgrammeEffect, agency: Unit) -> Faults:
    """Of one expected gain."""
    faults = _plain(effect)
    if effect.competency.agency_id != agency.pk:
        _add(faults, "competency", _("This competency is another agency's. Choose one of your own."))
    if "gain_levels" not in faults and effect.gain_levels <= 0:
        _add(faults, "gain_levels", _("A gain lies above zero. Leave the line out where nothing is gained."))
    if "gain_sd" not in faults and effect.gain_sd is not None and effect.gain_sd < 0:
        _add(
            faults, "gain_sd", _("An uncertainty cannot be below zero. Leave it blank where it is not known.")
        )
    if effect.source != GainSource.CATALOGUE and not effect.note:
        _add(faults, "note", _("A measured gain needs its source. Name the study here, or call it a guess."))
    return faults


def offering_faults(offering: Offering) -> Faults:
    """Of an offering whose weeks were filled in from its days (``fill_weeks``)."""
    faults = _plain(offering, money={"cost_per_class": ("offerings", "cost_per_class_idr")})
    year = _year(faults, offering.year)
    most = bridge.largest("offerings", "days")
    if "days" not in faults and offering.days > most:
        _add(faults, "days", _("More than %(most)s days. Give the days of one class.") % {"most": most})
    for field in ("starts_on", "ends_on"):
        day = getattr(offering, field)
        if year and field not in faults and day is not None and day.year != year:
            message = _(
                "This day is not in %(year)s. An offering lies in one year: divide it, or change the year."
            )
            _add(faults, field, message % {"year": year})
    if offering.starts_on and offering.ends_on and offering.ends_on < offering.starts_on:
        _add(faults, "ends_on", _("The last day lies before the first. Exchange or correct them."))
    if offering.ends_on and not offering.starts_on:
        _add(faults, "starts_on", _("There is a last day without a first. Give the first day too."))
    if year:
        _weeks(faults, offering, year)
    if offering.place is not None and offering.period is None:
        _add(
            faults,
            "period",
            _("Whoever meets at a place needs a time. Give the days or the weeks, or no place."),
        )
    seats, fewest = offering.seats_per_class, offering.min_per_class
    if not {"seats_per_class", "min_per_class"} & set(faults) and seats is not None and fewest > seats:
        _add(
            faults, "min_per_class", _("More people are needed than there are seats. Lower it, or add seats.")
        )
    agency = offering.programme.agency_id
    if offering.place is not None and offering.place.agency_id != agency:
        _add(faults, "place", _("This place is another agency's. Choose one of your own."))
    if offering.resource is not None and offering.resource.agency_id != agency:
        _add(faults, "resource", _("This resource is another agency's. Choose one of your own."))
    if offering.resource is not None and offering.period is None:
        _add(
            faults, "resource", _("A resource is taken by weeks. Give the days or the weeks, or no resource.")
        )
    return faults


def resource_faults(resource: Resource) -> Faults:
    faults = _plain(resource)
    if resource.place is not None and resource.place.agency_id != resource.agency_id:
        _add(faults, "place", _("This place is another agency's. Choose one of your own."))
    return faults


def period_faults(period: ResourcePeriod) -> Faults:
    """Of one exceptional week of a resource."""
    faults = _plain(period)
    year = _year(faults, period.year)
    if year and "period" not in faults and not 1 <= period.period <= weeks_in(year):
        _add(faults, "period", _no_such_week(year))
    return faults


def price_faults(price: Price) -> Faults:
    faults = _plain(price, money={"amount": ("budgets", "amount_idr")})
    _year(faults, price.year)
    if price.verified and not price.source:
        _add(faults, "source", _("What was checked needs its source. Name the regulation or the decree."))
    return faults


def fare_faults(fare: Fare) -> Faults:
    faults = _plain(fare, money={"cost": ("travel", "cost_idr"), "per_day": ("travel", "per_day_idr")})
    _year(faults, fare.year)
    for field in ("origin", "destination"):
        if getattr(fare, field).agency_id != fare.agency_id:
            _add(faults, field, _("This place is another agency's. Choose one of your own."))
    if fare.origin_id is not None and fare.origin_id == fare.destination_id:
        _add(faults, "destination", _("A trip to the same place costs nothing. Choose another place."))
    return faults


def fund_faults(fund: Fund) -> Faults:
    return _plain(fund)


def taken(model: type[Model], row: Model, field: str, **key: object) -> Faults:
    """A fault of ``field`` where another row has the same key already. P092 and p092 are one code."""
    same = {"code__iexact" if name == "code" else name: value for name, value in key.items()}
    if model._default_manager.filter(**same).exclude(pk=row.pk).exists():
        return {
            field: [_("This is in the catalogue already. Change that line, or give this one another code.")]
        }
    return {}


def join(*found: Faults) -> Faults:
    """All faults together, by field."""
    joined: Faults = {}
    for faults in found:
        for field, said in faults.items():
            joined.setdefault(field, []).extend(said)
    return joined


def _plain(row: Model, money: dict[str, tuple[str, str]] | None = None) -> Faults:
    """What the fields themselves refuse. Relations have rules of their own: asking costs a query."""
    try:
        row.clean_fields(exclude=[field.name for field in row._meta.fields if field.is_relation])
        faults: Faults = {}
    except ValidationError as error:
        faults = dict(error.message_dict)
    for field in row._meta.fields:
        value = getattr(row, field.attname)
        if field.get_internal_type() == "PositiveSmallIntegerField" and value is not None:
            if field.name not in faults and not 0 <= value <= MOST:
                _add(faults, field.name, _("Give a whole number from 0 to %(most)s.") % {"most": MOST})
        elif field.name in (money or {}) and field.name not in faults:
            most = bridge.largest(*(money or {})[field.name])
            if not 0 <= value <= most:
                _add(faults, field.name, _("Give whole rupiah from 0 to %(most)s.") % {"most": most})
    return faults


def _weeks(faults: Faults, offering: Offering, year: int) -> None:
    first, last = offering.period, offering.period_end
    for field, week in (("period", first), ("period_end", last)):
        if week is not None and field not in faults and not 1 <= week <= weeks_in(year):
            _add(faults, field, _no_such_week(year))
    if last is not None and first is None:
        _add(faults, "period", _("There is a last week without a first. Give the first week too."))
    if first is not None and last is not None and last < first:
        _add(faults, "period_end", _("The last week lies before the first. Exchange or correct them."))
    days = (("period", first, offering.starts_on), ("period_end", last, offering.ends_on))
    for field, week, day in days:
        if week is not None and day is not None and day.year == year and week_of(day) != week:
            said = _("The day given lies in week %(week)s. Leave the weeks blank: they follow from the days.")
            _add(faults, field, said % {"week": week_of(day)})


def _year(faults: Faults, year: int | None) -> int | None:
    """The year where it can be worked with."""
    if year is None or "year" in faults:
        return None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        said = _("Give a year from %(first)s to %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
        _add(faults, "year", said)
        return None
    return year


def _no_such_week(year: int) -> str:
    return _("%(year)s has weeks 1 to %(weeks)s. Choose one of these.") % {
        "year": year,
        "weeks": weeks_in(year),
    }


def _eligible(faults: Faults, field: str, given: object, known: Sequence[str]) -> None:
    values: Iterable[object] = given if isinstance(given, list) else [given]
    unknown = [str(value) for value in values if value not in known]
    if unknown:
        said = _("Unknown: %(unknown)s. Use %(known)s.")
        _add(faults, field, said % {"unknown": ", ".join(unknown), "known": ", ".join(known)})


def _leads_back(programme: Programme) -> bool:
    """Whether the chain of prerequisites comes round to the programme itself."""
    seen: set[int] = set()
    before = programme.prerequisite
    while before is not None:
        if before is programme or (programme.pk is not None and before.pk == programme.pk):
            return True
        if id(before) in seen:
            return False
        seen.add(id(before))
        before = before.prerequisite
    return False


def _add(faults: Faults, field: str, said: str) -> None:
    faults.setdefault(field, []).append(said)
