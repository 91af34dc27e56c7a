"""What the notes about a file say to the person who sent it: what is wrong, and how to mend it."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from asah.portal.base.sheets.sheet import Note

_MESSAGES: Final[dict[str, tuple[Any, Any]]] = {
    "too_large": (
        _("The file has %(size)s MB; at most %(limit)s MB are taken."),
        _("Leave out pictures and sheets that are not needed, or send it in parts."),
    ),
    "empty_file": (_("The file is empty."), _("Check that it was saved, and send it again.")),
    "password": (
        _("The file is protected by a password."),
        _("Open it in the spreadsheet program, remove the password, save and send it again."),
    ),
    "old_workbook": (
        _("The file has the old form .xls."),
        _("Open it in the spreadsheet program, choose Save As, Excel Workbook (.xlsx), and send that."),
    ),
    "binary_workbook": (
        _("The file has the form .xlsb."),
        _("Open it in the spreadsheet program, choose Save As, Excel Workbook (.xlsx), and send that."),
    ),
    "opendocument": (
        _("The file has the form of LibreOffice (.ods)."),
        _("In LibreOffice choose Save As, Excel 2007-365 (.xlsx), and send that."),
    ),
    "markup": (
        _("The file is a web page or XML, although it may be called .xls."),
        _("Open it in the spreadsheet program, choose Save As, Excel Workbook (.xlsx), and send that."),
    ),
    "other_kind": (
        _("The file is no sheet but %(kind)s, whatever its name says."),
        _("Send the sheet itself, as .xlsx or .csv."),
    ),
    "not_text": (
        _("The file is neither a workbook nor text."),
        _("Send the sheet as .xlsx or .csv, saved by the spreadsheet program."),
    ),
    "damaged": (
        _("The workbook is damaged."),
        _("Open it in the spreadsheet program, save it under a new name and send that."),
    ),
    "unreadable_workbook": (
        _("The workbook cannot be read: it is damaged, or single cells lie far from the table."),
        _("Copy the table into a new workbook and send that."),
    ),
    "unpacks_too_large": (
        _("The workbook would unpack to %(size)s MB; at most %(limit)s MB are taken."),
        _("Copy only the table, as values, into a new workbook and send that."),
    ),
    "too_many_columns": (
        _("The sheet has %(count)s columns; at most %(limit)s are taken."),
        _("Keep only the columns that are needed and delete the others."),
    ),
    "too_many_rows": (
        _("The sheet has more than %(limit)s rows, or a cell far below the others."),
        _("Divide it, for example by office, and send the parts one after the other."),
    ),
    "too_many_cells": (
        _("The sheet covers more than %(limit)s million cells, or a cell lies far from the others."),
        _("Copy the columns that are needed into a new workbook, or send the sheet in parts."),
    ),
    "no_such_sheet": (
        _("There is no sheet called %(sheet)s in the file."),
        _("Choose one of these: %(sheets)s."),
    ),
    "empty_sheet": (
        _("Nothing is filled in on the sheet (%(sheet)s)."),
        _("Check that this is the right file and that the sheet is not hidden."),
    ),
    "no_header": (
        _("No row with the names of the columns was found in the first %(within)s rows."),
        _("Put the names of the columns in one row directly above the data."),
    ),
    "only_header": (
        _("There is a header in row %(row)s but no data below it."),
        _("Fill in the rows below the header, and send the file again."),
    ),
    "formulas_without_result": (
        ngettext_lazy(
            "%(count)s formula was saved without its result: %(places)s.",
            "%(count)s formulas were saved without their results: %(places)s.",
            "count",
        ),
        _("Open the file in the spreadsheet program and save it, or paste the cells as values."),
    ),
    "open_quote": (
        _("From row %(row)s on the quotation marks do not match."),
        _("Put the whole cell in quotation marks and write a mark inside it twice, or send .xlsx."),
    ),
    "long_cell": (
        _("A cell in row %(row)s holds more than %(limit)s signs, as no cell of a spreadsheet does."),
        _("Shorten or delete it. If it is many rows in one, a quotation mark before it was never closed."),
    ),
    "encoding_guessed": (
        _("The text is not in UTF-8; it was read as %(encoding)s."),
        _("Look at names with unusual letters. To be sure, save as CSV UTF-8 or send .xlsx."),
    ),
    "hidden_sheets": (
        _("Hidden sheets were not read: %(places)s."),
        _("Make a sheet visible if it is to be read."),
    ),
    "other_sheets": (
        _("Only the sheet %(sheet)s was read; there are also: %(places)s."),
        _("Choose another sheet if this is not the right one."),
    ),
    "error_cells": (
        ngettext_lazy(
            "%(count)s cell shows an error of the spreadsheet: %(places)s.",
            "%(count)s cells show an error of the spreadsheet: %(places)s.",
            "count",
        ),
        _("Mend the formulas of these cells and save the file again."),
    ),
    "digits_lost": (
        ngettext_lazy(
            "%(count)s cell holds a number of more than 15 digits, whose last digits are lost: %(places)s.",
            "%(count)s cells hold numbers of more than 15 digits, whose last digits are lost: %(places)s.",
            "count",
        ),
        _("Set the column to Text and enter the numbers again, or take them from the source as text."),
    ),
    "header_twice": (
        _("Columns with the same name: %(places)s."),
        _("Give each column a name of its own, or choose which one is meant."),
    ),
    "unnamed_columns": (
        _("Columns without a name: %(places)s."),
        _("Give them a name if they are to be read."),
    ),
    "merged_cells": (
        _("Merged cells among the data: %(places)s. Only the first cell of each has the text."),
        _("Unmerge the cells and fill in each row."),
    ),
    "ragged_rows": (
        _("Rows with more cells than the header: %(places)s. Their cells may stand in the wrong columns."),
        _("Put texts that hold the delimiter, such as degrees, in quotation marks, or send .xlsx."),
    ),
    "numbering_row": (
        _("Row %(row)s only counts the columns and was left out."),
        _("Nothing needs to be done."),
    ),
    "header_again": (
        _("Rows that repeat the header were left out: %(places)s."),
        _("Nothing needs to be done."),
    ),
}


def explain(note: Note) -> tuple[str, str]:
    """What is wrong and how to mend it, in the language in use."""
    what, remedy = _MESSAGES[note.code]
    return str(what % note.params), str(remedy % note.params)
