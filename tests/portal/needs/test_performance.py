from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, StoredFile, Unit, User
from asah.portal.needs.actions.performance import apply_performance, check_performance, receive_performance
from asah.portal.needs.models import Performance
from factories.portal import a_person, a_user, an_agency, an_office

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def agency() -> Unit:
    return an_agency()


@pytest.fixture
def planner(agency: Unit) -> User:
    return a_user(Role.PLANNER, unit=agency)


def a_sheet(*rows: str, head: str = "NIP;Tahun;Periode;Predikat") -> bytes:
    return "\n".join([head, *rows]).encode()


def send(planner: User, unit: Unit, *rows: str) -> StoredFile:
    return receive_performance(actor=planner, unit=unit, name="skp.csv", content=a_sheet(*rows))


def test_a_sheet_is_taken_as_a_whole_in_all_the_ways_of_writing(agency: Unit, planner: User) -> None:
    office = an_office(agency)
    people = [a_person(office) for _number in range(5)]
    periods = ["", "Tahunan", "Triwulan I", "TW 4", "q2"]
    predicates = ["Sangat Baik", "baik", "BUTUH PERBAIKAN", "Kurang", "sangat_kurang"]
    rows = [
        f"'{person.nip};2025;{period};{predicate}"
        for person, period, predicate in zip(people, periods, predicates, strict=True)
    ]
    file = send(planner, agency, *rows)
    checked = check_performance(actor=planner, file=file)
    assert (checked.rows, len(checked.new), checked.findings) == (5, 5, [])
    assert not Performance.objects.exists()
    apply_performance(actor=planner, file=file)
    kept = dict(Performance.objects.values_list("person", "predicate"))
    assert kept == {
        people[0].pk: "sangat_baik",
        people[1].pk: "baik",
        people[2].pk: "butuh_perbaikan",
        people[3].pk: "kurang",
        people[4].pk: "sangat_kurang",
    }
    assert list(Performance.objects.order_by("person").values_list("period", flat=True)) == [
        "year",
        "year",
        "q1",
        "q4",
        "q2",
    ]


def test_every_bad_row_is_told_at_once_and_nothing_is_taken(agency: Unit, planner: User) -> None:
    person = a_person(an_office(agency))
    stranger = a_person(an_office(an_agency()))
    rows = [
        f"{person.nip};2025;;Baik",
        f"{stranger.nip};2025;;Baik",
        "1,97E+17;2025;;Baik",
        f"{person.nip};25;akhir zaman;Lumayan",
        f"{person.nip};2025;tahunan;Kurang",
        f"{person.nip};2999;;Baik",
    ]
    file = send(planner, agency, *rows)
    checked = check_performance(actor=planner, file=file)
    assert {finding.row for finding in checked.findings} == {3, 4, 5, 6, 7}
    assert len([finding for finding in checked.findings if finding.row == 5]) == 3
    assert not checked.may_apply
    with pytest.raises(ValidationError):
        apply_performance(actor=planner, file=file)
    assert not Performance.objects.exists()


def test_the_same_sheet_twice_is_taken_once_and_a_corrected_one_changes(agency: Unit, planner: User) -> None:
    person = a_person(an_office(agency))
    for _twice in range(2):
        apply_performance(actor=planner, file=send(planner, agency, f"{person.nip};2025;;Baik"))
    assert Performance.objects.get().predicate == "baik"
    done = apply_performance(actor=planner, file=send(planner, agency, f"{person.nip};2025;;Kurang"))
    assert (len(done.new), len(done.changed), done.same) == (0, 1, 0)
    assert Performance.objects.get().predicate == "kurang"
    assert Event.objects.filter(action="performance.imported").count() == 3


def test_an_operator_takes_predicates_of_the_own_office_only(agency: Unit) -> None:
    mine, other = an_office(agency), an_office(agency)
    operator = a_user(Role.OPERATOR, unit=mine)
    own, colleague = a_person(mine), a_person(other)
    file = send(operator, mine, f"{own.nip};2025;;Baik", f"{colleague.nip};2025;;Baik")
    checked = check_performance(actor=operator, file=file)
    assert [finding.row for finding in checked.findings] == [3]
    with pytest.raises(PermissionDenied):
        send(operator, other, f"{colleague.nip};2025;;Baik")
    with pytest.raises(PermissionDenied):
        send(a_user(Role.HEAD, unit=agency), agency, f"{own.nip};2025;;Baik")


def test_a_sheet_without_its_columns_is_refused_with_their_names(agency: Unit, planner: User) -> None:
    with pytest.raises(ValidationError, match="NIP"):
        receive_performance(
            actor=planner, unit=agency, name="a.csv", content=a_sheet("a;b", head="Nama;Predikat")
        )
    assert not StoredFile.objects.exists()


def test_pages_lead_from_the_sheet_to_the_list(agency: Unit, planner: User, sign_in: SignIn) -> None:
    person = a_person(an_office(agency))
    client = sign_in(planner)
    sent = SimpleUploadedFile("skp.csv", a_sheet(f"{person.nip};2025;;Baik"))
    answer = client.post(reverse("needs:import_performance"), {"unit": agency.pk, "file": sent})
    check = answer.headers["Location"]
    assert client.get(check).status_code == 200
    assert not Performance.objects.exists()
    assert client.post(check).headers["Location"] == reverse("needs:performance")
    assert person.name in client.get(reverse("needs:performance")).content.decode()
    stranger = sign_in(a_user(Role.PLANNER, unit=an_agency()))
    assert stranger.get(check).status_code == 404
    assert person.name not in stranger.get(reverse("needs:performance")).content.decode()


@pytest.mark.parametrize("language", ["id", "en"])
def test_an_exported_list_reads_back_without_a_change(
    agency: Unit, planner: User, sign_in: SignIn, language: str
) -> None:
    office = an_office(agency)
    for predicate, period in (("sangat_baik", "year"), ("butuh_perbaikan", "q3")):
        Performance.objects.create(person=a_person(office), year=2025, period=period, predicate=predicate)
    client = sign_in(planner)
    client.cookies["asah_language"] = language
    answer = client.get(reverse("needs:performance"), {"export": "xlsx"})
    content = b"".join(answer)  # type: ignore[arg-type]
    file = receive_performance(actor=planner, unit=agency, name="skp.xlsx", content=content)
    checked = check_performance(actor=planner, file=file)
    assert (checked.same, checked.new, checked.findings) == (2, [], [])


def test_the_list_asks_as_much_for_three_as_for_one(agency: Unit, planner: User, sign_in: SignIn) -> None:
    client = sign_in(planner)
    counts = []
    for more in (1, 2):
        for _number in range(more):
            Performance.objects.create(person=a_person(an_office(agency)), year=2025, predicate="baik")
        client.get(reverse("needs:performance"))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("needs:performance"))
        counts.append(len(asked))
    assert counts[0] == counts[1]
