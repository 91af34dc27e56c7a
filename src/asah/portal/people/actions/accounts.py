"""Accounts for everybody of a unit who has none, and the sheet of their first passwords."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from asah.portal.base import audit, files, jobs
from asah.portal.base.access import ADMINISTER
from asah.portal.base.actions import new_password
from asah.portal.base.enums import Role
from asah.portal.base.models import RoleGrant, Unit, User
from asah.portal.people import queries
from asah.portal.people.actions.roster_sheets import text_sheet
from asah.portal.people.models import AccountBatch, Person

KEEP = dt.timedelta(days=7)
LUMP = 500


@dataclass(frozen=True)
class _Draft:
    """A person and the password they would get."""

    person: Person
    password: str
    digest: str


@transaction.atomic
def begin_accounts(*, actor: User, unit: Unit, again: bool) -> AccountBatch:
    """Has accounts opened for everybody at work in the unit and below who has none.

    ``again``: also another password for who has an account and never signed in; a lost sheet is replaced so.
    """
    ADMINISTER.require(actor, unit)
    batch = AccountBatch.objects.create(unit=unit, created_by=actor)
    batch.job = jobs.enqueue("people.open_accounts", user=actor, unit=unit, batch=batch.pk, again=again)
    batch.save(update_fields=["job"])
    audit.record(actor, "accounts.asked", batch, unit=unit, detail={"again": again})
    return batch


def open_accounts(batch: AccountBatch, again: bool, running: jobs.Running) -> dict[str, int]:
    """All accounts and their sheet, or nothing. A second run finds it done.

    Passwords are digested slowly on purpose, which takes nearly all the time; that is done before anything is
    written, so that a job that is stopped or killed has changed nothing and no password is lost.
    """
    if batch.counts:
        return dict(batch.counts)
    today = timezone.localdate()
    wanted = queries.people_without_account(batch.unit, today, again=again)
    people = list(wanted.select_related("current__unit"))
    drafts = []
    for done, person in enumerate(people):
        running.tell(done, len(people))
        running.stop_if_wanted()
        password = new_password()
        drafts.append(_Draft(person, password, make_password(password)))
    running.tell(len(people), len(people))
    with transaction.atomic():
        locked = AccountBatch.objects.select_for_update().get(pk=batch.pk)
        if not locked.counts:
            still = set(wanted.values_list("pk", flat=True))
            _write(locked, [draft for draft in drafts if draft.person.pk in still])
    counts: dict[str, int] = locked.counts
    return counts


def _write(batch: AccountBatch, drafts: Sequence[_Draft]) -> None:
    users = {
        user.username: user
        for start in range(0, len(drafts), LUMP)
        for user in User.objects.filter(
            username__in=[draft.person.nip for draft in drafts[start : start + LUMP]]
        )
    }
    inside = set(queries.users_inside(batch.unit))
    again = [draft for draft in drafts if draft.person.user_id is not None]
    opened = [draft for draft in drafts if draft.person.user_id is None and draft.person.nip not in users]
    linked = [
        draft.person
        for draft in drafts
        if draft.person.user_id is None
        and _is_theirs(users.get(draft.person.nip), draft.person, inside)
        and not Person.objects.filter(user__username=draft.person.nip).exists()
    ]
    for draft in opened:
        draft.person.user = User(
            username=draft.person.nip,
            name=draft.person.full_name[:250],
            email=draft.person.email,
            password=draft.digest,
            must_change_password=True,
        )
    User.objects.bulk_create([draft.person.user for draft in opened if draft.person.user], batch_size=LUMP)
    for person in linked:
        person.user = users[person.nip]
    with_account = [*(draft.person for draft in opened), *linked]
    Person.objects.bulk_update(with_account, ["user"], batch_size=LUMP)
    RoleGrant.objects.bulk_create(
        [
            RoleGrant(user=person.user, role=Role.ASN, unit=person.current.unit, granted_by=batch.created_by)
            for person in with_account
            if person.user and person.current
        ],
        batch_size=LUMP,
        ignore_conflicts=True,
    )
    for draft in again:
        User.objects.filter(person=draft.person).update(password=draft.digest)
    batch.counts = {
        "opened": len(opened),
        "again": len(again),
        "linked": len(linked),
        "taken": len(drafts) - len(opened) - len(again) - len(linked),
    }
    if opened or again:
        batch.file = files.store(
            _sheet(batch.created_by, [*opened, *again]),
            f"accounts-{batch.pk}.xlsx",
            user=batch.created_by,
            unit=batch.unit,
            purpose="passwords",
            allowed={"xlsx"},
        )
    batch.save(update_fields=["counts", "file"])
    audit.record(batch.created_by, "accounts.opened", batch, unit=batch.unit, detail=batch.counts)


def _sheet(reader: User, drafts: Sequence[_Draft]) -> bytes:
    """One line a person in the order of units, so that it can be cut and handed out."""
    rows = sorted(
        (
            (person.current.unit.path, person.current.unit.name, person.full_name, person.nip, draft.password)
            for draft in drafts
            if (person := draft.person).current
        ),
    )
    with translation.override(reader.language):
        header = [_("Unit"), _("Name"), _("User name"), _("First password")]
        return text_sheet(header, [row[1:] for row in rows], name=_("Accounts"))


@transaction.atomic
def take_passwords(*, actor: User, batch: AccountBatch) -> bytes:
    """The sheet, for the one and only time. ValidationError where it is gone already."""
    ADMINISTER.require(actor, batch.unit)
    locked = AccountBatch.objects.select_for_update().get(pk=batch.pk, created_by=actor)
    if not has_sheet(locked):
        raise ValidationError(
            _(
                "The sheet is no longer here: it is given once and kept for a week. Open accounts for the"
                " unit again, with another password for those who never signed in."
            )
        )
    assert locked.file is not None
    content = locked.file.path.read_bytes()
    _forget(locked)
    audit.record(actor, "accounts.sheet_taken", batch, unit=batch.unit, detail=locked.counts)
    return content


def has_sheet(batch: AccountBatch) -> bool:
    return batch.file is not None and batch.file.sent_at > timezone.now() - KEEP


def forget_old_sheets() -> int:
    """Deletes sheets that nobody took within a week; how many."""
    old = AccountBatch.objects.filter(file__sent_at__lte=timezone.now() - KEEP)
    for batch in old.select_related("unit", "file"):
        with transaction.atomic():
            _forget(batch)
            audit.record(None, "accounts.sheet_forgotten", batch, unit=batch.unit)
    return len(old)


def _forget(batch: AccountBatch) -> None:
    file, batch.file = batch.file, None
    batch.save(update_fields=["file"])
    if file is not None:
        files.forget(file)


def _is_theirs(user: User | None, person: Person, inside: set[User]) -> bool:
    """Whether a user named by a person's NIP was made by whoever administers that person's unit.

    Anybody who keeps the users of some office can make one of that name, and would read what is the person's.
    """
    if user is None or user not in inside or person.current is None:
        return False
    path = person.current.unit.path
    return any(path.startswith(grant.unit.path) for grant in user.standing_grants)
