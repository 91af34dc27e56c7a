from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from asah.portal.base.enums import Role
from asah.portal.base.models import Unit, User
from asah.portal.catalogue.actions import export_catalogue
from asah.portal.catalogue.models import Fare, Fund, Offering, Price, Programme, Resource
from factories.portal import a_user, an_agency
from portal.catalogue.situations import a_competency, a_place, a_programme, a_resource, an_effect, an_offering

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency() -> Unit:
    return an_agency()


@pytest.fixture
def client(agency: Unit, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(a_user(Role.PLANNER, unit=agency))


def all_fields(page: Any) -> list[Any]:
    """Those of the form and of the lines below it."""
    form, lines = page.context["form"], page.context.get("lines")
    fields = [*form, *([*lines.management_form] if lines else [])]
    return fields + [field for line in lines or [] for field in line]


def filled_in(client: Client, address: str, **values: Any) -> dict[str, Any]:
    """What a browser would send of the form at the address, with these fields filled in."""
    page = client.get(address)
    assert page.status_code == 200
    sent = {field.html_name: field.value() for field in all_fields(page)}
    return {
        name: value for name, value in (sent | values).items() if value is not None and value is not False
    }


def errors_of(page: Any) -> dict[str, Any]:
    assert page.status_code == 200
    return dict(page.context["form"].errors)


PROGRAMME = {"code": "P1", "name": "Bimtek", "form": "K10", "jp": "24", "cost_per_person": "500000"}


def test_a_programme_is_made_with_its_effects_and_a_hint_where_hours_do_not_add_up(
    client: Client, agency: Unit
) -> None:
    one, two = a_competency(agency), a_competency(agency)
    address = reverse("catalogue:add")
    lines = {"effects-0-competency": one.pk, "effects-0-gain_levels": "0.6", "effects-0-gain_sd": "0.2"}
    lines |= {"effects-1-competency": two.pk, "effects-1-gain_levels": "0.4"}
    sent = filled_in(client, address, **PROGRAMME, theory_jp="4", practice_jp="10", **lines)
    page = client.post(address, sent, follow=True)
    programme = Programme.objects.get()
    assert page.redirect_chain == [(reverse("catalogue:programme", args=[programme.pk]), 302)]
    assert dict(programme.effects.values_list("competency_id", "gain_levels")) == {
        one.pk: Decimal("0.6"),
        two.pk: Decimal("0.4"),
    }
    assert [message.level_tag for message in page.context["messages"]] == ["success", "warning"]
    assert client.post(address, sent).status_code == 302
    assert Programme.objects.count() == 1


@pytest.mark.parametrize(
    ("written", "rupiah"), [("831.000", 831_000), ("Rp 1.500.000", 1_500_000), ("500", 500)]
)
def test_money_is_stored_as_it_is_written_here(
    client: Client, agency: Unit, written: str, rupiah: int
) -> None:
    programme = a_programme(agency)
    offering = an_offering(programme)
    price = Price.objects.create(
        agency=agency, year=2027, code="UH", name="Uang", unit_of_measure="hari", amount=1
    )
    fare = Fare.objects.create(
        agency=agency, year=2027, origin=a_place(agency), destination=a_place(agency), cost=1, per_day=1
    )
    for row, address, field in (
        (programme, "edit", "cost_per_person"),
        (offering, "offering", "cost_per_class"),
        (price, "price", "amount"),
        (fare, "fare", "cost"),
        (fare, "fare", "per_day"),
    ):
        page = reverse(f"catalogue:{address}", args=[row.pk])
        assert client.post(page, filled_in(client, page, **{field: written})).status_code == 302
        row.refresh_from_db()
        assert getattr(row, field) == rupiah


def test_jp_is_shown_without_empty_decimals_and_a_thousand_is_not_guessed(
    client: Client, agency: Unit
) -> None:
    programme = a_programme(agency, jp=Decimal(110), theory_jp=Decimal("10.5"))
    page = reverse("catalogue:edit", args=[programme.pk])
    form = client.get(page).context["form"]
    with translation.override("id"):
        assert (form["jp"].value(), form["theory_jp"].value()) == ("110", "10,5")
    assert set(errors_of(client.post(page, filled_in(client, page, jp="2.000")))) == {"jp"}


def test_an_offering_keeps_no_days_where_none_are_paid(client: Client, agency: Unit) -> None:
    dates = {
        "starts_on": dt.date(2027, 3, 9),
        "ends_on": dt.date(2027, 3, 12),
        "period": 10,
        "period_end": 10,
    }
    offering = an_offering(a_programme(agency), days=0, **dates)
    page = reverse("catalogue:offering", args=[offering.pk])
    for written, days in (("0", 0), ("", 4), ("0", 0)):
        assert client.post(page, filled_in(client, page, days=written)).status_code == 302
        offering.refresh_from_db()
        assert offering.days == days


def test_an_older_form_does_not_win_over_what_somebody_saved_meanwhile(client: Client, agency: Unit) -> None:
    programme, competency = a_programme(agency), a_competency(agency)
    an_effect(programme, competency)
    offering, room = an_offering(programme), a_resource(agency)
    room.periods.create(year=2027, period=10, classes=0)
    price = Price.objects.create(
        agency=agency, year=2027, code="UH", name="Uang", unit_of_measure="hari", amount=1
    )
    fund = Fund.objects.create(agency=agency, code="A", name="APBD")
    fare = Fare.objects.create(
        agency=agency, year=2027, origin=a_place(agency), destination=a_place(agency), cost=1
    )
    for row, address, field, first, second in (
        (programme, "edit", "cost_per_person", 2000, 3000),
        (programme, "edit", "effects-0-gain_levels", "0.7", "0.8"),
        (offering, "offering", "max_classes", 5, 6),
        (room, "edit_resource", "weeks-0-classes", 3, 4),
        (price, "price", "amount", 2000, 3000),
        (fund, "fund", "name", "APBN", "BLUD"),
        (fare, "fare", "cost", 2000, 3000),
    ):
        page = reverse(f"catalogue:{address}", args=[row.pk])
        mine, theirs = filled_in(client, page, **{field: second}), filled_in(client, page, **{field: first})
        assert client.post(page, theirs).status_code == 302, field
        assert client.post(page, theirs).status_code == 302, "a double click is no conflict"
        refused = client.post(page, mine)
        assert refused.status_code == 200, field
        again = {each.html_name: each.value() for each in all_fields(refused)}
        assert again[field] == str(second)
        assert (
            client.post(page, {name: value for name, value in again.items() if value is not None}).status_code
            == 302
        )


def test_jp_follow_from_days_and_what_disagrees_is_refused(client: Client) -> None:
    address = reverse("catalogue:add")
    workshop = PROGRAMME | {"form": "K7", "jp": "", "units_of_form": "3"}
    client.post(address, filled_in(client, address, **workshop))
    assert Programme.objects.get().jp == 15
    for values, field in (
        ({"code": "P2", "jp": "16"}, "jp"),
        ({"code": "P2", "form": "K3"}, "units_of_form"),
        ({"code": "P2", "units_of_form": ""}, "jp"),
    ):
        assert set(errors_of(client.post(address, filled_in(client, address, **(workshop | values))))) == {
            field
        }
    assert Programme.objects.count() == 1


def test_what_the_action_refuses_stands_beside_the_field_and_the_form_can_be_sent_again(
    client: Client, agency: Unit
) -> None:
    a_programme(agency, "P1")
    address = reverse("catalogue:add")
    sent = filled_in(client, address, **PROGRAMME)
    assert set(errors_of(client.post(address, sent))) == {"code"}
    assert client.post(address, sent | {"code": "P2"}).status_code == 302
    assert Programme.objects.filter(code="P2").exists()


def test_effects_are_changed_and_taken_out_on_the_same_page(client: Client, agency: Unit) -> None:
    programme = a_programme(agency, eligible_employment=["PNS"])
    kept, gone = (
        an_effect(programme, a_competency(agency, "A")),
        an_effect(programme, a_competency(agency, "B")),
    )
    address = reverse("catalogue:edit", args=[programme.pk])
    change = {"effects-0-gain_levels": "0.9", "effects-1-competency": "", "effects-1-gain_levels": ""}
    assert client.post(address, filled_in(client, address, **change)).status_code == 302
    assert list(programme.effects.values_list("competency_id", "gain_levels")) == [
        (kept.competency_id, Decimal("0.9"))
    ]
    assert gone.competency_id != kept.competency_id
    programme.refresh_from_db()
    assert (programme.eligible_employment, programme.jp) == (["PNS"], 20)


def test_a_half_filled_line_is_refused(client: Client, agency: Unit) -> None:
    competency = a_competency(agency)
    address = reverse("catalogue:add")
    for lines in ({"effects-0-competency": competency.pk}, {"effects-1-gain_levels": "0.5"}):
        page = client.post(address, filled_in(client, address, **PROGRAMME, **lines))
        assert page.status_code == 200
        assert not page.context["lines"].is_valid()
    assert Programme.objects.count() == 0


def test_a_competency_of_another_agency_cannot_be_sent(client: Client) -> None:
    address = reverse("catalogue:add")
    foreign = a_competency(an_agency())
    lines = {"effects-0-competency": foreign.pk, "effects-0-gain_levels": "0.5"}
    assert client.post(address, filled_in(client, address, **PROGRAMME, **lines)).status_code == 200
    assert Programme.objects.count() == 0


def test_a_programme_is_offered_archived_and_brought_back(client: Client, agency: Unit) -> None:
    programme = a_programme(agency, state="draft")
    address = reverse("catalogue:state", args=[programme.pk])
    for state in ("active", "archived", "draft"):
        assert client.post(address, {"state": state}).status_code == 302
        programme.refresh_from_db()
        assert programme.state == state
    client.post(address, {"state": "deleted"})
    programme.refresh_from_db()
    assert programme.state == "draft"


def test_an_offering_is_made_by_days_and_its_weeks_follow_when_the_days_change(
    client: Client, agency: Unit
) -> None:
    programme, place = a_programme(agency), a_place(agency)
    address = reverse("catalogue:add_offering", args=[programme.pk])
    values = {
        "code": "O1",
        "year": "2027",
        "starts_on": "2027-03-09",
        "ends_on": "2027-03-12",
        "place": place.pk,
    }
    assert client.post(address, filled_in(client, address, **values)).status_code == 302
    offering = Offering.objects.get()
    assert (offering.period, offering.period_end, offering.days, offering.place) == (10, 10, 4, place)
    address = reverse("catalogue:offering", args=[offering.pk])
    client.post(address, filled_in(client, address, starts_on="2027-06-01", ends_on="2027-06-11"))
    offering.refresh_from_db()
    assert (offering.period, offering.period_end, offering.days) == (22, 23, 11)
    page = client.post(address, filled_in(client, address, period="30"))
    assert set(errors_of(page)) == {"period", "period_end"}


def test_an_offering_that_cannot_be_is_refused_beside_its_fields(client: Client, agency: Unit) -> None:
    programme = a_programme(agency)
    address = reverse("catalogue:add_offering", args=[programme.pk])
    values = {
        "code": "O1",
        "year": "2027",
        "place": a_place(agency).pk,
        "seats_per_class": "5",
        "min_per_class": "9",
    }
    page = client.post(address, filled_in(client, address, **values))
    assert set(errors_of(page)) == {"period", "min_per_class"}
    assert Offering.objects.count() == 0


def test_an_offering_is_archived_and_brought_back(client: Client, agency: Unit) -> None:
    offering = an_offering(a_programme(agency))
    address = reverse("catalogue:archive_offering", args=[offering.pk])
    for word, archived in (("yes", True), ("no", False)):
        client.post(address, {"archived": word})
        offering.refresh_from_db()
        assert (offering.archived_at is not None) is archived


def test_a_resource_is_made_with_its_exceptional_weeks(client: Client) -> None:
    address = reverse("catalogue:add_resource")
    values = {"code": "A", "name": "Aula", "kind": "venue", "classes": "2"}
    weeks = {"weeks-0-year": "2027", "weeks-0-period": "10", "weeks-0-classes": "0"}
    assert client.post(address, filled_in(client, address, **values, **weeks)).status_code == 302
    room = Resource.objects.get()
    assert list(room.periods.values_list("year", "period", "classes")) == [(2027, 10, 0)]
    address = reverse("catalogue:edit_resource", args=[room.pk])
    half = client.post(address, filled_in(client, address, **{"weeks-1-period": "11"}))
    assert half.status_code == 200
    clear = {"weeks-0-year": "", "weeks-0-period": "", "weeks-0-classes": ""}
    assert client.post(address, filled_in(client, address, **clear)).status_code == 302
    assert room.periods.count() == 0


def test_prices_fares_and_funds_are_made_changed_and_removed(client: Client, agency: Unit) -> None:
    home, away = a_place(agency), a_place(agency)
    made: list[tuple[str, dict[str, Any]]] = [
        (
            "add_price",
            {"year": 2027, "code": "UH", "name": "Uang harian", "unit_of_measure": "hari", "amount": "9"},
        ),
        ("add_fare", {"year": 2027, "origin": home.pk, "destination": away.pk, "cost": "9"}),
        ("add_fund", {"code": "5.1", "name": "APBD"}),
    ]
    for name, values in made:
        address = reverse(f"catalogue:{name}")
        assert client.post(address, filled_in(client, address, **values)).status_code == 302
    for name, row, change in (
        ("price", Price.objects.get(), {"amount": "10"}),
        ("fare", Fare.objects.get(), {"cost": "10"}),
        ("fund", Fund.objects.get(), {"name": "APBD 2027"}),
    ):
        address = reverse(f"catalogue:{name}", args=[row.pk])
        assert client.post(address, filled_in(client, address, **change)).status_code == 302
    assert (Price.objects.get().amount, Fare.objects.get().cost, Fund.objects.get().name) == (
        10,
        10,
        "APBD 2027",
    )
    for name, row in (("remove_price", Price.objects.get()), ("remove_fare", Fare.objects.get())):
        client.post(reverse(f"catalogue:{name}", args=[row.pk]))
    assert (Price.objects.count(), Fare.objects.count()) == (0, 0)


def test_a_price_book_begins_with_the_national_standard_of_a_region(client: Client) -> None:
    address = reverse("catalogue:defaults")
    page = client.post(address, filled_in(client, address, region="Maluku Utara", year="2027"), follow=True)
    assert page.content.decode().count('<span class="tag tag-warning">') == 3
    assert "Rp 130.000" in page.content.decode()


def test_a_year_is_copied_from_its_page(client: Client, agency: Unit) -> None:
    an_offering(a_programme(agency), "O1", year=2026)
    address = reverse("catalogue:copy_offerings")
    page = client.post(address, filled_in(client, address, from_year="2026", to_year="2027"))
    assert page["Location"] == reverse("catalogue:offerings") + "?year=2027"
    assert Offering.objects.get(year=2027).code == "O1"
    same = client.post(address, filled_in(client, address, from_year="2026", to_year="2026"))
    assert set(errors_of(same)) == {"to_year"}


def test_what_is_new_is_for_the_next_year_unless_said_otherwise(client: Client, agency: Unit) -> None:
    following = timezone.localdate().year + 1
    programme = a_programme(agency)
    addresses = [reverse(f"catalogue:{name}") for name in ("add_price", "add_fare", "defaults", "import")]
    addresses.append(reverse("catalogue:add_offering", args=[programme.pk]))
    assert [client.get(address).context["form"]["year"].value() for address in addresses] == [following] * 5
    offering = an_offering(programme, year=2026)
    page = client.get(reverse("catalogue:offering", args=[offering.pk]))
    assert page.context["form"]["year"].value() == 2026


def upload(client: Client, content: bytes, year: int = 2027) -> Any:
    file = SimpleUploadedFile("katalog.xlsx", content)
    return client.post(reverse("catalogue:import"), {"file": file, "year": year}, follow=True)


def test_a_workbook_is_looked_at_before_it_is_written(client: Client, agency: Unit) -> None:
    keeper = a_user(Role.PLANNER, unit=agency)
    programme = a_programme(agency, "P1", name="Nama lama")
    dates = {"starts_on": dt.date(2027, 3, 9), "ends_on": dt.date(2027, 3, 12)}
    an_offering(programme, period=10, period_end=10, days=4, **dates)
    content = export_catalogue(viewer=keeper, agency=agency)
    Programme.objects.update(name="Nama lain")
    page = upload(client, content)
    look, _status = page.redirect_chain[-1]
    assert page.context["draft"].changes == 1
    assert Programme.objects.get().name == "Nama lain"
    (number,) = re.findall(r"imports/(\d+)/", look)
    written = client.post(reverse("catalogue:apply", args=[number]), {"year": "2027"}, follow=True)
    assert written.redirect_chain[-1][0] == reverse("catalogue:list")
    assert Programme.objects.get().name == "Nama lama"
    again = client.get(look)
    assert (again.context["draft"].changes, b"/apply/" in again.content) == (0, False)


def test_a_workbook_with_bad_rows_shows_them_all_and_offers_no_writing(client: Client, agency: Unit) -> None:
    keeper = a_user(Role.PLANNER, unit=agency)
    room = a_resource(agency)
    an_offering(a_programme(agency, "P1"), "O1", resource=room)
    content = export_catalogue(viewer=keeper, agency=agency)
    Offering.objects.update(archived_at=dt.datetime.now(dt.UTC))
    Resource.objects.update(archived_at=dt.datetime.now(dt.UTC))
    page = upload(client, content)
    assert len(page.context["draft"].problems) == 2
    assert b"/apply/" not in page.content
    (number,) = re.findall(r"imports/(\d+)/", page.redirect_chain[-1][0])
    refused = client.post(reverse("catalogue:apply", args=[number]), {"year": "2027"})
    assert refused["Location"].startswith(reverse("catalogue:look", args=[number]))


def test_a_file_that_is_no_workbook_is_refused_on_its_page(client: Client) -> None:
    assert set(errors_of(upload(client, b"programme_id;name\n"))) == {"file"}


def test_the_export_is_a_workbook_to_save(client: Client, agency: Unit) -> None:
    a_programme(agency)
    answer = client.get(reverse("catalogue:export"))
    assert answer["Content-Disposition"].startswith('attachment; filename="asah-catalogue-')
    assert answer.content.startswith(b"PK")
