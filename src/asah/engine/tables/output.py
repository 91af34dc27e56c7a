"""Writing a result: whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import glob
import json
import os
import re
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Final, Literal, Self

import polars as pl
import xlsxwriter

from asah.engine.errors import OutputError
from asah.engine.tables.files import WORKBOOK
from asah.engine.tables.messages import language
from asah.engine.tables.schema import SCHEMA

Format = Literal["csv", "parquet", "xlsx"]
# Lists what Asah wrote into a folder. A folder without it is somebody else's.
MARKER: Final = ".asah"
# What file managers leave in every folder they show.
_NOBODYS: Final = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class OutputFolder:
    """Collects a result in a folder beside ``path`` and puts it there in one step when it is whole.

    On any error, an interrupt included, the new folder is removed and an earlier result stays as it was. A
    folder that holds anything Asah did not write is never replaced. Raises OutputError.
    """

    def __init__(self, path: Path, format: Format = "csv") -> None:
        self.path = Path(os.path.realpath(path))
        self.format = format
        self.folder = self.path.with_name(f".{self.path.name}.asah-new-{os.getpid()}")
        self._aside = self.path.with_name(f".{self.path.name}.asah-old")
        self._lock = -1
        self._sheets: dict[str, pl.DataFrame] = {}

    def __enter__(self) -> Self:
        with _as_output_error(self.path):
            if self._aside.exists() and not self.path.exists():
                os.rename(self._aside, self.path)  # a run was killed between the two steps of the swap
            self._refuse_what_is_not_ours()
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._remove_what_killed_runs_left()
            self.folder.mkdir()
            with suppress(OSError):  # a file system that knows no locks
                self._lock = _lock(self.folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                with _as_output_error(self.path):
                    self._finish()
        finally:
            with _undisturbed():
                shutil.rmtree(self.folder, ignore_errors=True)
                with suppress(OSError):
                    os.close(self._lock)
        if isinstance(error, OSError) and self._is_about_output(error):
            raise _output_error(self.path, error) from error

    def write(self, name: str, frame: pl.DataFrame) -> None:
        """Write one table; one that has a column file gets its columns, order and types."""
        table = _by_column_file(name, frame)
        with _as_output_error(self.path):
            if self.format == "parquet":
                table.write_parquet(self.folder / f"{name}.parquet")
            elif self.format == "csv":
                _as_text(table).write_csv(self.folder / f"{name}.csv")
            else:
                self._sheets[name] = table

    def write_json(self, name: str, obj: Any) -> None:
        self.write_text(name, json.dumps(obj, ensure_ascii=False, indent=2, allow_nan=False) + "\n")

    def write_text(self, name: str, text: str) -> None:
        with _as_output_error(self.path):
            (self.folder / name).write_text(text, encoding="utf-8")

    def _is_about_output(self, error: OSError) -> bool:
        inside = str(error.filename or "").startswith(str(self.folder))
        return inside or error.errno in _FULL or error.errno == errno.EROFS

    def _refuse_what_is_not_ours(self) -> None:
        there = next(path for path in (self.path, *self.path.parents) if path.exists())
        if not there.is_dir():
            raise OutputError(_say("not_folder", there))
        strange = sorted(_files_in(there) - _written_by_asah(there)) if there == self.path else []
        if strange:
            raise OutputError(_say("not_ours", self.path, files=", ".join(strange[:5])))

    def _remove_what_killed_runs_left(self) -> None:
        """Folders like ours that no living run holds."""
        for left in self.path.parent.glob(f".{glob.escape(self.path.name)}.asah-new-*"):
            if left.name.rpartition("-")[2].isdigit() and left.is_dir() and not left.is_symlink():
                with suppress(OSError):
                    lock = _lock(left)
                    shutil.rmtree(left, ignore_errors=True)
                    os.close(lock)

    def _finish(self) -> None:
        if self._sheets:
            _write_workbook(self.folder / WORKBOOK, self._sheets)
        written = "".join(f"{name}\n" for name in sorted(_files_in(self.folder)))
        (self.folder / MARKER).write_text(written, encoding="utf-8")
        for file in [*self.folder.rglob("*"), self.folder]:
            _sync(file)
        with _undisturbed():
            self._swap()
            _sync(self.path.parent)

    def _swap(self) -> None:
        shutil.rmtree(self._aside, ignore_errors=True)
        if self.path.exists():
            os.rename(self.path, self._aside)
        try:
            os.rename(self.folder, self.path)
        except OSError:
            if self._aside.exists():
                os.rename(self._aside, self.path)
            raise
        shutil.rmtree(self._aside, ignore_errors=True)


def _files_in(folder: Path) -> set[str]:
    """Everything below ``folder`` that could be somebody's work, hidden files and links included."""
    files = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return {file.relative_to(folder).as_posix() for file in files if file.name not in _NOBODYS}


