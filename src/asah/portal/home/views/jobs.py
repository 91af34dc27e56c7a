"""How far long work is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from asah.portal.base import jobs
from asah.portal.base.access import get_visible
from asah.portal.base.models import Job


def show_job(request: HttpRequest, number: int) -> HttpResponse:
    """How far a job is; htmx asks again for the part that changes."""
    job = get_visible(request, Job, pk=number)
    template = "home/_job.html" if getattr(request, "htmx", False) else "home/job.html"
    return render(request, template, {"job": job})


@require_POST
def stop_job(request: HttpRequest, number: int) -> HttpResponse:
    job = get_visible(request, Job, pk=number)
    jobs.stop(job)
    return redirect("home:job", number=job.pk)
