"""Copying a year's offerings, prices or fares to another year."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from asah.portal.base.access import signed_in
from asah.portal.catalogue import actions
from asah.portal.catalogue.enums import YearBook
from asah.portal.catalogue.forms.books import CopyForm
from asah.portal.catalogue.views.agency import chosen_agency
from asah.portal.catalogue.views.saving import save_and_go


def copy(request: HttpRequest, book: YearBook) -> HttpResponse:
    agency = chosen_agency(request)
    form = CopyForm(request.POST or None)
    listed = reverse(f"catalogue:{book.value}")
    titles = {
        YearBook.OFFERINGS: _("Copy the offerings of a year"),
        YearBook.PRICES: _("Copy the prices of a year"),
        YearBook.FARES: _("Copy the fares of a year"),
    }
    intros = {
        YearBook.OFFERINGS: _("Each keeps its weeks; days move to the same weekday of the same week."),
        YearBook.PRICES: _("Copied prices are labelled as not checked until somebody compares them."),
        YearBook.FARES: "",
    }

    def save() -> str:
        asked = form.cleaned_data
        copied = actions.copy_year(
            actor=signed_in(request),
            agency=agency,
            book=book,
            from_year=asked["from_year"],
            to_year=asked["to_year"],
        )
        said = _("Copied: %(written)s. There already: %(there)s.")
        messages.success(request, said % {"written": copied.written, "there": copied.there})
        return f"{listed}?year={asked['to_year']}"

    context = {
        "title": titles[book],
        "intro": intros[book],
        "agency": agency,
        "crumbs": [(str(book.label).capitalize(), listed), (titles[book], "")],
        "back": listed,
        "submit": _("Copy"),
    }
    return save_and_go(request, form, save, context=context)
