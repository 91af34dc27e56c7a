from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, Job, User
from asah.portal.needs import bridge
from asah.portal.needs.enums import Against, CycleState
from asah.portal.needs.models import Cycle, Member, Rating
from asah.portal.people.models import Person
from factories.needs import a_standard
from factories.portal import a_person, a_position, a_user, an_agency
from factories.results import Analysis, a_computed_analysis, an_analysis

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
Work = Callable[[], list[Job]]


def address(member: Member) -> str:
    return reverse("needs:profile", args=[member.cycle_id, member.pk])


def settle(analysis: Analysis) -> None:
    """So long closed that no form can arrive any more."""
    day = timezone.localdate() - dt.timedelta(days=8)
    Cycle.objects.filter(pk=analysis.cycle.pk).update(opens_on=day, closes_on=day)
    analysis.cycle.refresh_from_db()


def give_user(person: Person, *roles: Role) -> User:
    assert person.current
    person.user = a_user(*roles, unit=person.current.unit)
    person.save()
    return person.user


def test_a_profile_tells_level_band_demand_gap_and_basis(work: Work, sign_in: SignIn) -> None:
    analysis = a_computed_analysis(work, 5)
    page = sign_in(analysis.planner).get(address(analysis.member()))
    first, second, *_rest = page.context["lines"]
    assert first.competency == analysis.competencies[0]
    assert first.low <= first.level.mean <= first.high
    assert (first.now.level, first.now.is_default, first.later) == (3, False, None)
    assert first.now.gap > 1.5
    assert first.now.probability > 0.9
    assert first.need_against == "current"
    assert second.now.gap < 0.1
    assert second.need_against == ""
    assert "<svg" in page.content.decode()


def test_whoever_is_not_assessed_has_no_level_and_no_gap(work: Work, sign_in: SignIn) -> None:
    analysis = an_analysis(2)
    analysis.rate(0, {analysis.competencies[0]: 2})
    analysis.compute(work)
    page = sign_in(analysis.planner).get(address(analysis.member(1)))
    lines = page.context["lines"]
    assert len(lines) == 2
    assert [(line.level, line.now.gap, line.now.level) for line in lines] == [(None, None, 3)] * 2
    assert page.context["matches"] == []
    assert page.content.decode().count(gettext("not assessed yet")) >= 2


def test_the_own_rating_is_never_the_level(work: Work, sign_in: SignIn) -> None:
    analysis = an_analysis(1)
    user = give_user(analysis.people[0], Role.ASN)
    analysis.rate(0, {analysis.competencies[0]: 5}, role="self", rater=analysis.people[0])
    analysis.compute(work)
    own = sign_in(user).get(address(analysis.member()))
    line = next(each for each in own.context["lines"] if each.self_only)
    assert (line.level, line.now.gap, line.own) == (None, None, 5.0)
    other = sign_in(analysis.planner).get(address(analysis.member()))
    assert {each.own for each in other.context["lines"]} == {None}


def test_the_next_post_has_its_own_column_and_defaults_are_labelled(work: Work, sign_in: SignIn) -> None:
    analysis = an_analysis(1)
    target = a_position(analysis.agency, "Kepala Bidang", "administrator")
    a_standard(target, {analysis.competencies[0]: 5})
    Member.objects.update(target_position=target)
    analysis.rate(0, {analysis.competencies[0]: 4})
    analysis.compute(work)
    page = sign_in(analysis.planner).get(address(analysis.member()))
    line = page.context["lines"][0]
    assert (line.now.level, line.later.level) == (3, 5)
    assert line.later.gap > line.now.gap
    assert line.need_against == "target"
    assert [match[0] for match in page.context["matches"]] == [str(each.label) for each in Against]
    bare = a_position(analysis.agency, "Kepala Seksi", "pengawas")
    Member.objects.update(position=bare)
    lines = sign_in(analysis.planner).get(address(analysis.member())).context["lines"]
    assert {line.now.is_default for line in lines if line.now} == {True}


