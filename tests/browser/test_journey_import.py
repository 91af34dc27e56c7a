"""A roster on its way through the pages: sent, matched by hand, looked at, mended, written, taken back."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import openpyxl
import xlsxwriter
from playwright.sync_api import Page, expect

from browser.portal_desk import Desk, choose
from browser.portal_server import Portal

HEADER = [
    "Nomor Sakti",
    "Nama",
    "Status kepegawaian",
    "Unit kerja",
    "Jabatan",
    "Jenis jabatan",
    "Golongan",
    "TMT jabatan",
    "Tempat kerja",
]
# So many that writing them takes long enough to be watched.
PEOPLE = 400
NAME = "Uji Impor 007"
WRONG = [("1,97E+17", "Cici Salah"), ("", "Dodi Tanpa Nomor")]


def test_an_operator_imports_a_roster_and_takes_it_back(
    unplanned: Portal, desk: Desk, tmp_path: Path
) -> None:
    before = roster(unplanned)
    page = desk("operator")
    choose(page, "Impor daftar pegawai")
    page.get_by_role("main").get_by_role("link", name="Impor daftar pegawai").click()
    office = page.locator("#id_unit option:checked").inner_text().strip()
    (place,) = unplanned.ask("select name from people_place order by id limit 1")[0]
    post, kind = unplanned.ask("select name, kind from people_position where kind != '' order by id")[0]
    rest = ["PNS", office, post, kind, "III/c", "01/02/2020", place]
    right = [[nip(number), f"Uji Impor {number:03d}", *rest] for number in range(PEOPLE)]
    sheet = tmp_path / "daftar.xlsx"
    sheet.write_bytes(a_sheet(HEADER, *right, *([number, name, *rest] for number, name in WRONG)))
    page.set_input_files("main input[type=file]", sheet)
    page.get_by_role("button", name="Kirim dan baca kolomnya").click()

    match_the_column_by_hand(page)
    expect(page.locator("#job [role=status]")).to_be_visible()
    # The page comes back by itself once the rows are checked.
    facts = page.locator(".facts > div")
    expect(facts.filter(has_text="dilewati")).to_contain_text("2")
    expect(facts.filter(has_text="pegawai baru")).to_contain_text(str(PEOPLE))
    facts.filter(has_text="dilewati").get_by_role("link").click()
    errors = page.locator("#table-findings tbody tr")
    expect(errors).to_have_count(2)
    expect(errors.first).to_contain_text("1,97E+17")
    expect(errors.first).to_contain_text("pangkat sepuluh")
    expect(errors.last).to_contain_text("NIP kosong")
    assert roster(unplanned) == before
    read_the_rows_to_mend(page)

    page.get_by_role("button", name="Tulis ke daftar pegawai").click()
    expect(page.locator("#job [role=status]")).to_be_visible()
    expect(page.locator("main .tag", has_text="sudah ditulis")).to_be_visible()
    assert roster(unplanned) == before + PEOPLE
    find(page, NAME)
    row = page.locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(nip(7))
    row.get_by_role("link", name=NAME).click()
    expect(page.locator("dd", has_text=office)).to_be_visible()
    expect(page.locator("tbody tr", has_text="1 Februari 2020")).to_contain_text(post)

    choose(page, "Impor daftar pegawai")
    page.get_by_role("link", name="daftar.xlsx").first.click()
    page.get_by_role("button", name="Batalkan impor ini").click()
    expect(page.locator("main .tag", has_text=re.compile(r"^\s*dibatalkan\s*$"))).to_be_visible()
    expect(page.get_by_role("button", name="Batalkan impor ini")).to_have_count(0)
    assert roster(unplanned) == before
    find(page, NAME)
    expect(page.get_by_text("Tidak ada yang cocok")).to_be_visible()


def match_the_column_by_hand(page: Page) -> None:
    expect(page.get_by_role("heading", name="Arti setiap kolom")).to_be_visible()
    check = page.get_by_role("button", name="Periksa baris-barisnya")
    check.click()
    # What is missing is said, and the sentence leads to its field.
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="NIP").click()
    chosen = page.get_by_role("combobox", name="NIP (wajib diisi)")
    expect(chosen).to_be_focused()
    chosen.select_option(label="Nomor Sakti")
    check.click()


def read_the_rows_to_mend(page: Page) -> None:
    """The error sheet is what a spreadsheet opens: the two rows as they were sent, each with its reason."""
    with page.expect_download() as begun:
        page.get_by_role("link", name="Unduh baris yang perlu diperbaiki").click()
    assert begun.value.suggested_filename.endswith("perbaikan.xlsx")
    book = openpyxl.load_workbook(BytesIO(begun.value.path().read_bytes()))
    header, *rows = [[str(cell or "") for cell in row] for row in book.worksheets[0].values]
    assert header[: len(HEADER)] == HEADER
    assert [tuple(row[:2]) for row in rows] == WRONG
    assert "pangkat sepuluh" in rows[0][len(HEADER)]
    assert "NIP kosong" in rows[1][len(HEADER)]


def find(page: Page, name: str) -> None:
    choose(page, "Pegawai")
    page.get_by_label("Cari dalam daftar ini").fill(name)
    page.get_by_label("Cari dalam daftar ini").press("Enter")
    page.wait_for_url("**/people/?*q=*")


def roster(portal: Portal) -> int:
    """How many people there are with a post."""
    return int(portal.ask("select count(*) from people_person where current_id is not null")[0][0])


def nip(number: int) -> str:
    return f"19900101201501{1 + number % 2}{number + 1:03d}"


def a_sheet(*rows: list[str]) -> bytes:
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                page.write_string(number, column, text)
    return stream.getvalue()
