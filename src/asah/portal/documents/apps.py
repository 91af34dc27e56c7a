"""The app ``documents``: it has no tables of its own."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    """Official documents."""

    name = "asah.portal.documents"
    label = "documents"
    verbose_name = _("Documents")
