"""Single cells of a roster: days, words of closed lists, grades."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from asah.portal.people.actions.roster_nip import Problem

EARLIEST, LATEST = date(1930, 1, 1), date(2120, 12, 31)
# What people write where they have nothing to write.
_BLANK: Final = frozenset(
    {"-", "--", "---", "\u2013", "\u2014", ".", "null", "none", "nan", "n/a", "#n/a", "nihil", "tidak ada"}
    | {"0000-00-00", "00-00-0000", "00/00/0000", "1900-01-00", "1899-12-30"}
)
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "januari jan january", "februari feb pebruari peb february", "maret mar march", "april apr",
            "mei may", "juni jun june", "juli jul july", "agustus agu agt agst ags aug august",
            "september sep sept", "oktober okt october oct", "november nov nopember nop",
            "desember des december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_YEAR_FIRST: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ][\d:.]+Z?)?", re.ASCII)
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ][\d:.]+)?", re.ASCII)
_WRITTEN: Final = re.compile(r"(\d{1,2})[-/. ]+([A-Za-z]+)[-/., ]+(\d{4})", re.ASCII)
_SERIAL: Final = re.compile(r"[1-7]\d{4}(?:\.\d+)?", re.ASCII)
_SERIAL_ORIGIN: Final = date(1899, 12, 30)

_SEX: Final = {
    **dict.fromkeys(("l", "m", "1", "pria", "laki laki", "laki", "lakilaki", "male", "lk", "man"), "L"),
    **dict.fromkeys(("p", "f", "2", "w", "wanita", "perempuan", "female", "pr", "woman"), "P"),
}
_KINDS: Final = {
    **dict.fromkeys(
        ("jpt", "jabatan pimpinan tinggi", "pimpinan tinggi", "jpt utama", "jpt madya", "jpt pratama"), "jpt"
    ),
    **dict.fromkeys(("pimpinan tinggi pratama", "pimpinan tinggi madya", "pimpinan tinggi utama"), "jpt"),
    **dict.fromkeys(("jabatan pimpinan tinggi pratama", "jabatan pimpinan tinggi madya"), "jpt"),
    **dict.fromkeys(("administrator", "jabatan administrator"), "administrator"),
    **dict.fromkeys(("pengawas", "jabatan pengawas"), "pengawas"),
    **dict.fromkeys(
        ("4", "pelaksana", "jabatan pelaksana", "jfu", "fungsional umum", "staf", "staff"), "pelaksana"
    ),
    **dict.fromkeys(("jabatan fungsional umum",), "pelaksana"),
    **dict.fromkeys(
        ("2", "fungsional", "jabatan fungsional", "jf", "jft", "fungsional tertentu"), "fungsional"
    ),
    **dict.fromkeys(
        ("jabatan fungsional tertentu", "fungsional keahlian", "fungsional keterampilan"), "fungsional"
    ),
}
# Words that leave open which of the posts with people below them is meant; the eselon tells.
_STRUCTURAL: Final = frozenset({"1", "struktural", "jabatan struktural", "manajerial", "jabatan manajerial"})
_ESELON: Final = re.compile(r"(?:eselon )?(iv|v|i{1,3}|[1-5]) ?[abcde]?")
_ESELON_KIND: Final = {
    "i": "jpt", "ii": "jpt", "iii": "administrator", "iv": "pengawas", "v": "pelaksana",
    "1": "jpt", "2": "jpt", "3": "administrator", "4": "pengawas", "5": "pelaksana",
}  # fmt: skip
_SKILLED: Final = ("Pemula", "Terampil", "Mahir", "Penyelia")
_EXPERT: Final = ("Pertama", "Muda", "Madya", "Utama")
_LEVELS: Final = {
    **{name.lower(): name for name in (*_SKILLED, "Klerek", "Operator", "Teknisi")},
    **{f"ahli {name.lower()}": f"Ahli {name}" for name in _EXPERT},
    "pertama": "Ahli Pertama", "muda": "Ahli Muda",
    "pelaksana pemula": "Pemula", "pelaksana lanjutan": "Mahir",
    "jpt utama": "Utama", "jpt madya": "Madya", "jpt pratama": "Pratama", "pratama": "Pratama",
}  # fmt: skip
_LEVEL_AT_END: Final = re.compile(
    r"\b(ahli (?:pertama|muda|madya|utama)|pemula|terampil|mahir|penyelia)$", re.IGNORECASE
)
_ROOM: Final = re.compile(r"(?<![A-Za-z])(IV|I{1,3}|[1-4])\s*[/.\-]?\s*([A-Ea-e])(?![A-Za-z])")
_ROMAN: Final = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII".split()  # noqa: SIM905
_GRADE_WORD: Final = re.compile(r"^(?:golongan|gol)\.?\s*", re.IGNORECASE)
_WORDS: Final = re.compile(r"[^\W_]+")


def is_blank(text: str) -> bool:
    """Whether the cell says that there is nothing to say."""
    return not text or text.lower() in _BLANK


@lru_cache(maxsize=50_000)
def read_day(text: str) -> date | Problem:
    """A day as offices write it. The day stands before the month unless the year comes first."""
    found = _YEAR_FIRST.fullmatch(text)
    if found:
        return _day(found[1], found[2], found[3])
    found = _DAY_FIRST.fullmatch(text)
    if found:
        day, month, year = found.groups()
        # The other order in one cell casts doubt on every cell whose day is twelve or less.
        return Problem("day_month_first") if int(month) > 12 >= int(day) else _day(year, month, day)
    found = _WRITTEN.fullmatch(text)
    if found:
        number = _MONTHS.get(found[2].lower())
        return Problem("not_day") if number is None else _day(found[3], str(number), found[1])
    if _SERIAL.fullmatch(text):
        return _within(_SERIAL_ORIGIN + timedelta(days=int(text[:5])))
    return Problem("not_day")


def _day(year: str, month: str, day: str) -> date | Problem:
    try:
        return _within(date(int(year), int(month), int(day)))
    except ValueError:
        return Problem("not_day")


def _within(day: date) -> date | Problem:
    return day if EARLIEST <= day <= LATEST else Problem("day_out_of_range")


@lru_cache(maxsize=1_000)
def read_employment(text: str) -> str | Problem:
    """PNS, CPNS, PPPK or PPPK_PARUH_WAKTU."""
    words = _words(text)
    joined = " ".join(words)
    if "pppk" in words or "p3k" in words or "perjanjian kerja" in joined:
        part_time = {"paruh", "pw", "part"}.intersection(words) or "paruhwaktu" in words
        return "PPPK_PARUH_WAKTU" if part_time else "PPPK"
    if "cpns" in words or "calon" in words or joined == "c":
        return "CPNS"
    if "pns" in words or "pegawai negeri sipil" in joined or joined == "p":
        return "PNS"
    return Problem("employment_unknown")


def read_sex(text: str) -> str | Problem:
    """L or P."""
    return _SEX.get(" ".join(_words(text))) or Problem("sex_unknown")


@lru_cache(maxsize=1_000)
def read_kind(text: str, eselon: str) -> str | Problem | None:
    """jpt, administrator, pengawas, pelaksana or fungsional; None where neither cell tells."""
    words = " ".join(_words(text))
    by_eselon = _kind_of_eselon(eselon)
    if is_blank(text):
        return by_eselon
    if words in _STRUCTURAL:
        return by_eselon or Problem("kind_needs_eselon")
    # A bare number is one of SIASN's, never an eselon.
    named = _KINDS.get(words) or (None if words.isdecimal() else _kind_of_eselon(text))
    return named or Problem("kind_unknown")


def _kind_of_eselon(text: str) -> str | None:
    found = _ESELON.fullmatch(" ".join(_words(text)))
    return _ESELON_KIND[found[1]] if found else None


@lru_cache(maxsize=5_000)
def read_level(text: str, kind: str | None) -> str:
    """The rung as it is written in law where it is a known one, else as it stands."""
    words = " ".join(_words(text))
    if kind == "fungsional":
        if words in ("madya", "utama"):
            return f"Ahli {words.title()}"
        if words == "pelaksana":
            return "Terampil"
    elif words in ("madya", "utama"):
        return words.title()
    return _LEVELS.get(words, text)


def level_in_name(position: str) -> str | None:
    """The rung at the end of a functional post's name: "Perawat Ahli Muda" -> "Ahli Muda"."""
    found = _LEVEL_AT_END.search(position.strip())
    return found[1].title() if found else None


