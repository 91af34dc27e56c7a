from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from asah.portal.ui.navigation import Entry, register


class HomeConfig(AppConfig):
    name = "asah.portal.home"
    label = "home"
    verbose_name = _("Home")

    def ready(self) -> None:
        from asah.portal.base.access import ADMINISTER, SEE_AUDIT

        group = _("Administration")
        register(Entry("home", _("Home"), "home:home", order=0))
        register(Entry("notices", _("Notices"), "home:notices", order=10))
        register(Entry("account", _("My account"), "home:account", order=20))
        register(Entry("units", _("Units"), "home:units", order=800, group=group))
        register(Entry("users", _("Users"), "home:users", order=810, group=group, shown=ADMINISTER.held_by))
        register(Entry("audit", _("Audit"), "home:events", order=820, group=group, shown=SEE_AUDIT.held_by))
