"""Scenarios: what they are called, the rules of the year, money, floors, mandates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from asah.portal.base.models import Unit, User
from asah.portal.catalogue.enums import ProgrammeState
from asah.portal.catalogue.models import Fund, Programme
from asah.portal.competency.enums import Stream
from asah.portal.needs.enums import CycleState
from asah.portal.needs.models import Cycle, Need
from asah.portal.people.enums import EmploymentKind, PositionKind, Sex
from asah.portal.people.models import Person, Place
from asah.portal.planning.access import EDIT_PLANS
from asah.portal.planning.enums import LimitScope
from asah.portal.planning.forms.fields import EditionForm, PercentField
from asah.portal.planning.models import Scenario
from asah.portal.ui.fields import FloatField, RupiahField, WholeField

MOST_POINTS = 1_000_000
MORE_UNITS = 3
MORE_FLOORS = 3
MOST_JP = 10_000


def _points(**options: Any) -> FloatField:
    return FloatField(min_value=0, max_value=MOST_POINTS, required=False, **options)


class NewScenarioForm(forms.Form):
    """A name and the analysis whose needs are planned for; the rest has its own pages."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("For example: indicative ceiling."))
    cycle = forms.ModelChoiceField(
        Cycle.objects.none(),
        label=_("Needs analysis"),
        help_text=_("Its needs are planned for, in its year. Only analyses that are computed are offered."),
    )
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)

    def __init__(self, *args: Any, viewer: User, **options: Any) -> None:
        super().__init__(*args, **options)
        agencies = [int(path[:-1]) for path in EDIT_PLANS.paths(viewer) if path.count(".") == 1]
        cycles = Cycle.objects.filter(
            Exists(Need.objects.filter(cycle=OuterRef("pk"))),
            agency__in=agencies,
            state__in=[CycleState.CLOSED, CycleState.FINISHED],
            computed_at__isnull=False,
        )
        self.fields["cycle"].queryset = cycles  # type: ignore[attr-defined]
        first = cycles.first()
        if first is not None:
            self.fields["cycle"].initial = first.pk


class CopyScenarioForm(forms.Form):
    name = forms.CharField(label=_("Name of the copy"), max_length=200)


class RulesForm(EditionForm):
    """Name, note and the rules of the year; blank is no limit."""

    name = forms.CharField(label=_("Name"), max_length=200)
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}), required=False)
    max_absent_share = PercentField(
        label=_("People of a unit away in the same week (per cent)"),
        required=False,
        help_text=_("At most; one person may always go. Blank: no limit."),
    )
    max_programmes = WholeField(
        label=_("Programmes a person may have"),
        min_value=0,
        max_value=100,
        required=False,
        help_text=_("At most; basic and leadership training is not counted. Blank: no limit."),
    )
    points_per_jp_short = _points(
        label=_("Points for each JP short of the target"),
        help_text=_("How much a missing JP weighs against closing gaps. Blank or 0: it does not."),
    )
    points_per_mandate_missed = _points(
        label=_("Points for a mandate that is not given"),
        help_text=_("Where the mandate itself does not say. Blank or 0: it does not matter."),
    )
    default_travel_idr = RupiahField(
        label=_("Return trip where no fare is known (Rp)"),
        required=False,
        help_text=_("Blank: a fare that is missing must be filled in before a plan can be made."),
    )

    JP = (("jp_target", _("JP target of %(employment)s")), ("jp_max", _("JP ceiling of %(employment)s")))

    def __init__(self, *args: Any, scenario: Scenario, **options: Any) -> None:
        policy = scenario.policy
        plain = {key: policy.get(key) for key in self.base_fields if key in policy}
        initial = {"name": scenario.name, "note": scenario.note, "edition": scenario.edition, **plain}
        super().__init__(*args, **{**options, "initial": initial})
        for key, label in self.JP:
            given = policy.get(key, {})
            for employment in EmploymentKind:
                value = given.get(employment.value) if isinstance(given, Mapping) else given
                self.fields[f"{key}_{employment.value}"] = FloatField(
                    label=label % {"employment": employment.label},
                    min_value=0,
                    max_value=MOST_JP,
                    required=False,
                    initial=value,
                )

    @property
    def policy(self) -> dict[str, Any]:
        """Every rule of the form; None for one that is left blank."""
        data = self.cleaned_data
        plain = ("max_absent_share", "max_programmes", "points_per_jp_short", "points_per_mandate_missed")
        policy: dict[str, Any] = {key: data[key] for key in (*plain, "default_travel_idr")}
        for key, _label in self.JP:
            by_employment = {kind: data[f"{key}_{kind}"] for kind in EmploymentKind.values}
            policy[key] = {kind: value for kind, value in by_employment.items() if value is not None}
        return policy


