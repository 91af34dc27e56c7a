"""The yearly needs analysis: who rates whom, what was said, and the gaps it shows."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from asah.portal.ui.navigation import Entry, register


class NeedsConfig(AppConfig):
    name = "asah.portal.needs"
    label = "needs"
    verbose_name = _("Needs")

    def ready(self) -> None:
        from asah.portal.base.enums import Role
        from asah.portal.needs.access import (
            OPEN_CASES,
            PROPOSE_FOR_OFFICE,
            SEE_COVERAGE,
            SEE_NEEDS,
            SEE_PROPOSALS,
            SEE_RESULTS,
        )

        group = _("Needs")
        register(Entry("rate", _("Ratings to give"), "needs:rate", order=200, group=group))
        register(
            Entry(
                "cycles",
                _("Needs analyses"),
                "needs:cycles",
                order=210,
                group=group,
                shown=SEE_COVERAGE.held_by,
            )
        )
        register(
            Entry("results", _("Results"), "needs:latest", order=220, group=group, shown=SEE_RESULTS.held_by)
        )
        register(
            Entry(
                "performance",
                _("Predicates of performance"),
                "needs:performance",
                order=230,
                group=group,
                shown=SEE_NEEDS.held_by,
            )
        )
        register(
            Entry(
                "proposals",
                _("Proposals"),
                "needs:proposals",
                order=240,
                group=group,
                shown=SEE_PROPOSALS.held_by,
            )
        )
        register(
            Entry(
                "cases",
                _("Cases of conduct"),
                "needs:cases",
                order=250,
                group=group,
                shown=OPEN_CASES.held_by,
            )
        )
        register(
            Entry(
                "profile",
                _("My competency profile"),
                "needs:own_profile",
                order=260,
                group=group,
                shown=lambda user: user.has_role(Role.ASN),
            )
        )
        register(
            Entry(
                "own_proposals",
                _("My proposals"),
                "needs:own_proposals",
                order=270,
                group=group,
                shown=lambda user: user.has_role(Role.ASN) or PROPOSE_FOR_OFFICE.held_by(user),
            )
        )
