"""The documents of a plan: built out of its content, written as files, the same bytes for the same
version."""

from asah.portal.planning.actions.papers.write import (
    MOST_ROWS,
    WRITE_PAPERS,
    Part,
    begin_papers,
    find_paper,
    is_too_long,
    may_read,
    running_papers,
    take_paper,
    too_long_for,
    write_papers,
)
from asah.portal.planning.actions.submit import is_large

__all__ = [
    "MOST_ROWS",
    "WRITE_PAPERS",
    "Part",
    "begin_papers",
    "find_paper",
    "is_large",
    "is_too_long",
    "may_read",
    "running_papers",
    "take_paper",
    "too_long_for",
    "write_papers",
]
