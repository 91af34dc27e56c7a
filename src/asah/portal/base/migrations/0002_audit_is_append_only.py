"""The database itself refuses to change or take out a line of the audit."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SAID = "lines of the audit are never changed"
SQLITE = [
    f"CREATE TRIGGER base_event_no_{word} BEFORE {word.upper()} ON base_event"
    f" BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
    for word in ("update", "delete")
]
# INSERT OR REPLACE takes a line out without asking the trigger for that.
SQLITE.append(
    "CREATE TRIGGER base_event_no_replace BEFORE INSERT ON base_event"
    f" WHEN EXISTS (SELECT 1 FROM base_event WHERE number = NEW.number) BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
)
SQLITE_BACK = [f"DROP TRIGGER IF EXISTS base_event_no_{word}" for word in ("update", "delete", "replace")]
POSTGRESQL = [
    f"CREATE FUNCTION base_event_stays() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN RAISE EXCEPTION '{SAID}'; END $$",
    "CREATE TRIGGER base_event_stays BEFORE UPDATE OR DELETE ON base_event"
    " FOR EACH STATEMENT EXECUTE FUNCTION base_event_stays()",
]
POSTGRESQL_BACK = ["DROP TRIGGER base_event_stays ON base_event", "DROP FUNCTION base_event_stays"]


def guard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in SQLITE if editor.connection.vendor == "sqlite" else POSTGRESQL:
        editor.execute(statement)


def unguard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in SQLITE_BACK if editor.connection.vendor == "sqlite" else POSTGRESQL_BACK:
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("base", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(guard, unguard)]
