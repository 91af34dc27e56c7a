"""How far long work is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from asah.portal.base import jobs
from asah.portal.base.access import get_visible
from asah.portal.base.models import Job


def show_job(request: HttpRequest, number: int) -> HttpResponse:
    """How far a job is; htmx asks again for the part that changes, and in the end for the page around it."""
    job = get_visible(request, Job, pk=number)
    asked_by_htmx = bool(getattr(request, "htmx", False))
    response = render(request, "home/_job.html" if asked_by_htmx else "home/job.html", {"job": job})
    if asked_by_htmx and job.is_over:
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
def stop_job(request: HttpRequest, number: int) -> HttpResponse:
    job = get_visible(request, Job, pk=number)
    jobs.stop(job)
    return redirect("home:job", number=job.pk)
