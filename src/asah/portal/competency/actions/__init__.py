"""What changes in frameworks, competencies and the standards of posts."""

from asah.portal.competency.actions.competencies import (
    add_competency,
    archive_competency,
    change_competency,
    restore_competency,
)
from asah.portal.competency.actions.defaults import DefaultsPlan, apply_defaults, plan_defaults
from asah.portal.competency.actions.requirements import (
    Change,
    OvertakenError,
    Plan,
    Step,
    plan_changes,
    set_requirements,
)
from asah.portal.competency.actions.standards_sheet import (
    PURPOSE,
    CheckedSheet,
    Finding,
    apply_standards,
    check_standards,
    receive_standards,
)
from asah.portal.competency.actions.starting_set import adopt_starting_set, read_starting_set
from asah.portal.competency.actions.versions import (
    LevelText,
    change_draft,
    discard_draft,
    put_in_force,
    start_draft,
    write_levels,
)

__all__ = [
    "PURPOSE",
    "Change",
    "CheckedSheet",
    "DefaultsPlan",
    "Finding",
    "LevelText",
    "OvertakenError",
    "Plan",
    "Step",
    "add_competency",
    "adopt_starting_set",
    "apply_defaults",
    "apply_standards",
    "archive_competency",
    "change_competency",
    "change_draft",
    "check_standards",
    "discard_draft",
    "plan_changes",
    "plan_defaults",
    "put_in_force",
    "read_starting_set",
    "receive_standards",
    "restore_competency",
    "set_requirements",
    "start_draft",
    "write_levels",
]
