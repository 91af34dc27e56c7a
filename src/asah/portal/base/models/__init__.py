"""Tables of the base, one module a concept."""

from asah.portal.base.models.event import Event, EventChain
from asah.portal.base.models.file import StoredFile
from asah.portal.base.models.job import Job, ScheduledJob
from asah.portal.base.models.notice import Notice, NoticeChoice
from asah.portal.base.models.unit import Unit
from asah.portal.base.models.user import RoleGrant, User

__all__ = [
    "Event",
    "EventChain",
    "Job",
    "Notice",
    "NoticeChoice",
    "RoleGrant",
    "ScheduledJob",
    "StoredFile",
    "Unit",
    "User",
]