def test_single_ratings_of_colleagues_are_never_shown_and_means_only_of_five(
    work: Work, sign_in: SignIn
) -> None:
    analysis = an_analysis(1)
    settle(analysis)
    first, second, *_others = analysis.competencies
    raters = [a_person(analysis.offices[0], f"Rekan {place}") for place in range(5)]
    for place, rater in enumerate(raters):
        analysis.rate(0, {first: 1 + place}, role="peer", rater=rater)
    for rater in raters[:4]:
        analysis.rate(0, {second: 2}, role="peer", rater=rater)
    analysis.rate(0, {first: 2.25}, role="supervisor", rater=raters[0])
    analysis.rate(0, {first: 3.75}, role="assessor", instrument="Pusat penilaian")
    analysis.compute(work)
    page = sign_in(analysis.planner).get(address(analysis.member()))
    means = [(competency, each.raters, each.mean) for competency, _role, each in page.context["means"]]
    assert means == [(first, 5, 3.0)]
    measured = [(each.role, float(each.score)) for _competency, each in page.context["measured"]]
    assert measured == [("assessor", 3.75)]
    text = page.content.decode()
    assert "Pusat penilaian" in text
    assert "2,25" not in text
    assert not any(rater.name in text for rater in raters)


@pytest.mark.parametrize("role", ["peer", "subordinate"])
def test_fewer_than_five_who_rate_in_confidence_change_nothing_that_is_shown(
    work: Work, sign_in: SignIn, role: str
) -> None:
    analysis = an_analysis(2)
    settle(analysis)
    first, second, *_others = analysis.competencies
    raters = [a_person(analysis.offices[0], f"Rekan {place}") for place in range(5)]
    analysis.rate(0, {first: 2}, role="supervisor", rater=raters[0])
    analysis.rate(1, {first: 3}, role="supervisor", rater=raters[0])
    for rater in raters[:4]:
        analysis.rate(0, {first: 5, second: 1}, role=role, rater=rater)
    Rating.objects.filter(role=role).update(rated_on=timezone.localdate() + dt.timedelta(days=1))
    analysis.compute(work)
    page = sign_in(analysis.planner).get(address(analysis.member()))
    one, other = page.context["lines"]
    assert (one.level.basis, one.level.ratings, one.rated_on) == ("supervisor", 1, timezone.localdate())
    assert other.level is None
    assert page.context["means"] == []
    analysis.rate(0, {first: 5, second: 1}, role=role, rater=raters[4])
    analysis.compute(work)
    one, other = sign_in(analysis.planner).get(address(analysis.member())).context["lines"]
    assert (one.level.ratings, other.level.basis, other.level.ratings) == (6, role, 5)


def test_no_difference_between_two_computations_tells_what_a_peer_said(work: Work, sign_in: SignIn) -> None:
    """While a form can still arrive, however many peers there are; and afterwards it is not opened again."""
    analysis = an_analysis(2)
    first = analysis.competencies[0]
    raters = [a_person(analysis.offices[0], f"Rekan {place}") for place in range(7)]
    analysis.rate(0, {first: 2}, role="supervisor", rater=raters[0])
    client, page = sign_in(analysis.planner), address(analysis.member())
    shown = []
    for state in (CycleState.OPEN, CycleState.CLOSED):
        Cycle.objects.update(state=state)
        for rater in raters[:6] if state == CycleState.OPEN else raters[6:]:
            analysis.rate(0, {first: 5}, role="peer", rater=rater)
        analysis.compute(work)
        line = client.get(page).context["lines"][0]
        shown.append((line.level.mean, line.level.sd, line.basis, line.level.ratings, line.rated_on))
        assert client.get(page).context["means"] == []
    assert shown[0] == shown[1]
    settle(analysis)
    # Not even a mean before it was computed with: it could be opened again until then.
    assert client.get(page).context["means"] == []
    analysis.compute(work)
    assert client.get(page).context["lines"][0].level.ratings == 8
    again = {"closes_on": timezone.localdate().isoformat(), "reason": "Terlalu sedikit"}
    client.post(reverse("needs:reopen_cycle", args=[analysis.cycle.pk]), again)
    analysis.cycle.refresh_from_db()
    assert analysis.cycle.state == CycleState.CLOSED


