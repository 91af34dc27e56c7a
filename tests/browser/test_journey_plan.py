"""A plan from the button to the decree, and a search that is stopped, as people do it in a browser."""

from __future__ import annotations

import re
from io import BytesIO

from docx import Document
from playwright.sync_api import Locator, Page, expect

from browser.portal_desk import Desk, choose, tab_to
from browser.portal_server import Portal

DECREE = "800/17/BKPSDM/2026"
SEARCH_ENDS = 60_000
REQUEST = "Pada minggu itu saya bertugas di lapangan."
ANSWER = "Jadwal ini satu-satunya; tugas lapangan digeser."


def test_a_plan_comes_from_the_button_to_the_decree(unplanned: Portal, desk: Desk) -> None:
    planner = desk("planner")
    make_scenario(planner)
    planner.get_by_label("Cari paling lama").select_option(label="10 detik")
    watch_the_search(planner, begin="Susun rencana")
    read_the_proof(planner)
    name, programme = take_somebody_out(planner)
    plan_again(planner, name, programme)

    show_it(planner)
    old = open_withdrawal(planner)
    ask_for_a_change(desk("asn"))
    answer_the_change(planner)
    agree_for_the_office(desk("head"))
    submit_it(desk("pyb"))
    stipulate_it_without_a_mouse(desk("ppk"))

    find_it_frozen(planner)
    withdraw_too_late(old)
    take_the_documents(planner)
    look_at_it_on_paper(planner)
    state, decree = unplanned.ask("select state, decree_number from planning_plan order by id desc")[0]
    assert (state, decree) == ("stipulated", DECREE)


def test_a_search_that_is_stopped_keeps_the_plan_so_far(unplanned: Portal, desk: Desk) -> None:
    page = desk("planner")
    choose(page, "Skenario")
    page.get_by_role("link", name="Pagu indikatif").click()
    page.get_by_label("Cari paling lama").select_option(label="5 menit")
    page.get_by_label("Berhenti lebih awal").select_option(label="tidak ada: rencana terbaik")
    # Twice, as impatient people do: it begins once.
    page.get_by_role("button", name="Susun rencana").dblclick()
    expect(fact(page, "Rencana terbaik sejauh ini")).to_have_text(re.compile(r"\d"), timeout=SEARCH_ENDS)
    page.get_by_role("button", name="Hentikan, dan simpan rencana terbaik sejauh ini").click()
    page.wait_for_url(re.compile(r"/plans/\d+/$"), timeout=SEARCH_ENDS)
    expect(page.get_by_text("Pencarian dihentikan dengan tangan")).to_be_visible()
    expect(page.get_by_text("Program kedua yang tidak berbagi apa pun")).to_be_visible()
    jobs = unplanned.ask(
        "select j.state, count(distinct p.id), count(l.id) > 0 from base_job j"
        " join planning_scenario s on s.id = json_extract(j.arguments, '$.scenario')"
        " left join planning_plan p on p.job_id = j.id left join planning_planline l on l.plan_id = p.id"
        " where j.kind = 'planning.make_plan' and s.name = 'Pagu indikatif' group by j.id"
    )
    assert jobs == [("stopped", 1, 1)]


def make_scenario(page: Page) -> None:
    choose(page, "Skenario")
    page.get_by_role("link", name="Tambah skenario").click()
    page.get_by_label("Nama").fill("Pagu perjalanan")
    page.get_by_label("Catatan").fill("Pagu dari rapat anggaran.")
    page.get_by_role("button", name="Tambah, lalu isi pagu").click()
    # Money as people write it, and a mistake that is told at its field.
    page.get_by_label("Pagu seluruhnya (Rp)").fill("seratus juta")
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_role("alert")).to_contain_text("Pagu seluruhnya")
    page.get_by_label("Pagu seluruhnya (Rp)").fill("100.000.000")
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_text("seluruhnya: Rp 100.000.000")).to_be_visible()
    page.get_by_role("link", name="Ubah aturan").click()
    page.get_by_label("Program untuk satu orang").fill("4")
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_text("Pagu dari rapat anggaran.")).to_be_visible()


