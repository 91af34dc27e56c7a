"""Setting the levels that posts demand: many posts and competencies at once, with the history kept.

A level is closed on the day before another takes its place. Only what was entered on the same day is amended:
nobody can have relied on it yet, and the audit still says what it was.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from asah.portal.base import audit
from asah.portal.base.models import Unit, User
from asah.portal.competency.access import require_edit
from asah.portal.competency.enums import Basis
from asah.portal.competency.models import HIGHEST, LOWEST, Competency, Requirement
from asah.portal.people.models import Position
from asah.portal.ui.formats import long_date

MOST_IMPORTANT = Decimal("999.99")
USUAL_IMPORTANCE = Decimal(1)
# Above so many posts the rows of the whole agency are read instead of those of the posts.
FEW = 500
AT_ONCE = 500
TOLD = 50


class OvertakenError(Exception):
    """What was shown is no longer what would happen: somebody else changed a level in between."""


@dataclass(frozen=True)
class Change:
    """What a post is to demand of a competency.

    ``level`` None: it no longer demands it. ``importance`` None: as before, 1 for a new one. ``source`` None:
    as before where level and basis stay, otherwise blank, since another level has another source.
    """

    position_id: int
    competency_id: int
    level: int | None
    importance: Decimal | None = None
    basis: str = Basis.STIPULATED.value
    source: str | None = None


@dataclass(frozen=True)
class Step:
    """One required level before and after; None where there is none. ``amends``: it was entered today."""

    position_id: int
    competency_id: int
    before: Requirement | None
    after: Requirement | None
    amends: bool = False


@dataclass(frozen=True)
class Plan:
    """What changes come to: ``steps`` that change something, how many do not (``same``), ``problems``."""

    on: dt.date
    steps: Sequence[Step] = ()
    same: int = 0
    problems: Sequence[str] = ()
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        lines = [
            (step.position_id, step.competency_id, _facts(step.before), _facts(step.after))
            for step in self.steps
        ]
        text = repr((self.on.isoformat(), sorted(lines, key=lambda line: line[:2])))
        object.__setattr__(self, "digest", hashlib.sha256(text.encode()).hexdigest())

    @property
    def counts(self) -> dict[str, int]:
        """How many levels are new, changed, cleared and as they were."""
        return {
            "new": sum(step.before is None for step in self.steps),
            "changed": sum(step.before is not None and step.after is not None for step in self.steps),
            "cleared": sum(step.after is None for step in self.steps),
            "same": self.same,
        }


def plan_changes(*, agency: Unit, changes: Iterable[Change], on: dt.date | None = None) -> Plan:
    """What the changes would come to from the day ``on`` (today), and all that stands against them."""
    today = timezone.localdate()
    on = on or today
    wanted = list(changes)
    if on > today:
        return Plan(
            on, problems=[_("A required level takes effect today or earlier. Enter it on the day itself.")]
        )
    problems = _refusals(agency, wanted)
    if problems:
        return Plan(on, problems=problems)
    standing, ended = _read_rows(agency, wanted, on)
    steps, same, late = [], 0, []
    for change in wanted:
        pair = (change.position_id, change.competency_id)
        before = standing.get(pair)
        after = _after(change, before, on)
        if _facts(before) == _facts(after):
            same += 1
            continue
        amends = before is not None and before.valid_from == on and _entered_on(before) == today
        last = before.valid_from if before and not amends and before.valid_from >= on else ended.get(pair)
        if last is not None:
            late.append((pair, last))
        steps.append(Step(*pair, before, after, amends))
    return Plan(on, steps, same, _say_late(late))


@transaction.atomic
def set_requirements(
    *,
    actor: User | None,
    agency: Unit,
    changes: Iterable[Change],
    on: dt.date | None = None,
    seen: str = "",
) -> Plan:
    """Writes the changes, all or none, and gives what was done.

    ``seen``: digest of the plan that was shown; OvertakenError where it would now be another. ValidationError
    with every reason why the changes cannot be written.
    """
    require_edit(actor, agency)
    # Two who write at once would each see a level as the last one.
    Unit.objects.select_for_update().get(pk=agency.pk)
    plan = plan_changes(agency=agency, changes=changes, on=on)
    if plan.problems:
        raise ValidationError(list(plan.problems))
    if seen and seen != plan.digest:
        raise OvertakenError
    if plan.steps:
        _write(plan, actor)
        amended = [
            [step.position_id, step.competency_id, step.before.level]
            for step in plan.steps
            if step.amends and step.before
        ]
        detail = {**plan.counts, "on": plan.on.isoformat(), "amended": amended}
        audit.record(actor, "requirements.set", agency, unit=agency, detail=detail)
    return plan


def _refusals(agency: Unit, wanted: Sequence[Change]) -> list[str]:
    posts = dict(Position.objects.filter(agency=agency).values_list("pk", "name"))
    kept = {competency.pk: competency for competency in Competency.objects.filter(agency=agency)}
    problems: dict[str, None] = {}
    pairs: set[tuple[int, int]] = set()
    for change in wanted:
        competency = kept.get(change.competency_id)
        if change.position_id not in posts or competency is None:
            problems[_("A post or competency is not of this agency. Open the page again.")] = None
            continue
        where = {"post": posts[change.position_id], "competency": competency.name}
        pair = (change.position_id, change.competency_id)
        if pair in pairs:
            problems[_("%(post)s, %(competency)s: given twice. Keep one of them.") % where] = None
        pairs.add(pair)
        if change.level is None:
            continue
        if competency.archived_at is not None:
            problems[
                _("%(post)s, %(competency)s: the competency is archived. Restore it, or leave it out.")
                % where
            ] = None
        if not LOWEST <= change.level <= HIGHEST:
            problems[_("%(post)s, %(competency)s: give a level from 1 to 5.") % where] = None
        if change.importance is not None and not 0 <= change.importance <= MOST_IMPORTANT:
            problems[_("%(post)s, %(competency)s: give an importance from 0 to 999.99.") % where] = None
    return _shorten(list(problems))


def _read_rows(
    agency: Unit, wanted: Sequence[Change], on: dt.date
) -> tuple[dict[tuple[int, int], Requirement], dict[tuple[int, int], dt.date]]:
    """Rows in force by post and competency, and the last day of those that ended on ``on`` or later."""
    posts = {change.position_id for change in wanted}
    rows = Requirement.objects.filter(Q(valid_to=None) | Q(valid_to__gte=on), position__agency=agency)
    if len(posts) <= FEW:
        rows = rows.filter(position__in=posts)
    standing: dict[tuple[int, int], Requirement] = {}
    ended: dict[tuple[int, int], dt.date] = {}
    for row in rows:
        pair = (row.position_id, row.competency_id)
        if row.valid_to is None:
            standing[pair] = row
        else:
            ended[pair] = max(row.valid_to, ended.get(pair, row.valid_to))
    return standing, ended


def _after(change: Change, before: Requirement | None, on: dt.date) -> Requirement | None:
    if change.level is None:
        return None
    importance = change.importance
    if importance is None:
        importance = before.importance if before else USUAL_IMPORTANCE
    source = change.source
    if source is None:
        stays = before is not None and (before.level, before.basis) == (change.level, change.basis)
        source = before.source if before is not None and stays else ""
    return Requirement(
        position_id=change.position_id,
        competency_id=change.competency_id,
        level=change.level,
        importance=importance.quantize(Decimal("0.01")),
        basis=str(change.basis),
        source=source,
        valid_from=on,
    )


def _facts(row: Requirement | None) -> tuple[str, ...] | None:
    if row is None:
        return None
    return (str(row.level), f"{row.importance:.2f}", str(row.basis), row.source)


def _entered_on(row: Requirement) -> dt.date:
    return timezone.localdate(row.written_at)


def _say_late(late: Sequence[tuple[tuple[int, int], dt.date]]) -> list[str]:
    if not late:
        return []
    told = late[:TOLD]
    posts = Position.objects.in_bulk([pair[0] for pair, _day in told])
    competencies = Competency.objects.in_bulk([pair[1] for pair, _day in told])
    lines = [
        _("%(post)s, %(competency)s: what holds does so up to or since %(day)s. Choose a later day.")
        % {"post": posts[pair[0]], "competency": competencies[pair[1]], "day": long_date(day)}
        for pair, day in told
    ]
    return _shorten(lines, len(late))


def _shorten(lines: list[str], count: int | None = None) -> list[str]:
    count = len(lines) if count is None else count
    if count <= TOLD:
        return lines
    return [*lines[:TOLD], _("… and %(count)s more.") % {"count": count - TOLD}]


def _write(plan: Plan, actor: User | None) -> None:
    now = timezone.now()
    closed = [step.before.pk for step in plan.steps if step.before and not step.amends]
    undone = [step.before.pk for step in plan.steps if step.before and step.amends and step.after is None]
    amended, added = [], []
    for step in plan.steps:
        if step.after is None:
            continue
        step.after.written_by, step.after.written_at = actor, now
        if step.amends and step.before:
            step.after.pk = step.before.pk
            amended.append(step.after)
        else:
            added.append(step.after)
    for start in range(0, len(closed), AT_ONCE):
        rows = Requirement.objects.filter(pk__in=closed[start : start + AT_ONCE])
        rows.update(valid_to=plan.on - dt.timedelta(days=1))
    for start in range(0, len(undone), AT_ONCE):
        Requirement.objects.filter(pk__in=undone[start : start + AT_ONCE]).delete()
    fields = ["level", "importance", "basis", "source", "written_by", "written_at"]
    Requirement.objects.bulk_update(amended, fields, batch_size=AT_ONCE)
    Requirement.objects.bulk_create(added, batch_size=AT_ONCE)
