"""The reference page of the tables, made from their column files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from asah.engine.tables.messages import MESSAGES, without_facts
from asah.engine.tables.noticed import LISTED
from asah.engine.tables.policy import (
    DEFAULT_PERIODS,
    FILE,
    GROUP_COLUMNS,
    MAX_FARE_IDR,
    MAX_FLOORS,
    MAX_JP,
    MAX_PERIODS,
    MAX_POINTS,
)
from asah.engine.tables.read_csv import MAX_CSV_BYTES
from asah.engine.tables.schema import SCHEMA, TYPE_MAX, ColumnSpec, TableSpec

PAGE: Final = "docs/reference/tables.md"

_HEAD: Final = f"""# Tabel / Tables

<!-- Made from the column files by: python -m asah.engine.tables.reference > docs/reference/tables.md -->

Satu folder tabel adalah satu masalah perencanaan. Setiap tabel berupa `NAMA.csv` (UTF-8, baris judul),
`NAMA.parquet`, atau lembar `NAMA` dalam satu buku kerja `.xlsx`; ketiganya memuat kolom yang sama. Sel kosong
berarti "tidak diketahui", bukan nol. Cara menyiapkannya: [prepare-tables.md](../how-to/prepare-tables.md).

*One folder of tables is one planning problem. A table is `NAME.csv` (UTF-8, header row), `NAME.parquet`, or
the sheet `NAME` of one `.xlsx` workbook; the three carry the same columns. Blank means "not given", never
zero. How to prepare them: [prepare-tables.md](../how-to/prepare-tables.md).*

| jenis / type | isi / holds |
|---|---|
| text | teks; pengenal selalu teks / text; an identifier is always text |
| int | bilangan bulat / a whole number |
| money | rupiah bulat tanpa pemisah ribuan / whole rupiah, no separators; 0..{TYPE_MAX["money"]:,} |
| jp | jam pelajaran, desimal / learning time, decimal; 0..{TYPE_MAX["jp"]:,} |
| float | bilangan, titik desimal / a number with a decimal point |
| share | bagian dari satu, 0 sampai 1 / a part of one, 0 to 1 |
| level | level kompetensi / a level of competency; <= {TYPE_MAX["level"]} |
| bool | `yes` atau / or `no` |
| date | tahun-bulan-hari / year-month-day: `2027-03-31` |
"""

_GROUPS: Final = (
    ("plan", "Masukan `asah plan` / Input of `asah plan`"),
    ("needs", "Masukan `asah needs` / Input of `asah needs`"),
    ("plan written", "Keluaran `asah plan` / Output of `asah plan`"),
    ("needs written", "Keluaran `asah needs` / Output of `asah needs`"),
)

_POLICY: Final = (  # entry, what it holds, what it is when absent
    ("year", "tahun rencana / the plan year", "wajib / required"),
    (
        "periods",
        f"banyaknya periode, paling banyak / periods of the year, at most {MAX_PERIODS}",
        DEFAULT_PERIODS,
    ),
    ("[jp_target]", f"target JP menurut status / JP target by employment; <= {MAX_JP:,}", 0),
    (
        "jp_max",
        f"batas JP: satu angka, atau menurut status / JP ceiling: a number, or by employment; <= {MAX_JP:,}",
        "-",
    ),
    ("max_programmes", "program paling banyak per orang / most programmes per person", "-"),
    (
        "points_per_jp_short",
        f"poin hilang per JP di bawah target / points lost per JP short; <= {MAX_POINTS:,}",
        0,
    ),
    (
        "points_per_mandate_missed",
        f"poin hilang per kewajiban / points lost per mandate missed; <= {MAX_POINTS:,}",
        0,
    ),
    ("max_absent_share", "bagian unit yang boleh serentak pergi / share of a unit away at once", "-"),
    (
        "default_travel_idr",
        f"ongkos pasangan yang tidak ada di travel / fare of a pair not in travel; <= {MAX_FARE_IDR:,}",
        "-",
    ),
    (
        "[[equity]]",
        f"lantai / floor: `column`, `value`, `floor_share`, `points`; paling banyak / at most {MAX_FLOORS}",
        "-",
    ),
)

_FINDINGS_HEAD: Final = f"""## Temuan / Findings