def watch_the_search(page: Page, begin: str) -> None:
    """Best plan and bound change before the reader's eyes; then the page leads to the plan."""
    page.get_by_role("button", name=begin).click()
    best, bound = fact(page, "Rencana terbaik sejauh ini"), fact(page, "Tidak ada rencana di atas")
    expect(best).to_have_text(re.compile(r"\d"), timeout=SEARCH_ENDS)
    expect(bound).to_have_text(re.compile(r"\d"))
    expect(page.locator("#run progress")).to_be_visible()
    first = page.locator("#run .facts").inner_text()
    expect(page.locator("#run .facts")).not_to_have_text(first, use_inner_text=True, timeout=SEARCH_ENDS)
    expect(page.locator("#run figure").get_by_text("batas atas").first).to_be_visible()
    page.wait_for_url(re.compile(r"/plans/\d+/$"), timeout=SEARCH_ENDS)


def read_the_proof(page: Page) -> None:
    proof = page.get_by_role("region", name="Seberapa baik rencana ini")
    expect(proof).to_contain_text("Terbukti bahwa tidak ada rencana dalam batas yang sama")
    expect(proof).to_contain_text("Program kedua yang tidak berbagi apa pun dengan perencana")
    expect(proof.get_by_role("listitem")).to_have_count(3)
    # What is gained stands in the first sentence, what no plan can exceed in the second.
    gained, above = (points_in(sentence) for sentence in proof.locator("p").all_inner_texts()[:2])
    assert 0 < gained <= above
    spent = fact(page, "Terpakai").inner_text()
    money = [amount(each) for each in re.findall(r"Rp\s([\d.]+)", spent)]
    assert 0 < money[0] <= money[1] == 100_000_000


