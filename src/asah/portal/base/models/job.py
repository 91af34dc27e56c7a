"""Work that outlives a request."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asah.portal.base.enums import JobState
from asah.portal.base.models.unit import Unit
from asah.portal.base.models.user import User


class Job(models.Model):
    """One piece of long work: what it is, how far it is, what came of it."""

    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    state = models.CharField(_("state"), max_length=10, choices=JobState.choices, default=JobState.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    news = models.JSONField(default=dict, help_text="What the work last told of itself, for its own page.")
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    stop_requested = models.BooleanField(default=False)
    started_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(
        null=True, help_text="The last sign of life; silence means a killed process."
    )
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["state", "heard_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_over(self) -> bool:
        return self.state in (JobState.DONE, JobState.STOPPED, JobState.FAILED)

    @property
    def attempt(self) -> int:
        """The attempt that is at work or comes next: more than 1 where an earlier one was interrupted."""
        return self.attempts + (self.state == JobState.WAITING)

    @property
    def is_silent(self) -> bool:
        """Whether its worker gives no sign of life: most likely it was killed, and the job begins again."""
        from asah.portal.base import jobs

        long_ago = timezone.now() - 2 * jobs.PULSE
        return self.state == JobState.RUNNING and self.heard_at is not None and self.heard_at < long_ago

    @property
    def title(self) -> Any:
        from asah.portal.base import jobs

        return jobs.kind(self.kind).title


class ScheduledJob(models.Model):
    """When a job that comes round again last began."""

    kind = models.CharField(max_length=60, primary_key=True)
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.kind
