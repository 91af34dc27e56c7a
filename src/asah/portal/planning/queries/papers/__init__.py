"""What the documents of a plan are made of: plain rows, read from the database or from a frozen copy."""

from asah.portal.planning.queries.papers.akpk import read_analysis
from asah.portal.planning.queries.papers.frozen import Damaged, freeze, thaw
from asah.portal.planning.queries.papers.read import read_classes, read_content, responses_in
from asah.portal.planning.queries.papers.rows import (
    Analysis,
    ClassRow,
    Content,
    Gap,
    GroupRow,
    Head,
    LineRow,
    NeedRow,
    PersonRow,
    RoleRow,
    Taught,
    UnitRow,
)

__all__ = [
    "Analysis",
    "ClassRow",
    "Content",
    "Damaged",
    "Gap",
    "GroupRow",
    "Head",
    "LineRow",
    "NeedRow",
    "PersonRow",
    "RoleRow",
    "Taught",
    "UnitRow",
    "freeze",
    "read_analysis",
    "read_classes",
    "read_content",
    "responses_in",
    "thaw",
]