def take_somebody_out(page: Page) -> tuple[str, str]:
    """Locks whoever gains most out of a programme, having seen what follows from it: who, and of what."""
    fact(page, "Orang direncanakan").get_by_role("link").click()
    page.get_by_role("link", name="Poin tertutup").click()
    page.wait_for_url("**sort=*")
    page.get_by_role("link", name="Poin tertutup").click()
    page.wait_for_url("**sort=-*")
    page.locator("tbody th a").first.click()
    expect(page.get_by_role("heading", name="Mengapa demikian")).to_be_visible()
    name = page.get_by_role("heading", level=1).inner_text()
    # The engine's own reasons come after the page.
    expect(page.locator("section[aria-labelledby=why] li").first).to_contain_text(re.compile(r"\w"))
    page.get_by_role("link", name="Putuskan dengan tangan").click()
    consequences = page.locator("#consequences")
    expect(consequences).to_contain_text("Pilih keputusan dan penyelenggaraan")
    page.get_by_label("tidak boleh ikut").check()
    chosen = page.get_by_label("Keluar dari")
    chosen.select_option(index=1)
    expect(consequences).to_contain_text(re.compile(r"tetap terbuka [\d,]+ poin"))
    expect(consequences).to_contain_text(re.compile(r"Membebaskan Rp\s[\d.]+"))
    programme = chosen.locator("option:checked").inner_text().partition(" (")[0]
    page.get_by_label("Alasan").fill("Sudah ikut di tempat lain.")
    page.get_by_role("button", name="Putuskan", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("Rencana berikutnya menepatinya")
    decided = page.get_by_role("region", name="Diputuskan dengan tangan")
    expect(decided).to_contain_text("tidak boleh ikut (Sudah ikut di tempat lain.)")
    return name, programme


def plan_again(page: Page, name: str, programme: str) -> None:
    """The next plan obeys, and changes little else."""
    page.get_by_role("link", name="Ringkasan").click()
    page.locator(".next-step").get_by_role("link", name="Susun kembali dengan sedikit perubahan").click()
    page.get_by_label("Cari paling lama").select_option(label="10 detik")
    page.get_by_label("Poin yang harus dibawa").fill("5")
    page.get_by_role("button", name="Susun kembali").click()
    page.wait_for_url(re.compile(r"/plans/\d+/$"), timeout=SEARCH_ENDS)
    page.get_by_role("link", name="Yang berubah").click()
    gone = page.locator("tbody tr", has_text=name).filter(has_text=programme)
    expect(gone).to_contain_text("hilang")
    page.get_by_role("link", name="Ringkasan").click()


def show_it(page: Page) -> None:
    page.get_by_role("link", name="Persetujuan").click()
    page.get_by_role("link", name="Perlihatkan rencana").click()
    page.get_by_role("button", name="Perlihatkan").click()
    expect(page.locator("#messages")).to_contain_text("telah diberi tahu")
    expect(page.get_by_role("link", name="Ajukan rencana")).to_have_count(0)


def open_withdrawal(page: Page) -> Page:
    """A second tab, left open while others go on."""
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_role("link", name="Tarik rencana").click()
    other.get_by_label("Alasan").fill("Satu kelas harus ditambah.")
    return other


def ask_for_a_change(page: Page) -> None:
    page.get_by_role("link", name="Bagian Anda dalam rencana").click()
    expect(page.locator("main .card").first).to_contain_text("JP")
    page.get_by_label("Saya meminta perubahan").check()
    page.get_by_role("button", name="Kirim").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("Apa yang perlu diubah").fill(REQUEST)
    page.get_by_role("button", name="Kirim").click()
    expect(page.locator(".next-step")).to_contain_text(REQUEST)


def answer_the_change(page: Page) -> None:
    choose(page, "Beranda")
    page.get_by_role("link", name="Pegawai yang meminta perubahan rencana").click()
    page.get_by_role("link", name="Jawab", exact=True).click()
    expect(page.get_by_text(REQUEST)).to_be_visible()
    page.get_by_label("Jawaban").fill(ANSWER)
    page.get_by_role("button", name="Kirim").click()
    expect(page.get_by_text("1 perubahan diminta, 1 di antaranya telah dijawab")).to_be_visible()


def agree_for_the_office(page: Page) -> None:
    page.get_by_role("link", name="Rencana yang belum disetujui instansi Anda").click()
    page.get_by_role("link", name="Beri keputusan").click()
    page.get_by_label("Saya setuju atas nama perangkat daerah saya").check()
    page.get_by_role("button", name="Kirim").click()
    expect(page.locator("tbody tr .tag-good")).to_have_text("disetujui")


def submit_it(page: Page) -> None:
    page.get_by_role("link", name="Rencana yang perlu diajukan").click()
    page.get_by_role("link", name="Ajukan rencana").click()
    page.get_by_label("Jabatan").fill("Sekretaris Daerah")
    page.get_by_role("button", name="Ajukan").click()
    # Not every office has agreed: nobody passes them over without a word.
    expect(page.get_by_role("alert")).to_contain_text("Belum semua perangkat daerah")
    page.get_by_label("Alasan melanjutkan").fill("Kepala yang lain setuju dalam rapat.")
    page.get_by_role("button", name="Ajukan").click()
    expect(page.locator("#messages")).to_contain_text("Rencana telah diajukan")


def stipulate_it_without_a_mouse(page: Page) -> None:
    keyboard = page.keyboard
    keyboard.press("Tab")
    expect(page.get_by_role("link", name="Langsung ke isi")).to_be_focused()
    keyboard.press("Enter")
    tab_to(page.get_by_role("link", name="Rencana yang perlu ditetapkan"))
    keyboard.press("Enter")
    page.wait_for_url("**/approval/")
    tab_to(page.get_by_role("link", name="Tetapkan rencana"))
    keyboard.press("Enter")
    page.wait_for_url("**/stipulate/")
    tab_to(page.get_by_label("Nomor surat keputusan"))
    keyboard.type(DECREE)
    tab_to(page.get_by_label("Jabatan"))
    keyboard.type("Bupati")
    tab_to(page.get_by_role("button", name="Tetapkan"))
    keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Rencana telah ditetapkan")
    expect(page.locator("dd", has_text=DECREE)).to_be_visible()


def find_it_frozen(page: Page) -> None:
    choose(page, "Rencana")
    page.locator("tbody tr", has_text="ditetapkan dengan SK").locator("th a").click()
    expect(page.get_by_role("link", name="Susun kembali dengan sedikit perubahan")).to_have_count(0)
    fact(page, "Orang direncanakan").get_by_role("link").click()
    page.locator("tbody th a").first.click()
    expect(page.get_by_role("heading", name="Yang didapat orang ini")).to_be_visible()
    expect(page.get_by_role("link", name="Putuskan dengan tangan")).to_have_count(0)
    page.get_by_role("link", name="Persetujuan").click()
    expect(page.get_by_role("link", name="Tarik rencana")).to_have_count(0)
    expect(page.get_by_role("link", name="Mulai revisi")).to_be_visible()
    expect(page.locator("section[aria-labelledby=log] li")).to_have_count(4)


def withdraw_too_late(page: Page) -> None:
    """What was begun before the decree is told what happened meanwhile, with its text kept."""
    page.get_by_role("button", name="Tarik").click()
    meanwhile = page.get_by_role("region", name="Yang terjadi sementara itu")
    expect(meanwhile).to_contain_text("rencana diajukan")
    expect(meanwhile).to_contain_text("rencana ditetapkan")
    expect(page.get_by_label("Alasan")).to_have_value("Satu kelas harus ditambah.")


def take_the_documents(page: Page) -> None:
    page.get_by_role("link", name="Dokumen").click()
    expect(page.get_by_text(DECREE)).to_be_visible()
    pdf = taken(page, "PDF Rencana Pengembangan Kompetensi")
    assert pdf.startswith(b"%PDF")
    assert b"/StructTreeRoot" in pdf
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) > 5
    word = Document(BytesIO(taken(page, "DOCX Rencana Pengembangan Kompetensi")))
    words = "\n".join(each.text for each in word.paragraphs)
    cells = {cell.text for table in word.tables for row in table.rows for cell in row.cells}
    assert DECREE in words + "\n".join(cells)
    # The same plan gives the same bytes.
    assert taken(page, "PDF Rencana Pengembangan Kompetensi") == pdf


