"""The page that tells people how to prepare their tables shows a problem that works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from asah.engine.cli.screen import line_of
from asah.engine.tables import load
from asah.engine.tables.messages import finding

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "prepare-tables.md"


def test_the_tables_of_the_how_to_are_a_complete_problem(tmp_path: Path) -> None:
    shown = re.findall(
        r"^`(\w+\.(?:csv|toml))`[^\n]*\n```\w+\n(.*?)```", PAGE.read_text("utf-8"), re.M | re.S
    )
    assert len(shown) == 10
    for name, text in shown:
        (tmp_path / name).write_text(text, "utf-8")
    tables = load(tmp_path, "plan")
    assert tables.findings == ()
    assert tables["offerings"]["period"].to_list() == [10, None]


def test_the_finding_shown_in_the_how_to_is_the_one_people_get(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASAH_LANG", "id")
    (example,) = re.findall(r"^budgets baris 2.*$", PAGE.read_text("utf-8"), re.M)
    cell = {"row": 2, "column": "amount_idr", "value": "1.500.000"}
    assert example == line_of(finding("grouped", "budgets", **cell, plain="1500000"))
