from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from asah.portal.base.enums import Role
from asah.portal.ui.navigation import Entry, register


class PlanningConfig(AppConfig):
    name = "asah.portal.planning"
    label = "planning"
    verbose_name = _("Planning")

    def ready(self) -> None:
        from asah.portal.planning.access import SEE_DRAFTS, SEE_PLANS

        register(
            Entry(
                "mine",
                _("My development"),
                "planning:mine",
                order=50,
                shown=lambda user: user.has_role(Role.ASN),
            )
        )
        group = _("Planning")
        register(
            Entry(
                "scenarios",
                _("Scenarios"),
                "planning:scenarios",
                order=400,
                group=group,
                shown=SEE_DRAFTS.held_by,
            )
        )
        register(
            Entry("plans", _("Plans"), "planning:plans", order=410, group=group, shown=SEE_PLANS.held_by)
        )
        register(
            Entry(
                "gaps",
                _("Programmes from gaps"),
                "planning:gaps",
                order=420,
                group=group,
                shown=SEE_DRAFTS.held_by,
            )
        )
