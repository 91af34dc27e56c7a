"""Sheets that go out: the rows to mend, and the whole roster as an import reads it back."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import xlsxwriter

from asah.portal.base.sheets import Sheet
from asah.portal.people.actions.roster_check import Checked, Finding, Value
from asah.portal.people.actions.roster_columns import FIELDS, REMEDY_HEADER, WRONG_HEADER
from asah.portal.people.actions.roster_messages import explain

# A spreadsheet program holds no longer text in a cell.
_LONGEST: Final = 32_767
_WIDTH: Final = 24
_WIDE: Final = 60


def error_sheet(sheet: Sheet, checked: Checked) -> bytes:
    """A workbook with the rows that were rejected or doubted, as they were sent, and why.

    Two columns more say what is wrong and how to mend it; an import does not read them, so the mended sheet
    can be sent as it is.
    """
    found: defaultdict[int, list[Finding]] = defaultdict(list)
    for finding in checked.findings:
        found[finding.row].append(finding)
    rows = [[*texts, *_told(found[number])] for number, texts in sheet.rows if number in found]
    return text_sheet([*sheet.columns, WRONG_HEADER, REMEDY_HEADER], rows, wide=2)


def roster_sheet(people: Iterable[Mapping[str, Value]]) -> bytes:
    """A workbook of the people, by the names of ``roster_columns.FIELDS``: read again, it changes nothing."""
    kept = [field for field in FIELDS if field.kept]
    rows = ([_shown(person.get(field.name)) for field in kept] for person in people)
    return text_sheet([field.header for field in kept], rows)


def _told(findings: Sequence[Finding]) -> tuple[str, str]:
    lines = [(finding.column, *explain(finding)) for finding in findings]
    wrong = "\n".join(f"{column}: {what}" if column else what for column, what, _ in lines)
    return wrong, "\n".join(dict.fromkeys(remedy for _, _, remedy in lines))


def _shown(value: Value) -> str:
    return value.isoformat() if isinstance(value, date) else value or ""


def text_sheet(
    header: Sequence[str], rows: Iterable[Sequence[str]], wide: int = 0, *, name: str = "Pegawai"
) -> bytes:
    """All cells as text: no NIP becomes a number, and nothing that somebody typed becomes a formula."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet(name)
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "num_format": "@"})
        plain = book.add_format({"num_format": "@", "valign": "top"})
        wrapped = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        page.set_column(0, len(header) - 1 - wide, _WIDTH, plain)
        if wide:
            page.set_column(len(header) - wide, len(header) - 1, _WIDE, wrapped)
        page.freeze_panes(1, 0)
        for column, name in enumerate(header):
            page.write_string(0, column, name[:_LONGEST], bold)
        for number, texts in enumerate(rows, 1):
            for column, text in enumerate(texts):
                if text:
                    style = wrapped if column >= len(header) - wide else plain
                    page.write_string(number, column, text[:_LONGEST], style)
    return target.getvalue()
