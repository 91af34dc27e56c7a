"""The documents of a plan: built out of its content, written as files, the same bytes for the same
version."""

from asah.portal.planning.actions.papers.write import (
    WRITE_PAPERS,
    Part,
    begin_papers,
    find_paper,
    is_large,
    may_read,
    running_papers,
    take_paper,
    too_long_for,
    write_papers,
)

__all__ = [
    "WRITE_PAPERS",
    "Part",
    "begin_papers",
    "find_paper",
    "is_large",
    "may_read",
    "running_papers",
    "take_paper",
    "too_long_for",
    "write_papers",
]