def test_a_profile_is_for_the_person_the_superiors_and_the_planner(work: Work, sign_in: SignIn) -> None:
    analysis = a_computed_analysis(work, 2, 1)
    person, colleague, _other = analysis.people
    own = give_user(person, Role.ASN)
    boss = give_user(colleague)
    office, elsewhere = analysis.offices
    allowed = [own, analysis.planner, *(a_user(role, unit=office) for role in (Role.HEAD, Role.SUPERVISOR))]
    refused = [a_user(role, unit=office) for role in (Role.OPERATOR, Role.INSPECTOR, Role.ASN, Role.PPK)]
    refused += [boss, a_user(Role.HEAD, unit=elsewhere), a_user(Role.PLANNER, unit=an_agency())]
    page = address(analysis.member())
    assert [sign_in(user).get(page).status_code for user in allowed] == [200] * 4
    assert {sign_in(user).get(page).status_code for user in refused} == {403, 404}
    person.supervisor = colleague
    person.save()
    assert sign_in(boss).get(page).status_code == 200


def test_every_look_at_somebody_elses_profile_leaves_a_line(work: Work, sign_in: SignIn) -> None:
    analysis = a_computed_analysis(work, 2)
    own = give_user(analysis.people[0], Role.ASN)
    page = address(analysis.member())
    sign_in(own).get(page)
    assert not Event.objects.filter(action="profile.seen").exists()
    for _time in range(2):
        sign_in(analysis.planner).get(page)
    lines = Event.objects.filter(action="profile.seen", subject=f"people.Person:{analysis.people[0].pk}")
    assert [line.actor for line in lines] == [analysis.planner] * 2


def test_the_menu_leads_to_the_latest_own_profile(work: Work, sign_in: SignIn) -> None:
    analysis = a_computed_analysis(work, 1)
    own = give_user(analysis.people[0], Role.ASN)
    answer = sign_in(own).get(reverse("needs:own_profile"))
    assert answer.headers["Location"] == address(analysis.member())
    nobody = a_user(Role.ASN, unit=analysis.agency)
    assert sign_in(nobody).get(reverse("needs:own_profile")).status_code == 200


def _queries(client: Client, page: str) -> int:
    client.get(page)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(page).status_code == 200
    return len(asked)


def test_a_profile_asks_as_much_for_three_competencies_as_for_one(work: Work, sign_in: SignIn) -> None:
    counts = []
    for rated in (1, 3):
        analysis: Analysis = an_analysis(1)
        analysis.rate(0, dict.fromkeys(analysis.competencies[:rated], 2))
        analysis.compute(work)
        counts.append(_queries(sign_in(analysis.planner), address(analysis.member())))
    assert counts[0] == counts[1]
    assert Rating.objects.count() == 4


def test_the_match_tells_both_ways_of_counting_a_surplus() -> None:
    from datetime import date

    found = bridge.match([5.0, 1.0], [3, 3], on=date(2026, 10, 1))
    assert found
    assert (found.uncapped, round(found.capped, 2)) == (100.0, 66.67)
    assert (found.band, found.capped_band) == ("Optimal", "Kurang Optimal")
    assert bridge.match([], [], on=date(2026, 10, 1)) is None


@pytest.mark.parametrize(
    ("levels", "band"),
    [(90.0, "Optimal"), (89.99, "Cukup Optimal"), (78.0, "Cukup Optimal"), (77.99, "Kurang Optimal")],
)
def test_the_bands_have_the_edges_of_the_rule(levels: float, band: str) -> None:
    from datetime import date

    found = bridge.match([levels], [100], on=date(2026, 10, 1))
    assert found
    assert found.band == band
