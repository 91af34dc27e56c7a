"""The framework that comes with the portal: complete, in two languages, each behaviour told once."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

ASAH = Path(__file__).resolve().parents[3] / "src" / "asah"
DATA = ASAH / "portal" / "competency" / "data"
FILES = ("managerial.toml", "cross.toml", "technical.toml")
LANGUAGES = ("id", "en")
LEVELS = [1, 2, 3, 4, 5]
BEHAVIOURS = {
    "B.01": "Berorientasi pelayanan",
    "B.02": "Akuntabel",
    "B.03": "Kompeten",
    "B.04": "Harmonis",
    "B.05": "Loyal",
    "B.06": "Adaptif",
    "B.07": "Kolaboratif",
}
# Words that leave it to the rater what was seen, and words that put two behaviours into one anchor.
VAGUE = {
    "id": r"\b(dengan baik|optimal|maksimal|efektif|efisien|memadai|sungguh-sungguh|selalu|proaktif)\b",
    "en": r"\b(well|properly|effectively|efficiently|adequately|always|proactively|appropriately)\b",
}
TWO_IN_ONE = {
    "id": r"\b(serta|lalu|kemudian me\w+|dan (?:me|ber)\w+)\b",
    "en": r"\b(and then|and also|as well as)\b",
}
RUN = 5


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def _competencies() -> list[dict[str, Any]]:
    return [entry for name in FILES for entry in _read(DATA / name)["competency"]]


def _pairs() -> Iterator[tuple[str, dict[str, str]]]:
    """Every text with its place."""
    for one in _competencies():
        yield f"{one['code']}: name", one["name"]
        yield f"{one['code']}: definition", one["definition"]
        for level in one["level"]:
            place = f"{one['code']}, level {level['level']}"
            yield f"{place}: title", level["title"]
            yield f"{place}: text", level["text"]
            for number, anchor in enumerate(level["anchors"], start=1):
                yield f"{place}: anchor {number}", anchor


def _anchors(language: str) -> list[tuple[str, str]]:
    return [(place, pair[language]) for place, pair in _pairs() if ": anchor" in place]


def test_every_file_is_of_one_framework_that_nobody_has_checked_yet() -> None:
    frameworks = [_read(DATA / name)["framework"] for name in FILES]
    assert {one["code"] for one in frameworks} == {"asah"}
    assert {one["version"] for one in frameworks} == {"2026.1"}
    assert {one["valid_from"] for one in frameworks} == {date(2026, 1, 1)}
    assert all(one["source"] and one["verified"] is False for one in frameworks)


def test_the_codes_are_those_of_the_simulation_and_the_seven_behaviours() -> None:
    simulated = _read(ASAH / "engine" / "simulate" / "data" / "competencies.toml")["competency"]
    codes = Counter(one["code"] for one in _competencies())
    assert codes == Counter([*simulated, *BEHAVIOURS])


def test_a_competency_is_what_the_simulation_says_it_is() -> None:
    simulated = _read(ASAH / "engine" / "simulate" / "data" / "competencies.toml")["competency"]
    expected = {
        code: (one["name"], one["kind"], one["stream"], one["owner"]) for code, one in simulated.items()
    } | {code: (name, "technical", "ethics", "Kementerian PANRB") for code, name in BEHAVIOURS.items()}
    told = {
        one["code"]: (one["name"]["id"], one["kind"], one["stream"], one["owner"]) for one in _competencies()
    }
    assert told == expected


def test_a_competency_has_five_levels_of_three_anchors() -> None:
    for one in _competencies():
        assert [level["level"] for level in one["level"]] == LEVELS, one["code"]
        assert [len(level["anchors"]) for level in one["level"]] == [3] * 5, one["code"]


def test_every_text_stands_in_both_languages_and_differs_between_them() -> None:
    for place, pair in _pairs():
        assert set(pair) == set(LANGUAGES), place
        assert all(text and text == text.strip() for text in pair.values()), place
        # The BerAKHLAK value Loyal is one word in both languages.
        assert pair["id"] != pair["en"] or (place, pair["id"]) == ("B.05: name", "Loyal"), place


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_anchor_and_no_level_is_told_twice(language: str) -> None:
    for part in (": anchor", ": text", ": title", ": definition"):
        texts = Counter(pair[language].casefold() for place, pair in _pairs() if part in place)
        assert [text for text, times in texts.items() if times > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_anchors_of_two_competencies_share_no_run_of_five_words(language: str) -> None:
    seen: dict[tuple[str, ...], str] = {}
    shared = []
    for place, text in _anchors(language):
        code = place.partition(",")[0]
        words = re.findall(r"[\w'-]+", text.casefold())
        for start in range(len(words) - RUN + 1):
            run = tuple(words[start : start + RUN])
            if seen.setdefault(run, code) != code:
                shared.append((" ".join(run), seen[run], code))
    assert shared == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_anchor_is_one_short_sentence_about_one_thing_that_can_be_seen(language: str) -> None:
    for place, text in _anchors(language):
        assert re.fullmatch(r"[A-Z][^.]*\.", text), place
        assert 4 <= len(text.split()) <= 20, place
        assert re.search(VAGUE[language], text) is None, place
        assert re.search(TWO_IN_ONE[language], text) is None, place


def test_default_levels_cover_every_post_once_and_say_that_they_are_unchecked() -> None:
    content = _read(DATA / "default_levels.toml")
    assert content["default_levels"]["verified"] is False
    assert content["default_levels"]["source"]
    levels = {(row["kind"], row.get("jenjang", "")): row["level"] for row in content["post"]}
    assert len(levels) == len(content["post"])
    assert levels == {
        ("jpt", "utama"): 5,
        ("jpt", "madya"): 4,
        ("jpt", "pratama"): 4,
        ("administrator", ""): 3,
        ("pengawas", ""): 2,
        ("pelaksana", ""): 1,
        ("fungsional", "pemula"): 1,
        ("fungsional", "terampil"): 2,
        ("fungsional", "mahir"): 2,
        ("fungsional", "penyelia"): 3,
        ("fungsional", "ahli pertama"): 2,
        ("fungsional", "ahli muda"): 3,
        ("fungsional", "ahli madya"): 4,
        ("fungsional", "ahli utama"): 5,
    }


def test_only_the_doubtful_default_level_names_its_alternatives() -> None:
    rows = _read(DATA / "default_levels.toml")["post"]
    doubtful = [(row["kind"], row["jenjang"], row["in_doubt"]) for row in rows if "in_doubt" in row]
    assert doubtful == [("jpt", "madya", [4, 5])]


def test_default_levels_agree_with_the_rules_of_the_engine() -> None:
    rules = _read(ASAH / "engine" / "rules" / "data" / "levels.toml")["rule"]
    by_kind = next(rule for rule in rules if rule["name"] == "default_level")["values"]
    rows = _read(DATA / "default_levels.toml")["post"]
    # The engine knows no jenjang of a jpt and takes it as pratama.
    mine = {row["kind"]: row["level"] for row in rows if row.get("jenjang", "pratama") == "pratama"}
    assert mine == {value["key"]: value["value"] for value in by_kind}


# The grades that the holders of a jenjang have: what makes the engine's list by grade stand in for it.
GRADES = {
    "pemula": ["II/A"],
    "terampil": ["II/B", "II/C", "II/D"],
    "mahir": ["III/A", "III/B"],
    "penyelia": ["III/C", "III/D"],
    "ahli pertama": ["III/A", "III/B"],
    "ahli muda": ["III/C", "III/D"],
    "ahli madya": ["IV/A", "IV/B", "IV/C"],
    "ahli utama": ["IV/D", "IV/E"],
}


def test_default_levels_by_jenjang_are_those_of_the_engine_by_grade() -> None:
    rules = _read(ASAH / "engine" / "rules" / "data" / "levels.toml")["rule"]
    by_grade = next(rule for rule in rules if rule["name"] == "default_level_fungsional")["values"]
    rows = [row for row in _read(DATA / "default_levels.toml")["post"] if row["kind"] == "fungsional"]
    assert {row["jenjang"] for row in rows} == set(GRADES)
    mine = {grade: row["level"] for row in rows for grade in GRADES[row["jenjang"]]}
    assert mine == {value["key"]: value["value"] for value in by_grade}
