"""The dry run of a roster: every row read, compared with what is known, and answered for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from asah.portal.base.sheets import Sheet
from asah.portal.people.actions.roster_known import Known, KnownPosition, NewUnit, Value, plain
from asah.portal.people.actions.roster_rows import CheckedRow, Finding, Row, RowReader

__all__ = [
    "Checked",
    "CheckedRow",
    "Finding",
    "Known",
    "NewUnit",
    "Value",
    "check_roster",
]

_NAMED: Final = 5
_POST: Final = ("code", "name", "kind", "level")


@dataclass(frozen=True)
class Checked:
    """Every row of the sheet once, in its order, and what was found.

    ``new_units``, ``new_positions`` (with code, kind and rung where the sheet tells them) and ``new_places``
    (name to zone) have to be made before the rows can be written. ``filled_positions`` and ``filled_places``
    are known already, and get what nothing was known of: for all who hold or work at them.
    """

    rows: Sequence[CheckedRow]
    findings: Sequence[Finding]
    new_units: Sequence[NewUnit] = ()
    new_positions: Sequence[KnownPosition] = ()
    new_places: Mapping[str, str] = field(default_factory=dict)
    filled_positions: Sequence[KnownPosition] = ()
    filled_places: Mapping[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """``rows`` = ``accepted`` + ``warned`` + ``rejected``; ``taken`` are those that are not rejected."""
        states = Counter(row.state for row in self.rows)
        doubted = {found.row for found in self.findings}
        warned = sum(row.state != "rejected" and row.number in doubted for row in self.rows)
        taken = len(self.rows) - states["rejected"]
        return {
            "rows": len(self.rows),
            "taken": taken,
            "accepted": taken - warned,
            "warned": warned,
            "rejected": states["rejected"],
            "create": states["create"],
            "update": states["update"],
            "same": states["same"],
            "filled": len(self.filled_positions) + len(self.filled_places),
        }


def check_roster(
    sheet: Sheet, fields: Mapping[str, int], known: Known, today: date, *, create_units: bool = True
) -> Checked:
    """Read every row of ``sheet``; ``fields``: field to column. Nothing is written.

    With ``create_units`` a unit that is not known is to be made, and told; without it the row is rejected.
    """
    reader = RowReader(sheet, fields, known, today, create_units)
    rows = [reader.read(number, texts) for number, texts in sheet.rows]
    _reject_duplicates(rows)
    _tell_same_people(rows, known)
    _reject_codes_twice(rows)
    _check_supervisors(rows, known)
    taken = [row for row in rows if not row.rejected]
    units = _new_units(taken, known)
    posts = _new_positions(taken)
    places = {plain(str(row.values["place_name"])): row for row in taken if row.new_place}
    filled_posts = _filled_positions(taken)
    filled_places: dict[str, str] = {}
    for row in taken:
        if row.fills_zone:
            filled_places.setdefault(str(row.values["place_name"]), row.fills_zone)
    headers = {name: sheet.columns[index] for name, index in fields.items()}
    about_sheet = [
        *_about_units(units, known, headers.get("unit_name", "")),
        *_about_names("new_positions", [post.name for post in posts], headers.get("position_name", "")),
        *_about_names(
            "new_places",
            [str(row.values["place_name"]) for row in places.values()],
            headers.get("place_name", ""),
        ),
        *_about_names(
            "posts_filled" if known.fills else "posts_not_filled",
            [post.name for post in filled_posts],
            headers.get("position_name", ""),
        ),
        *_about_names(
            "places_filled" if known.fills else "places_not_filled",
            list(filled_places),
            headers.get("place_name", ""),
        ),
    ]
    order = {name: index for index, name in enumerate(sheet.columns)}
    found = [
        finding
        for row in rows
        for finding in sorted(row.findings, key=lambda finding: order.get(finding.column, -1))
    ]
    return Checked(
        rows=[reader.finish(row) for row in rows],
        findings=[*about_sheet, *found],
        new_units=list(units),
        new_positions=posts,
        new_places={
            str(row.values["place_name"]): str(row.values.get("place_zone") or "") for row in places.values()
        },
        filled_positions=filled_posts if known.fills else (),
        filled_places=filled_places if known.fills else {},
    )


def _reject_duplicates(rows: Sequence[Row]) -> None:
    """Of equal rows the first is taken; of rows that differ nobody can tell which one is right."""
    by_nip: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.nip is not None:
            by_nip[row.nip.text].append(row)
    for first, *others in by_nip.values():
        if not others:
            continue
        if all(row.values == first.values for row in others):
            for row in others:
                row.say("error", "nip", "nip_repeated", row=first.number)
            continue
        for row in (first, *others):
            numbers = [other.number for other in (first, *others) if other is not row]
            row.say("error", "nip", "nip_twice", rows=", ".join(map(str, numbers[:_NAMED])))


def _tell_same_people(rows: Sequence[Row], known: Known) -> None:
    """A person may have had a number as PPPK and get another as PNS: one person, not two."""
    seen = dict(known.same_people)
    for row in rows:
        if row.nip is None or row.rejected:
            continue
        key = plain(str(row.values.get("name") or "")), row.nip.text[:8]
        other = seen.setdefault(key, row.nip.text)
        if key[0] and other != row.nip.text and row.current is None:
            if other in known.elsewhere:
                row.say("warning", "nip", "perhaps_same_elsewhere")
            else:
                row.say("warning", "nip", "perhaps_same_person", nip=other)


def _check_supervisors(rows: Sequence[Row], known: Known) -> None:
    coming = {row.nip.text for row in rows if row.nip is not None and not row.rejected}
    for row in rows:
        supervisor = row.values.get("supervisor_nip")
        if supervisor is None or row.nip is None or row.held("supervisor_nip") == [supervisor]:
            continue
        if supervisor == row.nip.text:
            row.say("warning", "supervisor_nip", "supervisor_self")
        elif supervisor in known.sender:
            row.say("warning", "supervisor_nip", "supervisor_sender")
        elif supervisor in known.elsewhere and supervisor not in known.above:
            row.say("warning", "supervisor_nip", "supervisor_elsewhere")
        elif supervisor not in coming and supervisor not in known.people:
            row.say("warning", "supervisor_nip", "supervisor_unknown")
        else:
            continue
        del row.values["supervisor_nip"]


def _reject_codes_twice(rows: Sequence[Row]) -> None:
    """Of new units, and of new posts, with one code the first is taken."""
    first: dict[tuple[str, str], tuple[object, int]] = {}

    def claim(row: Row, column: str, code: str, what: object) -> None:
        taken, number = first.setdefault((column, code.lower()), (what, row.number))
        if code and taken != what:
            row.say("error", column, "code_twice", row=number)

    for row in rows:
        if row.new_unit is not None and not row.rejected:
            claim(row, "unit_code", row.new_unit.code, row.new_unit)
        if row.new_position and not row.rejected:
            code, name = (str(row.values[f"position_{what}"] or "") for what in ("code", "name"))
            claim(row, "position_code", code, plain(name))


def _filled_positions(rows: Iterable[Row]) -> list[KnownPosition]:
    """What the sheet tells of posts and the agency does not know: of each the first that any row tells."""
    posts: dict[str, KnownPosition] = {}
    for row in rows:
        if row.fills_post is None:
            continue
        told = row.fills_post
        had = posts.get(told.code.lower(), told)
        merged = KnownPosition(told.code, told.name, had.kind or told.kind, had.level or told.level)
        posts[told.code.lower()] = merged
        for what, said, taken in (
            ("position_kind", told.kind, merged.kind),
            ("position_level", told.level, merged.level),
        ):
            if said and said != taken:
                row.say("warning", what, "post_differs", post=told.name, known=taken)
    return list(posts.values())


def _new_units(rows: Iterable[Row], known: Known) -> Counter[NewUnit]:
    """Units to be made, with the number of people in each; a unit above others may have none of its own."""
    units = Counter(row.new_unit for row in rows if row.new_unit is not None)
    names = {plain(unit.name) for unit in units}
    for unit in list(units):
        parent = plain(unit.parent_name)
        if parent and parent not in names and not known.find_units("", unit.parent_name, ""):
            names.add(parent)
            units[NewUnit("", unit.parent_name, "")] = 0
    return units


def _new_positions(rows: Iterable[Row]) -> list[KnownPosition]:
    """Posts to be made, each with the first code, kind and rung that any row tells."""
    posts: dict[str, KnownPosition] = {}
    for row in rows:
        if row.new_position:
            told = KnownPosition(*(str(row.values.get(f"position_{what}") or "") for what in _POST))
            had = posts.get(plain(told.name), told)
            posts[plain(told.name)] = KnownPosition(
                had.code or told.code, had.name, had.kind or told.kind, had.level or told.level
            )
        if row.new_target:
            target = str(row.values["target_position_name"])
            posts.setdefault(plain(target), KnownPosition("", target))
    return list(posts.values())


def _about_units(units: Mapping[NewUnit, int], known: Known, column: str) -> Iterator[Finding]:
    if units and not known.units:
        yield from _about_names("first_units", [unit.name for unit in units], column)
        return
    similar = known.similar_units(units)
    for unit, count in units.items():
        params: dict[str, str | int] = {"count": count, "above": unit.parent_name}
        if unit in similar:
            yield Finding(
                0, column, unit.name, "warning", "new_unit_similar", {**params, "similar": similar[unit]}
            )
        else:
            yield Finding(0, column, unit.name, "warning", "new_unit", params)


def _about_names(code: str, names: Sequence[str], column: str) -> Iterator[Finding]:
    if names:
        shown = "; ".join(names[:_NAMED]) + ("; …" if len(names) > _NAMED else "")
        yield Finding(0, column, "", "warning", code, {"count": len(names), "names": shown})
