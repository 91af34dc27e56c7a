from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from asah.portal.documents.actions import typesetter, typst_process
from asah.portal.documents.actions.typesetter import TypesetError, show_codes, typeset

FONTS = Path(typesetter.__file__).parents[1] / "fonts"
DAY = date(2026, 1, 2)


def test_characters_without_a_glyph_are_shown_by_their_codes() -> None:
    assert show_codes("baik \U0001f600\U0001f601!") == "baik [U+1F600 U+1F601]!"


def test_characters_with_a_glyph_stay() -> None:
    text = "Rp1.250.000,00 – “kutipan” ≥ 20 × é ß č ☑ → \u0627\u0644\u0633\u0644\u0627\u0645"
    assert show_codes(text) == text


def test_text_of_familiar_characters_is_never_tried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typst_process, "compile_pdf", None)
    assert show_codes("Pelatihan 20 JP – “klasikal”") == "Pelatihan 20 JP – “klasikal”"


def test_every_familiar_character_has_a_glyph_in_the_fonts() -> None:
    ranges = [range(ord(" "), ord("~") + 1), range(0xA0, 0x100), map(ord, "\u200b‘’“”–—…•−×≤≥")]
    text = "".join(chr(code) for codes in ranges for code in codes)
    assert typesetter._UNFAMILIAR.sub("", text) == text
    assert typst_process.compile_pdf("glyphs.typ", DAY, {"text": text}).startswith(b"%PDF")


def test_a_document_that_cannot_be_set_is_told() -> None:
    with pytest.raises(TypesetError, match="could not be displayed"):
        typeset("glyphs.typ", DAY, {"text": "\U0001f600"})


def test_a_document_that_takes_too_long_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetter, "_SECONDS", 0.001)
    with pytest.raises(TypesetError, match="Divide it"):
        typeset("glyphs.typ", DAY, {"text": "a"})


def test_a_process_that_is_ended_is_told_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "ended.py"
    script.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
    monkeypatch.setattr(typst_process, "__file__", str(script))
    with pytest.raises(TypesetError, match=r"ended by signal 9.*\. Divide"):
        typeset("glyphs.typ", DAY, {"text": "a"})


def test_fonts_are_light_and_each_family_has_its_licence() -> None:
    fonts = list(FONTS.glob("*.otf"))
    assert len(fonts) == 4
    assert sum(font.stat().st_size for font in fonts) < 2_000_000
    for family in {font.name.split("-")[0].removesuffix("4").removesuffix("3") for font in fonts}:
        (licence,) = FONTS.glob(f"{family}*.LICENSE.txt")
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence.read_text("utf-8")
