"""Signing in, and what a supervisor of servers asks."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from asah.portal.base.demo import read_logins


class SignIn(LoginView):
    """The sign-in page; in a demonstration it offers one user a role."""

    template_name = "home/login.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(logins=read_logins(), **context)


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can do its work: the database answers and its tables are those of this version."""
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    status = 503 if behind else 200
    return JsonResponse({"ready": not behind, "migrations_missing": len(behind)}, status=status)
