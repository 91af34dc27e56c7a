"""Closed lists of words of planning; states of people are those of the engine's tables."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlanState(models.TextChoices):
    """Where a plan stands on its way to the decree."""

    DRAFT = "draft", _("draft")
    SHOWN = "shown", _("shown to civil servants and offices")
    SUBMITTED = "submitted", _("submitted by the PyB")
    STIPULATED = "stipulated", _("stipulated by decree")
    REPLACED = "replaced", _("replaced by a revision")


class LimitScope(models.TextChoices):
    TOTAL = "total", _("in all")
    FUND = "fund", _("of a fund")
    UNIT = "unit", _("of a unit and below")


class OutcomeState(models.TextChoices):
    PLANNED = "planned", _("planned")
    DEFERRED = "deferred", _("deferred")
    EXEMPT = "exempt", _("without a need")


class LockState(models.TextChoices):
    IN = "in", _("must be in")
    OUT = "out", _("must not be in")


class ReviewStage(models.TextChoices):
    PLANNER = "planner", _("planner")
    HEAD = "head", _("head of office")
    PYB = "pyb", _("PyB")
    PPK = "ppk", _("PPK")


class Decision(models.TextChoices):
    AGREED = "agreed", _("agreed")
    RETURNED = "returned", _("sent back with a reason")


class ResponseState(models.TextChoices):
    ACCEPTED = "accepted", _("accepted")
    CHANGE_ASKED = "change_asked", _("a change is asked for")


class Compulsory(models.TextChoices):
    """The seven contents of a plan by article 207 (3) of PP 11/2017, in its order."""

    COMPETENCY = "competency", _("kind of competency")
    TARGET = "target", _("civil servants it is for")
    FORM = "form", _("type and path of development")
    ORGANISER = "organiser", _("organiser")
    SCHEDULE = "schedule", _("schedule")
    CURRICULUM = "curriculum", _("match with the curriculum owner")
    BUDGET = "budget", _("budget")


class Paper(models.TextChoices):
    """The documents of a plan; the values stand in addresses and names of files."""

    PLAN = "plan", _("Competency development plan")
    AKPK = "akpk", _("Report of the needs analysis (AKPK)")
    BY_NAME = "by-name", _("List by name")
    OFFICES = "offices", _("Recap by office")
    BUDGET = "budget", _("Budget")
