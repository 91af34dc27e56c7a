"""After the decree the database itself refuses to change a plan, its rows and what people said of it.

The one step left to a stipulated plan is that a revision replaces it. Reviews are never changed at all.
On SQLite a later migration that rebuilds one of these tables drops its triggers: it must run these statements again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

PLAN_STAYS = "a plan is never changed after the decree"
REVIEW_STAYS = "reviews are never changed"
FROZEN = "('stipulated', 'replaced')"
# Everything of a plan but its state, the count of its editions and the job that made it, which may be cleared away.
KEPT = (
    *(
        "id",
        "scenario_id",
        "number",
        "revises_id",
        "problem_sha256",
        "objective",
        "bound",
        "gap",
        "spent",
        "summary",
    ),
    *("engine_version", "seed", "made_at", "made_by_id", "decree_number", "decree_on"),
)
TABLES = ("planning_planclass", "planning_planline", "planning_planoutcome", "planning_lineresponse")
STEP = "(NEW.state = OLD.state OR (OLD.state = 'stipulated' AND NEW.state = 'replaced'))"


def _sqlite() -> Iterator[str]:
    same = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in KEPT)
    plan = f"BEGIN SELECT RAISE(ABORT, '{PLAN_STAYS}'); END"
    review = f"BEGIN SELECT RAISE(ABORT, '{REVIEW_STAYS}'); END"
    yield (
        "CREATE TRIGGER planning_plan_no_update BEFORE UPDATE ON planning_plan"
        f" WHEN OLD.state IN {FROZEN} AND NOT ({STEP} AND {same}) {plan}"
    )
    yield (
        "CREATE TRIGGER planning_plan_no_delete BEFORE DELETE ON planning_plan"
        f" WHEN OLD.state IN {FROZEN} {plan}"
    )
    # INSERT OR REPLACE and UPDATE OR REPLACE take rows out without asking the triggers for that.
    for table in ("planning_plan", "planning_review", *TABLES):
        yield (
            f"CREATE TRIGGER {table}_keeps_id BEFORE UPDATE ON {table} WHEN NEW.id IS NOT OLD.id"
            f" BEGIN SELECT RAISE(ABORT, '{PLAN_STAYS}'); END"
        )
    yield (
        "CREATE TRIGGER planning_plan_keeps_number BEFORE UPDATE ON planning_plan WHEN EXISTS (SELECT 1"
        f" FROM planning_plan WHERE state IN {FROZEN} AND id IS NOT OLD.id"
        f" AND scenario_id = NEW.scenario_id AND number = NEW.number) {plan}"
    )
    yield (
        "CREATE TRIGGER planning_plan_no_replace BEFORE INSERT ON planning_plan WHEN EXISTS (SELECT 1"
        f" FROM planning_plan WHERE state IN {FROZEN} AND (id = NEW.id"
        f" OR (scenario_id = NEW.scenario_id AND number = NEW.number))) {plan}"
    )
    yield (
        "CREATE TRIGGER planning_review_no_replace BEFORE INSERT ON planning_review"
        f" WHEN EXISTS (SELECT 1 FROM planning_review WHERE id = NEW.id) {review}"
    )
    for table in TABLES:
        replaced = (
            f"EXISTS (SELECT 1 FROM {table} AS row JOIN planning_plan AS plan ON plan.id = row.plan_id"
            f" WHERE row.id = NEW.id AND plan.state IN {FROZEN})"
        )
        yield f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {replaced} {plan}"
        for word, rows in (("insert", ("NEW",)), ("update", ("OLD", "NEW")), ("delete", ("OLD",))):
            frozen = " OR ".join(
                f"EXISTS (SELECT 1 FROM planning_plan WHERE id = {row}.plan_id AND state IN {FROZEN})"
                for row in rows
            )
            yield f"CREATE TRIGGER {table}_no_{word} BEFORE {word.upper()} ON {table} WHEN {frozen} {plan}"
    for word in ("update", "delete"):
        yield f"CREATE TRIGGER planning_review_no_{word} BEFORE {word.upper()} ON planning_review {review}"


def _sqlite_back() -> Iterator[str]:
    yield "DROP TRIGGER IF EXISTS planning_plan_keeps_number"
    for table in ("planning_plan", "planning_review", *TABLES):
        yield f"DROP TRIGGER IF EXISTS {table}_keeps_id"
    for word in ("update", "delete", "replace"):
        yield f"DROP TRIGGER IF EXISTS planning_plan_no_{word}"
        yield f"DROP TRIGGER IF EXISTS planning_review_no_{word}"
    for table in TABLES:
        for word in ("insert", "update", "delete", "replace"):
            yield f"DROP TRIGGER IF EXISTS {table}_no_{word}"


def _postgresql() -> Iterator[str]:
    new, old = (", ".join(f"{row}.{column}" for column in KEPT) for row in ("NEW", "OLD"))
    yield (
        "CREATE FUNCTION planning_plan_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF OLD.state IN {FROZEN} THEN"
        f" IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{PLAN_STAYS}'; END IF;"
        f" IF NOT {STEP} OR ROW({new}) IS DISTINCT FROM ROW({old}) THEN RAISE EXCEPTION '{PLAN_STAYS}'; END IF;"
        " END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
    yield (
        "CREATE TRIGGER planning_plan_stays BEFORE UPDATE OR DELETE ON planning_plan"
        " FOR EACH ROW EXECUTE FUNCTION planning_plan_stays()"
    )
    yield (
        "CREATE FUNCTION planning_rows_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF TG_OP <> 'INSERT' THEN"
        f" IF EXISTS (SELECT 1 FROM planning_plan WHERE id = OLD.plan_id AND state IN {FROZEN})"
        f" THEN RAISE EXCEPTION '{PLAN_STAYS}'; END IF; END IF;"
        " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;"
        f" IF EXISTS (SELECT 1 FROM planning_plan WHERE id = NEW.plan_id AND state IN {FROZEN})"
        f" THEN RAISE EXCEPTION '{PLAN_STAYS}'; END IF;"
        " RETURN NEW; END $$"
    )
    for table in TABLES:
        yield (
            f"CREATE TRIGGER {table}_stays BEFORE INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION planning_rows_stay()"
        )
    yield (
        "CREATE FUNCTION planning_review_stays() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REVIEW_STAYS}'; END $$"
    )
    yield (
        "CREATE TRIGGER planning_review_stays BEFORE UPDATE OR DELETE ON planning_review"
        " FOR EACH ROW EXECUTE FUNCTION planning_review_stays()"
    )


def _postgresql_back() -> Iterator[str]:
    yield "DROP TRIGGER planning_plan_stays ON planning_plan"
    for table in TABLES:
        yield f"DROP TRIGGER {table}_stays ON {table}"
    yield "DROP TRIGGER planning_review_stays ON planning_review"
    for name in ("planning_plan_stays", "planning_rows_stay", "planning_review_stays"):
        yield f"DROP FUNCTION {name}"


def guard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in _sqlite() if editor.connection.vendor == "sqlite" else _postgresql():
        editor.execute(statement)


def unguard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in _sqlite_back() if editor.connection.vendor == "sqlite" else _postgresql_back():
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("planning", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(guard, unguard)]
