"""What every request brings along for the audit."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from asah.portal.base import audit


class AuditMiddleware:
    """Remembers from where a request comes, for the lines that its actions write."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = audit.address.set(str(request.META.get("REMOTE_ADDR", ""))[:45])
        try:
            return self.get_response(request)
        finally:
            audit.address.reset(token)
