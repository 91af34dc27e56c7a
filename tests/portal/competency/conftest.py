"""A tiny starting set, and agencies with posts to set standards for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from asah.portal.base.enums import Role
from asah.portal.base.models import Unit, User
from asah.portal.competency.actions import adopt_starting_set
from asah.portal.competency.models import Competency
from asah.portal.people.models import Position
from factories.portal import a_position, a_user, an_agency

LEVELS = "".join(
    f"""
[[competency.level]]
level = {level}
title = {{ id = "Judul {level}", en = "Title {level}" }}
text = {{ id = "Arti {level}", en = "Meaning {level}" }}
anchors = [
  {{ id = "Perilaku {level}a", en = "Behaviour {level}a" }},
  {{ id = "Perilaku {level}b", en = "Behaviour {level}b" }},
]
"""
    for level in range(1, 6)
)
FRAMEWORK = """
[framework]
code = "uji"
version = "uji.1"
valid_from = 2020-01-01
source = "Sumber uji."
verified = {verified}
"""


def a_competency(code: str, name: str, kind: str, levels: str = LEVELS) -> str:
    return f"""
[[competency]]
code = "{code}"
name = {{ id = "{name}", en = "{name} in English" }}
kind = "{kind}"
stream = "competency"
owner = "LAN"
definition = {{ id = "Arti {name}", en = "Meaning of {name}" }}
{levels}"""


DEFAULTS = """
[default_levels]
source = "Kelaziman uji."
verified = false

[[post]]
kind = "pengawas"
level = 2

[[post]]
kind = "fungsional"
jenjang = "ahli_muda"
level = 3
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A starting set in several files."""
    first = FRAMEWORK.format(verified="true") + a_competency("M.01", "Integritas", "managerial")
    second = (
        FRAMEWORK.format(verified="false")
        + a_competency("SK.01", "Perekat bangsa", "sociocultural")
        + a_competency("T.01", "Literasi digital", "technical", "")
    )
    (tmp_path / "first.toml").write_text(first, "utf-8")
    (tmp_path / "second.toml").write_text(second, "utf-8")
    (tmp_path / "levels.toml").write_text(DEFAULTS, "utf-8")
    return tmp_path


@dataclass
class Here:
    """An agency with a framework in force, its planner and three posts."""

    agency: Unit
    planner: User
    posts: list[Position]

    def competency(self, code: str) -> Competency:
        return Competency.objects.get(agency=self.agency, code=code)


@pytest.fixture
def here(data: Path) -> Here:
    return make_agency(data)


@pytest.fixture
def elsewhere(data: Path) -> Here:
    """Another agency with the same codes: what could leak is there."""
    return make_agency(data, "Lain ")


def make_agency(data: Path, prefix: str = "") -> Here:
    agency = an_agency(f"{prefix}Kabupaten Uji")
    adopt_starting_set(actor=None, agency=agency, folder=data)
    posts = [
        a_position(agency, f"{prefix}Analis", "fungsional", "Ahli Muda"),
        a_position(agency, f"{prefix}Kepala Seksi", "pengawas"),
        a_position(agency, f"{prefix}Jabatan Baru", ""),
    ]
    return Here(agency, a_user(Role.PLANNER, unit=agency), posts)
