"""What changes about people: by hand, and by an imported roster."""

from asah.portal.people.actions.accounts import (
    begin_accounts,
    forget_old_sheets,
    has_sheet,
    open_accounts,
    take_passwords,
)
from asah.portal.people.actions.people import change_person
from asah.portal.people.actions.posts_and_places import delete_row, save_row
from asah.portal.people.actions.roster_batch import (
    apply_batch,
    begin_apply,
    begin_check,
    begin_undo,
    check_batch,
    export_roster,
    lines_of,
    lines_of_notes,
    make_error_sheet,
    receive_roster,
    sentence_of,
    undo_batch,
)
from asah.portal.people.actions.roster_differences import label_of, say_value

__all__ = [
    "apply_batch",
    "begin_accounts",
    "begin_apply",
    "begin_check",
    "begin_undo",
    "change_person",
    "check_batch",
    "delete_row",
    "export_roster",
    "forget_old_sheets",
    "has_sheet",
    "label_of",
    "lines_of",
    "lines_of_notes",
    "make_error_sheet",
    "open_accounts",
    "receive_roster",
    "save_row",
    "say_value",
    "sentence_of",
    "take_passwords",
    "undo_batch",
]