def taken(page: Page, name: str) -> bytes:
    with page.expect_download() as begun:
        page.get_by_role("link", name=name, exact=True).click()
    return begun.value.path().read_bytes()


def look_at_it_on_paper(page: Page) -> None:
    """Nothing to press, nothing to choose from, and everything that is to be read."""
    for tab in ("Ringkasan", "Kesenjangan tertutup"):
        page.get_by_role("link", name=tab, exact=True).click()
        headings = page.locator("main").get_by_role("heading").all_inner_texts()
        page.emulate_media(media="print")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.locator("main").get_by_role("heading").all_inner_texts() == headings
        assert page.locator("nav:visible, button:visible, select:visible, .btn:visible").count() == 0
        tables = page.locator("main table")
        assert tables.count() > 0
        assert all(table.is_visible() for table in tables.all())
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        page.emulate_media(media="screen")
        expect(page.get_by_role("navigation", name="Menu utama")).to_be_visible()


def fact(page: Page, label: str) -> Locator:
    return page.locator(".facts > div", has_text=label).locator("dd")


def points_in(sentence: str) -> float:
    found = re.search(r"([\d.,]+) poin", sentence)
    assert found, sentence
    return amount(found[1])


def amount(written: str) -> float:
    return float(written.replace(".", "").replace(",", "."))
