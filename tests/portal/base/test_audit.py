from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from asah.portal.base import audit
from asah.portal.base.models import Event
from factories.portal import an_agency

pytestmark = pytest.mark.django_db


def three_lines() -> list[Event]:
    unit = an_agency()
    return [audit.record(None, f"test.{number}", unit, detail={"n": number}) for number in range(3)]


def forced(sql: str) -> None:
    """As somebody would who has the database itself in hand."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER base_event_no_update")
            cursor.execute("DROP TRIGGER base_event_no_delete")
        else:
            # A table with checks still to be made at the end of the transaction cannot be altered.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE base_event DISABLE TRIGGER USER")
        cursor.execute(sql)
        if connection.vendor != "sqlite":
            cursor.execute("ALTER TABLE base_event ENABLE TRIGGER USER")


def test_a_whole_chain_verifies_and_prints_its_end() -> None:
    last = three_lines()[-1]
    said = StringIO()
    call_command("verify_audit", stdout=said)
    assert said.getvalue() == f"whole: {last.number} lines; end {last.number}:{last.digest}\n"
    call_command("verify_audit", noted=f"{last.number}:{last.digest}", stdout=said)


CHANGES = ["UPDATE base_event SET action='x'", "DELETE FROM base_event"]
if connection.vendor == "sqlite":
    CHANGES.append("INSERT OR REPLACE INTO base_event SELECT * FROM base_event")


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_to_change_or_take_out_a_line(change: str) -> None:
    three_lines()
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert Event.objects.filter(action__startswith="test.").count() == 3


def test_a_changed_line_shows() -> None:
    line = three_lines()[1]
    forced(f"UPDATE base_event SET action='x' WHERE number={line.number}")
    assert [(place.number, place.what) for place in audit.verify()[2]] == [(line.number, "was changed")]


def test_a_line_taken_out_shows() -> None:
    line = three_lines()[1]
    forced(f"DELETE FROM base_event WHERE number={line.number}")
    assert [place.number for place in audit.verify()[2]] == [line.number, line.number + 1]


def test_a_last_line_taken_out_shows() -> None:
    line = three_lines()[2]
    forced(f"DELETE FROM base_event WHERE number={line.number}")
    assert [place.what for place in audit.verify()[2]] == ["the last line is missing or another"]


def test_a_chain_written_anew_does_not_pass_an_end_that_was_noted() -> None:
    lines = three_lines()
    noted = (lines[1].number, "0" * 64)
    assert [place.what for place in audit.verify(noted)[2]] == ["not the digest that was noted"]
    with pytest.raises(CommandError, match="broken in 1 places"):
        call_command("verify_audit", noted=f"{noted[0]}:{noted[1]}", stderr=StringIO())


def test_what_an_action_undoes_is_not_told() -> None:
    unit = an_agency()
    before = Event.objects.count()
    with transaction.atomic():
        audit.record(None, "test.undone", unit)
        transaction.set_rollback(True)
    assert Event.objects.count() == before
    assert audit.verify()[2] == []


def test_a_detail_with_a_null_character_is_kept_without_it() -> None:
    event = audit.record(None, "test.nul", "x\0y", detail={"path": "a\0b"})
    event.refresh_from_db()
    assert (event.subject, event.detail) == ("xy", {"path": "ab"})
    assert audit.verify()[2] == []