Galat menghentikan perintah dengan kode 2 dan tidak ada yang ditulis; peringatan tidak menghentikan apa pun.
Setiap baris diterima, diperingatkan, atau ditolak; jumlah ketiganya sama dengan baris yang dibaca. Yang
disebut satu per satu paling banyak {LISTED:,} temuan; selebihnya dihitung menurut tabel, kolom dan jenisnya.
Berkas CSV paling besar {MAX_CSV_BYTES // 10**6} MB; tabel yang lebih besar disimpan sebagai Parquet.

*An error ends the command with code 2 and nothing is written; a warning stops nothing. Every row is accepted,
warned or rejected; the three add up to the rows read. At most {LISTED:,} findings are named one by one; the
rest is counted by table, column and kind. A CSV file has at most {MAX_CSV_BYTES // 10**6} MB; what is
larger is saved as Parquet.*

| berat / severity | apa yang salah dan cara memperbaikinya | what is wrong and how to mend it |
|---|---|---|
"""


def reference_page() -> str:
    """The whole page as Markdown."""
    return "\n".join([_HEAD, *_sections(), _policy(), _FINDINGS_HEAD + "\n".join(_messages())]) + "\n"


def _sections() -> Iterator[str]:
    told: set[str] = set()
    for group, title in _GROUPS:
        yield f"## {title}\n"
        for spec in SCHEMA.values():
            if spec.name not in told and _belongs(spec, group):
                told.add(spec.name)
                yield _section(spec)


def _belongs(spec: TableSpec, group: str) -> bool:
    stage, _, written = group.partition(" ")
    return spec.written_by == stage if written else stage in spec.used_by


def _section(spec: TableSpec) -> str:
    lines = [f"### `{spec.name}`\n", f"{spec.meaning['id']}  ", f"*{spec.meaning['en']}*\n"]
    lines.append(" · ".join(_facts(spec)) + "\n")
    lines.append("| kolom / column | jenis / type | wajib / required | boleh / allowed | arti / meaning |")
    lines.append("|---|---|---|---|---|")
    lines += [_row(column) for column in spec.columns]
    return "\n".join(lines) + "\n"


def _facts(spec: TableSpec) -> Iterator[str]:
    if spec.key:
        yield "kunci / key: " + ", ".join(f"`{name}`" for name in spec.key)
    for stage, need in spec.used_by.items():
        yield f"`asah {stage}`: {'wajib / required' if need == 'required' else 'pilihan / optional'}"
    if spec.written_by:
        yield f"ditulis oleh / written by: `asah {spec.written_by}`"


def _row(column: ColumnSpec) -> str:
    kind = f"{column.type}, {column.unit}" if column.unit else column.type
    required = "ya / yes" if column.required else ""
    if column.optional_in:
        required += ", kecuali / except in " + ", ".join(f"`asah {stage}`" for stage in column.optional_in)
    meaning = f"{column.meaning['id']}<br>*{column.meaning['en']}*"
    return f"| `{column.name}` | {kind} | {required} | {'; '.join(_allowed(column))} | {meaning} |"


def _allowed(column: ColumnSpec) -> Iterator[str]:
    if column.choices is not None:
        yield ", ".join(f"`{choice}`" for choice in column.choices)
    if column.is_list:
        yield "daftar / list: `A;B`"
    if column.min is not None and (column.min > 0 or column.type in ("level", "float")):
        yield f">= {column.min:g}"
    if column.above is not None:
        yield f"> {column.above:g}"
    if column.max is not None and column.max != TYPE_MAX.get(column.type):
        yield f"<= {column.max:,}"
    if column.usual_max is not None:
        yield f"lazimnya / usually <= {column.usual_max:g}"
    if column.refers_to:
        yield f"ada di / in `{column.refers_to}`"
    if column.default is not None:
        yield f"bila kosong / if blank: `{_shown(column.default)}`"
    if column.default_from is not None:
        yield f"bila kosong / if blank: `{column.default_from}`"


def _shown(default: bool | float | str) -> str:
    if isinstance(default, bool):
        return "yes" if default else "no"
    return default if isinstance(default, str) else f"{default:g}"


def _policy() -> str:
    lines = [f"## `{FILE}`\n", "| kunci / key | isi / holds | bila tidak ada / if absent |", "|---|---|---|"]
    lines += [f"| `{key}` | {holds} | {absent} |" for key, holds, absent in _POLICY]
    columns = ", ".join(f"`{name}`" for name in GROUP_COLUMNS)
    return "\n".join([*lines, f"\n`-`: tanpa batas / no limit. `column`: {columns}.\n"])


def _messages() -> Iterator[str]:
    severities = {"error": "galat / error", "warning": "peringatan / warning"}
    for message in MESSAGES.values():
        texts = [without_facts(f"{what}. {remedy}") for what, remedy in message.texts.values()]
        yield f"| {severities[message.severity]} | {' | '.join(texts)} |"


if __name__ == "__main__":
    print(reference_page(), end="")