@lru_cache(maxsize=1_000)
def read_golongan(text: str, contract: bool | None) -> str | Problem:
    """III/c for PNS, IX for PPPK (``contract``); where that is not known (None) either is taken."""
    if contract is not True:
        rooms = _ROOM.findall(text)
        if rooms:
            roman = rooms[-1][0] if rooms[-1][0].isalpha() else _ROMAN[int(rooms[-1][0]) - 1]
            room = rooms[-1][1].lower()
            return f"{roman}/{room}" if room != "e" or roman == "IV" else Problem("golongan_unknown")
    grade = _GRADE_WORD.sub("", text).strip().upper()
    if contract is not False:
        if grade in _ROMAN:
            return grade
        if grade.isdecimal() and 1 <= int(grade) <= len(_ROMAN):
            return _ROMAN[int(grade) - 1]
    return Problem("golongan_of_others" if _ROOM.search(text) or grade in _ROMAN else "golongan_unknown")


def retirement_key(kind: str, level: str) -> str:
    """The name under which the rules keep the retirement age of such a post."""
    if kind != "fungsional":
        return kind
    if level in _SKILLED:
        return "fungsional_keterampilan"
    return f"fungsional_{level.lower().replace(' ', '_')}"


def _words(text: str) -> list[str]:
    return _WORDS.findall(text.lower())
