"""Closed lists of words of the needs analysis; the values are those of the engine's tables."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CycleState(models.TextChoices):
    DRAFT = "draft", _("being prepared")
    OPEN = "open", _("open for ratings")
    CLOSED = "closed", _("closed, to be computed and verified")
    FINISHED = "finished", _("finished")


class RaterRole(models.TextChoices):
    SELF = "self", _("self")
    SUPERVISOR = "supervisor", _("direct supervisor")
    PEER = "peer", _("peer")
    SUBORDINATE = "subordinate", _("subordinate")
    ASSESSOR = "assessor", _("assessor")
    TEST = "test", _("test")


# Who answers in confidence: nobody but the rater learns what a single one of them said.
CONFIDENTIAL = (RaterRole.PEER.value, RaterRole.SUBORDINATE.value)


class AssignmentState(models.TextChoices):
    OPEN = "open", _("not begun")
    DRAFT = "draft", _("begun")
    SENT = "sent", _("sent")


class Against(models.TextChoices):
    CURRENT = "current", _("the post held")
    TARGET = "target", _("the next post")


class Predicate(models.TextChoices):
    """Predicates of yearly performance (PermenPANRB 6/2022)."""

    SANGAT_BAIK = "sangat_baik", _("very good (sangat baik)")
    BAIK = "baik", _("good (baik)")
    BUTUH_PERBAIKAN = "butuh_perbaikan", _("needs improvement (butuh perbaikan)")
    KURANG = "kurang", _("poor (kurang)")
    SANGAT_KURANG = "sangat_kurang", _("very poor (sangat kurang)")


class ProposalState(models.TextChoices):
    SENT = "sent", _("waits for an answer")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")


class CaseKind(models.TextChoices):
    ETHICS = "ethics", _("code of ethics")
    DISCIPLINE = "discipline", _("discipline")


class CaseState(models.TextChoices):
    OPEN = "open", _("coaching needed")
    CLOSED = "closed", _("closed")


class VerificationState(models.TextChoices):
    WAITING = "waiting", _("waits for the head of office")
    VERIFIED = "verified", _("verified")
    RETURNED = "returned", _("sent back with a reason")
