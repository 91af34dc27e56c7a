"""How far the rating is: by office, by role, and who was rated by nobody. Counted by the database."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from asah.portal.base.models import Unit, User
from asah.portal.base.models.unit import below
from asah.portal.needs.access import ASSIGN_RATERS, SEE_COVERAGE
from asah.portal.needs.enums import AssignmentState, RaterRole
from asah.portal.needs.models import Assignment, Cycle, Member, Rating
from asah.portal.needs.queries.cycles import office_path, offices_by_path
from asah.portal.people.models import Person

# Scores of these come by sheet; nobody has a form to fill for them.
MEASURED = (RaterRole.ASSESSOR, RaterRole.TEST)


@dataclass
class OfficeCoverage:
    """One office. ``forms``: role to (sent, all); of assessors and tests (people with a score, people)."""

    path: str
    name: str
    people: int = 0
    unrated: int = 0
    forms: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def sent(self) -> int:
        return sum(sent for role, (sent, _all) in self.forms.items() if role not in MEASURED)

    @property
    def whole(self) -> int:
        return sum(whole for role, (_sent, whole) in self.forms.items() if role not in MEASURED)

    @property
    def share(self) -> float | None:
        return self.sent / self.whole if self.whole else None


def coverage(viewer: User, cycle: Cycle) -> list[OfficeCoverage]:
    """Every office with members that the viewer may look into, in the order of the tree."""
    seen = SEE_COVERAGE.paths(viewer)
    offices = {path: OfficeCoverage(path, name) for path, name in offices_by_path(cycle.agency_id).items()}
    paths = dict(Unit.objects.filter(path__startswith=cycle.agency.path).values_list("pk", "path"))
    path_of = {unit: office_path(path) for unit, path in paths.items() if path.startswith(tuple(seen))}
    members = Member.objects.filter(cycle=cycle).order_by()
    rows = Assignment.objects.filter(member__cycle=cycle).order_by()
    # A whole agency is counted without asking every row for its unit: that halves the time.
    if len(path_of) < len(paths):
        members, rows = members.filter(unit__in=path_of), rows.filter(member__unit__in=path_of)

    counted = members.values_list("unit_id").annotate(many=Count("pk"))
    for unit, many in counted:
        offices[path_of[unit]].people += many
    for unit, many in members.filter(_unrated()).values_list("unit_id").annotate(many=Count("pk")):
        offices[path_of[unit]].unrated += many

    forms: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    sent = Count("pk", filter=Q(state=AssignmentState.SENT))
    for unit, role, done, whole in rows.values_list("member__unit_id", "role").annotate(
        done=sent, whole=Count("pk")
    ):
        line = forms[path_of[unit]][role]
        line[0] += done
        line[1] += whole
    for role in [role for role in MEASURED if role in cycle.roles]:
        scored = Exists(Rating.objects.filter(cycle=cycle, person=OuterRef("person"), role=role))
        for path, office in offices.items():
            forms[path][role] = [0, office.people]
        for unit, many in members.filter(scored).values_list("unit_id").annotate(many=Count("pk")):
            forms[path_of[unit]][role][0] += many
    order = [role for role in RaterRole.values if role in cycle.roles]
    for path, office in offices.items():
        office.forms = {role: (forms[path][role][0], forms[path][role][1]) for role in order}
    return [office for office in offices.values() if office.people]


def _unrated() -> Q:
    form = Assignment.objects.filter(member=OuterRef("pk"), state=AssignmentState.SENT)
    score = Rating.objects.filter(cycle=OuterRef("cycle"), person=OuterRef("person"))
    return ~Q(Exists(form)) & ~Q(Exists(score))


def unrated_members(viewer: User, cycle: Cycle) -> QuerySet[Member]:
    """Members of whom nobody has said anything yet."""
    rows = Member.objects.filter(below(SEE_COVERAGE.paths(viewer), "unit__path"), _unrated(), cycle=cycle)
    return rows.select_related("person", "unit", "position").order_by("person__name", "pk")


def members_without(viewer: User, cycle: Cycle, role: str) -> QuerySet[Member]:
    """Members whom nobody is to rate in a role, among those for whom the viewer may name raters."""
    given = Exists(Assignment.objects.filter(member=OuterRef("pk"), role=role))
    rows = Member.objects.filter(~Q(given), below(ASSIGN_RATERS.paths(viewer), "unit__path"), cycle=cycle)
    return rows.select_related("person", "unit", "position").order_by("person__name", "pk")


def supervisors_of(member: Member) -> QuerySet[Assignment]:
    """Who rates a member as supervisor. Peers and subordinates answer in confidence: nobody is shown them."""
    rows = member.assignments.filter(role=RaterRole.SUPERVISOR)
    return rows.select_related("rater", "member__unit", "member__cycle").order_by("rater__name", "pk")


@dataclass(frozen=True)
class Reminders:
    """Raters with open forms: how many could be told, and how many have no user to be told through."""

    people: int
    without_user: int


def raters_waited_for(cycle: Cycle, paths: list[str]) -> Reminders:
    """Raters of members below these units who have not sent everything."""
    waiting = Assignment.objects.filter(member__cycle=cycle).exclude(state=AssignmentState.SENT).order_by()
    if cycle.agency.path not in paths:
        waiting = waiting.filter(below(paths, "member__unit__path"))
    raters = Person.objects.filter(pk__in=waiting.values("rater")).order_by()
    told = raters.aggregate(people=Count("pk"), without=Count("pk", filter=Q(user=None)))
    return Reminders(told["people"] - told["without"], told["without"])
