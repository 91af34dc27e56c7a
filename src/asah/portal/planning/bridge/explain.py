"""Why somebody is in a plan or not, and why a class is opened or not, in the engine's sentences."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from asah.engine.plan.explain import Explanation, about_offering, about_person, read_standing
from asah.engine.plan.sentences import reasons
from asah.engine.plan.standing import Standing
from asah.engine.tables import load
from asah.portal.planning.bridge.coaching import as_told, outcome_as_told

Sentence = dict[str, Any]


class UnknownSubject(Exception):
    """The person, programme or offering is not in the problem of this plan."""


def reason_words(code: str, language: str) -> str:
    """The sentence of a reason code; a code nobody knows is shown, not hidden."""
    entry = reasons().get(code)
    return entry["id" if language.startswith("id") else "en"] if entry else code


def reason_codes() -> list[str]:
    return list(reasons())


@lru_cache(maxsize=1)
def _standing(folder: Path, made: float) -> Standing:
    """The plan last asked about stays in memory: reading one takes a second, a question of it little."""
    tables = load(folder / "problem", "plan")
    told = as_told(tables, folder)
    standing = read_standing(told, folder / "plan")
    return standing if told is tables else replace(standing, outcome=outcome_as_told(tables, standing))


_warm: set[Path] = set()


def is_warm(folder: Path) -> bool:
    """Whether a question about this plan is answered from memory."""
    return folder in _warm


def explain_person(folder: Path, person: str, programme: str | None = None) -> list[Sentence]:
    """Sentences with ``code``, ``facts``, ``id`` and ``en``; of one programme everything there is to say."""
    standing = _read(folder)
    if person not in standing.problem.person_id or (
        programme is not None and programme not in standing.problem.programme_id
    ):
        raise UnknownSubject
    return _plain(about_person(standing, person, programme))


def explain_offering(folder: Path, offering: str) -> list[Sentence]:
    standing = _read(folder)
    if offering not in standing.problem.offering_id:
        raise UnknownSubject
    return _plain(about_offering(standing, offering))


def _read(folder: Path) -> Standing:
    standing = _standing(folder, (folder / "plan" / "summary.json").stat().st_mtime)
    _warm.clear()
    _warm.add(folder)
    return standing


def _plain(explanation: Explanation) -> list[Sentence]:
    sentences: list[Sentence] = explanation.to_json()["sentences"]
    return sentences
