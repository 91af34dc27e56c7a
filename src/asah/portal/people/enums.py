"""Closed lists of words about people; the values are those of the engine's tables."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class EmploymentKind(models.TextChoices):
    PNS = "PNS", _("PNS (permanent)")
    CPNS = "CPNS", _("CPNS (candidate)")
    PPPK = "PPPK", _("PPPK (contract)")
    PPPK_PARUH_WAKTU = "PPPK_PARUH_WAKTU", _("PPPK part-time")


class PositionKind(models.TextChoices):
    JPT = "jpt", _("senior leadership (JPT)")
    ADMINISTRATOR = "administrator", _("administrator")
    PENGAWAS = "pengawas", _("first-line supervisor (pengawas)")
    PELAKSANA = "pelaksana", _("operational (pelaksana)")
    FUNGSIONAL = "fungsional", _("functional (JF)")


class Sex(models.TextChoices):
    L = "L", _("male")
    P = "P", _("female")


class Connectivity(models.TextChoices):
    NONE = "none", _("no connection")
    LOW = "low", _("weak")
    GOOD = "good", _("good")


class BatchState(models.TextChoices):
    """Where an import stands; every step but the last can be left without a trace in the roster."""

    SENT = "sent", _("columns to be confirmed")
    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("checked, nothing written yet")
    APPLYING = "applying", _("being written")
    APPLIED = "applied", _("written")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")
    FAILED = "failed", _("failed, nothing written")


class Severity(models.TextChoices):
    ERROR = "error", _("error: the row is left out")
    WARNING = "warning", _("warning: the row is taken")
