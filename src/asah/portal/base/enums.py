"""Closed lists of words of the base."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody does in a unit and in every unit below it."""

    PLANNER = "planner", _("Planner")
    OPERATOR = "operator", _("Operator of an office")
    SUPERVISOR = "supervisor", _("Direct supervisor")
    ASN = "asn", _("Civil servant (ASN)")
    FACILITATOR = "facilitator", _("Facilitator")
    HEAD = "head", _("Head of office")
    PYB = "pyb", _("Authorised official (PyB)")
    PPK = "ppk", _("Appointing authority (PPK)")
    INSPECTOR = "inspector", _("Inspector (reads only)")
    ADMINISTRATOR = "administrator", _("Administrator")


class JobState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    STOPPED = "stopped", _("stopped")
    FAILED = "failed", _("failed")


class NoticeState(models.TextChoices):
    """Where the mail of a notice is; the notice itself is in the portal at once."""

    NO_MAIL = "no_mail", _("not mailed")
    WAITING = "waiting", _("waiting to be mailed")
    SENT = "sent", _("mailed")
    FAILED = "failed", _("could not be mailed")
