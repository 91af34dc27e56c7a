"""What can be offered: programmes with their expected gain, offerings, resources and prices."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from asah.portal.ui.navigation import Entry, register


class CatalogueConfig(AppConfig):
    name = "asah.portal.catalogue"
    label = "catalogue"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        from asah.portal.catalogue.access import SEE_CATALOGUE

        group, shown = _("Catalogue"), SEE_CATALOGUE.held_by
        register(Entry("programmes", _("Programmes"), "catalogue:list", order=300, group=group, shown=shown))
        register(
            Entry("offerings", _("Offerings"), "catalogue:offerings", order=310, group=group, shown=shown)
        )
        register(
            Entry("resources", _("Resources"), "catalogue:resources", order=320, group=group, shown=shown)
        )
        register(
            Entry("price_book", _("Price book"), "catalogue:prices", order=330, group=group, shown=shown)
        )
        register(Entry("fares", _("Fares"), "catalogue:fares", order=340, group=group, shown=shown))
