"""The app ``ui``: it has no tables of its own."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _

from asah.portal.ui.navigation import check_entries


class UiConfig(AppConfig):
    """Layout and components."""

    name = "asah.portal.ui"
    label = "ui"
    verbose_name = _("Appearance")

    def ready(self) -> None:
        """The menu is checked with everything else, when all apps have said what they add to it."""
        checks.register(check_entries, checks.Tags.urls)
