"""The only door from planning to the engine: rows to tables, call, result back."""

from asah.portal.planning.bridge.as_planned import offering_as_planned
from asah.portal.planning.bridge.changes import Change, TablesLost, changes_since
from asah.portal.planning.bridge.explain import (
    Sentence,
    UnknownSubject,
    explain_offering,
    explain_person,
    is_warm,
    reason_codes,
    reason_words,
)
from asah.portal.planning.bridge.keys import Keys, read_keys
from asah.portal.planning.bridge.messages import Message, ProblemRefused
from asah.portal.planning.bridge.policy import (
    MAX_FLOORS,
    MAX_PERIODS,
    default_policy,
    policy_toml,
    unverified_rules,
)
from asah.portal.planning.bridge.problem import Problem, write_problem
from asah.portal.planning.bridge.read import PlanRows, read_plan
from asah.portal.planning.bridge.rights import Right, right_of
from asah.portal.planning.bridge.run import (
    Checked,
    EngineFailed,
    Options,
    Progress,
    check_plan,
    compare_with_simple_rules,
    run_plan,
)

__all__ = [
    "MAX_FLOORS",
    "MAX_PERIODS",
    "Change",
    "Checked",
    "EngineFailed",
    "Keys",
    "Message",
    "Options",
    "PlanRows",
    "Problem",
    "ProblemRefused",
    "Progress",
    "Right",
    "Sentence",
    "TablesLost",
    "UnknownSubject",
    "changes_since",
    "check_plan",
    "compare_with_simple_rules",
    "default_policy",
    "explain_offering",
    "explain_person",
    "is_warm",
    "offering_as_planned",
    "policy_toml",
    "read_keys",
    "read_plan",
    "reason_codes",
    "reason_words",
    "right_of",
    "run_plan",
    "unverified_rules",
    "write_problem",
]
