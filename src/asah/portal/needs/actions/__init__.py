"""What changes in the analysis, one module a subject."""

from asah.portal.needs.actions.assign import assign_rater, draw_assignments, draw_peers, release_rater
from asah.portal.needs.actions.cycle import (
    begin_opening,
    close_cycle,
    discard_cycle,
    is_being_opened,
    open_cycle,
    reopen_cycle,
    save_cycle,
)
from asah.portal.needs.actions.rate import save_draft, submit_rating
from asah.portal.needs.actions.remind import REMINDED, remind_raters
from asah.portal.needs.actions.scores import (
    CheckedScores,
    apply_scores,
    check_scores,
    purpose_of,
    receive_scores,
)

__all__ = [
    "REMINDED",
    "CheckedScores",
    "apply_scores",
    "assign_rater",
    "begin_opening",
    "check_scores",
    "close_cycle",
    "discard_cycle",
    "draw_assignments",
    "draw_peers",
    "is_being_opened",
    "open_cycle",
    "purpose_of",
    "receive_scores",
    "release_rater",
    "remind_raters",
    "reopen_cycle",
    "save_cycle",
    "save_draft",
    "submit_rating",
]
