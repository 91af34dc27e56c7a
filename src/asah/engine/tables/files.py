"""Where the tables of a problem lie: CSV and Parquet files of a folder, sheets of one workbook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from asah.engine.errors import Finding
from asah.engine.tables.messages import finding
from asah.engine.tables.policy import FILE as POLICY_FILE
from asah.engine.tables.raw import Raw, hint
from asah.engine.tables.read_csv import read_csv
from asah.engine.tables.read_parquet import read_parquet
from asah.engine.tables.read_xlsx import Workbook, open_workbook, read_sheet
from asah.engine.tables.schema import SCHEMA, TableSpec

# Files that may lie beside the tables without a word: what Asah writes for people, and notes.
KNOWN_FILES: Final = frozenset(
    {POLICY_FILE, "summary.json", "plan.xlsx", "report.html", "readme.md", "readme.txt"}
)
# The workbook Asah writes when tables are asked for as XLSX.
WORKBOOK: Final = "tables.xlsx"
_SUFFIXES: Final = {".csv": read_csv, ".parquet": read_parquet}

Reader = Callable[[TableSpec, str], Raw]


@dataclass(frozen=True)
class Found:
    """For every table that is there, how to read it; ``policy`` is where policy.toml would be."""

    readers: dict[str, Reader]
    policy: Path
    findings: tuple[Finding, ...]

    @property
    def usable(self) -> bool:
        """Whether it is worth saying what is missing: not where the place itself cannot be read."""
        return bool(self.readers) or not any(found.severity == "error" for found in self.findings)


def find_tables(path: Path) -> Found:
    """Look at ``path`` without reading any table."""
    if path.is_dir():
        return _folder(path)
    if not path.exists():
        return Found({}, path / POLICY_FILE, (finding("no_such_path", path.name, value=path),))
    if path.suffix.lower() != ".xlsx":
        return Found(
            {}, path.with_name(POLICY_FILE), (finding("not_a_folder_of_tables", path.name, value=path),)
        )
    sources, findings = _sheets(path)
    return _one_each(sources, path.with_name(POLICY_FILE), findings)


_Sources = list[tuple[str, str, Reader]]  # table, where it lies, how to read it


def _folder(folder: Path) -> Found:
    sources: _Sources = []
    findings: list[Finding] = []
    workbooks: list[Path] = []
    try:
        files = sorted(folder.iterdir())
    except OSError as error:
        files, findings = [], [finding("unreadable", folder.name, reason=error.strerror)]
    for file in files:
        name = file.name.lower()
        if not file.is_file() or name.startswith((".", "~$")) or name in KNOWN_FILES:
            continue
        table, suffix = file.stem.lower(), file.suffix.lower()
        if suffix == ".xlsx":
            workbooks.append(file)
        elif suffix in _SUFFIXES and table in SCHEMA:
            sources.append((table, file.name, _file_reader(file, suffix)))
        else:
            findings.append(finding("unknown_file", file.name, hint=hint(table, SCHEMA)))
    if len(workbooks) > 1:
        names = ", ".join(book.name for book in workbooks)
        findings.append(finding("two_workbooks", folder.name, names=names))
    elif workbooks:
        more, notes = _sheets(workbooks[0])
        sources += more
        findings += notes
    return _one_each(sources, folder / POLICY_FILE, findings)


def _file_reader(file: Path, suffix: str) -> Reader:
    read = _SUFFIXES[suffix]
    return lambda spec, stage: read(file, spec, stage)


def _sheets(path: Path) -> tuple[_Sources, list[Finding]]:
    workbook = open_workbook(path)
    if isinstance(workbook, Finding):
        return [], [workbook]
    sources: _Sources = []
    findings: list[Finding] = []
    for sheet in workbook.sheets:
        table = sheet.strip().lower()
        if table in SCHEMA:
            sources.append((table, f"{path.name}[{sheet}]", _sheet_reader(workbook, sheet)))
        else:
            findings.append(finding("unknown_sheet", path.name, value=sheet, hint=hint(table, SCHEMA)))
    return sources, findings


def _sheet_reader(workbook: Workbook, sheet: str) -> Reader:
    return lambda spec, stage: read_sheet(workbook, sheet, spec, stage)


def _one_each(sources: _Sources, policy: Path, findings: Sequence[Finding]) -> Found:
    readers: dict[str, Reader] = {}
    notes = list(findings)
    for table in sorted({table for table, _, _ in sources}):
        places = [(place, reader) for name, place, reader in sources if name == table]
        if len(places) > 1:
            notes.append(finding("two_sources", table, names=", ".join(place for place, _ in places)))
        readers[table] = places[0][1]
    return Found(readers, policy, tuple(notes))
