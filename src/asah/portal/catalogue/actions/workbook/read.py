"""From the bytes of a workbook to what it would change, with every bad row at once; nothing is written."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from asah.portal.base.models import Unit
from asah.portal.base.sheets import SheetError, explain, read_sheet
from asah.portal.base.sheets.archive import list_parts, repack
from asah.portal.catalogue.actions.workbook import columns
from asah.portal.catalogue.actions.workbook.book import Book, read_book
from asah.portal.catalogue.actions.workbook.cells import CellError, same
from asah.portal.catalogue.actions.workbook.columns import SheetSpec
from asah.portal.catalogue.actions.workbook.draft import Count, Draft, Problem, Row
from asah.portal.catalogue.actions.workbook.take import take_row
from asah.portal.catalogue.models import Programme

# What a file says of a sheet that holds no rows: nothing to read, and nothing wrong.
_EMPTY: Final = frozenset({"empty_sheet", "only_header"})


def read_workbook(content: bytes, name: str, *, agency: Unit, year: int) -> Draft:
    """What the workbook would change in the agency's catalogue. ``year``: of rows that name none.

    Raises ``SheetError`` for a file that is no workbook.
    """
    draft = Draft(read_book(agency), year)
    tabs: dict[str, str] = {}
    for tab in _tabs(content):
        spec = columns.find_sheet(tab)
        if spec is None:
            draft.notes.append(
                _("The sheet “%(name)s” is not one of the catalogue and was not read.") % {"name": tab}
            )
        elif spec.name in tabs:
            said = _("The sheet “%(other)s” holds the same. Put the rows of both into one.")
            draft.problems.append(Problem(tab, 0, "", "", said % {"other": tabs[spec.name]}))
        else:
            tabs[spec.name] = tab
    if not tabs:
        names = ", ".join(spec.name for spec in columns.SHEETS)
        said = _("No sheet of the catalogue was found. Name the sheets %(names)s.") % {"names": names}
        draft.problems.append(Problem("", 0, "", "", said))
    for spec in columns.SHEETS:
        if spec.name in tabs:
            _read_sheet(draft, spec, tabs[spec.name], content, name)
    return draft


def _tabs(content: bytes) -> list[str]:
    """Names of the visible sheets."""
    with tempfile.TemporaryDirectory(prefix="asah-catalogue-") as folder:
        path = Path(folder) / "upload.xlsx"
        repack(content, path)
        return [part.name for part in list_parts(path) if not part.hidden]


def _read_sheet(draft: Draft, spec: SheetSpec, tab: str, content: bytes, name: str) -> None:
    draft.counts[spec.name] = Count()
    try:
        sheet = read_sheet(content, name, sheet=tab)
    except SheetError as error:
        if not {problem.code for problem in error.problems} <= _EMPTY:
            draft.problems += [Problem(tab, 0, "", "", " ".join(explain(note))) for note in error.problems]
        return
    hidden = {"other_sheets", "hidden_sheets"}
    draft.notes += [f"{tab}: {' '.join(explain(note))}" for note in sheet.warnings if note.code not in hidden]
    found = [spec.find(header) for header in sheet.columns]
    unknown = [
        header for header, column in zip(sheet.columns, found, strict=True) if header and column is None
    ]
    if unknown:
        said = _("%(sheet)s: columns that are not known and were not read: %(columns)s.")
        draft.notes.append(said % {"sheet": tab, "columns": ", ".join(unknown)})
    named = [column.name for column in found if column is not None]
    twice = sorted({one for one in named if named.count(one) > 1})
    lacking = [column.name for column in spec.columns if column.name in spec.key and column.needed]
    for column in twice:
        draft.problems.append(
            Problem(tab, sheet.header_row, column, "", _("This column stands here twice. Keep one."))
        )
    for column in lacking:
        if column not in named:
            said = _("The sheet has no such column, and without it no row can be told from another. Add it.")
            draft.problems.append(Problem(tab, sheet.header_row, column, "", said))
    if twice or not set(lacking) <= set(named):
        return
    rows = [
        _read_cells(
            spec,
            Row(
                tab, number, {column.name: text for column, text in zip(found, texts, strict=True) if column}
            ),
        )
        for number, texts in sheet.rows
    ]
    # A prerequisite may stand below the programme that needs it: all codes are known before any is judged.
    if spec is columns.PROGRAMMES:
        _announce(draft.book, rows)
    first: dict[tuple[object, ...], int] = {}
    for row in rows:
        _find_references(draft.book, spec, row)
        key = row_key(spec, row, draft.year)
        if (
            all(row.texts.get(column) for column in lacking)
            and first.setdefault(key, row.number) != row.number
        ):
            said = _("This stands in row %(row)s already. Keep one of the two.") % {"row": first[key]}
            row.tell(lacking[0], said)
        else:
            take_row(draft, spec, row)
        draft.problems += row.problems


def row_key(spec: SheetSpec, row: Row, year: int) -> tuple[object, ...]:
    """What tells a row from the others of its sheet, as read."""
    # A resource itself has no year; its exceptional weeks have.
    usual = None if spec is columns.RESOURCES and not row.texts.get("period") else year
    own = row.values.get("year", usual)
    return tuple(own if name == "year" else same(row.texts.get(name, "")) for name in spec.key)


def _read_cells(spec: SheetSpec, row: Row) -> Row:
    """Reads what is no reference; a blank is None. The year may come from the first day."""
    for column in spec.columns:
        if column.name not in row.texts or column.refers:
            continue
        text = row.texts[column.name]
        try:
            row.values[column.field] = column.read(text) if text else None
        except CellError as error:
            row.tell(column.name, str(error))
    if row.values.get("year") is None:
        row.values.pop("year", None)
        if (first := row.values.get("starts_on")) is not None:
            row.values["year"] = first.year
    return row


def _announce(book: Book, rows: list[Row]) -> None:
    for row in rows:
        code = row.values.get("code")
        if code and same(code) not in book.programmes:
            book.programmes[same(code)] = Programme(agency=book.agency, code=code)


def _find_references(book: Book, spec: SheetSpec, row: Row) -> None:
    for column in spec.columns:
        if not column.refers or column.name not in row.texts:
            continue
        text = row.texts[column.name]
        codes = [
            part.strip() for part in (text.split(";") if column.refers == "units" else [text]) if part.strip()
        ]
        found = [book.find(column.refers, code) for code in codes]
        unknown = [code for code, one in zip(codes, found, strict=True) if one is None]
        if unknown:
            row.tell(column.name, _NOT_THERE[column.refers](), "; ".join(unknown))
        else:
            row.values[column.field] = found if column.refers == "units" else (found[0] if found else None)


_NOT_THERE: Final[dict[str, Callable[[], str]]] = {
    "programme": lambda: _(
        "There is no programme with this code. Add it to the sheet programmes, or correct it."
    ),
    "resource": lambda: _(
        "There is no resource with this code. Add it to the sheet resources, or correct it."
    ),
    "competency": lambda: _("There is no competency with this code. Look it up in the framework."),
    "place": lambda: _("There is no place with this code. Look it up in the list of places."),
    "fund": lambda: _("There is no fund with this code. Add the fund to the catalogue first."),
    "units": lambda: _(
        "There is no unit with this code. Look it up in the list of units; divide several by “;”."
    ),
}
