"""Telling people things: a notice in the portal and a mail, each of which a person can switch off by kind.

The notice is written in the transaction of what it tells of; the mail goes out later, from the worker, and a
mail server that is away delays it and loses nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.utils import timezone, translation

from asah.portal.base.enums import NoticeState
from asah.portal.base.models import Notice, NoticeChoice, User

log = logging.getLogger(__name__)
MAIL_ATTEMPTS = 5


@dataclass(frozen=True)
class NoticeKind:
    """A kind of notice. ``sentence`` is filled with the notice's facts, in the language of its reader.

    ``say`` writes facts that look otherwise in another language, such as dates.
    """

    name: str
    title: Any
    sentence: Any
    mail: bool
    say: Callable[[dict[str, Any]], dict[str, Any]] = dict


_KINDS: dict[str, NoticeKind] = {}


def notice_kind(
    name: str,
    *,
    title: Any,
    sentence: Any,
    mail: bool = True,
    say: Callable[[dict[str, Any]], dict[str, Any]] = dict,
) -> NoticeKind:
    """Registers a kind; ``mail`` says whether it is mailed to somebody who chose nothing."""
    if name in _KINDS:
        raise ValueError(f"notice {name} is there already")
    return _KINDS.setdefault(name, NoticeKind(name, title, sentence, mail, say))


def kinds() -> list[NoticeKind]:
    return sorted(_KINDS.values(), key=lambda kind: kind.name)


def kind(name: str) -> NoticeKind:
    return _KINDS[name]


def sentence(notice: Notice) -> str:
    told = kind(notice.kind)
    filled: str = str(told.sentence) % told.say(notice.facts)
    return filled


def tell(users: Iterable[User], kind: NoticeKind, *, link: str = "", **facts: Any) -> list[Notice]:
    """Writes one notice a person, as each chose; somebody who switched both off is told nothing."""
    people = list(users)
    choices = {
        choice.user_id: choice for choice in NoticeChoice.objects.filter(user__in=people, kind=kind.name)
    }
    notices = []
    for user in people:
        choice = choices.get(user.pk)
        mail = (choice.mail if choice else kind.mail) and bool(user.email) and user.is_active
        in_app = choice.in_app if choice else True
        if mail or in_app:
            state = NoticeState.WAITING if mail else NoticeState.NO_MAIL
            notices.append(
                Notice(user=user, kind=kind.name, facts=facts, link=link, in_app=in_app, mail=state)
            )
    return Notice.objects.bulk_create(notices)


def send_waiting(limit: int = 500) -> tuple[int, int]:
    """Mails what waits: how many went out, how many did not."""
    waiting = list(
        Notice.objects.filter(mail=NoticeState.WAITING).select_related("user").order_by("pk")[:limit]
    )
    if not waiting:
        return 0, 0
    sent = failed = 0
    with get_connection() as mail_server:
        for notice in waiting:
            try:
                _message(notice, mail_server).send()
            except Exception as error:
                log.warning("notice %s could not be mailed: %s", notice.pk, error)
                notice.mail_attempts += 1
                notice.mail_error = str(error)[:300]
                if notice.mail_attempts >= MAIL_ATTEMPTS:
                    notice.mail = NoticeState.FAILED
                failed += 1
            else:
                notice.mail = NoticeState.SENT
                sent += 1
            notice.save(update_fields=["mail", "mail_attempts", "mail_error"])
    return sent, failed


def _message(notice: Notice, mail_server: Any) -> EmailMessage:
    with translation.override(notice.user.language):
        return EmailMessage(
            subject=f"Asah: {kind(notice.kind).title}",
            body=f"{sentence(notice)}\n\n{notice.link}".strip() + "\n",
            to=[notice.user.email],
            connection=mail_server,
        )


def mark_read(user: User, number: int | None = None) -> int:
    """One notice of a user, or all of them."""
    unread = Notice.objects.filter(user=user, read_at=None)
    return (unread if number is None else unread.filter(pk=number)).update(read_at=timezone.now())
