"""One row of a roster: what it says, what is odd about it, and what it would change."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final, Literal

from asah.portal.base.sheets import Sheet
from asah.portal.people.actions import roster_cells as cells
from asah.portal.people.actions.roster_columns import BY_NAME, RETIRED_FROM, normalise
from asah.portal.people.actions.roster_known import Known, KnownPosition, KnownUnit, NewUnit, Value, plain
from asah.portal.people.actions.roster_names import split_degrees
from asah.portal.people.actions.roster_nip import CONTRACT, Nip, Problem, read_nip

State = Literal["create", "update", "same", "rejected"]
Severity = Literal["error", "warning"]

# Probation lasts a year; BKN counts two as an anomaly (CPNS_LEBIH_2TH).
PROBATION_YEARS: Final = 2
_SHOWN: Final = 200
_UNIT: Final = ("unit_code", "unit_name", "parent_unit_name")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")


@dataclass(frozen=True)
class Finding:
    """``row``: its number in the file, 0 for the sheet as a whole. ``column``: the header as written.

    ``value``: the cell's text, cut to what a page can show; '' where it must not be shown.
    """

    row: int
    column: str
    value: str
    severity: Severity
    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckedRow:
    """``values``: what the row says, by field; a blank cell says nothing. ``changes``: field to (old, new).

    The parts of a unit (code, name, unit above) and of a post (code, name, kind, rung) come together.

    A row that is rejected keeps what could be read of it in ``values``.
    """

    number: int
    state: State
    values: Mapping[str, Value]
    changes: Mapping[str, tuple[Value, Value]]


@dataclass
class Row:
    """A row while it is read. ``texts``: the cells that say something, by field."""

    number: int
    texts: Mapping[str, str]
    headers: Mapping[str, str]
    values: dict[str, Value] = field(default_factory=dict)
    current: Mapping[str, Value] | None = None
    nip: Nip | None = None
    kind: str = ""
    level: str = ""
    new_unit: NewUnit | None = None
    new_position: bool = False
    new_place: bool = False
    new_target: bool = False
    fills_post: KnownPosition | None = None
    fills_zone: str = ""
    findings: list[Finding] = field(default_factory=list)

    @property
    def rejected(self) -> bool:
        return any(found.severity == "error" for found in self.findings)

    def say(self, severity: Severity, name: str, code: str, **params: str | int) -> None:
        # A number of an identity card in the wrong column is personal data like any other.
        value = "" if code == "nip_is_nik" else self.texts.get(name, "")[:_SHOWN]
        self.findings.append(Finding(self.number, self.headers.get(name, ""), value, severity, code, params))

    def standing(self, name: str) -> Value:
        """What will stand there once the row is written."""
        return self.values.get(name) or (self.current or {}).get(name)

    def day(self, name: str) -> date | None:
        value = self.standing(name)
        return value if isinstance(value, date) else None

    def held(self, *names: str) -> list[str]:
        """What stands in the roster of the person now, '' where nothing does."""
        return [str((self.current or {}).get(name) or "") for name in names]

    def derive(self, name: str, value: Value) -> None:
        """What follows from other cells fills a gap in what is told of somebody new, and changes nobody."""
        if value and self.current is None and not self.standing(name):
            self.values[name] = value


@dataclass(frozen=True)
class RowReader:
    """Reads the rows of one sheet; ``fields``: field to column."""

    sheet: Sheet
    fields: Mapping[str, int]
    known: Known
    today: date
    create_units: bool

    @cached_property
    def _headers(self) -> Mapping[str, str]:
        return {name: self.sheet.columns[index] for name, index in self.fields.items()}

    def read(self, number: int, texts: Sequence[str]) -> Row:
        said = {name: texts[index] for name, index in self.fields.items() if not cells.is_blank(texts[index])}
        row = Row(number, said, self._headers)
        if number in self.sheet.ragged:
            row.say("error", "", "ragged_row")
            return row
        self._read_identity(row)
        if row.nip is not None and row.nip.text in self.known.elsewhere:
            # Whatever else was said of the row would tell something of somebody who is not theirs.
            row.say("error", "nip", "nip_elsewhere")
            return row
        _read_name(row)
        self._read_days(row)
        _read_words(row)
        self._read_post(row)
        self._read_unit(row)
        self._read_place(row)
        self._read_supervisor(row)
        if row.nip is not None:
            self._compare_with_nip(row, row.nip)
            self._check_service(row, row.nip)
        return row

    def finish(self, row: Row) -> CheckedRow:
        """The row with its state, once everything was said about it."""
        changes: dict[str, tuple[Value, Value]] = {}
        state: State = "create"
        if row.rejected:
            state = "rejected"
        elif row.current is not None:
            pairs = {name: (row.current.get(name), new) for name, new in row.values.items() if name != "nip"}
            changes = {name: pair for name, pair in pairs.items() if not _is_same(*pair)}
            state = "update" if changes else "same"
        return CheckedRow(row.number, state, row.values, changes)

    def _read_identity(self, row: Row) -> None:
        if "employment" in row.texts:
            _keep(row, "employment", cells.read_employment(row.texts["employment"]), "error")
        if "nip" not in row.texts:
            row.say("error", "nip", "blank_required", field=str(BY_NAME["nip"].header))
            return
        employment = row.values.get("employment")
        found = read_nip(row.texts["nip"], employment if isinstance(employment, str) else None, self.today)
        if isinstance(found, Problem):
            row.say("error", "nip", found.code, **found.params)
            return
        row.nip = found
        row.values["nip"] = found.text
        row.current = self.known.people.get(found.text)
        if row.current is not None or found.text in self.known.elsewhere:
            return
        for name in ("name", "employment", "unit_name"):
            if name not in row.texts and not (name == "unit_name" and "unit_code" in row.texts):
                row.say("error", name, "blank_required", field=BY_NAME[name].header)

    def _read_days(self, row: Row) -> None:
        for name in ("started_on", "cpns_on", "pns_on", "retires_on", "left_on"):
            if name in row.texts:
                _keep(row, name, cells.read_day(row.texts[name]), "warning")
        retires_on = row.values.get("retires_on")
        if isinstance(retires_on, date) and normalise(self._headers["retires_on"]) in RETIRED_FROM:
            row.values["retires_on"] = date.fromordinal(retires_on.toordinal() - 1)

    def _read_post(self, row: Row) -> None:
        kind = cells.read_kind(row.texts.get("position_kind", ""), row.texts.get("eselon", ""))
        if isinstance(kind, Problem):
            row.say("warning", "position_kind", kind.code)
            kind = None
        name, code = _text(row, "position_name"), _text(row, "position_code")
        post = self._find_post(row, code, name)
        level = _text(row, "position_level")
        row.kind = kind or ""
        row.level = cells.read_level(level, kind or (post.kind if post else None)) if level else ""
        if post is not None:
            self._compare_with_post(row, post)
            name, code, row.kind, row.level = post.name, post.code, post.kind, post.level
        elif row.kind in ("", "fungsional") and not row.level:
            row.level = cells.level_in_name(name) or ""
        row.new_position = bool(name) and post is None
        if name:
            # All four, blank ones too: they belong to the post, and nothing of the former one stays.
            row.values["position_name"], row.values["position_code"] = name, code
            row.values["position_kind"], row.values["position_level"] = row.kind, row.level
        elif not row.standing("position_name"):
            row.say("warning", "position_name", "blank_position")
        target = _text(row, "target_position_name")
        if target:
            (held,) = row.held("target_position_name")
            aimed = KnownPosition("", held) if _alike(held, target) else self.known.find_position("", target)
            row.values["target_position_name"] = aimed.name if aimed else target
            row.new_target = aimed is None
        if not row.level and row.kind in ("", "fungsional"):
            row.level = cells.level_in_name(name) or ""
        row.kind = row.kind or str(row.standing("position_kind") or "")
        row.level = row.level or str(row.standing("position_level") or "")

    def _find_post(self, row: Row, code: str, name: str) -> KnownPosition | None:
        post = self.known.find_position(code, name) if name or code else None
        held = KnownPosition(*row.held(*(f"position_{what}" for what in ("code", "name", "kind", "level"))))
        by_code = post is not None and code and post.code.lower() == code.lower()
        # Several posts may have one name: who holds one of them is not moved to another.
        return held if post and not by_code and _alike(held.name, name) else post

    def _compare_with_post(self, row: Row, post: KnownPosition) -> None:
        """Kind and rung belong to the post: what is known of it holds for all who hold it."""
        for what, told, known in (
            ("position_kind", row.kind, post.kind),
            ("position_level", row.level, post.level),
        ):
            if told and known and told != known and what in row.texts:
                row.say("warning", what, "post_differs", post=post.name, known=known)
        kind, level = "" if post.kind else row.kind, "" if post.level else row.level
        if kind or level:
            row.fills_post = KnownPosition(post.code, post.name, kind, level)

    def _read_unit(self, row: Row) -> None:
        code, name, parent = said = [_text(row, what) for what in _UNIT]
        if not name and not code:
            return
        held = row.held(*_UNIT)
        if held[1] and all(not told or _alike(told, known) for told, known in zip(said, held, strict=True)):
            row.values.update(zip(_UNIT, held, strict=True))
            return
        if code and self.known.is_taken(code):
            row.say("error", "unit_code", "unit_elsewhere")
            return
        units = self.known.find_units(code, name, parent)
        if len(units) > 1:
            units = [unit for unit in units if _described(unit) == held] or units
        if len(units) > 1:
            above = "; ".join(unit.above[0] for unit in units if unit.above)[:_SHOWN]
            row.say("error", "unit_name", "unit_ambiguous", count=len(units), above=above)
        elif units:
            row.values.update(zip(_UNIT, _described(units[0]), strict=True))
        elif not self.create_units or not name:
            row.say("error", "unit_name" if name else "unit_code", "unit_unknown")
        elif code and code.lower() in self.known.codes:
            row.say("error", "unit_code", "unit_code_taken")
        else:
            parent = "" if plain(parent) == plain(name) else parent
            if parent and len(self.known.find_units("", parent, "")) > 1:
                row.say("error", "parent_unit_name", "parent_ambiguous")
                return
            row.new_unit = NewUnit(code, name, parent)
            row.values.update({"unit_code": code, "unit_name": name, "parent_unit_name": parent})

    def _read_place(self, row: Row) -> None:
        name, zone = _text(row, "place_name"), _text(row, "place_zone")
        if not name:
            return
        held = row.held("place_name", "place_zone")
        known = (held[0], held[1]) if _alike(held[0], name) else self.known.find_place(name)
        row.new_place = known is None
        if known is not None:
            row.fills_zone = "" if known[1] else zone
            name, zone = known
        row.values["place_name"] = name
        # The zone belongs to the place, like kind and rung to the post.
        row.values["place_zone"] = zone

    def _read_supervisor(self, row: Row) -> None:
        if "supervisor_nip" in row.texts:
            found = read_nip(row.texts["supervisor_nip"], None, self.today)
            if isinstance(found, Problem):
                row.say("warning", "supervisor_nip", found.code, **found.params)
            else:
                row.values["supervisor_nip"] = found.text

    def _compare_with_nip(self, row: Row, nip: Nip) -> None:
        if "born_on" in row.texts:
            born_on = cells.read_day(row.texts["born_on"])
            if isinstance(born_on, Problem):
                row.say("warning", "born_on", born_on.code)
            elif born_on != nip.born_on:
                row.say("warning", "born_on", "birth_differs", nip=nip.born_on.isoformat())
        if row.values.get("sex", nip.sex) != nip.sex:
            row.say("warning", "sex", "sex_differs", nip=nip.sex)
        row.derive("sex", nip.sex)
        cpns_on = row.values.get("cpns_on")
        if isinstance(cpns_on, date) and nip.month and (cpns_on.year, cpns_on.month) != (nip.year, nip.month):
            row.say("warning", "cpns_on", "cpns_differs", nip=f"{nip.year}-{nip.month:02d}")
        contract = row.standing("employment") in CONTRACT
        if "golongan" in row.texts:
            known = contract if row.standing("employment") else None
            _keep(row, "golongan", cells.read_golongan(row.texts["golongan"], known), "warning")

    def _check_service(self, row: Row, nip: Nip) -> None:
        cpns_on, pns_on, left_on = row.day("cpns_on"), row.day("pns_on"), row.day("left_on")
        if cpns_on and pns_on and cpns_on > pns_on:
            row.say("warning", "cpns_on", "cpns_after_pns", pns=pns_on.isoformat())
        if left_on and left_on <= self.today:
            return
        started = cpns_on or nip.appointed
        if row.standing("employment") == "CPNS" and _years_later(started, PROBATION_YEARS) <= self.today:
            row.say(
                "warning", "employment", "cpns_too_long", since=started.isoformat(), years=PROBATION_YEARS
            )
        retires_on = row.day("retires_on")
        if retires_on is not None:
            if retires_on < self.today:
                row.say("warning", "retires_on", "retired", day=retires_on.isoformat())
            return
        age = self.known.retirement_ages.get(cells.retirement_key(row.kind, row.level))
        if age is not None:
            birthday = _years_later(nip.born_on, age)
            last_day = birthday.replace(day=calendar.monthrange(birthday.year, birthday.month)[1])
            if last_day < self.today:
                row.say("warning", "nip", "past_retirement_age", age=age, day=last_day.isoformat())


def _alike(one: str, other: str) -> bool:
    return bool(one) and plain(one) == plain(other)


def _described(unit: KnownUnit) -> list[str]:
    return [unit.code, unit.name, "".join(unit.above[:1])]


def _is_same(old: Value, new: Value) -> bool:
    """A cell is read on one line, whatever stands in the roster."""
    return ((" ".join(old.split()) if isinstance(old, str) else old) or None) == (new or None)


def _read_name(row: Row) -> None:
    text = _text(row, "name", "error")
    front, back = _text(row, "front_degree"), _text(row, "back_degree")
    for name, degree in (("front_degree", front), ("back_degree", back)):
        if degree:
            row.values[name] = degree
    if not text:
        return
    if row.current is not None and row.current.get("name") == text:
        row.values["name"] = text
        return
    before, name, after, odd = split_degrees(text)
    if odd:
        row.say("warning", "name", "name_comma")
    row.values["name"] = name
    for what, degree in (("front_degree", before), ("back_degree", after)):
        if degree and what not in row.values and len(degree) <= BY_NAME[what].length:
            row.values[what] = degree


def _read_words(row: Row) -> None:
    if "sex" in row.texts:
        _keep(row, "sex", cells.read_sex(row.texts["sex"]), "warning")
    email = _text(row, "email")
    if email:
        _keep(row, "email", email if _EMAIL.fullmatch(email) else Problem("not_email"), "warning")


def _keep(row: Row, name: str, value: Value | Problem, severity: Severity) -> None:
    if isinstance(value, Problem):
        row.say(severity, name, value.code, **value.params)
    elif value:
        row.values[name] = value


def _text(row: Row, name: str, severity: Severity = "warning") -> str:
    """The cell on one line; '' where it is blank, or longer than can be kept, which is told."""
    text = " ".join(row.texts.get(name, "").split())
    if len(text) > BY_NAME[name].length:
        needed = name in ("name", "unit_name", "position_name")
        row.say("error" if needed else severity, name, "too_long", limit=BY_NAME[name].length)
        return ""
    return text


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)
