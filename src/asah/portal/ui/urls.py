"""Addresses of the switches, and of the page that shows every component."""

from __future__ import annotations

from django.urls import path

from asah.portal.ui import offline, views

app_name = "ui"
urlpatterns = [
    path("language/", views.choose_language, name="language"),
    path("appearance/", views.choose_theme, name="theme"),
    path("style/", views.show_style, name="style"),
    path("service-worker.js", offline.service_worker, name="service_worker"),
    path("offline/", offline.offline_page, name="offline"),
]
