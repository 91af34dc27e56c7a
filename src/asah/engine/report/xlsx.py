"""plan.xlsx: the plan on paper, in Indonesian. Matrix, list by name, recaps that add up to the rupiah."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import polars as pl
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from asah.engine.plan.sentences import setting
from asah.engine.report.facts import Facts, states_law
from asah.engine.report.language import INDONESIAN, share
from asah.engine.report.money import Budget
from asah.engine.report.sections.delivery import budget_name, period_unit
from asah.engine.report.sections.limits import assumptions
from asah.engine.report.sections.worth import proof_sentences, rule_rows
from asah.engine.report.sheets import HEADER_ROW, MOST_ROWS, Column, Kind, Sheet, Total, Workbook, write_table
from asah.engine.report.why import because
from asah.engine.tables import Tables

SAY: Final = INDONESIAN.say
Totals = dict[str, list[Total]]


def write_xlsx(path: Path, facts: Facts, tables: Tables, frames: Mapping[str, pl.DataFrame]) -> None:
    """Write the workbook. Raises OSError where it cannot be written; then nothing but ``path`` is left."""
    # Parts of a large workbook wait on the disk the result goes to, not in memory and not elsewhere.
    with TemporaryDirectory(prefix=".", dir=path.parent) as waiting:
        book = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": waiting})
        try:
            title = SAY("page.title", year=str(facts.year))
            # not the clock: the same plan is the same file, bit for bit
            made = datetime(facts.year, 1, 1)
            book.set_properties({"title": title, "comments": SAY("page.restricted"), "created": made})
            _Plan(Workbook(book, _subtitle(facts)), facts, tables, frames).write()
            book.close()
        except FileCreateError as error:
            raise error.args[0] from error
        finally:
            for sheet in book.worksheets():
                sheet.row_data_fh.close()


def _subtitle(facts: Facts) -> str:
    return ". ".join(part for part in (facts.region, f"Tahun {facts.year}", SAY("page.restricted")) if part)


class _Plan:
    """The sheets of one plan. They stand in the order of ``SHEETS`` and are filled sums last."""

    def __init__(
        self, book: Workbook, facts: Facts, tables: Tables, frames: Mapping[str, pl.DataFrame]
    ) -> None:
        self.book, self.facts, self.tables, self.frames = book, facts, tables, frames
        self.totals: Totals = {}
        self.matrix = _matrix(facts)

    def write(self) -> None:
        summary = self.book.add("Ringkasan")
        self._matrix()
        self._names()
        self._left_out()
        self._mandates()
        self._units()
        self._forms()
        self._funds()
        self._classes()
        self._budgets()
        self._summary(summary)

    def _table(
        self,
        name: str,
        title: str,
        columns: Sequence[Column],
        frame: pl.DataFrame,
        frozen: int = 0,
        pages_wide: int = 1,
    ) -> tuple[Sheet, int]:
        """A table on a sheet of its own, on several where one is too short for its rows."""
        parts = [frame.slice(start, MOST_ROWS) for start in range(0, max(1, frame.height), MOST_ROWS)]
        for number, part in enumerate(parts, start=1):
            sheet = self.book.add(name if number == 1 else f"{name} {number}")
            told = title if len(parts) == 1 else f"{title} (bagian {number} dari {len(parts)})"
            sums, free = write_table(self.book, sheet, told, columns, part, frozen, pages_wide)
            if "total_idr" in sums:
                self.totals.setdefault(name, []).append(sums["total_idr"])
        return sheet, free

    # ---- the matrix of article 207

    def _matrix(self) -> None:
        columns = (
            Column("No", "number", "whole", 5),
            Column("Nama program", "programme", width=28, wrap=True),
            Column("(a) Jenis kompetensi", "kinds", width=16, wrap=True),
            Column("Nama kompetensi", "competencies", width=30, wrap=True),
            Column("Kesenjangan rata-rata (level)", "mean_gap", "points", 12),
            Column("(b) Sasaran", "targets", width=20, wrap=True),
            Column("Peserta", "enrolled", "whole", 9, total=True),
            Column("Unit kerja peserta", "units", width=30, wrap=True),
            Column("(c) Jenis dan jalur", "form_path", width=20, wrap=True),
            Column("JP", "jp", "jp", 7),
            Column("Kelas", "classes", "whole", 7, total=True),
            Column("(d) Penyelenggara", "organiser_shown", width=18, wrap=True),
            Column("(e) Jadwal", "schedule", width=18, wrap=True),
            Column("Tempat", "place_shown", width=13, wrap=True),
            Column("(f) Kesesuaian kurikulum: instansi pembina", "curriculum_shown", width=20, wrap=True),
            Column("Biaya per peserta (Rp)", "cost_per_person_idr", "rupiah", 14),
            Column("Perjalanan (Rp)", "travel_idr", "rupiah", 16, total=True),
            Column("(g) Anggaran (Rp)", "total_idr", "rupiah", 17, total=True),
            Column("Sumber dana", "fund_shown", width=12, wrap=True),
            Column("Prioritas", "priority", width=14, wrap=True),
            Column("Kode", "offering_id", width=12),
            Column("Isi Pasal 207", "complete", width=20, wrap=True),
        )
        title = "Matriks rencana: tujuh isi Pasal 207 PP 11/2017"
        sheet, row = self._table("Matriks", title, columns, self.matrix, frozen=2, pages_wide=2)
        self._signatures(sheet, row + 1)

    def _signatures(self, sheet: Sheet, row: int) -> None:
        """Room for those who draw up and stipulate the plan."""
        left, right = 1, 12
        lines = (
            (
                "Disusun oleh Pejabat yang Berwenang (PyB)",
                "Ditetapkan oleh Pejabat Pembina Kepegawaian (PPK)",
            ),
            ("Tanggal:", "Tanggal:"),
            ("Jabatan:", "Jabatan:"),
            ("", ""),
            ("Nama:", "Nama:"),
            ("Pangkat/golongan:", "Pangkat/golongan:"),
            ("NIP:", "NIP:"),
        )
        for offset, (mine, theirs) in enumerate(lines):
            self.book.write(sheet, row + offset, left, mine)
            self.book.write(sheet, row + offset, right, theirs)

    # ---- people

    def _names(self) -> None:
        offerings = self.matrix.select("offering_id", "programme", "schedule")
        locked = self.frames["enrolments"].select("person_id", "offering_id", "locked")
        named = (
            self.facts.lines.join(offerings, on="offering_id", how="left", maintain_order="left")
            .join(_people(self.tables), on="person_id", how="left", maintain_order="left")
            .join(locked, on=["person_id", "offering_id"], how="left", maintain_order="left")
            .with_columns(
                pl.col("name").fill_null(
                    pl.when(pl.col("person_id").is_null()).then(pl.lit("(kelas tanpa peserta)"))
                ),
                pl.when(pl.col("locked")).then(pl.lit("ya")).alias("locked"),
            )
            .with_row_index("number", offset=1)
        )
        columns = (
            Column("No", "number", "whole", 6),
            Column("NIP atau kode", "person_id", width=18),
            Column("Nama", "name", width=22),
            Column("Golongan", "golongan", width=9),
            Column("Jenis jabatan", "post", width=12),
            Column("Unit kerja", "unit", width=26),
            Column("Nama program", "programme", width=30),
            Column("Kode", "offering_id", width=10),
            Column("Jadwal", "schedule", width=24),
            Column("JP", "jp", "jp", 6),
            Column("Ditutup (poin)", "closed_points", "points", 9, total=True),
            Column("Bagian biaya kelas (Rp)", "class_idr", "rupiah", 13, total=True),
            Column("Biaya peserta (Rp)", "person_idr", "rupiah", 13, total=True),
            Column("Perjalanan (Rp)", "travel_idr", "rupiah", 13, total=True),
            Column("Jumlah (Rp)", "total_idr", "rupiah", 14, total=True),
            *([Column("Dikunci", "locked", width=8)] if locked["locked"].any() else []),
        )
        self._table("Nama", "Daftar nama peserta, satu baris tiap pendaftaran", columns, named, frozen=3)

    def _left_out(self) -> None:
        outcome = self.frames["people_outcome"].filter(pl.col("state") != "planned")
        reasons = {code: INDONESIAN.reason(code) for code in outcome["reason"].unique()}
        states = {state: SAY(f"state.{state}") for state in outcome["state"].unique()}
        left = outcome.join(_people(self.tables), on="person_id", how="left", maintain_order="left")
        left = left.with_columns(
            pl.col("reason").replace_strict(reasons, return_dtype=pl.String).alias("sentence"),
            pl.col("state").replace_strict(states, return_dtype=pl.String),
        ).with_row_index("number", offset=1)
        columns = (
            Column("No", "number", "whole", 7),
            Column("NIP atau kode", "person_id", width=20),
            Column("Nama", "name", width=26),
            Column("Golongan", "golongan", width=9),
            Column("Jenis jabatan", "post", width=13),
            Column("Kepegawaian", "employment", width=10),
            Column("Unit kerja", "unit", width=28),
            Column("Tempat tugas", "home", width=16),
            Column("Keadaan", "state", width=13),
            Column("Alasan", "sentence", width=50, wrap=True),
            Column("Kesenjangan (poin)", "need_points", "points", 13, total=True),
        )
        self._table("Ditunda", "Yang belum masuk rencana, dan alasannya", columns, left, frozen=3)

    def _mandates(self) -> None:
        rows = zip(self.facts.summary["mandates_missed"], self.facts.missed, strict=True)
        missed = _frame(
            [
                {"person_id": row["person_id"], "programme": one.programme, "why": because(one, INDONESIAN)}
                for row, one in rows
            ],
            {"person_id": pl.String(), "programme": pl.String(), "why": pl.String()},
        )
        missed = missed.join(
            _people(self.tables), on="person_id", how="left", maintain_order="left"
        ).with_row_index("number", offset=1)
        columns = (
            Column("No", "number", "whole", 7),
            Column("NIP atau kode", "person_id", width=20),
            Column("Nama", "name", width=26),
            Column("Golongan", "golongan", width=9),
            Column("Jenis jabatan", "post", width=13),
            Column("Kepegawaian", "employment", width=10),
            Column("Unit kerja", "unit", width=30),
            Column("Program wajib yang belum diberikan", "programme", width=36, wrap=True),
            Column("Alasan", "why", width=60, wrap=True),
        )
        self._table("Wajib", "Kewajiban terlewat dalam rencana", columns, missed, frozen=3)

    # ---- recaps

    def _units(self) -> None:
        units = self.facts.units.with_columns(
            pl.col("name").fill_null("(kelas tanpa peserta)"),
            (pl.col("closed_points") / pl.col("need_points")).fill_nan(None).alias("share"),
        )
        columns = (
            Column("Kode unit", "unit_id", width=22),
            Column("Unit kerja", "name", width=40),
            Column("Orang", "people", "whole", 9, total=True),
            Column("Direncanakan", "planned", "whole", 12, total=True),
            Column("Ditunda", "deferred", "whole", 10, total=True),
            Column("Tanpa kebutuhan", "exempt", "whole", 12, total=True),
            Column("Kesenjangan (poin)", "need_points", "points", 13, total=True),
            Column("Ditutup (poin)", "closed_points", "points", 13, total=True),
            Column("Bagian ditutup", "share", "percent", 10),
            *_MONEY,
        )
        self._table("Rekap unit", "Rekap menurut unit kerja", columns, units, frozen=2)

    def _forms(self) -> None:
        names = {code: INDONESIAN.form(code, self.facts.law) for code in self.facts.forms["form"]}
        forms = self.facts.forms.with_columns(
            pl.col("form").replace_strict(names, return_dtype=pl.String).alias("name"),
            pl.col("form").map_elements(_path, return_dtype=pl.String).alias("path"),
        )
        columns = (
            Column("Kode", "form", width=8),
            Column("Bentuk", "name", width=40),
            Column("Jalur", "path", width=14),
            Column("Program", "programmes", "whole", 10, total=True),
            Column("Kelas", "classes", "whole", 9, total=True),
            Column("Peserta", "enrolled", "whole", 10, total=True),
            Column("JP peserta", "jp", "jp", 12, total=True),
            Column("Kesenjangan ditutup (poin)", "closed_points", "points", 13, total=True),
            *_MONEY,
        )
        self._table("Rekap bentuk", "Rekap menurut bentuk pengembangan", columns, forms, frozen=2)

    def _funds(self) -> None:
        """Who pays what: funds the courses, unit budgets the travel; together every rupiah once."""
        rows = [_budget_row(b) for b in self.facts.budgets if b.scope != "total"]
        columns = (
            Column("Sumber", "name", width=52),
            Column("Membayar", "pays", width=24),
            Column("Pagu (Rp)", "limit", "rupiah", 18),
            Column("Jumlah (Rp)", "total_idr", "rupiah", 18, total=True),
        )
        self._table("Rekap sumber dana", "Rekap menurut sumber dana", columns, _frame(rows, _BUDGET))

    def _classes(self) -> None:
        classes = self.matrix.with_columns((pl.col("enrolled") / pl.col("seats")).alias("filled"))
        columns = (
            Column("Kode", "offering_id", width=14),
            Column("Nama program", "programme", width=36),
            Column("Jenis dan jalur", "form_path", width=24),
            Column("Tempat", "place_shown", width=18),
            Column("Periode", "period", "whole", 9),
            Column("Sampai periode", "period_end", "whole", 9),
            Column("Mulai", "start_date", "date", 16),
            Column("Selesai", "end_date", "date", 16),
            Column("Kelas", "classes", "whole", 8, total=True),
            Column("Peserta", "enrolled", "whole", 9, total=True),
            Column("Kursi", "seats", "whole", 9),
            Column("Terisi", "filled", "percent", 9),
            Column("Paling sedikit per kelas", "min_per_class", "whole", 11),
            Column("Biaya per kelas (Rp)", "cost_per_class_idr", "rupiah", 14),
            Column("Sarana", "resource_id", width=16),
            *_MONEY,
        )
        self._table("Kelas", "Kelas yang dibuka", columns, classes, frozen=2)

    # ---- money against money

    def _budgets(self) -> None:
        rows = [_budget_row(budget) for budget in self.facts.budgets]
        sheet = self.book.add("Anggaran")
        titles: tuple[tuple[str, Kind, int], ...] = (
            ("Anggaran", "text", 52),
            ("Membayar", "text", 24),
            ("Pagu (Rp)", "rupiah", 18),
            ("Terpakai (Rp)", "rupiah", 18),
            ("Sisa (Rp)", "rupiah", 18),
            ("Bagian terpakai", "percent", 11),
        )
        self.book.open_page(sheet, "Anggaran dan kecocokan angka", [width for *_, width in titles])
        for at, (title, kind, _) in enumerate(titles):
            self.book.head(sheet, HEADER_ROW, at, title, kind)
        sheet.freeze_panes(HEADER_ROW + 1, 1)
        sheet.repeat_rows(HEADER_ROW)
        row = HEADER_ROW
        for budget in rows:
            row += 1
            name, pays, limit, spent = (budget[key] for key in _BUDGET)
            self.book.write(sheet, row, 0, name)
            self.book.write(sheet, row, 1, pays)
            self.book.write(sheet, row, 2, limit, "rupiah")
            self.book.write(sheet, row, 3, spent, "rupiah")
            if limit is not None:
                at = row + 1
                sheet.write_formula(row, 4, f"=C{at}-D{at}", self.book.cell("rupiah"), limit - spent)
                if limit:
                    sheet.write_formula(row, 5, f"=D{at}/C{at}", self.book.cell("percent"), spent / limit)
        self._reconcile(sheet, row + 2)

    def _reconcile(self, sheet: Sheet, row: int) -> None:
        """Every recap against the total: the same rupiah seen six ways."""
        self.book.write(sheet, row, 0, "Kecocokan angka", bold=True)
        first = row + 2
        total = self.facts.summary["spent_idr"]["total"]
        for name, sums in self.totals.items():
            row += 1
            value = sum(one.value for one in sums)
            self.book.write(sheet, row, 0, f"Jumlah lembar {name}")
            formula = "=" + "+".join(one.reference for one in sums)
            sheet.write_formula(row, 3, formula, self.book.cell("rupiah"), value)
        row += 1
        self.book.write(sheet, row, 0, "Jumlah menurut summary.json")
        self.book.write(sheet, row, 3, total, "rupiah")
        area = f"D{first}:D{row + 1}"
        agree = all(sum(one.value for one in sums) == total for sums in self.totals.values())
        row += 1
        self.book.write(sheet, row, 0, "Semuanya sama?")
        sheet.write_formula(
            row,
            3,
            f'=IF(MAX({area})=MIN({area}),"cocok","TIDAK COCOK")',
            self.book.cell("text", True),
            "cocok" if agree else "TIDAK COCOK",
        )
        self.spent = f"Anggaran!$D${row}"

    def _summary(self, sheet: Sheet) -> None:
        facts, book = self.facts, self.book
        widths = (46, 20, 20, 20, 24)
        book.open_page(sheet, SAY("page.title", year=str(facts.year)), widths)
        row = 3
        for sentence in (*_mismatch_sentences(facts), *proof_sentences(facts, INDONESIAN)):
            book.paragraph(sheet, row, sentence, len(widths), sum(widths))
            row += 1
        row += 1
        for label, value, kind in _figures(facts):
            book.write(sheet, row, 0, label)
            book.write(sheet, row, 1, value, kind)
            row += 1
        book.write(sheet, row, 0, "Uang terpakai")
        sheet.write_formula(
            row, 1, f"={self.spent}", book.cell("rupiah"), facts.summary["spent_idr"]["total"]
        )
        row += 2
        if facts.simple_rules:
            sheet.set_row(row, 42)
            for at, key in enumerate(("name", "gained", "closed", "spent", "versus")):
                book.head(sheet, row, at, SAY(f"rule.{key}"), "points" if at else "text")
            for name, gained, closed, spent, versus in rule_rows(facts, INDONESIAN):
                row += 1
                book.write(sheet, row, 0, name)
                book.write(sheet, row, 1, gained, "points")
                book.write(sheet, row, 2, closed, "points")
                book.write(sheet, row, 3, spent, "rupiah")
                book.write(sheet, row, 4, versus, "percent")
            row += 2
        for heading, sentences in (
            ("Dasar aturan tahun rencana", _law(facts)),
            (SAY("warning.assumptions"), assumptions(facts, INDONESIAN)),
            (SAY("about.title"), _colophon(facts)),
        ):
            book.write(sheet, row, 0, heading, bold=True)
            row += 1
            for sentence in sentences:
                book.paragraph(sheet, row, sentence, len(widths), sum(widths))
                row += 1
            row += 1


_MONEY: Final = (
    Column("Biaya kelas (Rp)", "class_idr", "rupiah", 16, total=True),
    Column("Biaya peserta (Rp)", "person_idr", "rupiah", 16, total=True),
    Column("Perjalanan (Rp)", "travel_idr", "rupiah", 16, total=True),
    Column("Jumlah (Rp)", "total_idr", "rupiah", 18, total=True),
)
_BUDGET: Final = {"name": pl.String(), "pays": pl.String(), "limit": pl.Int64(), "total_idr": pl.Int64()}


def _frame(rows: Sequence[Mapping[str, Any]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(schema))


def _budget_row(budget: Budget) -> dict[str, Any]:
    pays = {"total": "semua", "fund": "kelas dan peserta", "unit": "perjalanan"}[budget.scope]
    name = budget_name(budget, INDONESIAN)
    return {"name": name, "pays": pays, "limit": budget.limit, "total_idr": budget.spent}


def _people(tables: Tables) -> pl.DataFrame:
    """What a list by name says about a person, and no more."""
    units = tables["units"].select("unit_id", pl.col("name").alias("unit"))
    places = tables["places"].select("place_id", pl.col("name").alias("home"))
    posts = {
        kind: INDONESIAN.choice("value", kind) for kind in tables["people"]["position_kind"].unique() if kind
    }
    kinds = {kind: INDONESIAN.choice("value", kind) for kind in tables["people"]["employment"].unique()}
    people = tables["people"].join(units, on="unit_id", how="left").join(places, on="place_id", how="left")
    return people.select(
        "person_id",
        "name",
        "golongan",
        pl.col("position_kind").replace_strict(posts, default=None, return_dtype=pl.String).alias("post"),
        pl.col("employment").replace_strict(kinds, return_dtype=pl.String),
        "unit",
        "home",
    )


# ---- the matrix in words


def _path(form: str) -> str:
    return "klasikal" if form.startswith("K") else "nonklasikal"


def _matrix(facts: Facts) -> pl.DataFrame:
    """The matrix with what is said on paper: a blank that the law asks for is called a blank."""
    forms = {
        code: f"{INDONESIAN.form(code, facts.law)} ({_path(code)})" for code in facts.matrix["form"].unique()
    }
    schedules = [_schedule(row, facts) for row in facts.matrix.iter_rows(named=True)]
    settings = {code: setting(code, "id") for code in forms}
    nowhere = pl.col("form").replace_strict(settings, return_dtype=pl.String)
    blank = pl.lit("BELUM DIISI")
    return facts.matrix.with_row_index("number", offset=1).with_columns(
        pl.col("form").replace_strict(forms, return_dtype=pl.String).alias("form_path"),
        pl.Series("schedule", schedules, dtype=pl.String),
        pl.col("place").fill_null(nowhere).alias("place_shown"),
        pl.col("fund_id").fill_null("belum ditentukan").alias("fund_shown"),
        pl.col("kinds").fill_null(blank),
        pl.col("organiser").fill_null(blank).alias("organiser_shown"),
        pl.col("curriculum_owner").fill_null(blank).alias("curriculum_shown"),
        pl.when(pl.col("mandated") > 0)
        .then(pl.format("wajib bagi {} orang", "mandated"))
        .otherwise(pl.lit("menurut kesenjangan"))
        .alias("priority"),
        pl.when(pl.col("missing") == "")
        .then(pl.lit("lengkap"))
        .otherwise(pl.format("BELUM LENGKAP: {}", "missing"))
        .alias("complete"),
    )


def _schedule(row: Mapping[str, Any], facts: Facts) -> str:
    start: date | None = row["start_date"]
    end: date | None = row["end_date"]
    if start is not None and end is not None:
        return INDONESIAN.dates(start, end)
    if row["period"] is None:
        return "tanpa jadwal tetap"
    unit = period_unit(facts, INDONESIAN).capitalize()
    last = "" if row["period_end"] == row["period"] else f"–{row['period_end']}"
    return f"{unit} {row['period']}{last}"


# ---- the summary in words


def _figures(facts: Facts) -> list[tuple[str, Any, Any]]:
    plan, people = facts.proof, facts.summary["people"]
    return [
        ("Kesenjangan seluruhnya (poin)", plan.need, "points"),
        ("Kesenjangan yang ditutup (poin)", plan.closed, "points"),
        ("Bagian yang ditutup", share(plan.closed, plan.need), "percent"),
        ("Nilai rencana (poin)", plan.objective, "points"),
        ("Batas atas (poin)", plan.bound, "points"),
        ("Celah terbukti, paling banyak", plan.gap, "percent"),
        ("Orang direncanakan", people["planned"], "whole"),
        ("Orang ditunda", people["deferred"], "whole"),
        ("Orang tanpa kebutuhan", people["exempt"], "whole"),
        ("Orang yang masih kurang JP", facts.summary["jp_short_people"], "whole"),
        ("Kelas", facts.summary["classes"], "whole"),
        ("Pendaftaran", facts.lines["person_id"].count(), "whole"),
        ("Kewajiban terlewat", len(facts.missed), "whole"),
        ("Penyelenggaraan yang isinya belum lengkap (Pasal 207)", facts.incomplete, "whole"),
    ]


def _mismatch_sentences(facts: Facts) -> list[str]:
    if not facts.mismatches:
        return []
    return [
        SAY("warning.mismatch"),
        *(f"{m.what}: {m.lines:.2f} ≠ {m.summary:.2f}" for m in facts.mismatches),
    ]


def _law(facts: Facts) -> list[str]:
    """The regulations in force on the first day of the plan year that the plan rests on."""
    told: dict[str, bool] = {}
    for rule in facts.law.rules.values():
        if rule.name in ("jp_entitlement", "jp_form") and states_law(rule):
            name = f"{rule.regulation} {rule.article}".strip()
            told[name] = told.get(name, True) and rule.verified
    return [
        name + ("" if verified else " (bunyinya belum diperiksa)") for name, verified in sorted(told.items())
    ]


def _colophon(facts: Facts) -> list[str]:
    summary = facts.summary
    return [
        f"{SAY('about.input')}: {summary['input_sha256']}",
        f"{SAY('about.version')}: {summary['engine_version']}; {SAY('about.seed')}: {summary['seed']}",
        f"{SAY('about.check')}: {SAY('about.command')}",
    ]
