"""Closed lists of words about what is offered; the values are those of the engine's tables."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProgrammeState(models.TextChoices):
    DRAFT = "draft", _("draft")
    ACTIVE = "active", _("offered")
    ARCHIVED = "archived", _("archived")


class GainSource(models.TextChoices):
    """Where an expected gain comes from; a guess is always shown as one."""

    CATALOGUE = "catalogue", _("expert guess of the catalogue")
    MEASURED = "measured", _("measured")
    POOLED = "pooled", _("measured, pooled with the guess")


class ResourceKind(models.TextChoices):
    FACILITATORS = "facilitators", _("local facilitators")
    EXPERT = "expert", _("expert")
    VENUE = "venue", _("venue")


class FormUnit(models.TextChoices):
    """What a form of development counts before it becomes JP."""

    JP = "jp", _("JP of the programme")
    DAY = "day", _("days")
    SESSION = "session", _("sessions")
    ACTIVITY = "activity", _("activities")


class YearBook(models.TextChoices):
    """What is kept by year and copied to the next."""

    OFFERINGS = "offerings", _("offerings")
    PRICES = "prices", _("prices")
    FARES = "fares", _("fares")
