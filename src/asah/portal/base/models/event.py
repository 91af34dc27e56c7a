"""The audit: who did or saw what, when, on whom, from where. Lines are added, never changed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from asah.portal.base.models.unit import Unit
from asah.portal.base.models.user import User


class Event(models.Model):
    """One line.

    ``digest`` covers the line and the digest before it, so that a changed or missing line shows.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField(_("time"), db_index=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    action = models.CharField(_("action"), max_length=60, db_index=True)
    subject = models.CharField(_("on"), max_length=100, db_index=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    detail = models.JSONField(default=dict)
    address = models.CharField(_("from"), max_length=45, blank=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering: ClassVar = ["-number"]

    def __str__(self) -> str:
        return f"{self.number} {self.action} {self.subject}"


class EventChain(models.Model):
    """The end of the chain: one row, locked while a line is added, so that two writers cannot fork it."""

    number = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return f"{self.number} {self.digest}"