class LimitsForm(EditionForm):
    """Money in all, of each fund, and of units; blank is no limit, 0 is nothing at all."""

    def __init__(self, *args: Any, scenario: Scenario, **options: Any) -> None:
        super().__init__(*args, **{**options, "initial": {"edition": scenario.edition}})
        limits = list(scenario.limits.select_related("unit").order_by("unit__path"))
        known = {(limit.scope, limit.fund_id): limit.amount for limit in limits}
        self.fields["total"] = RupiahField(
            label=_("Money in all (Rp)"),
            required=False,
            initial=known.get((LimitScope.TOTAL.value, None)),
            help_text=_("Classes, participants and travel together. Blank: no limit."),
        )
        self.funds = {fund.pk: fund for fund in Fund.objects.filter(agency=scenario.agency_id)}
        for fund in self.funds.values():
            self.fields[f"fund_{fund.pk}"] = RupiahField(
                label=_("%(fund)s (Rp)") % {"fund": fund.name},
                required=False,
                initial=known.get((LimitScope.FUND.value, fund.pk)),
                help_text=_("Pays classes and participants of its programmes."),
            )
        # Offices hold such limits; a list of every unit of a regency would be most of the page.
        offices = Unit.objects.filter(parent=scenario.agency_id, is_active=True)
        held = [limit.unit for limit in limits if limit.unit is not None]
        self.units = {unit.pk: unit for unit in (*offices, *held)}
        choices = [("", "–"), *((str(unit.pk), unit.name) for unit in self.units.values())]
        of_units = [limit for limit in limits if limit.scope == LimitScope.UNIT]
        self.rows = len(of_units) + MORE_UNITS
        for place in range(self.rows):
            limit = of_units[place] if place < len(of_units) else None
            self.fields[f"unit_{place}"] = forms.ChoiceField(
                label=_("Unit %(number)s") % {"number": place + 1},
                choices=choices,
                required=False,
                initial=str(limit.unit_id) if limit else "",
            )
            self.fields[f"amount_{place}"] = RupiahField(
                label=_("Travel of unit %(number)s and below (Rp)") % {"number": place + 1},
                required=False,
                initial=limit.amount if limit else None,
            )

    def clean(self) -> dict[str, Any]:
        seen: set[str] = set()
        for place in range(self.rows):
            unit, amount = self.cleaned_data.get(f"unit_{place}"), self.cleaned_data.get(f"amount_{place}")
            if unit and amount is None and f"amount_{place}" not in self.errors:
                self.add_error(f"amount_{place}", _("Give the amount, or take the unit away."))
            if amount is not None and not unit and f"unit_{place}" not in self.errors:
                self.add_error(f"unit_{place}", _("Choose the unit, or take the amount away."))
            if unit and unit in seen:
                self.add_error(f"unit_{place}", _("This unit is named twice. Each has one limit."))
            seen.add(unit or "")
        return self.cleaned_data

    @property
    def by_fund(self) -> dict[Fund, int | None]:
        return {fund: self.cleaned_data[f"fund_{key}"] for key, fund in self.funds.items()}

    @property
    def by_unit(self) -> dict[Unit, int | None]:
        named = ((self.cleaned_data[f"unit_{place}"], place) for place in range(self.rows))
        return {self.units[int(key)]: self.cleaned_data[f"amount_{place}"] for key, place in named if key}


