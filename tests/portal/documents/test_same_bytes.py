from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from asah.portal.documents.actions import Document, render, render_docx, render_xlsx
from asah.portal.documents.enums import Format
from portal.documents import sample
from portal.documents.sample import plan

TOP = Path(__file__).resolve().parents[3]


def _hashes(**environment: str) -> list[str]:
    """The hashes of the three formats, as a process of its own with this environment makes them."""
    path = os.pathsep.join([str(TOP / "src"), str(TOP / "tests")])
    done = subprocess.run(
        [sys.executable, sample.__file__],
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout.split()


def test_the_same_document_is_the_same_bytes_in_every_process_zone_and_locale() -> None:
    here = _hashes(TZ="Asia/Jakarta", PYTHONHASHSEED="1", LC_ALL="C", SOURCE_DATE_EPOCH="0")
    there = _hashes(
        TZ="America/New_York", PYTHONHASHSEED="2", LC_ALL="C.UTF-8", SOURCE_DATE_EPOCH="900000000"
    )
    assert len(set(here)) == 3
    assert here == there


@pytest.mark.parametrize("render_one", [render_docx, render_xlsx])
def test_archives_hold_no_clock_and_their_parts_in_the_order_of_names(
    render_one: Callable[[Document], bytes],
) -> None:
    parts = zipfile.ZipFile(io.BytesIO(render_one(plan()))).infolist()
    assert {part.date_time for part in parts} == {(1980, 1, 1, 0, 0, 0)}
    assert [part.filename for part in parts] == sorted(part.filename for part in parts)
    assert parts[0].filename == "[Content_Types].xml"


@pytest.mark.parametrize("form", Format)
def test_another_document_is_other_bytes(form: Format) -> None:
    assert render(plan(), form) != render(plan(number="800.2/124/BKPSDM/2026"), form)


@pytest.mark.parametrize(("form", "start"), [("pdf", b"%PDF"), ("docx", b"PK"), ("xlsx", b"PK")])
def test_a_format_is_asked_for_by_its_suffix(form: str, start: bytes) -> None:
    assert render(plan(), Format(form)).startswith(start)
    assert "/" in Format(form).media_type
