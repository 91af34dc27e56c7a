"""The app ``ui``: it has no tables of its own."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    """Layout and components."""

    name = "asah.portal.ui"
    label = "ui"
    verbose_name = _("Appearance")
