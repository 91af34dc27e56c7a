from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory

from asah.portal.ui.forms import OnceForm
from asah.portal.ui.once import KEPT, KEY, submit_once

pytestmark = pytest.mark.django_db


class Work:
    """Counts how often it was done."""

    def __init__(self, target: str = "/done/1/") -> None:
        self.target = target
        self.done = 0

    def __call__(self) -> str:
        self.done += 1
        return self.target


def _request(key: str | None = None) -> Any:
    request: Any = RequestFactory().post("/proposals/add/?year=2027")
    request.session = SessionStore(session_key=key)
    request._messages = CookieStorage(request)
    return request


def _form(mark: str) -> OnceForm:
    form = OnceForm({"once": mark})
    assert form.is_valid()
    return form


def test_a_form_sent_again_does_nothing_and_leads_where_the_first_did() -> None:
    first = _request()
    work = Work()
    assert submit_once(first, _form("a"), work)["Location"] == "/done/1/"
    again = _request(first.session.session_key)
    assert submit_once(again, _form("a"), Work("/done/2/"))["Location"] == "/done/1/"
    assert work.done == 1


def test_another_form_of_the_same_person_is_done() -> None:
    first = _request()
    submit_once(first, _form("a"), Work())
    other = Work("/done/2/")
    assert submit_once(_request(first.session.session_key), _form("b"), other)["Location"] == "/done/2/"
    assert other.done == 1


def test_the_same_mark_in_another_session_is_another_form() -> None:
    submit_once(_request(), _form("a"), Work())
    other = Work()
    submit_once(_request(), _form("a"), other)
    assert other.done == 1


def test_a_second_sending_while_the_first_works_waits_with_a_notice() -> None:
    first = _request()
    second_work = Work()
    told: list[str] = []

    def work() -> str:
        second = _request(first.session.session_key)
        told.append(submit_once(second, _form("a"), second_work)["Location"])
        told.extend(str(message) for message in second._messages)
        return "/done/1/"

    submit_once(first, _form("a"), work)
    assert second_work.done == 0
    assert told[0] == "/proposals/add/?year=2027"
    assert len(told) == 2


def test_a_request_that_read_its_session_before_the_first_was_done_still_sees_it() -> None:
    first = _request()
    first.session.save()
    late = _request(first.session.session_key)
    assert late.session.get(KEY) is None
    submit_once(first, _form("a"), Work())
    work = Work()
    assert submit_once(late, _form("a"), work)["Location"] == "/done/1/"
    assert work.done == 0


def test_a_form_whose_work_failed_may_be_sent_again() -> None:
    first = _request()

    def fail() -> str:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        submit_once(first, _form("a"), fail)
    work = Work()
    assert submit_once(_request(first.session.session_key), _form("a"), work)["Location"] == "/done/1/"
    assert work.done == 1


def test_only_the_last_marks_are_kept() -> None:
    request = _request()
    for number in range(KEPT + 3):
        submit_once(request, _form(f"mark-{number}"), Work())
    assert list(request.session[KEY]) == [f"mark-{number}" for number in range(3, KEPT + 3)]
