from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from asah.portal.base.files import LARGEST, FileRefused, kind_of, store
from factories.portal import an_agency


def a_workbook() -> bytes:
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        book.add_worksheet().write(0, 0, "NIP")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7 ...", "pdf"),
        (b"nip;nama\n1;A\n", "csv"),
        ("nip;nama".encode("utf-16"), "csv"),
        (b"\x89PNG\r\n\x1a\n0000", "png"),
        (b"MZ\x90\0\x03\0\0\0", ""),
        (b"PK\x03\x04 broken", ""),
        (b"", ""),
    ],
)
def test_what_a_file_is_is_read_from_its_bytes(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind


def test_a_workbook_is_known_by_what_is_in_it() -> None:
    assert kind_of(a_workbook()) == "xlsx"


@pytest.mark.django_db
def test_a_file_is_kept_outside_the_web_root_under_its_digest(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    unit = an_agency()
    content = a_workbook()
    kept = [
        store(content, "../../roster.xlsx", user=None, unit=unit, purpose="test", allowed={"xlsx"})
        for _ in range(2)
    ]
    assert [file.name for file in kept] == ["roster.xlsx", "roster.xlsx"]
    assert kept[0].path.read_bytes() == content
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [kept[0].path]
    assert not str(kept[0].path).startswith(str(settings.STATIC_ROOT))


@pytest.mark.django_db
def test_a_pdf_called_xlsx_is_refused_with_what_to_send_instead(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    unit = an_agency()
    with pytest.raises(FileRefused, match=r"roster\.xlsx.*csv, xlsx"):
        store(b"%PDF-1.7", "roster.xlsx", user=None, unit=unit, purpose="test", allowed={"xlsx", "csv"})
    with pytest.raises(FileRefused, match="20 MB"):
        store(b"x" * (LARGEST + 1), "x.csv", user=None, unit=unit, purpose="test", allowed={"csv"})
    assert list(tmp_path.iterdir()) == []
