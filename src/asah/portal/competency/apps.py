from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from asah.portal.ui.navigation import Entry, register


class CompetencyConfig(AppConfig):
    name = "asah.portal.competency"
    label = "competency"
    verbose_name = _("Competencies")

    def ready(self) -> None:
        from asah.portal.competency.access import SEE_FRAMEWORK

        group = _("Competencies")
        seen = SEE_FRAMEWORK.held_by
        register(Entry("framework", _("Framework"), "competency:list", order=200, group=group, shown=seen))
        register(
            Entry(
                "standards", _("Standards of posts"), "competency:posts", order=210, group=group, shown=seen
            )
        )
