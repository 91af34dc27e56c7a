"""What changes about people: by hand, and by an imported roster."""

from asah.portal.people.actions.people import change_person
from asah.portal.people.actions.roster_batch import (
    apply_batch,
    begin_apply,
    begin_check,
    check_batch,
    export_roster,
    lines_of,
    lines_of_notes,
    make_error_sheet,
    receive_roster,
    sentence_of,
    undo_batch,
)

__all__ = [
    "apply_batch",
    "begin_apply",
    "begin_check",
    "change_person",
    "check_batch",
    "export_roster",
    "lines_of",
    "lines_of_notes",
    "make_error_sheet",
    "receive_roster",
    "sentence_of",
    "undo_batch",
]
