from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BaseConfig(AppConfig):
    name = "asah.portal.base"
    label = "base"
    verbose_name = _("Base")

    def ready(self) -> None:
        # Jobs are found by name in the worker, which loads no view: what registers them is loaded here.
        from asah.portal.base import jobs

        jobs.load_tasks()
