"""Closed lists of words about competencies; the values are those of the engine's tables."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CompetencyKind(models.TextChoices):
    MANAGERIAL = "managerial", _("managerial")
    SOCIOCULTURAL = "sociocultural", _("socio-cultural")
    TECHNICAL = "technical", _("technical")


class Stream(models.TextChoices):
    COMPETENCY = "competency", _("competency")
    ETHICS = "ethics", _("ethics")
    INTEGRITY = "integrity", _("integrity")


class FrameworkState(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_FORCE = "in_force", _("in force")
    ARCHIVED = "archived", _("archived")


class Basis(models.TextChoices):
    """Where a required level comes from; a default is always shown as one."""

    STIPULATED = "stipulated", _("stipulated standard")
    DEFAULT = "default", _("default, not stipulated")


class Standing(models.TextChoices):
    """How the standard of a post stands as a whole."""

    NONE = "none", _("no standard")
    DEFAULT = "default", _("default, not stipulated")
    MIXED = "mixed", _("partly default")
    STIPULATED = "stipulated", _("stipulated standard")
