"""The framework an agency can start with: the files of the ``data`` folder.

A competency, a framework and default levels may stand in any of the files, in any order. What is wrong in
them is told at once for all files, with the place.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from asah.portal.base import audit
from asah.portal.base.models import Unit, User
from asah.portal.competency.access import require_edit
from asah.portal.competency.actions.versions import LevelText, create_levels
from asah.portal.competency.enums import CompetencyKind, FrameworkState, Stream
from asah.portal.competency.models import HIGHEST, LOWEST, Competency, Framework

DATA = Path(__file__).resolve().parents[1] / "data"


@dataclass(frozen=True)
class StartingCompetency:
    """A competency of the starting set with its levels; texts are pairs of Indonesian and English."""

    code: str
    name: tuple[str, str]
    kind: str
    stream: str
    owner: str
    definition: tuple[str, str]
    levels: Mapping[int, LevelText]


@dataclass(frozen=True)
class StartingSet:
    """A framework as it comes with the portal. ``verified``: whether all of it was checked at its source."""

    version: str
    valid_from: dt.date
    source: str
    verified: bool
    competencies: tuple[StartingCompetency, ...]


@transaction.atomic
def adopt_starting_set(*, actor: User | None, agency: Unit, folder: Path = DATA) -> Framework:
    """Puts the starting set in force in an agency that has no framework yet.

    A competency whose code the agency uses already keeps its name and stays the one it is.
    """
    require_edit(actor, agency)
    Unit.objects.select_for_update().get(pk=agency.pk)
    if Framework.objects.filter(agency=agency).exists():
        raise ValidationError(
            _("This agency has a framework already. Make a new draft version and change that.")
        )
    start = read_starting_set(folder)
    framework = Framework.objects.create(
        agency=agency,
        version=start.version,
        state=FrameworkState.IN_FORCE,
        valid_from=start.valid_from,
        source=start.source,
        verified=start.verified,
    )
    known = set(Competency.objects.filter(agency=agency).values_list("code", flat=True))
    Competency.objects.bulk_create(
        [
            Competency(
                agency=agency,
                code=one.code,
                name_id=one.name[0],
                name_en=one.name[1],
                kind=one.kind,
                stream=one.stream,
                owner=one.owner,
                definition_id=one.definition[0],
                definition_en=one.definition[1],
            )
            for one in start.competencies
            if one.code not in known
        ]
    )
    numbers = dict(Competency.objects.filter(agency=agency).values_list("code", "pk"))
    create_levels(
        framework,
        [
            (numbers[one.code], level, text)
            for one in start.competencies
            for level, text in one.levels.items()
        ],
    )
    detail = {"version": framework.version, "competencies": len(start.competencies)}
    audit.record(actor, "framework.adopted", framework, unit=agency, detail=detail)
    return framework


def read_starting_set(folder: Path = DATA) -> StartingSet:
    """Every ``*.toml`` of the folder as one set; ValueError with everything that is wrong in any of them."""
    problems: list[str] = []
    frameworks: list[tuple[str, dict[str, Any]]] = []
    found: dict[str, StartingCompetency] = {}
    for file in sorted(folder.glob("*.toml")):
        content = read_toml(file, problems)
        if "framework" in content:
            frameworks.append((file.name, content["framework"]))
        for entry in content.get("competency", []):
            place = f"{file.name}: {entry.get('code', '?')}"
            one = _read_competency(entry, place, problems)
            if one is not None and one.code in found:
                problems.append(f"{place}: there is a competency with this code already")
            elif one is not None:
                found[one.code] = one
    if not frameworks:
        problems.append(f"{folder.name}: no file has a [framework]")
    if not found:
        problems.append(f"{folder.name}: no file has a [[competency]]")
    for name, framework in frameworks:
        for key, kind in (("version", str), ("valid_from", dt.date), ("source", str), ("verified", bool)):
            if not isinstance(framework.get(key), kind):
                problems.append(f"{name}: [framework] needs {key}")
    if problems:
        raise ValueError("\n".join(problems))
    return StartingSet(
        version=frameworks[0][1]["version"],
        valid_from=max(framework["valid_from"] for _name, framework in frameworks),
        source="\n".join(dict.fromkeys(framework["source"] for _name, framework in frameworks)),
        verified=all(framework["verified"] for _name, framework in frameworks),
        competencies=tuple(found.values()),
    )


def read_toml(file: Path, problems: list[str]) -> dict[str, Any]:
    """What the file says; nothing, and a line among the problems, where it cannot be read."""
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{file.name}: {error}")
        return {}


def _read_competency(entry: Mapping[str, Any], place: str, problems: list[str]) -> StartingCompetency | None:
    before = len(problems)
    code = str(entry.get("code", ""))
    if not code:
        problems.append(f"{place}: needs a code")
    kind, stream = entry.get("kind"), entry.get("stream", Stream.COMPETENCY.value)
    if kind not in CompetencyKind.values:
        problems.append(f"{place}: kind '{kind}' is none of {', '.join(CompetencyKind.values)}")
    if stream not in Stream.values:
        problems.append(f"{place}: stream '{stream}' is none of {', '.join(Stream.values)}")
    name = _read_pair(entry.get("name"), f"{place}: name", problems)
    definition = _read_pair(entry.get("definition"), f"{place}: definition", problems)
    levels: dict[int, LevelText] = {}
    for row in entry.get("level", []):
        level = row.get("level")
        if not isinstance(level, int) or not LOWEST <= level <= HIGHEST or level in levels:
            problems.append(f"{place}: level '{level}' is not from 1 to 5, or stands there twice")
            continue
        where = f"{place}, level {level}"
        levels[level] = LevelText(
            _read_pair(row.get("title"), f"{where}: title", problems),
            _read_pair(row.get("text"), f"{where}: text", problems),
            tuple(_read_pair(anchor, f"{where}: anchor", problems) for anchor in row.get("anchors", [])),
        )
        if not levels[level].anchors:
            problems.append(f"{where}: needs anchors")
    if levels and len(levels) < HIGHEST:
        problems.append(f"{place}: needs all levels from 1 to 5")
    if len(problems) > before:
        return None
    return StartingCompetency(
        code,
        name,
        str(kind),
        str(stream),
        str(entry.get("owner", "")),
        definition,
        dict(sorted(levels.items())),
    )


def _read_pair(value: Any, place: str, problems: list[str]) -> tuple[str, str]:
    if isinstance(value, dict) and all(
        isinstance(value.get(key), str) and value[key] for key in ("id", "en")
    ):
        return value["id"].strip(), value["en"].strip()
    problems.append(f"{place} needs texts in id and en")
    return "", ""
