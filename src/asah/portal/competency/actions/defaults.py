"""Usual levels by kind and rung for posts that have no standard yet, always labelled as defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asah.portal.base.models import Unit, User
from asah.portal.competency.access import require_edit
from asah.portal.competency.actions.requirements import Change, Plan, set_requirements
from asah.portal.competency.actions.starting_set import DATA, read_toml
from asah.portal.competency.enums import Basis, CompetencyKind
from asah.portal.competency.models import HIGHEST, LOWEST, Requirement, say_source
from asah.portal.competency.queries import competencies_of
from asah.portal.people.enums import PositionKind
from asah.portal.people.models import Position

# Technical competencies differ from office to office: there is no usual level of them.
FILLED = (CompetencyKind.MANAGERIAL, CompetencyKind.SOCIOCULTURAL)
LONGEST_SOURCE = 300


@dataclass(frozen=True)
class DefaultLevels:
    """Usual level by kind of post and rung as ``plain_rung`` gives it, "" for every rung; its source."""

    levels: Mapping[tuple[str, str], int]
    source: str
    verified: bool

    def level_of(self, post: Position) -> int | None:
        """None where the kind or the rung does not tell."""
        rung = plain_rung(post.kind, post.level)
        return self.levels.get((post.kind, rung), self.levels.get((post.kind, "")))


def plain_rung(kind: str, rung: str) -> str:
    """A rung without its differences of writing: "Ahli Muda", "ahli_muda" and "Muda" are the same."""
    words = [word for word in rung.casefold().replace("_", " ").split() if word not in ("ahli", kind)]
    return " ".join(words)


@dataclass(frozen=True)
class DefaultsPlan:
    """``filled``: posts by level; ``unknown``: posts without a standard for which there is no usual level."""

    filled: Mapping[int, Sequence[Position]]
    unknown: Sequence[Position]
    competencies: int
    changes: Sequence[Change]
    source: str
    verified: bool

    @property
    def source_told(self) -> str:
        return say_source(self.source)

    @property
    def posts(self) -> int:
        return sum(map(len, self.filled.values()))


def apply_defaults(*, actor: User | None, agency: Unit, folder: Path = DATA) -> Plan:
    """Fills in what ``plan_defaults`` tells, with the basis DEFAULT."""
    require_edit(actor, agency)
    plan = plan_defaults(agency=agency, folder=folder)
    return set_requirements(actor=actor, agency=agency, changes=plan.changes)


def plan_defaults(*, agency: Unit, folder: Path = DATA) -> DefaultsPlan:
    """Which posts without such a standard would get which level; nothing is written."""
    defaults = read_default_levels(folder)
    competencies = list(competencies_of(agency).filter(kind__in=FILLED))
    held = Requirement.objects.filter(position__agency=agency, valid_to=None, competency__kind__in=FILLED)
    filled: dict[int, list[Position]] = {}
    unknown: list[Position] = []
    for post in Position.objects.filter(agency=agency).exclude(pk__in=held.values("position")):
        level = defaults.level_of(post)
        if level is None:
            unknown.append(post)
        elif competencies:
            filled.setdefault(level, []).append(post)
    changes = [
        Change(post.pk, one.pk, level, basis=Basis.DEFAULT.value, source=defaults.source)
        for level, posts in sorted(filled.items())
        for post in posts
        for one in competencies
    ]
    return DefaultsPlan(
        dict(sorted(filled.items())), unknown, len(competencies), changes, defaults.source, defaults.verified
    )


def read_default_levels(folder: Path = DATA) -> DefaultLevels:
    """The usual levels in the files of the folder; ValueError with everything that is wrong in them."""
    problems: list[str] = []
    levels: dict[tuple[str, str], int] = {}
    sources: list[str] = []
    verified = True
    for file in sorted(folder.glob("*.toml")):
        content = read_toml(file, problems)
        entries = content.get("post", [])
        for entry in entries:
            kind, level = str(entry.get("kind")), entry.get("level")
            key = (kind, plain_rung(kind, str(entry.get("jenjang", ""))))
            place = f"{file.name}: {' '.join(key)}"
            if kind not in PositionKind.values:
                problems.append(f"{place}: kind is none of {', '.join(PositionKind.values)}")
            if not isinstance(level, int) or not LOWEST <= level <= HIGHEST:
                problems.append(f"{place}: needs a level from 1 to 5")
            elif key in levels:
                problems.append(f"{place}: stands there twice")
            else:
                levels[key] = level
        if entries:
            about: Mapping[str, Any] = content.get("default_levels", {})
            sources.append(str(about.get("source", "")))
            verified = verified and about.get("verified") is True
    if not levels:
        problems.append(f"{folder.name}: no file has a [[post]] with its usual level")
    if problems:
        raise ValueError("\n".join(problems))
    return DefaultLevels(levels, " ".join(filter(None, sources))[:LONGEST_SOURCE], verified)
