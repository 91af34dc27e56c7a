from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, Unit, User
from asah.portal.needs import actions
from asah.portal.needs.enums import RaterRole
from asah.portal.needs.models import Cycle, Rating
from asah.portal.people.models import Person
from factories.needs import a_framework, an_open_cycle
from factories.portal import a_person, a_user, an_agency, an_office

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
HEADER = "NIP;Kode Kompetensi;Skor;Tanggal;Instrumen;Peran"


@pytest.fixture
def agency() -> Unit:
    return an_agency()


@pytest.fixture
def planner(agency: Unit) -> User:
    return a_user(Role.PLANNER, unit=agency)


@pytest.fixture
def person(agency: Unit) -> Person:
    return a_person(an_office(agency))


@pytest.fixture
def cycle(agency: Unit, person: Person) -> Cycle:
    return an_open_cycle(agency, a_framework(agency)[0], RaterRole.ASSESSOR, RaterRole.TEST)


def sheet(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


def test_a_sheet_is_looked_at_first_and_then_taken_whole(cycle: Cycle, person: Person, planner: User) -> None:
    content = sheet(
        f"'{person.nip};K.1;3,5;31/01/2026;Pusat penilaian;Asesor", f"{person.nip};k.2;4;2026-02-01;CAT;tes"
    )
    file = actions.receive_scores(actor=planner, cycle=cycle, name="skor.csv", content=content)
    checked = actions.check_scores(actor=planner, cycle=cycle, file=file)
    assert (checked.rows, len(checked.scores), checked.findings) == (2, 2, ())
    assert not Rating.objects.exists()
    assert actions.apply_scores(actor=planner, cycle=cycle, file=file) == 2
    taken = Rating.objects.order_by("competency__code").values_list(
        "role", "score", "rated_on", "instrument", "rater"
    )
    assert list(taken) == [
        ("assessor", Decimal("3.50"), dt.date(2026, 1, 31), "Pusat penilaian", None),
        ("test", Decimal("4.00"), dt.date(2026, 2, 1), "CAT", None),
    ]


def test_the_same_sheet_again_takes_nothing_twice(cycle: Cycle, person: Person, planner: User) -> None:
    content = sheet(f"{person.nip};K.1;3;31/01/2026;CAT;tes")
    file = actions.receive_scores(actor=planner, cycle=cycle, name="skor.csv", content=content)
    assert [actions.apply_scores(actor=planner, cycle=cycle, file=file) for _time in range(2)] == [1, 0]
    assert actions.check_scores(actor=planner, cycle=cycle, file=file).known == 1
    assert Rating.objects.count() == 1


def test_every_bad_row_is_named_at_once_and_then_nothing_is_taken(
    cycle: Cycle, person: Person, planner: User
) -> None:
    later = (timezone.localdate() + dt.timedelta(days=2)).isoformat()
    stranger = a_person(an_office(an_agency()))
    content = sheet(
        f"{person.nip};K.1;3;31/01/2026;CAT;tes",
        f"{person.nip};K.1;4;31/01/2026;CAT;tes",
        f"{person.nip};K.99;6;31/13/2026;CAT;atasan",
        f"{stranger.nip[:-1]}9;K.1;3;{later};CAT;tes",
        "1,97E+17;K.1;3;31/01/2026;CAT;tes",
        "197112000000000000;K.1;0,5;31/01/2026;CAT;tes",
    )
    file = actions.receive_scores(actor=planner, cycle=cycle, name="skor.csv", content=content)
    checked = actions.check_scores(actor=planner, cycle=cycle, file=file)
    assert [finding.row for finding in checked.findings] == [3, 4, 4, 4, 4, 5, 5, 6, 7, 7]
    damaged = [finding.text for finding in checked.findings if finding.row in (6, 7)]
    assert damaged[0] == damaged[1]
    assert damaged[0] != checked.findings[5].text
    with pytest.raises(ValidationError):
        actions.apply_scores(actor=planner, cycle=cycle, file=file)
    assert not Rating.objects.exists()


def test_a_sheet_without_a_column_is_refused_with_its_name(cycle: Cycle, planner: User) -> None:
    with pytest.raises(ValidationError) as told:
        actions.receive_scores(actor=planner, cycle=cycle, name="x.csv", content=b"NIP;Skor\n1;2\n")
    assert "Peran" not in told.value.messages[0]
    assert len(told.value.messages) == 1


def test_what_is_no_sheet_is_refused(cycle: Cycle, planner: User) -> None:
    for content in (b"", b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        with pytest.raises(ValidationError):
            actions.receive_scores(actor=planner, cycle=cycle, name="x.xlsx", content=content)


def test_nobody_but_the_planner_brings_scores(cycle: Cycle, agency: Unit) -> None:
    for user in (a_user(Role.OPERATOR, unit=agency), a_user(Role.PLANNER, unit=an_office(agency))):
        with pytest.raises(PermissionDenied):
            actions.receive_scores(actor=user, cycle=cycle, name="x.csv", content=sheet())


def test_the_pages_lead_from_the_sheet_to_the_scores(
    cycle: Cycle, person: Person, planner: User, sign_in: SignIn
) -> None:
    client = sign_in(planner)
    address = reverse("needs:scores", args=[cycle.pk])
    bad = client.post(address, {"file": SimpleUploadedFile("x.csv", b"NIP;Skor\n1;2\n")})
    assert bad.status_code == 200
    assert "field-wrong" in bad.content.decode()
    good = sheet(f"{person.nip};K.1;3;31/01/2026;CAT;tes")
    sent = client.post(address, {"file": SimpleUploadedFile("skor.csv", good)})
    page = client.get(sent["Location"])
    assert page.status_code == 200
    assert not Rating.objects.exists()
    assert client.post(sent["Location"]).status_code == 302
    assert Rating.objects.count() == 1
    assert Event.objects.get(action="needs.scores_taken").detail["scores"] == 1


def test_a_sheet_of_another_cycle_or_planner_is_a_404(
    cycle: Cycle, agency: Unit, person: Person, planner: User, sign_in: SignIn
) -> None:
    file = actions.receive_scores(
        actor=planner, cycle=cycle, name="skor.csv", content=sheet(f"{person.nip};K.1;3;31/01/2026;CAT;tes")
    )
    other = an_open_cycle(agency, cycle.framework)
    assert sign_in(planner).get(reverse("needs:check_scores", args=[other.pk, file.pk])).status_code == 404
    colleague = sign_in(a_user(Role.PLANNER, unit=agency))
    assert colleague.get(reverse("needs:check_scores", args=[cycle.pk, file.pk])).status_code == 404
    assert Event.objects.filter(action="access.refused").count() == 1
