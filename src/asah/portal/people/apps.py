from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from asah.portal.ui.navigation import Entry, register


class PeopleConfig(AppConfig):
    name = "asah.portal.people"
    label = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        from asah.portal.people.access import IMPORT_ROSTER, SEE_PEOPLE

        group = _("People")
        register(
            Entry("people", _("People"), "people:list", order=100, group=group, shown=SEE_PEOPLE.held_by)
        )
        register(
            Entry(
                "roster",
                _("Roster imports"),
                "people:batches",
                order=110,
                group=group,
                shown=IMPORT_ROSTER.held_by,
            )
        )
        register(
            Entry(
                "positions", _("Posts"), "people:positions", order=120, group=group, shown=SEE_PEOPLE.held_by
            )
        )
        register(
            Entry("places", _("Places"), "people:places", order=130, group=group, shown=SEE_PEOPLE.held_by)
        )
