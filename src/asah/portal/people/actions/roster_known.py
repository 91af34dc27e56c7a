"""What an agency has already, and where a row of a roster points within it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from typing import Final

Value = str | date | None
# Looking for similar names takes time for each; with more new ones than this the list itself is new.
_COMPARED: Final = 30


@dataclass(frozen=True)
class KnownUnit:
    """``above``: names of the units above it, the nearest first."""

    code: str
    name: str
    above: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownPosition:
    code: str
    name: str
    kind: str = ""
    level: str = ""


@dataclass(frozen=True)
class NewUnit:
    """A unit that a sheet names and the agency does not have; '' for what the sheet does not tell of it."""

    code: str
    name: str
    parent_name: str


@dataclass(frozen=True)
class Known:
    """``people``: NIP to what is known of that person, by the names of ``roster_columns.FIELDS``.

    Of a unit a person's values hold ``unit_code``, ``unit_name`` and ``parent_unit_name`` (the nearest unit
    above, '' at the top). ``places``: name to zone. ``retirement_ages``: the rules in force, by their keys.

    Of the agency, but not of the unit whose people the sheet lists: ``elsewhere`` holds the NIP of people who
    are not in it now, ``above`` of those among them in a unit above it, ``codes`` the codes in small letters
    that no new unit may get. ``sender``: numbers of whoever sent the sheet. ``fills``: whether what the
    sheet tells of a post or a place, and the agency does not know yet, is taken over for all who share it.
    """

    people: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    units: Collection[KnownUnit] = ()
    positions: Collection[KnownPosition] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    retirement_ages: Mapping[str, int] = field(default_factory=dict)
    elsewhere: Collection[str] = frozenset()
    above: Collection[str] = frozenset()
    codes: Collection[str] = frozenset()
    sender: Collection[str] = frozenset()
    fills: bool = True

    @cached_property
    def _units_by_code(self) -> Mapping[str, Sequence[KnownUnit]]:
        return _grouped((unit.code.lower(), unit) for unit in self.units if unit.code)

    @cached_property
    def _units_by_name(self) -> Mapping[str, Sequence[KnownUnit]]:
        return _grouped((plain(unit.name), unit) for unit in self.units)

    @cached_property
    def _positions(self) -> Mapping[str, KnownPosition]:
        by_name = {plain(position.name): position for position in self.positions}
        return {**by_name, **{f"#{post.code.lower()}": post for post in self.positions if post.code}}

    @cached_property
    def _places(self) -> Mapping[str, tuple[str, str]]:
        return {plain(name): (name, zone) for name, zone in self.places.items()}

    @cached_property
    def same_people(self) -> Mapping[tuple[str, str], str]:
        """NIP by plain name and digits of birth: another number of the same person is found by these."""
        return {(plain(str(person.get("name") or "")), nip[:8]): nip for nip, person in self.people.items()}

    def find_units(self, code: str, name: str, parent: str) -> Sequence[KnownUnit]:
        """The units that may be meant: none for a new one, several where the row does not tell them apart.

        A code goes before a name, since units are renamed; ``parent`` may be any unit above.
        """
        named = self._units_by_name.get(plain(name), ())
        coded = self._units_by_code.get(code.lower(), ()) if code else ()
        found = [unit for unit in coded if unit in named] or coded
        if len(found) == 1:
            return found
        found = found or named
        # Sheets repeat the name of an office that has no part as its own office.
        if parent and plain(parent) != plain(name):
            return [unit for unit in found if plain(parent) in map(plain, unit.above)]
        if parent and len(found) > 1:
            return [unit for unit in found if plain(name) not in map(plain, unit.above)]
        return found

    def is_taken(self, code: str) -> bool:
        """Whether a unit that the sheet cannot mean has this code."""
        return code.lower() in self.codes and code.lower() not in self._units_by_code

    def find_position(self, code: str, name: str) -> KnownPosition | None:
        return (self._positions.get(f"#{code.lower()}") if code else None) or self._positions.get(plain(name))

    def find_place(self, name: str) -> tuple[str, str] | None:
        """Its name and zone."""
        return self._places.get(plain(name))

    def similar_units(self, new: Collection[NewUnit]) -> Mapping[NewUnit, str]:
        """For new units the known one with nearly the same name; none where there is too much to compare."""
        if len(new) > _COMPARED:
            return {}
        near = {unit: get_close_matches(plain(unit.name), self._units_by_name, 1, 0.85) for unit in new}
        return {unit: self._units_by_name[names[0]][0].name for unit, names in near.items() if names}


def plain(name: str) -> str:
    """What two spellings of the same name have in common."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in name.casefold()).split())


def _grouped(pairs: Iterable[tuple[str, KnownUnit]]) -> Mapping[str, Sequence[KnownUnit]]:
    groups: defaultdict[str, list[KnownUnit]] = defaultdict(list)
    for key, unit in pairs:
        groups[key].append(unit)
    return groups