def _written_by_asah(folder: Path) -> set[str]:
    """What the marker of an earlier result lists, and the marker itself."""
    marker = folder / MARKER
    return {MARKER, *marker.read_text("utf-8").splitlines()} if marker.is_file() else set()


def _lock(folder: Path) -> int:
    """Hold ``folder`` until the handle is closed or the process ends, however it ends."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold back interrupts for a moment; one that came is delivered afterwards."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for late in came:
            signal.raise_signal(late)


# ---- tables


def _by_column_file(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    if name not in SCHEMA:
        return frame
    spec = SCHEMA[name]
    strange = [column for column in frame.columns if not spec.has(column)]
    missing = [column.name for column in spec.columns if column.required and column.name not in frame.columns]
    if strange or missing:
        raise ValueError(f"{name}: columns not in its column file {strange}, required and missing {missing}")
    return frame.select(
        pl.col(column.name).cast(column.dtype) for column in spec.columns if column.name in frame.columns
    )


def _as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Truth values as people write them."""
    yes, no = pl.lit("yes"), pl.lit("no")
    return frame.with_columns(
        pl.when(pl.col(name)).then(yes).when(~pl.col(name)).then(no).alias(name)
        for name, dtype in frame.schema.items()
        if dtype == pl.Boolean
    )


def _write_workbook(path: Path, sheets: dict[str, pl.DataFrame]) -> None:
    """One sheet per table. Text is written as text: identifiers keep their digits, nothing is a formula."""
    options = {"constant_memory": True, "tmpdir": str(path.parent), "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(path, options) as book:
        bold = book.add_format({"bold": True})
        for name, frame in sheets.items():
            sheet = book.add_worksheet(name)
            for column, title in enumerate(frame.columns):
                sheet.write_string(0, column, title, bold)
            writers = [_cell_writer(sheet, dtype) for dtype in _as_text(frame).dtypes]
            for row, cells in enumerate(_as_text(frame).iter_rows(), start=1):
                for column, (write, cell) in enumerate(zip(writers, cells, strict=True)):
                    if cell is not None:
                        write(row, column, cell)
            sheet.freeze_panes(1, 0)


def _cell_writer(sheet: Any, dtype: pl.DataType) -> Any:
    if dtype == pl.String:
        return sheet.write_string
    return sheet.write_datetime if dtype == pl.Date else sheet.write_number


# ---- what is said when it fails

_TEXTS: Final = {
    "not_folder": (
        "{path} adalah berkas, bukan folder. Pilih nama lain untuk --out.",
        "{path} is a file, not a folder. Choose another name for --out.",
    ),
    "not_ours": (
        "{path} memuat berkas yang tidak tercatat sebagai hasil Asah di sana ({files}); dibiarkan."
        " Pilih folder lain untuk --out.",
        "{path} holds files that are not recorded there as written by Asah ({files}), so it is kept."
        " Choose a new folder for --out.",
    ),
    "failed": (
        "{path} tidak dapat ditulis ({reason}). Tidak ada yang setengah tertulis. {remedy}",
        "{path} could not be written ({reason}). Nothing was left half-written. {remedy}",
    ),
    "full": (
        "Kosongkan ruang disk atau pilih disk lain untuk --out.",
        "Free disk space or choose another disk for --out.",
    ),
    "denied": (
        "Pilih folder yang boleh Anda tulis untuk --out.",
        "Choose a folder you may write to for --out.",
    ),
    "other": ("Periksa folder tujuan, lalu jalankan lagi.", "Check the target folder, then run it again."),
}


def _say(code: str, path: Path, **facts: str) -> str:
    return _TEXTS[code][language() == "en"].format(path=path, **facts)


def _output_error(path: Path, error: Exception) -> OutputError:
    # The libraries that write tables put the number of the system's error into their text.
    told = re.search(r"(?:os error |Errno )(\d+)", str(error))
    number = getattr(error, "errno", None) or (int(told[1]) if told else 0)
    reason = os.strerror(number) if number else str(error).splitlines()[0]
    if number in _FULL:
        remedy = "full"
    elif number in (errno.EACCES, errno.EPERM, errno.EROFS):
        remedy = "denied"
    else:
        remedy = "other"
    return OutputError(_say("failed", path, reason=reason, remedy=_TEXTS[remedy][language() == "en"]))


@contextmanager
def _as_output_error(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, pl.exceptions.PolarsError, xlsxwriter.exceptions.XlsxWriterException) as error:
        raise _output_error(path, error) from error
