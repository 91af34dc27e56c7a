"""What became of the catalogue, the prices and the limits that a plan was made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db.models import Model
from django.utils.translation import gettext as _

from asah.engine.errors import AsahError
from asah.engine.tables import SCHEMA, read_frames
from asah.portal.catalogue.models import Fare, Offering, Programme, ProgrammeEffect, Resource
from asah.portal.planning.bridge.keys import read_keys
from asah.portal.planning.bridge.problem import catalogue_now
from asah.portal.planning.models import Limit, Plan
from asah.portal.ui.formats import ABSENT, long_date, number, rupiah

# Tables in the order in which people are told, and the model that names their columns.
COMPARED: Mapping[str, type[Model]] = {
    "budgets": Limit,
    "programmes": Programme,
    "programme_effects": ProgrammeEffect,
    "offerings": Offering,
    "travel": Fare,
    "resources": Resource,
}
NAMES = ("units", "places", "competencies")
# A limit that is new binds the plan too; what is new in the catalogue is only not in it.
NEW_COUNTS = ("budgets",)
FIELDS = {"start_date": "starts_on", "end_date": "ends_on", "eligible_unit": "eligible_units"}
Row = Mapping[str, Any]


class TablesLost(Exception):
    """The tables that a plan was made from are not there: nobody can say whether anything changed."""


@dataclass(frozen=True)
class Change:
    """A row that is not what it was: ``what`` of ``subject``, in words."""

    subject: str
    what: str
    before: str
    after: str

    def __str__(self) -> str:
        if not self.what:
            return _("%(subject)s: is not there any more") % {"subject": self.subject}
        return _("%(subject)s, %(what)s: %(before)s then, %(after)s now") % {
            "subject": self.subject,
            "what": self.what,
            "before": self.before,
            "after": self.after,
        }


def changes_since(plan: Plan) -> list[Change]:
    """Rows that the plan was made from and that were changed or taken away since. Raises TablesLost."""
    try:
        before = read_frames(plan.folder / "problem", [*NAMES, *COMPARED])
        keys = read_keys(plan.folder)
    except (AsahError, OSError) as error:
        raise TablesLost(str(plan.folder)) from error
    now = catalogue_now(plan.scenario, keys)
    say = _Words(before, now)
    changes = [change for table in COMPARED for change in _compare(table, before[table], now[table], say)]
    if plan.summary.get("policy", plan.scenario.policy) != plan.scenario.policy:
        changes.append(Change(_("The scenario"), _("rules of the year"), ABSENT, _("others")))
    return changes


def _compare(table: str, before: pl.DataFrame, now: pl.DataFrame, say: _Words) -> Iterator[Change]:
    keys = SCHEMA[table].key
    columns = [name for name in before.columns if name in now.columns and name not in keys]

    def by_key(frame: pl.DataFrame) -> dict[tuple[Any, ...], Row]:
        return {tuple(row[name] for name in keys): row for row in frame.iter_rows(named=True)}

    then, today = by_key(before), by_key(now)
    for key, row in then.items():
        other = today.get(key)
        if other is None:
            yield Change(say.subject(table, row), "", "", "")
            continue
        for name in columns:
            if row[name] != other[name]:
                yield Change(
                    say.subject(table, row),
                    say.column(table, name),
                    say.value(name, row[name]),
                    say.value(name, other[name]),
                )
    if table in NEW_COUNTS:
        for key in today.keys() - then.keys():
            row = today[key]
            yield Change(
                say.subject(table, row),
                say.column(table, "amount_idr"),
                ABSENT,
                say.value("amount_idr", row["amount_idr"]),
            )


class _Words:
    """Names for the identifiers of the tables."""

    def __init__(self, before: Mapping[str, pl.DataFrame], now: Mapping[str, pl.DataFrame]) -> None:
        self.names: dict[str, dict[str, str]] = {}
        for table, column in (
            ("units", "unit_id"),
            ("places", "place_id"),
            ("competencies", "competency_id"),
            ("programmes", "programme_id"),
        ):
            rows = [pair for told in (now, before) for pair in told[table].select(column, "name").iter_rows()]
            self.names[column] = {name: words or name for name, words in rows}

    def subject(self, table: str, row: Row) -> str:
        name = self._name
        told: dict[str, Callable[[], str]] = {
            "budgets": lambda: {
                "total": _("Limit in all"),
                "fund": _("Limit of fund %(name)s") % {"name": row["id"]},
            }.get(row["scope"], _("Limit of %(name)s") % {"name": name("unit_id", row["id"])}),
            "programmes": lambda: name("programme_id", row["programme_id"]),
            "programme_effects": lambda: (
                f"{name('programme_id', row['programme_id'])}, {name('competency_id', row['competency_id'])}"
            ),
            "offerings": lambda: f"{name('programme_id', row['programme_id'])} {row['offering_id']}",
            "travel": lambda: (
                f"{name('place_id', row['from_place_id'])} – {name('place_id', row['to_place_id'])}"
            ),
            "resources": lambda: (
                _("%(name)s, week %(week)s") % {"name": row["resource_id"], "week": row["period"]}
            ),
        }
        return told[table]()

    def _name(self, column: str, value: Any) -> str:
        return self.names[column].get(value, str(value))

    def column(self, table: str, name: str) -> str:
        model = COMPARED[table]
        field = FIELDS.get(name, name.removesuffix("_idr").removesuffix("_id"))
        return str(model._meta.get_field(field).verbose_name)  # type: ignore[union-attr]

    def value(self, column: str, value: Any) -> str:
        if value is None:
            return ABSENT
        if column.endswith("_idr"):
            return rupiah(value)
        if isinstance(value, dt.date):
            return long_date(value)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, int | float):
            return number(value)
        return self.names.get(column, {}).get(value, str(value))
