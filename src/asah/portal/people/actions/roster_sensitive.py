"""Personal data that no plan of development needs: refused at the door, by name or by what a column holds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LABELS: Final[Mapping[str, Promise]] = {
    "identity": _("number of an identity document"),
    "religion": _("religion"),
    "tax": _("tax number"),
    "insurance": _("number of an insurance"),
    "address": _("home address"),
    "phone": _("telephone number"),
    "marriage": _("marital status"),
    "family": _("family"),
    "birthplace": _("place of birth"),
    "health": _("health"),
    "ethnicity": _("ethnicity"),
    "money": _("pay or bank account"),
}

# Every word of one of these groups stands somewhere in the header.
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "identity": ("nik", "nonik", "ktp", "noktp", "ektp", "paspor", "passport", "sidik jari", "foto", "kk",
                 "nokk"),
    "religion": ("agama", "religion"),
    "tax": ("npwp", "nonpwp"),
    "insurance": ("bpjs", "nobpjs", "bpjskes", "bpjskesehatan", "askes", "taspen"),
    "address": ("alamat", "address", "domisili", "tempat tinggal", "rt rw", "kode pos"),
    "phone": ("hp", "nohp", "telepon", "telp", "telpon", "notelp", "tlp", "phone", "handphone", "ponsel",
              "whatsapp", "wa", "nowa"),
    "marriage": ("kawin", "perkawinan", "pernikahan", "menikah", "nikah", "marital"),
    "family": ("ibu", "ayah", "suami", "istri", "isteri", "pasangan", "anak", "keluarga", "karis", "karsu"),
    "birthplace": ("tempat lahir", "lahir tempat", "ttl", "kota lahir", "kabupaten lahir", "birthplace"),
    "health": ("golongan darah", "gol darah", "goldar", "darah", "penyakit", "status kesehatan",
               "kondisi kesehatan", "disabilitas", "difabel", "cacat"),
    "ethnicity": ("suku", "etnis", "ras", "ethnicity"),
    "money": ("rekening", "norek", "gaji", "salary", "tpp", "tunjangan"),
}  # fmt: skip

_CONTENTS: Final[Mapping[str, re.Pattern[str]]] = {
    "identity": re.compile(r"(?:\d[ .]?){16}|\d[.,]\d+E\+15", re.IGNORECASE),
    "tax": re.compile(r"\d{2}\.\d{3}\.\d{3}\.\d-?\d{3}\.\d{3}"),
    "phone": re.compile(r"(?:\+?62|0)[ -]?8\d{1,2}(?:[ -]?\d){6,10}"),
    "religion": re.compile(
        r"islam|kristen(?: protestan| katolik)?|protestan|katolik|katholik|hindu|budd?h?a|konghucu|khonghucu",
        re.IGNORECASE,
    ),
    "marriage": re.compile(
        r"(?:belum |sudah )?(?:kawin|menikah)|cerai(?: hidup| mati)?|janda|duda|lajang", re.IGNORECASE
    ),
}
# A column is what at least this share of its cells is.
_MOSTLY: Final = 0.5


def kind_of_words(words: Sequence[str]) -> str | None:
    """The kind of personal data that a header of these words (small letters) announces."""
    there = set(words)
    for kind, groups in _WORDS.items():
        if any(there.issuperset(group.split()) for group in groups):
            return kind
    return None


def kind_of_contents(cells: Sequence[str]) -> str | None:
    """The kind of personal data that most of these filled cells are."""
    for kind, pattern in _CONTENTS.items():
        if cells and sum(map(bool, map(pattern.fullmatch, cells))) >= _MOSTLY * len(cells):
            return kind
    return None
