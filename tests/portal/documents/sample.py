"""An invented annual plan. Run as a script it prints the hash of each format."""

from __future__ import annotations

import hashlib
import random
from datetime import date, timedelta
from typing import Any

from asah.portal.documents.actions import (
    Bullets,
    Col,
    DataTable,
    Document,
    Figure,
    Figures,
    LegalBasis,
    Letterhead,
    Note,
    PageBreak,
    Paragraph,
    Section,
    Signature,
    render_docx,
    render_pdf,
    render_xlsx,
)

DAY = date(2026, 11, 22)
NIP = "198001012005011001"
OFFICES = (
    "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia",
    "Dinas Pendidikan dan Kebudayaan",
    "Dinas Pekerjaan Umum dan Penataan Ruang",
    "Rumah Sakit Umum Daerah Contoh",
)
COMPETENCIES = ("Integritas", "Kerja sama", "Pengambilan keputusan", "Mengelola perubahan", "Perekat bangsa")
MATRIX = (
    Col("No", "number"),
    Col("OPD"),
    Col("Jenis kompetensi"),
    Col("Nama kompetensi"),
    Col("Level sekarang/target", "level"),
    Col("Sasaran"),
    Col("Bentuk/jalur"),
    Col("Nama program"),
    Col("JP", "number"),
    Col("Angkatan × peserta", align="center"),
    Col("Penyelenggara"),
    Col("Kesesuaian kurikulum"),
    Col("Jadwal", "date"),
    Col("Biaya satuan", "money"),
    Col("Total", "money"),
    Col("Sumber dana/kode rekening"),
    Col("Prioritas"),
    Col("Ket."),
)
BY_NAME = (
    Col("NIP"),
    Col("Nama"),
    Col("Jabatan"),
    Col("OPD"),
    Col("Standar", "level"),
    Col("Aktual", "level"),
    Col("JP", "number"),
)


def matrix_rows(count: int) -> list[list[Any]]:
    chance = random.Random(7)
    rows: list[list[Any]] = []
    for number in range(1, count + 1):
        people, each = chance.choice([25, 30, 40]), chance.randint(350, 6500) * 1000
        rows.append(
            [
                number,
                chance.choice(OFFICES),
                chance.choice(["Manajerial", "Sosial kultural", "Teknis"]),
                chance.choice(COMPETENCIES),
                f"{chance.randint(1, 2)} / {chance.randint(3, 4)}",
                f"Analis SDM Aparatur Ahli Muda, {people} orang (Lampiran I)",
                chance.choice(["Pelatihan klasikal", "Seminar/konferensi/sarasehan", "E-learning"]),
                f"Pelatihan {chance.choice(COMPETENCIES).lower()} bagi pejabat pengawas",
                chance.choice([8, 20, 24.5]),
                f"1 × {people}",
                chance.choice(["BKPSDM", "Lembaga Administrasi Negara"]),
                chance.choice(["Ya, LAN", "Tidak"]),
                DAY + timedelta(days=chance.randint(60, 300)),
                each,
                people * each,
                "APBD 5.04.02.2.01.0003",
                chance.choice(["Wajib", "Tinggi"]),
                chance.choice([None, "Menunggu kuota"]),
            ]
        )
    return rows


def name_rows(count: int) -> list[list[Any]]:
    return [
        [
            f"19800101200501{1001 + at:04}",
            f"Siti Contoh {at}",
            "Guru Ahli Pertama",
            OFFICES[at % 4],
            3,
            2,
            20.5,
        ]
        for at in range(count)
    ]


def matrix(count: int = 12) -> DataTable:
    rows = matrix_rows(count)
    total = ["Jumlah", *[None] * 13, sum(row[14] for row in rows), *[None] * 3]
    return DataTable("Matriks rencana", MATRIX, rows, total, "Rencana 2027", landscape=True, sheet="Matriks")


def plan(**changes: Any) -> Document:
    """With every kind of block, upright and lying pages, an annex and two signatures."""
    words = "Pengembangan kompetensi memenuhi kebutuhan kompetensi pegawai. " * 4
    offices = [[office, 40 + at, at / 7, 125_000_000 + at] for at, office in enumerate(OFFICES)]
    settings: dict[str, Any] = {
        "title": "Rencana Pengembangan Kompetensi",
        "date": DAY,
        "subtitle": "Kabupaten Contoh, Tahun 2027",
        "number": "800.2/123/BKPSDM/2026",
        "version_hash": "9f3ac51b7702de4418aa0c",
        "letterhead": Letterhead("Pemerintah Kabupaten Contoh", OFFICES[0], "Jalan Contoh Nomor 1"),
        "legal_basis": [
            LegalBasis("Undang-Undang Nomor 20 Tahun 2023 tentang Aparatur Sipil Negara"),
            LegalBasis("Peraturan Bupati Contoh tentang Standar Harga Satuan", verified=False),
        ],
        "sections": [
            Section("Pendahuluan", 1, [Paragraph(words), Bullets(["Satu.", "Dua."])]),
            Section("Latar belakang", 2, [Paragraph(words), Note("Angka belum dibaca.", "unverified")]),
            Section(
                "Gambaran pegawai",
                1,
                [
                    Figures([Figure("Anggaran", 500_000_006, "money"), Figure("Terpenuhi", 0.873, "share")]),
                    DataTable(
                        "Menurut perangkat daerah",
                        [Col("OPD"), Col("Pegawai", "number"), Col("Bagian", "share"), Col("Biaya", "money")],
                        offices,
                        ["Jumlah", 166, None, 500_000_006],
                    ),
                    PageBreak(),
                    Paragraph(words),
                ],
            ),
            Section("Rencana", 1),
            Section("Matriks", 2, [matrix()]),
            Section("Penutup", 1, [Paragraph(words)]),
            Section(
                "Daftar nama",
                1,
                [Note("Memuat nama orang.", "restricted"), DataTable("Menurut nama", BY_NAME, name_rows(5))],
                annex=True,
            ),
        ],
        "signature": Signature(
            "Bupati Contoh",
            "Rahma Teladan",
            "Pembina Utama / IV/e",
            NIP,
            "Bangko",
            DAY,
            on_behalf="a.n. Rakyat",
        ),
        "prepared_by": Signature("Sekretaris Daerah", "Budi Karangan"),
    }
    return Document(**{**settings, **changes})


def small(*blocks: Any, **changes: Any) -> Document:
    """One section of these blocks, without cover and contents."""
    settings = {"title": "Surat", "date": DAY, "contents": False, "numbering": "plain"}
    return Document(**{**settings, "sections": [Section("Isi", 1, blocks)], **changes})


if __name__ == "__main__":
    for render in (render_pdf, render_docx, render_xlsx):
        print(hashlib.sha256(render(plan())).hexdigest())
