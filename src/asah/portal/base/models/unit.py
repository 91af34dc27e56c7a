"""The tree of units: an agency at each root, its offices and their parts below."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Unit(models.Model):
    """A unit of an agency. A root is the agency itself; its children are offices (perangkat daerah).

    ``path`` names all units from the root down to this one, each followed by a dot ("3.17."), so that "here
    and below" is a prefix and needs no recursion. Only ``actions`` write it.
    """

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=200, db_index=True, editable=False)
    code = models.CharField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=250)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering: ClassVar = ["path"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["parent", "code"],
                name="unit_code_once_below_a_parent",
                condition=Q(parent__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["code"], name="agency_code_once", condition=Q(parent__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def agency_id(self) -> int:
        """The root of this unit."""
        return int(self.path.split(".", 1)[0])

    @property
    def office_id(self) -> int | None:
        """The office this unit is or belongs to; None for the agency itself."""
        parts = self.path.split(".")
        return int(parts[1]) if len(parts) > 2 else None

    @property
    def depth(self) -> int:
        """0 for an agency, 1 for an office."""
        return self.path.count(".") - 1


def below(paths: list[str], field: str = "path") -> Q:
    """The condition "in one of these units or below"; nothing at all where there are no paths."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(**{f"{field}__startswith": path})
    return condition
