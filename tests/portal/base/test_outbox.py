from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.utils.translation import gettext_lazy as _

from asah.portal.base import outbox
from asah.portal.base.enums import NoticeState
from asah.portal.base.models import Notice, NoticeChoice, User
from factories.portal import a_user, an_agency

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> outbox.NoticeKind:
    monkeypatch.setattr(outbox, "_KINDS", {})
    return outbox.notice_kind("test.told", title=_("yes"), sentence="Class %(name)s was moved.")


def somebody(email: str = "a@example.id") -> User:
    user = a_user(unit=an_agency())
    user.email = email
    user.save()
    return user


def test_a_notice_is_there_at_once_and_mailed_later_in_the_readers_language(kind: outbox.NoticeKind) -> None:
    user = somebody()
    (notice,) = outbox.tell([user], kind, link="/x/", name="B")
    assert (notice.mail, outbox.sentence(notice), mail.outbox) == (
        NoticeState.WAITING,
        "Class B was moved.",
        [],
    )
    assert outbox.send_waiting() == (1, 0)
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["a@example.id"], "Asah: ya")
    assert "Class B was moved." in message.body
    assert "/x/" in message.body
    assert outbox.send_waiting() == (0, 0)


def test_a_person_without_an_address_is_told_in_the_portal_only(kind: outbox.NoticeKind) -> None:
    (notice,) = outbox.tell([somebody("")], kind, name="B")
    assert notice.mail == NoticeState.NO_MAIL


def test_each_kind_can_be_switched_off_by_its_reader(kind: outbox.NoticeKind) -> None:
    user = somebody()
    choice = NoticeChoice.objects.create(user=user, kind=kind.name, in_app=True, mail=False)
    (notice,) = outbox.tell([user], kind, name="B")
    assert (notice.in_app, notice.mail) == (True, NoticeState.NO_MAIL)
    choice.in_app = False
    choice.save()
    assert outbox.tell([user], kind, name="B") == []


def test_a_mail_server_that_is_away_delays_and_loses_nothing(
    kind: outbox.NoticeKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    (notice,) = outbox.tell([somebody()], kind, name="B")

    def away(*_: Any) -> int:
        raise OSError("connection refused")

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", away)
        assert outbox.send_waiting() == (0, 1)
    notice.refresh_from_db()
    assert (notice.mail, notice.mail_attempts, notice.mail_error) == (
        NoticeState.WAITING,
        1,
        "connection refused",
    )
    assert outbox.send_waiting() == (1, 0)


def test_a_mail_that_never_goes_is_said_to_have_failed(
    kind: outbox.NoticeKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox.tell([somebody()], kind, name="B")

    def away(*_: Any) -> int:
        raise OSError("no such mailbox")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", away)
    for _try in range(outbox.MAIL_ATTEMPTS):
        outbox.send_waiting()
    assert Notice.objects.get().mail == NoticeState.FAILED
