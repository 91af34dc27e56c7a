"""Addresses of the pages about people."""

from __future__ import annotations

from django.urls import path

from asah.portal.people.views import accounts, people, roster
from asah.portal.people.views import posts_and_places as posts

app_name = "people"
urlpatterns = [
    path("", people.list_people, name="list"),
    path("<int:number>/", people.show_person, name="person"),
    path("<int:number>/edit/", people.edit_person, name="edit"),
    path("positions/", posts.list_positions, name="positions"),
    path("positions/add/", posts.edit_row, {"sort": posts.POST}, name="add_position"),
    path("positions/<int:number>/", posts.show_position, name="position"),
    path("positions/<int:number>/edit/", posts.edit_row, {"sort": posts.POST}, name="edit_position"),
    path("positions/<int:number>/delete/", posts.delete_row, {"sort": posts.POST}, name="delete_position"),
    path("places/", posts.list_places, name="places"),
    path("places/add/", posts.edit_row, {"sort": posts.PLACE}, name="add_place"),
    path("places/<int:number>/", posts.show_place, name="place"),
    path("places/<int:number>/edit/", posts.edit_row, {"sort": posts.PLACE}, name="edit_place"),
    path("places/<int:number>/delete/", posts.delete_row, {"sort": posts.PLACE}, name="delete_place"),
    path("accounts/", accounts.list_openings, name="openings"),
    path("accounts/open/<int:number>/", accounts.open_accounts, name="open_accounts"),
    path("accounts/<int:number>/", accounts.show_opening, name="opening"),
    path("accounts/<int:number>/sheet/", accounts.take_passwords, name="take_passwords"),
    path("export/", roster.export_roster, name="export"),
    path("imports/", roster.list_batches, name="batches"),
    path("imports/new/", roster.send_roster, name="import"),
    path("imports/<int:number>/", roster.show_batch, name="batch"),
    path("imports/<int:number>/columns/", roster.match_columns, name="columns"),
    path("imports/<int:number>/apply/", roster.apply_batch, name="apply"),
    path("imports/<int:number>/undo/", roster.undo_batch, name="undo"),
    path("imports/<int:number>/errors.xlsx", roster.error_sheet, name="error_sheet"),
]
