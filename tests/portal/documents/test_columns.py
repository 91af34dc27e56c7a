from __future__ import annotations

from itertools import pairwise

import pytest

from asah.portal.documents.actions.columns import BREAK, SOFT_HYPHEN, break_words, set_columns
from asah.portal.documents.actions.layout import lay_out
from portal.documents.sample import NIP, matrix, small


@pytest.mark.parametrize("paper", ["a4", "f4"])
def test_the_eighteen_columns_of_the_matrix_are_legible_on_one_lying_page(paper: str) -> None:
    (run,) = lay_out(small(matrix(300), paper=paper)).runs
    table = run.items[-1]
    assert run.landscape
    assert len(table.setting.shares) == 18
    assert table.setting.size >= 6.5
    for row in table.rows:
        for text, fit in zip(row, table.setting.letters, strict=True):
            words = [part for word in text.split() for part in word.split("/")]
            assert all(len(word) <= max(fit, 11) or not word[0].isdigit() for word in words)


def test_shares_fill_the_width_exactly() -> None:
    setting = set_columns(["A", "B"], [["a" * 300, "b"]], [None, None], 165)
    assert sum(setting.shares) == pytest.approx(1)
    assert setting.shares[0] > 5 * setting.shares[1]


def test_a_nip_has_room_in_one_line_beside_many_long_texts() -> None:
    row = [NIP, *["Pengembangan kompetensi pegawai negeri sipil di lingkungan kabupaten"] * 12]
    setting = set_columns([f"Kolom {at}" for at in range(13)], [row], [None] * 13, 267)
    assert setting.letters[0] >= 18
    assert break_words(NIP, setting.letters[0]) == NIP


def test_few_columns_have_large_letters() -> None:
    assert set_columns(["Nama", "JP"], [["Siti Contoh", "20"]], [None, None], 165).size == 9


def test_a_given_width_is_kept_beside_the_others() -> None:
    setting = set_columns(["A", "B"], [["a", "b"]], [30, 10], 165)
    assert setting.shares[0] / setting.shares[1] == pytest.approx(3, rel=0.2)


def test_columns_that_can_never_fit_are_squeezed_and_still_fill_the_width() -> None:
    setting = set_columns(["Kolom"] * 80, [[NIP] * 80], [None] * 80, 165)
    assert sum(setting.shares) == pytest.approx(1)
    assert min(setting.letters) >= 1


def test_a_table_without_rows_is_measured_by_its_headings() -> None:
    assert len(set_columns(["Nama", ""], [], [None, None], 165).shares) == 2


def test_words_that_fit_are_not_touched() -> None:
    assert break_words("Pelatihan kepemimpinan administrator", 14) == "Pelatihan kepemimpinan administrator"


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("penyelenggara", "penye-leng-gara"),
        ("kepegawaian", "kepe-ga-waian"),
        ("administrasi", "admi-nis-trasi"),
        ("pembangunan", "pem-ba-ngu-nan"),
    ],
)
def test_long_words_may_be_broken_between_syllables(word: str, syllables: str) -> None:
    broken = break_words(word, 8)
    assert broken.replace(SOFT_HYPHEN, "") == word
    parts = broken.split(SOFT_HYPHEN)
    assert all(len(part) <= 8 for part in parts)
    assert not any(part[-1] + following[0] in ("ng", "ny", "sy", "kh") for part, following in pairwise(parts))
    assert "-".join(parts) == syllables


def test_words_break_after_a_slash_before_they_break_within() -> None:
    assert break_words("Seminar/konferensi", 10) == f"Seminar/{BREAK}konferensi"


def test_a_word_without_syllables_is_broken_anywhere_and_loses_nothing() -> None:
    broken = break_words("x" * 95 + " y", 10)
    assert broken.replace(BREAK, "") == "x" * 95 + " y"
    assert max(map(len, broken.replace(" ", BREAK).split(BREAK))) <= 10


def test_an_amount_is_never_broken_so_that_it_can_be_copied() -> None:
    for amount in ("9.898.408.000", "Rp9.898.408.000", "(Rp9.898.408.000);", "−Rp9.898.408.000"):
        assert break_words(amount, 5) == amount
    assert break_words("perjalanan Rp\u00a09.898.408.000; lain", 10).replace("\u00ad", "") == (
        "perjalanan Rp\u00a09.898.408.000; lain"
    )
