"""Addresses of the pages about people."""

from __future__ import annotations

from django.urls import path

from asah.portal.people.views import people, roster

app_name = "people"
urlpatterns = [
    path("", people.list_people, name="list"),
    path("<int:number>/", people.show_person, name="person"),
    path("<int:number>/edit/", people.edit_person, name="edit"),
    path("positions/", people.list_positions, name="positions"),
    path("places/", people.list_places, name="places"),
    path("export/", roster.export_roster, name="export"),
    path("imports/", roster.list_batches, name="batches"),
    path("imports/new/", roster.send_roster, name="import"),
    path("imports/<int:number>/", roster.show_batch, name="batch"),
    path("imports/<int:number>/columns/", roster.match_columns, name="columns"),
    path("imports/<int:number>/apply/", roster.apply_batch, name="apply"),
    path("imports/<int:number>/undo/", roster.undo_batch, name="undo"),
    path("imports/<int:number>/errors.xlsx", roster.error_sheet, name="error_sheet"),
]