class FloorsForm(EditionForm):
    """Groups of which at least a share of the gap should be closed; an empty group takes a row away."""

    def __init__(self, *args: Any, scenario: Scenario, **options: Any) -> None:
        super().__init__(*args, **{**options, "initial": {"edition": scenario.edition}})
        floors = scenario.policy.get("equity", [])
        choices = self._groups(scenario, floors)
        self.rows = len(floors) + MORE_FLOORS
        for place in range(self.rows):
            floor = floors[place] if place < len(floors) else None
            number = {"number": place + 1}
            self.fields[f"group_{place}"] = forms.ChoiceField(
                label=_("Group %(number)s") % number,
                choices=choices,
                required=False,
                initial=f"{floor['column']}={floor['value']}" if floor else "",
            )
            self.fields[f"share_{place}"] = PercentField(
                label=_("Share of its gap to close, group %(number)s (per cent)") % number,
                required=False,
                initial=float(floor["floor_share"]) if floor else None,
            )
            self.fields[f"points_{place}"] = _points(
                label=_("Points for each point short, group %(number)s") % number,
                initial=floor["points"] if floor else None,
            )

    @staticmethod
    def _groups(scenario: Scenario, floors: list[Mapping[str, Any]]) -> list[tuple[Any, Any]]:
        zones = (
            Place.objects.filter(agency=scenario.agency_id)
            .exclude(zone="")
            .order_by("zone")
            .values_list("zone", flat=True)
        )
        groups: list[tuple[Any, list[tuple[str, Any]]]] = [
            (_("Stream"), [(f"stream={value}", label) for value, label in Stream.choices]),
            (_("Island or district"), [(f"zone={zone}", zone) for zone in zones.distinct()]),
            (_("Sex"), [(f"sex={value}", label) for value, label in Sex.choices]),
            (_("Employment"), [(f"employment={value}", label) for value, label in EmploymentKind.choices]),
            (_("Kind of post"), [(f"position_kind={value}", label) for value, label in PositionKind.choices]),
        ]
        offered = {value for _name, members in groups for value, _label in members}
        kept = [f"{floor['column']}={floor['value']}" for floor in floors]
        others = [(value, value) for value in kept if value not in offered]
        return [("", "–"), *groups, *([(_("Others"), others)] if others else [])]

    def clean(self) -> dict[str, Any]:
        seen: set[str] = set()
        for place in range(self.rows):
            group = self.cleaned_data.get(f"group_{place}")
            if (
                group
                and self.cleaned_data.get(f"share_{place}") is None
                and f"share_{place}" not in self.errors
            ):
                self.add_error(f"share_{place}", _("Give the share of the gap, or take the group away."))
            if (
                group
                and self.cleaned_data.get(f"points_{place}") is None
                and f"points_{place}" not in self.errors
            ):
                self.add_error(f"points_{place}", _("Give the points, or take the group away."))
            if group and group in seen:
                self.add_error(f"group_{place}", _("This group is named twice. Each has one floor."))
            seen.add(group or "")
        return self.cleaned_data

    @property
    def floors(self) -> list[dict[str, Any]]:
        rows = []
        for place in range(self.rows):
            group = self.cleaned_data[f"group_{place}"]
            if group:
                column, value = group.split("=", 1)
                share, points = self.cleaned_data[f"share_{place}"], self.cleaned_data[f"points_{place}"]
                rows.append({"column": column, "value": value, "floor_share": share, "points": points})
        return rows


class MandateForm(EditionForm):
    """One programme that somebody must be given."""

    nip = forms.CharField(label=_("NIP"), max_length=30)
    programme = forms.ModelChoiceField(Programme.objects.none(), label=_("Programme"))
    points = _points(
        label=_("Points if it is not given"), help_text=_("Blank: as the rules of the scenario say.")
    )

    def __init__(self, *args: Any, scenario: Scenario, **options: Any) -> None:
        super().__init__(*args, **{**options, "initial": {"edition": scenario.edition}})
        self.scenario = scenario
        self.person: Person | None = None
        self.fields["programme"].queryset = Programme.objects.filter(  # type: ignore[attr-defined]
            agency=scenario.agency_id, state=ProgrammeState.ACTIVE
        )

    def clean_nip(self) -> str:
        nip = str(self.cleaned_data["nip"]).strip()
        self.person = Person.objects.filter(agency=self.scenario.agency_id, nip=nip).first()
        if self.person is None:
            raise forms.ValidationError(
                _("Nobody in this agency has this NIP. Look it up in the list of people.")
            )
        return nip


class MandateSheetForm(EditionForm):
    """Many at once, or none: a row that cannot be taken keeps all of them out."""

    file = forms.FileField(
        label=_("Sheet"),
        help_text=_(".xlsx or .csv with the columns NIP, Programme (code) and, if wished, Points."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def __init__(self, *args: Any, scenario: Scenario, **options: Any) -> None:
        super().__init__(*args, **{**options, "initial": {"edition": scenario.edition}})
