from __future__ import annotations

import datetime as dt
import html
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from asah.portal.base.enums import Role
from asah.portal.base.models import Event, User
from asah.portal.base.sheets import read_sheet
from asah.portal.competency.actions import Change, set_requirements, start_draft
from asah.portal.competency.actions.starting_set import DATA
from asah.portal.competency.enums import FrameworkState
from asah.portal.competency.models import Competency, Framework, Requirement
from asah.portal.competency.queries import framework_in_force
from asah.portal.people.models import Position
from factories.portal import a_person, a_position, a_user, an_agency, an_office

from .conftest import Here
from .test_standards_sheet import a_sheet

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def queries_of(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def in_force(here: Here) -> Framework:
    found = framework_in_force(here.agency)
    assert found is not None
    return found


def levels_now(here: Here) -> list[tuple[str, str, int]]:
    rows = Requirement.objects.filter(position__agency=here.agency, valid_to=None)
    return sorted(rows.values_list("position__name", "competency__code", "level"))


def test_an_agency_without_a_framework_is_led_to_adopt_one(sign_in: SignIn) -> None:
    agency = an_agency()
    planner, head = a_user(Role.PLANNER, unit=agency), a_user(Role.HEAD, unit=agency)
    adopt = reverse("competency:adopt")
    assert adopt in text_of(sign_in(planner).get(reverse("competency:list")))
    assert adopt not in text_of(sign_in(head).get(reverse("competency:list")))
    assert sign_in(head).post(adopt).status_code == 403
    response = sign_in(planner).post(adopt, follow=True)
    assert response.status_code == 200
    assert Framework.objects.get(agency=agency).state == FrameworkState.IN_FORCE
    page = text_of(response)
    assert "belum dicocokkan dengan sumbernya" in page
    assert "Integritas" in page


@pytest.mark.parametrize("role", list(Role))
def test_every_role_sees_the_framework_of_its_agency_and_no_other(
    here: Here, elsewhere: Here, sign_in: SignIn, role: Role
) -> None:
    Competency.objects.filter(agency=elsewhere.agency).update(name_id="Rahasia tetangga")
    client = sign_in(a_user(role, unit=an_office(here.agency)))
    for name in ("competency:list", "competency:versions", "competency:posts"):
        page = text_of(client.get(reverse(name)))
        assert "Rahasia tetangga" not in page
        assert "Lain " not in page
        foreign = client.get(reverse(name), {"agency": elsewhere.agency.pk})
        assert foreign.status_code == 404
    assert "Integritas" in text_of(client.get(reverse("competency:list")))
    assert (
        Event.objects.filter(action="access.refused", subject=f"base.Unit:{elsewhere.agency.pk}").count() == 3
    )


def test_rows_of_another_agency_are_not_found_and_the_attempt_is_written_down(
    here: Here, elsewhere: Here, sign_in: SignIn
) -> None:
    client = sign_in(here.planner)
    foreign = elsewhere.competency("M.01")
    version = in_force(elsewhere)
    asked = [
        ("competency:competency", foreign.pk, "competency.Competency"),
        ("competency:edit", foreign.pk, "competency.Competency"),
        ("competency:archive", foreign.pk, "competency.Competency"),
        ("competency:version", version.pk, "competency.Framework"),
        ("competency:edit_version", version.pk, "competency.Framework"),
        ("competency:post", elsewhere.posts[0].pk, "people.Position"),
    ]
    for name, number, label in asked:
        events = Event.objects.filter(action="access.refused", subject=f"{label}:{number}")
        before = events.count()
        assert client.get(reverse(name, args=[number])).status_code == 404
        assert events.count() == before + 1
    for name, number in (("put_in_force", version.pk), ("discard", version.pk), ("restore", foreign.pk)):
        assert client.post(reverse(f"competency:{name}", args=[number])).status_code == 404
    own = here.competency("M.01")
    assert (
        client.get(f"{reverse('competency:competency', args=[own.pk])}?version={version.pk}").status_code
        == 404
    )
    draft = start_draft(actor=here.planner, agency=here.agency, version="2", valid_from=timezone.localdate())
    assert client.get(reverse("competency:levels", args=[draft.pk, foreign.pk])).status_code == 404
    bulk = f"{reverse('competency:bulk')}?which=ticked&post={here.posts[0].pk}&post={elsewhere.posts[0].pk}"
    assert client.get(bulk).status_code == 404


def test_the_lists_ask_as_many_questions_for_three_rows_as_for_one(here: Here, sign_in: SignIn) -> None:
    Position.objects.filter(agency=here.agency).delete()
    Competency.objects.filter(agency=here.agency, code="T.01").delete()
    client = sign_in(here.planner)
    integrity, nation = here.competency("M.01"), here.competency("SK.01")
    office = an_office(here.agency)

    def add_post(number: int) -> Position:
        post = a_position(here.agency, f"Jabatan {number}", "pengawas")
        a_person(office, position=post)
        changes = [Change(post.pk, one.pk, 2) for one in (integrity, nation)]
        set_requirements(actor=None, agency=here.agency, changes=changes, on=dt.date(2024, 1, 1))
        changes = [Change(post.pk, one.pk, 3) for one in (integrity, nation)]
        set_requirements(actor=None, agency=here.agency, changes=changes)
        return post

    first = add_post(1)
    addresses = [
        reverse("competency:list"),
        reverse("competency:versions"),
        reverse("competency:version", args=[in_force(here).pk]),
        reverse("competency:competency", args=[integrity.pk]),
        reverse("competency:posts"),
        reverse("competency:post", args=[first.pk]),
        f"{reverse('competency:bulk')}?which=all",
        reverse("competency:defaults"),
    ]
    one = [queries_of(client, address) for address in addresses]
    for number in (2, 3):
        add_post(number)
        Competency.objects.create(agency=here.agency, code=f"M.0{number}", name_id="Lagi", kind="managerial")
        Framework.objects.create(
            agency=here.agency, version=f"lama {number}", valid_from=dt.date(2019, 1, 1), state="archived"
        )
        a_position(here.agency, f"Tanpa standar {number}", "")
    three = [queries_of(client, address) for address in addresses]
    assert dict(zip(addresses, three, strict=True)) == dict(zip(addresses, one, strict=True))


def test_the_list_of_posts_tells_how_each_standard_stands(here: Here, sign_in: SignIn) -> None:
    analyst, chief, _new = here.posts
    a_person(an_office(here.agency), position=analyst)
    integrity, nation = here.competency("M.01").pk, here.competency("SK.01").pk
    changes = [
        Change(analyst.pk, integrity, 3),
        Change(analyst.pk, nation, 3, basis="default"),
        Change(chief.pk, nation, 2, basis="default"),
    ]
    set_requirements(actor=None, agency=here.agency, changes=changes)
    client = sign_in(a_user(Role.ASN, unit=here.agency))
    page = text_of(client.get(reverse("competency:posts")))
    for words in ("sebagian bawaan", "bawaan, belum ditetapkan", "tanpa standar"):
        assert words in page
    assert "checkbox" not in page
    narrowed = text_of(client.get(reverse("competency:posts"), {"standing": "mixed"}))
    assert analyst.name in narrowed
    assert chief.name not in narrowed


def test_the_grid_saves_only_what_was_changed(here: Here, sign_in: SignIn) -> None:
    post = here.posts[0]
    integrity = here.competency("M.01")
    other = Competency.objects.create(
        agency=here.agency, code="M.02", name_id="Kerja sama", kind="managerial"
    )
    changes = [Change(post.pk, integrity.pk, 3, basis="default"), Change(post.pk, other.pk, 2, source="SK 1")]
    set_requirements(actor=None, agency=here.agency, changes=changes, on=dt.date(2024, 1, 1))
    client = sign_in(here.planner)
    address = reverse("competency:post", args=[post.pk])
    form = client.get(address).context["form"]
    sent = {"on": timezone.localdate().isoformat(), "source": "SK 2", "seen": form.mark}
    sent |= {f"level_{integrity.pk}": "4", f"importance_{integrity.pk}": "1"}
    sent |= {f"level_{other.pk}": "2", f"importance_{other.pk}": "1"}
    assert client.post(address, sent).status_code == 302
    rows = Requirement.objects.filter(position=post).order_by("competency__code", "valid_from")
    assert list(rows.values_list("competency__code", "level", "basis", "source", "valid_to")) == [
        ("M.01", 3, "default", "", timezone.localdate() - dt.timedelta(days=1)),
        ("M.01", 4, "stipulated", "SK 2", None),
        ("M.02", 2, "stipulated", "SK 1", None),
    ]
    assert "SK 1" in text_of(client.get(address))


def test_confirming_makes_defaults_stipulated_as_they_are(here: Here, sign_in: SignIn) -> None:
    post, integrity = here.posts[0], here.competency("M.01")
    changes = [Change(post.pk, integrity.pk, 3, basis="default", source="Kelaziman")]
    set_requirements(actor=None, agency=here.agency, changes=changes, on=dt.date(2024, 1, 1))
    client = sign_in(here.planner)
    address = reverse("competency:post", args=[post.pk])
    form = client.get(address).context["form"]
    sent = {"on": "2024-06-01", "source": "SK 9", "seen": form.mark, "confirm": "on"}
    sent |= {f"level_{integrity.pk}": "3", f"importance_{integrity.pk}": "1"}
    client.post(address, sent)
    row = Requirement.objects.get(position=post, valid_to=None)
    assert (row.level, row.basis, row.source) == (3, "stipulated", "SK 9")
    assert "confirm" not in client.get(address).context["form"].fields


def test_a_grid_filled_in_while_somebody_else_saved_is_shown_again(here: Here, sign_in: SignIn) -> None:
    post, integrity = here.posts[0], here.competency("M.01")
    client = sign_in(here.planner)
    address = reverse("competency:post", args=[post.pk])
    mark = client.get(address).context["form"].mark
    set_requirements(actor=None, agency=here.agency, changes=[Change(post.pk, integrity.pk, 5)])
    sent = {"on": timezone.localdate().isoformat(), "seen": mark, f"level_{integrity.pk}": "2"}
    response = client.post(address, sent)
    assert response.status_code == 200
    assert levels_now(here) == [("Analis", "M.01", 5)]
    again = response.context["form"]["seen"].value()
    assert client.post(address, {**sent, "seen": again}).status_code == 302
    assert levels_now(here) == [("Analis", "M.01", 2)]


def test_those_who_may_not_edit_see_a_standard_and_cannot_save_it(here: Here, sign_in: SignIn) -> None:
    post, integrity = here.posts[0], here.competency("M.01")
    client = sign_in(a_user(Role.OPERATOR, unit=an_office(here.agency)))
    address = reverse("competency:post", args=[post.pk])
    assert f"level_{integrity.pk}" not in text_of(client.get(address))
    assert client.post(address, {f"level_{integrity.pk}": "2"}).status_code == 403
    for name in ("bulk", "defaults", "import", "add", "draft"):
        assert client.get(reverse(f"competency:{name}")).status_code == 403


def test_many_posts_are_changed_after_a_look_at_what_changes(here: Here, sign_in: SignIn) -> None:
    integrity, nation = here.competency("M.01"), here.competency("SK.01")
    analyst, chief, new = here.posts
    set_requirements(
        actor=None,
        agency=here.agency,
        changes=[Change(analyst.pk, integrity.pk, 2), Change(chief.pk, nation.pk, 3)],
        on=dt.date(2024, 1, 1),
    )
    client = sign_in(here.planner)
    address = f"{reverse('competency:bulk')}?which=ticked&post={analyst.pk}&post={chief.pk}"
    sent = {"on": timezone.localdate().isoformat(), "source": "SK 3"}
    sent |= {f"level_{integrity.pk}": "4", f"level_{nation.pk}": "0"}
    preview = client.post(address, {**sent, "step": "look"})
    plan = preview.context["plan"]
    assert plan.counts == {"new": 1, "changed": 1, "cleared": 1, "same": 1}
    assert levels_now(here) == [("Analis", "M.01", 2), ("Kepala Seksi", "SK.01", 3)]
    assert client.post(address, {**sent, "step": "write"}).status_code == 200
    assert client.post(address, {**sent, "step": "write", "seen": plan.digest}).status_code == 302
    assert levels_now(here) == [("Analis", "M.01", 4), ("Kepala Seksi", "M.01", 4)]
    assert not Requirement.objects.filter(position=new).exists()


def test_a_preview_that_was_overtaken_is_shown_anew(here: Here, sign_in: SignIn) -> None:
    integrity, analyst = here.competency("M.01"), here.posts[0]
    client = sign_in(here.planner)
    address = f"{reverse('competency:bulk')}?which=ticked&post={analyst.pk}"
    sent = {"on": timezone.localdate().isoformat(), f"level_{integrity.pk}": "4"}
    seen = client.post(address, {**sent, "step": "look"}).context["plan"].digest
    set_requirements(actor=None, agency=here.agency, changes=[Change(analyst.pk, integrity.pk, 5)])
    response = client.post(address, {**sent, "step": "write", "seen": seen})
    assert response.status_code == 200
    assert response.context["plan"].counts["changed"] == 1
    assert levels_now(here) == [("Analis", "M.01", 5)]


def test_all_posts_of_a_narrowed_list_can_be_chosen(here: Here, sign_in: SignIn) -> None:
    client = sign_in(here.planner)
    chosen = client.get(
        reverse("competency:bulk"), {"which": "all", "kind": "pengawas", "agency": here.agency.pk}
    )
    assert [post.name for post in chosen.context["posts"]] == ["Kepala Seksi"]
    everyone = client.get(reverse("competency:bulk"), {"which": "all"})
    assert len(everyone.context["posts"]) == 3
    none = client.get(reverse("competency:bulk"), {"which": "ticked"})
    assert none.status_code == 302


def test_a_draft_is_made_edited_and_put_in_force_by_pages(here: Here, sign_in: SignIn) -> None:
    client = sign_in(here.planner)
    today = timezone.localdate().isoformat()
    made = client.post(reverse("competency:draft"), {"version": "2", "valid_from": today, "source": "SK"})
    draft = Framework.objects.get(agency=here.agency, version="2")
    assert made.headers["Location"] == reverse("competency:version", args=[draft.pk])
    integrity = here.competency("M.01")
    address = reverse("competency:levels", args=[draft.pk, integrity.pk])
    form = client.get(address).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    wrong = client.post(address, {**sent, "title_id_2": "", "anchors_en_3": "Only one"})
    assert {name for name, errors in wrong.context["form"].errors.items() if errors} == {
        "title_id_2",
        "anchors_en_3",
    }
    client.post(address, {**sent, "title_id_1": "Judul baru", "anchors_id_1": "a\n\n b ", "anchors_en_1": ""})
    row = draft.descriptors.get(competency=integrity, level=1)
    assert row.title_id == "Judul baru"
    assert list(row.anchors.values_list("number", "text_id", "text_en")) == [(1, "a", ""), (2, "b", "")]
    assert client.post(reverse("competency:put_in_force", args=[draft.pk])).status_code == 302
    assert framework_in_force(here.agency) == draft
    assert client.get(address).status_code == 404
    assert "Judul baru" in text_of(client.get(reverse("competency:competency", args=[integrity.pk])))


def test_a_page_reads_in_the_language_of_its_reader(here: Here, sign_in: SignIn) -> None:
    client = sign_in(here.planner)
    address = reverse("competency:competency", args=[here.competency("M.01").pk])
    assert "Judul 1" in text_of(client.get(address))
    client.cookies["asah_language"] = "en"
    page = text_of(client.get(address))
    assert "Title 1" in page
    assert "Judul 1" not in page


def test_a_sheet_goes_in_by_pages_and_out_again(here: Here, elsewhere: Here, sign_in: SignIn) -> None:
    client = sign_in(here.planner)
    post = here.posts[0]
    content = a_sheet([post.code, post.name, "M.01", 3, 1, "SK"], [post.code, post.name, "SK.01", 9, 1, "SK"])
    sent = client.post(
        reverse("competency:import"), {"on": "2024-01-01", "file": SimpleUploadedFile("a.xlsx", content)}
    )
    page = client.get(sent.headers["Location"])
    assert page.context["checked"].bad_rows == 1
    good = a_sheet([post.code, post.name, "M.01", 3, 1, "SK"])
    sent = client.post(
        reverse("competency:import"), {"on": "2024-01-01", "file": SimpleUploadedFile("a.xlsx", good)}
    )
    number = int(sent.headers["Location"].split("/")[-2])
    apply = reverse("competency:apply", args=[number])
    assert sign_in(elsewhere.planner).post(apply, {"on": "2024-01-01"}).status_code == 404
    assert sign_in(elsewhere.planner).get(reverse("competency:sheet", args=[number])).status_code == 404
    assert client.post(apply, {"on": "2024-01-01"}).status_code == 302
    assert Requirement.objects.get().valid_from == dt.date(2024, 1, 1)
    set_requirements(
        actor=None,
        agency=elsewhere.agency,
        changes=[Change(elsewhere.posts[0].pk, elsewhere.competency("M.01").pk, 5)],
    )
    file = client.get(reverse("competency:export"))
    sheet = read_sheet(b"".join(file.streaming_content), "x.xlsx")  # type: ignore[attr-defined]
    assert [cells[:3] for _row, cells in sheet.rows] == [(post.code, "Analis", "M.01")]


def test_wrong_uploads_are_answered_in_the_form(here: Here, sign_in: SignIn) -> None:
    client = sign_in(here.planner)
    for content in (b"%PDF-1.7 x", b"", b"a,b\n1,2\n", b"\x00\x01\x02"):
        response = client.post(
            reverse("competency:import"), {"on": "2024-01-01", "file": SimpleUploadedFile("a.xlsx", content)}
        )
        assert response.status_code == 200
        assert response.context["form"].errors["file"]


def test_a_competency_is_added_reworded_archived_and_restored_by_pages(here: Here, sign_in: SignIn) -> None:
    client = sign_in(here.planner)
    sent = {"code": "T.77", "kind": "technical", "stream": "competency", "name_id": "Irigasi"}
    assert client.post(reverse("competency:add"), {**sent, "code": "M.01"}).context["form"].errors
    assert client.post(reverse("competency:add"), sent).status_code == 302
    added = Competency.objects.get(agency=here.agency, code="T.77")
    edit = reverse("competency:edit", args=[added.pk])
    client.post(
        edit, {"stream": "integrity", "name_id": "Irigasi rawa", "code": "T.78", "kind": "managerial"}
    )
    added.refresh_from_db()
    assert (added.code, added.kind, added.name_id, added.stream) == (
        "T.77", "technical", "Irigasi rawa", "integrity",
    )  # fmt: skip
    archive = reverse("competency:archive", args=[added.pk])
    assert client.get(archive).status_code == 200
    added.refresh_from_db()
    assert added.archived_at is None
    client.post(archive)
    added.refresh_from_db()
    assert added.archived_at is not None
    assert client.post(reverse("competency:restore", args=[added.pk])).status_code == 302
    added.refresh_from_db()
    assert added.archived_at is None


def test_sources_of_what_comes_with_the_portal_are_told_in_the_language_of_the_reader(
    here: Here, sign_in: SignIn
) -> None:
    files = [tomllib.loads(file.read_text("utf-8")) for file in DATA.glob("*.toml")]
    sources = [
        content[part]["source"]
        for content in files
        for part in ("framework", "default_levels")
        if part in content
    ]
    assert len(sources) == 4
    Framework.objects.filter(agency=here.agency).update(source="\n".join([*sources, "SK Bupati 1/2026"]))
    client = sign_in(here.planner)
    version = framework_in_force(here.agency)
    assert version is not None
    for address in (reverse("competency:list"), reverse("competency:version", args=[version.pk])):
        client.cookies["asah_language"] = "id"
        page = html.unescape(text_of(client.get(address)))
        assert not [source for source in sources if source in page]
        assert "SK Bupati 1/2026" in page
        client.cookies["asah_language"] = "en"
        page = html.unescape(text_of(client.get(address)))
        assert [source for source in sources if source in page] == sources


def test_the_second_of_two_who_change_a_competency_is_told(here: Here, sign_in: SignIn) -> None:
    competency = here.competency("M.01")
    address = reverse("competency:edit", args=[competency.pk])
    clients = [sign_in(user) for user in (here.planner, a_user(Role.PLANNER, unit=here.agency))]
    sent = []
    for client in clients:
        form = client.get(address).context["form"]
        sent.append({name: form[name].value() or "" for name in form.fields})
    clients[0].post(address, {**sent[0], "name_id": "Dari yang pertama"})
    refused = clients[1].post(address, {**sent[1], "name_id": "Dari yang kedua"})
    assert "Dari yang pertama" in str(refused.context["form"].non_field_errors())
    # Who changed something else saves it, and leaves what the first one wrote.
    clients[1].post(address, {**sent[1], "name_id": "Dari yang pertama", "owner": "Kementerian"})
    competency.refresh_from_db()
    assert (competency.name_id, competency.owner) == ("Dari yang pertama", "Kementerian")


def test_the_second_of_two_who_describe_levels_is_told(here: Here, sign_in: SignIn) -> None:
    client = sign_in(here.planner)
    today = timezone.localdate().isoformat()
    client.post(reverse("competency:draft"), {"version": "2", "valid_from": today, "source": "SK"})
    draft = Framework.objects.get(agency=here.agency, version="2")
    integrity = here.competency("M.01")
    address = reverse("competency:levels", args=[draft.pk, integrity.pk])
    page = client.get(address)
    form = page.context["form"]
    assert 'name="opened"' in text_of(page)
    sent = {name: form[name].value() or "" for name in form.fields}
    client.post(address, {**sent, "title_id_1": "Dari yang pertama"})
    refused = client.post(address, {**sent, "title_id_1": "Dari yang kedua"})
    assert "Dari yang pertama" in str(refused.context["form"].non_field_errors())
    assert draft.descriptors.get(competency=integrity, level=1).title_id == "Dari yang pertama"
