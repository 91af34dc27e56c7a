"""Messages to people: in the portal at once, by mail when the worker comes to it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asah.portal.base.enums import NoticeState
from asah.portal.base.models.user import User


class Notice(models.Model):
    """One message to one person, written in the transaction of what it tells of (an outbox)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=60)
    facts = models.JSONField(default=dict, help_text="What the sentence of this kind is filled with.")
    link = models.CharField(max_length=200, blank=True)
    written_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    in_app = models.BooleanField(default=True)
    mail = models.CharField(max_length=10, choices=NoticeState.choices, default=NoticeState.NO_MAIL)
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    mail_error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering: ClassVar = ["-written_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["user", "read_at"]), models.Index(fields=["mail"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.user_id}"


class NoticeChoice(models.Model):
    """What a person said of one kind of notice; without a row the kind's own default holds."""

    user = models.ForeignKey(User, models.CASCADE, related_name="notice_choices")
    kind = models.CharField(max_length=60)
    in_app = models.BooleanField()
    mail = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "kind"], name="one_choice_of_a_kind_of_notice")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"
