"""The same form sent twice counts once: a double click, a reload, a weak line that repeats.

The marks of the last forms sent stand in the session, each with the page its first sending led to.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext as _

from asah.portal.ui.forms import OnceForm

KEY = "sent_forms"
KEPT = 50


def submit_once(request: HttpRequest, form: OnceForm, action: Callable[[], str]) -> HttpResponseRedirect:
    """Run ``action`` unless this form was already sent; go where its first sending led.

    ``action`` does the work and returns the address to go to. If it raises, the form may be sent again.
    A second sending that arrives while the first still works goes back to the form, with a notice.
    """
    earlier = _claim(request, form.token)
    if earlier is not None:
        if not earlier:
            messages.info(request, _("This form is already being worked on. Look again in a moment."))
        return HttpResponseRedirect(earlier or request.get_full_path())
    try:
        target = action()
    except BaseException:
        _write(request, form.token, None)
        raise
    _write(request, form.token, target)
    return HttpResponseRedirect(target)


def led_to(request: HttpRequest, form: OnceForm) -> str:
    """Where this form led if it was sent and done with before, else "".

    For forms that are judged against what stands there now, which their own first sending changed.
    """
    sent: dict[str, str] = request.session.get(KEY, {})
    return sent.get(str(form["once"].data or ""), "")


def _claim(request: HttpRequest, token: str) -> str | None:
    """None if the form is new; then nobody else gets None for it. Else where it led, "" while it works."""
    if not request.session.session_key:
        request.session.save()
    with transaction.atomic():
        sent = _read_locked(request)
        if token in sent:
            return sent[token]
        _save(request, {**sent, token: ""})
    return None


def _write(request: HttpRequest, token: str, target: str | None) -> None:
    with transaction.atomic():
        sent = _read_locked(request)
        sent.pop(token, None)
        if target is not None:
            sent[token] = target
        _save(request, sent)


def _read_locked(request: HttpRequest) -> dict[str, str]:
    # What this request read of the session at its start may be older than a sending that runs beside it.
    key = request.session.session_key
    Session.objects.select_for_update().filter(session_key=key).first()
    fresh: Any = import_module(settings.SESSION_ENGINE).SessionStore(session_key=key)
    sent: dict[str, str] = fresh.get(KEY, {})
    return dict(sent)


def _save(request: HttpRequest, sent: dict[str, str]) -> None:
    request.session[KEY] = dict(list(sent.items())[-KEPT:])
    request.session.save()
