"""A folder with a valid problem, to be spoiled one cell at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from factories.problem import tiny_problem, write_problem


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASAH_LANG", "en")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_problem(tmp_path / "input", tiny_problem())


@pytest.fixture
def spoil(folder: Path) -> Callable[[str, int, str, str], Path]:
    """Write a text into one cell of a CSV of the folder; rows are counted as a person sees them."""

    def write(table: str, row: int, column: str, text: str) -> Path:
        path = folder / f"{table}.csv"
        rows = [line.split(",") for line in path.read_text("utf-8").splitlines()]
        rows[row - 1][rows[0].index(column)] = f'"{text}"' if "," in text else text
        path.write_text("\n".join(",".join(cells) for cells in rows) + "\n", "utf-8")
        return folder

    return write
