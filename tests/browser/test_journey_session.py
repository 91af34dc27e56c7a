"""Sessions that end, two people at one thing, one person in a hurry: nothing lost, and nothing done twice."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from browser.portal_desk import Desk, choose, sign_in
from browser.portal_server import Portal

NOTE = "Dibahas dengan Bappeda.\nPagu menunggu keputusan rapat."
END_ALL = "delete from django_session"


def test_a_text_outlives_the_session_in_which_it_was_typed(unplanned: Portal, desk: Desk) -> None:
    page = desk("planner")
    fill_in(page, "Sesi yang berakhir")
    unplanned.tell(END_ALL)
    add(page)
    expect(page.locator("#messages")).to_contain_text("yang Anda kirim tidak sampai")
    assert named(unplanned, "Sesi yang berakhir") == 0
    sign_in(page, unplanned, "planner")
    expect(page.get_by_text("Teks yang belum terkirim telah dikembalikan")).to_be_visible()
    expect(page.get_by_label("Nama")).to_have_value("Sesi yang berakhir")
    expect(page.get_by_label("Catatan")).to_have_value(NOTE)
    add(page)
    expect(page.get_by_role("heading", name="Uang")).to_be_visible()
    assert unplanned.ask("select note from planning_scenario where name = 'Sesi yang berakhir'") == [
        (NOTE.replace("\n", "\r\n"),)
    ]
    # Once it has arrived it does not come back.
    open_form(page)
    expect(page.get_by_label("Catatan")).to_have_value("")


def test_a_text_is_not_shown_to_whoever_signs_in_next(unplanned: Portal, desk: Desk) -> None:
    page = desk("planner")
    fill_in(page, "Punya orang lain")
    unplanned.tell(END_ALL)
    add(page)
    sign_in(page, unplanned, "planner2")
    expect(page.get_by_role("heading", name="Tambah skenario")).to_be_visible()
    expect(page.get_by_label("Catatan")).to_have_value("")
    assert page.evaluate("Object.values(sessionStorage).join()").find("Bappeda") == -1


def test_a_button_pressed_after_the_session_ended_leads_back_to_it(unplanned: Portal, desk: Desk) -> None:
    page = desk("planner")
    choose(page, "Skenario")
    page.get_by_role("link", name="Pagu indikatif").click()
    jobs = unplanned.ask("select count(*) from base_job where kind = 'planning.make_plan'")
    unplanned.tell(END_ALL)
    page.get_by_role("button", name="Susun rencana").click()
    sign_in(page, unplanned, "planner")
    expect(page.get_by_role("button", name="Susun rencana")).to_be_visible()
    assert unplanned.ask("select count(*) from base_job where kind = 'planning.make_plan'") == jobs


def test_the_second_of_two_planners_is_told_and_nothing_is_lost(unplanned: Portal, desk: Desk) -> None:
    first, second = desk("planner"), desk("planner2")
    fill_in(first, "Dua perencana")
    add(first)
    money = first.get_by_label("Pagu seluruhnya (Rp)")
    money.fill("90.000.000")
    second.goto(first.url)
    save(first)
    expect(first.get_by_text("seluruhnya: Rp 90.000.000")).to_be_visible()

    second.get_by_label("APBD (Rp)").fill("40.000.000")
    save(second)
    meanwhile = second.get_by_role("region", name="Berubah sementara itu")
    expect(meanwhile).to_contain_text("Perencana Kabupaten Merangin")
    expect(meanwhile).to_contain_text("– → 90.000.000")
    expect(second.get_by_label("APBD (Rp)")).to_have_value("40.000.000")
    assert limits(unplanned, "Dua perencana") == [("total", 90_000_000)]
    # Having seen it, the second sends both on.
    second.get_by_label("Pagu seluruhnya (Rp)").fill("90.000.000")
    save(second)
    expect(second.get_by_text("seluruhnya: Rp 90.000.000")).to_be_visible()
    assert limits(unplanned, "Dua perencana") == [("fund", 40_000_000), ("total", 90_000_000)]


@pytest.mark.parametrize("how", ["a double click", "Enter held down"])
def test_a_form_sent_twice_makes_one_row(unplanned: Portal, desk: Desk, how: str) -> None:
    page = desk("planner")
    name = f"Dikirim dua kali: {how}"
    fill_in(page, name)
    arrived: list[str] = []
    page.on("request", lambda request: arrived.append(request.url) if request.method == "POST" else None)
    if how == "a double click":
        page.get_by_role("button", name="Tambah, lalu isi pagu").dblclick()
    else:
        page.get_by_label("Nama").focus()
        for _time in range(3):
            page.keyboard.down("Enter")
    expect(page.get_by_role("heading", name="Uang")).to_be_visible()
    assert (len(arrived), named(unplanned, name)) == (1, 1)


def open_form(page: Page) -> None:
    choose(page, "Skenario")
    page.get_by_role("link", name="Tambah skenario").click()


def fill_in(page: Page, name: str) -> None:
    open_form(page)
    page.get_by_label("Nama").fill(name)
    page.get_by_label("Catatan").press_sequentially(NOTE)


def add(page: Page) -> None:
    page.get_by_role("button", name="Tambah, lalu isi pagu").click()


def save(page: Page) -> None:
    page.get_by_role("button", name="Simpan").click()


def named(portal: Portal, name: str) -> int:
    return int(portal.ask(f"select count(*) from planning_scenario where name = '{name}'")[0][0])


def limits(portal: Portal, name: str) -> list[tuple[str, int]]:
    return portal.ask(
        "select l.scope, l.amount from planning_limit l join planning_scenario s on s.id = l.scenario_id"
        f" where s.name = '{name}' order by l.scope"
    )
