"""Who signs in, and what they do where."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, UserManager
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from asah.portal.base.enums import Role
from asah.portal.base.models.unit import Unit


class User(AbstractBaseUser):
    """A person who signs in, usually with the NIP. What they may do stands in their grants, nowhere else."""

    username = models.CharField(
        _("user name"), max_length=150, unique=True, validators=[ASCIIUsernameValidator()]
    )
    name = models.CharField(_("name"), max_length=250)
    email = models.EmailField(_("email"), blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=[("id", _("Indonesian")), ("en", _("English"))], default="id"
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    must_change_password = models.BooleanField(default=False, editable=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name or self.username

    @cached_property
    def standing_grants(self) -> list[RoleGrant]:
        """Grants in force now, with their units; read once per request."""
        return [grant for grant in self.grants.select_related("unit") if grant.in_force]

    def has_role(self, *roles: Role | str) -> bool:
        return any(grant.role in roles for grant in self.standing_grants)


class RoleGrant(models.Model):
    """A role in a unit and below it. Ended, never deleted."""

    user = models.ForeignKey(User, models.PROTECT, related_name="grants")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="grants")
    granted_at = models.DateTimeField(default=timezone.now, editable=False)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("role of a user")
        verbose_name_plural = _("roles of users")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "role", "unit"],
                name="one_open_grant_of_a_role_in_a_unit",
                condition=models.Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(name="role_is_known", condition=models.Q(role__in=Role.values)),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.unit}"

    @property
    def in_force(self) -> bool:
        return self.ended_at is None
