"""Saving what a form holds: the action judges it too, and what it refuses stands beside the fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from asah.portal.catalogue.forms.judged import add_faults
from asah.portal.ui.forms import OnceForm
from asah.portal.ui.once import led_to, submit_once


def save_and_go(
    request: HttpRequest,
    form: OnceForm,
    save: Callable[[], str],
    *,
    template: str = "catalogue/form.html",
    context: dict[str, Any],
    lines: Any = None,
) -> HttpResponse:
    """Runs ``save`` once and goes where it says, else shows the form again. ``lines``: a formset with it."""
    if request.method == "POST" and (target := led_to(request, form)):
        return redirect(target)
    valid = request.method == "POST" and form.is_valid()
    if request.method == "POST" and lines is not None:
        valid = lines.is_valid() and valid
    if valid:
        try:
            return submit_once(request, form, save)
        except ValidationError as error:
            add_faults(form, error)
    return render(request, template, {"form": form, "lines": lines, **context})
