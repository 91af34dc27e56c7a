"""Whatever form it is: what was filled in comes back after the session ended, to whoever filled it in."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from browser.portal_desk import Desk, sign_in
from browser.portal_server import Portal

END_ALL = "delete from django_session"
PUT_BACK = "Teks yang belum terkirim telah dikembalikan"


def kept_in(page: Page) -> str:
    return str(page.evaluate("Object.entries(sessionStorage).join()"))


def test_dates_numbers_choices_and_ticks_come_back(unplanned: Portal, desk: Desk) -> None:
    page = desk("planner")
    page.goto(f"{unplanned.address}/needs/cycles/add/")
    filled = {
        "Nama": "Analisis yang terputus",
        "Untuk tahun rencana": "2029",
        "Penilaian mulai": "2028-06-01",
        "Rekan penilai tiap orang": "7",
    }
    for label, value in filled.items():
        page.get_by_label(label).fill(value)
    page.get_by_label("asesor").check()
    page.get_by_label("rekan", exact=True).uncheck()
    page.get_by_label("Hanya perangkat daerah ini").select_option(index=1)
    chosen = page.get_by_label("Hanya perangkat daerah ini").input_value()
    unplanned.tell(END_ALL)
    page.get_by_role("button", name="Simpan dan lihat siapa yang tercakup").click()
    sign_in(page, unplanned, "planner")
    expect(page.get_by_text(PUT_BACK)).to_be_visible()
    for label, value in filled.items():
        expect(page.get_by_label(label)).to_have_value(value)
    expect(page.get_by_label("asesor")).to_be_checked()
    expect(page.get_by_label("rekan", exact=True)).not_to_be_checked()
    assert page.get_by_label("Hanya perangkat daerah ini").input_value() == chosen
    # To discard is to have what the server says.
    page.get_by_role("button", name="Buang teks itu").click()
    expect(page.get_by_label("Nama")).to_have_value("")
    expect(page.get_by_label("rekan", exact=True)).to_be_checked()
    assert "terputus" not in kept_in(page)


def test_an_address_comes_back_and_a_password_is_never_kept(unplanned: Portal, desk: Desk) -> None:
    page = desk("administrator")
    page.goto(f"{unplanned.address}/users/add/")
    page.get_by_label("Nama pengguna").fill("pegawai-baru")
    page.get_by_label("Surel").fill("baru@contoh.go.id")
    for field in page.locator("input[type=password]").all():
        field.fill("Rahasia-sekali-12")
    assert "baru@contoh.go.id" in kept_in(page)
    assert "Rahasia" not in kept_in(page)
    unplanned.tell(END_ALL)
    page.goto(f"{unplanned.address}/users/add/")
    sign_in(page, unplanned, "administrator")
    expect(page.get_by_label("Surel")).to_have_value("baru@contoh.go.id")
    page.get_by_role("button", name="Keluar").first.click()
    expect(page.get_by_label("Kata sandi")).to_be_visible()
    assert "contoh.go.id" not in kept_in(page)


def test_the_text_of_a_case_is_gone_from_the_browser_once_it_was_sent(unplanned: Portal, desk: Desk) -> None:
    page = desk("planner")
    nip = unplanned.ask("select nip from people_person order by nip limit 1")[0][0]
    page.goto(f"{unplanned.address}/needs/cases/add/")
    page.get_by_label("NIP").fill(nip)
    page.get_by_role("radio").first.check()
    page.get_by_label("Pembinaan yang dibutuhkan").fill("Pembinaan yang tidak untuk semua mata")
    assert "tidak untuk semua mata" in kept_in(page)
    page.get_by_role("button", name="Simpan kasus").click()
    expect(page.get_by_role("button", name="Tutup kasus")).to_be_visible()
    assert "tidak untuk semua mata" not in kept_in(page)
