"""Addresses of the pages of the catalogue."""

from __future__ import annotations

from django.urls import path

from asah.portal.catalogue.enums import YearBook
from asah.portal.catalogue.views import offerings, prices, programmes, resources, workbook, years

app_name = "catalogue"
urlpatterns = [
    path("", programmes.list_programmes, name="list"),
    path("programmes/add/", programmes.add_programme, name="add"),
    path("programmes/<int:number>/", programmes.show_programme, name="programme"),
    path("programmes/<int:number>/edit/", programmes.edit_programme, name="edit"),
    path("programmes/<int:number>/state/", programmes.set_state, name="state"),
    path("programmes/<int:number>/offerings/add/", offerings.add_offering, name="add_offering"),
    path("offerings/", offerings.list_offerings, name="offerings"),
    path("offerings/calendar/", offerings.show_calendar, name="calendar"),
    path("offerings/copy/", years.copy, {"book": YearBook.OFFERINGS}, name="copy_offerings"),
    path("offerings/<int:number>/", offerings.edit_offering, name="offering"),
    path("offerings/<int:number>/archive/", offerings.archive_offering, name="archive_offering"),
    path("resources/", resources.list_resources, name="resources"),
    path("resources/add/", resources.add_resource, name="add_resource"),
    path("resources/<int:number>/", resources.show_resource, name="resource"),
    path("resources/<int:number>/edit/", resources.edit_resource, name="edit_resource"),
    path("resources/<int:number>/archive/", resources.archive_resource, name="archive_resource"),
    path("prices/", prices.list_prices, name="prices"),
    path("prices/add/", prices.add_price, name="add_price"),
    path("prices/defaults/", prices.load_defaults, name="defaults"),
    path("prices/copy/", years.copy, {"book": YearBook.PRICES}, name="copy_prices"),
    path("prices/<int:number>/", prices.edit_price, name="price"),
    path("prices/<int:number>/remove/", prices.remove_price, name="remove_price"),
    path("fares/", prices.list_fares, name="fares"),
    path("fares/add/", prices.add_fare, name="add_fare"),
    path("fares/copy/", years.copy, {"book": YearBook.FARES}, name="copy_fares"),
    path("fares/<int:number>/", prices.edit_fare, name="fare"),
    path("fares/<int:number>/remove/", prices.remove_fare, name="remove_fare"),
    path("funds/", prices.list_funds, name="funds"),
    path("funds/add/", prices.add_fund, name="add_fund"),
    path("funds/<int:number>/", prices.edit_fund, name="fund"),
    path("imports/", workbook.send_workbook, name="import"),
    path("imports/<int:number>/", workbook.show_workbook, name="look"),
    path("imports/<int:number>/apply/", workbook.apply_workbook, name="apply"),
    path("export/", workbook.export_workbook, name="export"),
]
