"""Writing the audit and proving it whole.

Each line's digest is SHA-256 over the line's canonical JSON and the digest before it (a hash chain: Haber and
Stornetta 1991, doi:10.1007/BF00196791). A chain shows that a line was changed or taken out; that the whole
was not written anew is shown by an end that was noted elsewhere: ``./asah manage verify_audit`` prints the
end to note, and takes one noted earlier.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from asah.portal.base.models import Event, EventChain, Unit, User

START = "0" * 64
# Set by the middleware for the time of a request: an action need not be handed the request to say from where.
address: ContextVar[str] = ContextVar("address", default="")


def subject_of(subject: Model | str) -> str:
    """``people.Person:12``: names a row without holding anything of it."""
    return subject if isinstance(subject, str) else f"{subject._meta.label}:{subject.pk}"


def record(
    actor: User | None,
    action: str,
    subject: Model | str,
    *,
    unit: Unit | None = None,
    detail: dict[str, Any] | None = None,
) -> Event:
    """Adds one line within the caller's transaction: what is undone there is not told here either.

    ``detail`` holds plain facts (numbers, codes), no names of people and no restricted value.
    """
    with transaction.atomic():
        chain, _ = EventChain.objects.select_for_update().get_or_create(pk=1)
        event = Event(
            number=chain.number + 1,
            at=timezone.now(),
            actor=actor,
            action=action,
            subject=subject_of(subject)[:100].replace("\0", ""),
            unit=unit,
            # What was typed into an address may hold what PostgreSQL cannot keep.
            detail=json.loads(json.dumps(detail or {}).replace("\\u0000", "")),
            address=address.get(),
            previous=chain.digest,
        )
        event.digest = digest_of(event)
        event.save(force_insert=True)
        chain.number, chain.digest = event.number, event.digest
        chain.save(update_fields=["number", "digest"])
    return event


def digest_of(event: Event) -> str:
    line = {
        "number": event.number,
        "at": event.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "actor": event.actor_id,
        "action": event.action,
        "subject": event.subject,
        "unit": event.unit_id,
        "detail": event.detail,
        "address": event.address,
        "previous": event.previous,
    }
    text = json.dumps(line, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Broken:
    """A place where the chain does not hold."""

    number: int
    what: str


def verify(noted: tuple[int, str] | None = None) -> tuple[int, str, list[Broken]]:
    """Number and digest of the last line, and every place where the chain is broken.

    ``noted`` is an end written down earlier, outside the database: a chain written anew does not pass it.
    """
    broken: list[Broken] = []
    number, digest = 0, START
    for event in Event.objects.order_by("number").iterator(chunk_size=2000):
        broken += _look(event, number, digest)
        if noted and event.number == noted[0] and event.digest != noted[1]:
            broken.append(Broken(event.number, "not the digest that was noted"))
        number, digest = event.number, event.digest
    end = EventChain.objects.filter(pk=1).first()
    if end and (end.number, end.digest) != (number, digest):
        broken.append(Broken(end.number, "the last line is missing or another"))
    if noted and noted[0] > number:
        broken.append(Broken(noted[0], "the line that was noted is missing"))
    return number, digest, broken


def _look(event: Event, number: int, digest: str) -> Iterator[Broken]:
    if event.number != number + 1:
        yield Broken(number + 1, f"missing up to line {event.number - 1}")
    if event.previous != digest:
        yield Broken(event.number, "does not follow the line before it")
    if event.digest != digest_of(event):
        yield Broken(event.number, "was changed")
