from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import asah.engine.check
from asah.engine.check.messages import MESSAGES, rupiah

SOURCES = "\n".join(file.read_text("utf-8") for file in Path(asah.engine.check.__path__[0]).glob("*.py"))


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_the_same_about_the_same_facts() -> None:
    for texts in MESSAGES["finding"].values():
        assert set(texts) == {"id", "en"}
        assert fields(texts["id"][0]) == fields(texts["en"][0])
        assert all(len(pair) == 2 and not fields(pair[1]) for pair in texts.values())
    for texts in MESSAGES["note"].values():
        assert set(texts) == {"id", "en"}
        assert fields(texts["id"]) == fields(texts["en"])


def test_every_sentence_is_used() -> None:
    for key in [*MESSAGES["finding"], *MESSAGES["note"]]:
        assert re.search(rf'"{key}"', SOURCES), key


def test_rupiah_are_written_as_the_reader_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASAH_LANG", "id")
    assert rupiah(1_234_567) == "Rp 1.234.567"
    monkeypatch.setenv("ASAH_LANG", "en")
    assert rupiah(1_234_567) == "Rp 1,234,567"
