"""The addresses of the portal: each app names its own."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("asah.portal.home.urls")),
    path("", include("asah.portal.ui.urls")),
    path("people/", include("asah.portal.people.urls")),
    path("needs/", include("asah.portal.needs.urls")),
    path("competency/", include("asah.portal.competency.urls")),
    path("catalogue/", include("asah.portal.catalogue.urls")),
    path("plans/", include("asah.portal.planning.urls")),
]
handler400 = "asah.portal.ui.views.bad_request"
handler403 = "asah.portal.ui.views.forbidden"
handler404 = "asah.portal.ui.views.not_found"
handler500 = "asah.portal.ui.views.server_error"
