from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest
from django.utils import translation
from django.utils.safestring import SafeString

from asah.portal.ui.charts import Bar, Point, bars, heat_map, lines, nine_boxes, scatter, stacked_bars
from asah.portal.ui.charts.figure import find_ticks

EVIL = '<script>&"'


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def _tree(chart: SafeString) -> ET.Element:
    assert isinstance(chart, SafeString)
    return ET.fromstring(chart)


def _cells(chart: SafeString) -> list[list[str]]:
    return [["".join(cell.itertext()) for cell in row] for row in _tree(chart).iter("tr")]


DRAWN: list[Callable[[str], SafeString]] = [
    lambda word: bars(word, [Bar(word, 1), Bar("b", None)], name="c"),
    lambda word: stacked_bars(word, [word, "b"], [(word, [1, 2])], name="c"),
    lambda word: heat_map(word, [word], [(word, [1])], name="c", corner=word),
    lambda word: lines(
        word, [1, 2], [(word, [1, None]), ("b", [2, 3])], name="c", x_label=word, y_label=word
    ),
    lambda word: scatter(word, [Point(word, 1, 2)], name="c", x_label=word, y_label=word),
    lambda word: nine_boxes(word, {(0, 0): 1}, name="c", across=(word, [word] * 3), up=(word, [word] * 3)),
]


@pytest.mark.parametrize("draw", DRAWN)
def test_a_chart_is_a_named_figure_with_its_numbers_in_a_table_and_no_style_of_its_own(
    draw: Callable[[str], SafeString],
) -> None:
    chart = draw("Title")
    tree = _tree(chart)
    assert (tree.tag, tree.get("id"), tree.findtext("figcaption")) == ("figure", "c", "Title")
    named = [element for element in tree.iter() if element.get("aria-labelledby") == "c-title"]
    assert [element.tag for element in named] in (["svg"], ["table"])
    assert tree.find(".//table") is not None
    assert not re.search(r"\sstyle=|<style|#[0-9a-f]{6}", chart)


@pytest.mark.parametrize("draw", DRAWN)
def test_words_of_others_are_escaped_in_a_chart(draw: Callable[[str], SafeString]) -> None:
    chart = draw(EVIL)
    assert "<script" not in chart
    assert _tree(chart).findtext("figcaption") == EVIL


@pytest.mark.parametrize(
    "chart",
    [
        bars("T", [], name="c"),
        stacked_bars("T", ["a"], [], name="c"),
        heat_map("T", ["a"], [("r", [None])], name="c"),
        lines("T", [], [], name="c"),
        scatter("T", [], name="c", x_label="x", y_label="y"),
        nine_boxes("T", {}, name="c", across=("x", "abc"), up=("y", "abc")),
    ],
)
def test_a_chart_without_numbers_says_so(chart: SafeString) -> None:
    tree = _tree(chart)
    assert (tree.find(".//svg"), tree.find(".//table")) == (None, None)
    assert len(tree.findtext("p") or "") > 10


def test_a_bar_reaches_as_far_as_its_amount_and_an_unknown_one_is_no_zero() -> None:
    chart = bars("T", [Bar("a", 5), Bar("b", 20), Bar("c", None), Bar("d", 30)], name="c", whole=20)
    widths = [rect.get("width") for rect in _tree(chart).iter("rect") if rect.get("class") == "s1"]
    assert widths == ["25.00%", "100.00%", "0.00%", "100.00%"]
    assert [row[1] for row in _cells(chart)[1:]] == ["5", "20", "–", "30"]


def test_bars_of_nothing_but_zeros_are_drawn() -> None:
    assert "0.00%" in bars("T", [Bar("a", 0)], name="c")


def test_parts_of_a_bar_follow_each_other_and_every_second_is_hatched() -> None:
    chart = stacked_bars("T", ["a", "b", "c"], [("r", [10, 0, 30]), ("s", [20, 20, 0])], name="c")
    drawn = [
        (rect.get("class") or rect.get("fill"), rect.get("x"), rect.get("width"))
        for rect in _tree(chart).iter("rect")
        if rect.get("x")
    ]
    assert drawn == [
        ("part s1", "0.00%", "25.00%"),
        ("part s3", "25.00%", "75.00%"),
        ("part s1", "0.00%", "50.00%"),
        ("part s2", "50.00%", "50.00%"),
        ("url(#c-hatch)", "50.00%", "50.00%"),
    ]
    assert _cells(chart)[1:] == [["r", "10", "0", "30", "40"], ["s", "20", "20", "0", "40"]]


def test_amounts_that_do_not_pair_with_their_names_are_refused() -> None:
    with pytest.raises(ValueError, match="one amount for each"):
        stacked_bars("T", ["a", "b"], [("r", [1])], name="c")
    with pytest.raises(ValueError, match="one for each column"):
        heat_map("T", ["a", "b"], [("r", [1])], name="c")
    with pytest.raises(ValueError, match="each with 2 numbers"):
        lines("T", [1, 2], [("a", [1])], name="c")
    with pytest.raises(ValueError, match="three steps"):
        nine_boxes("T", {(0, 0): 1}, name="c", across=("x", "ab"), up=("y", "abc"))


def test_a_heat_map_shades_by_number_and_tells_the_absent_from_zero() -> None:
    chart = heat_map("T", ["a", "b", "c", "d"], [("r", [0, 0.5, 1, None])], name="c")
    cells = [(cell.get("class"), cell.text) for cell in _tree(chart).iter("td") if cell.get("class")]
    assert cells == [("shade-1", "0"), ("shade-3", "0.5"), ("shade-5", "1"), ("absent", "–")]


def test_a_number_beyond_the_limits_of_a_heat_map_has_the_last_shade() -> None:
    chart = heat_map("T", ["a", "b"], [("r", [-5, 50])], name="c", limits=(0, 10))
    assert re.findall(r'class="(shade-\d)"', chart) == ["shade-1", "shade-5"]


def test_a_line_breaks_where_a_number_is_missing() -> None:
    chart = lines("T", [0, 1, 2, 3], [("a", [0, 1, None, 1])], name="c")
    (path,) = (element.get("d") for element in _tree(chart).iter("path") if element.get("class") == "line s1")
    assert re.sub(r"[\d. ]+", "", path or "") == "MLM"


def test_a_line_of_one_point_and_a_level_line_are_drawn() -> None:
    assert "<circle" in lines("T", [5], [("a", [7])], name="c")
    assert "<circle" in lines("T", [5, 6], [("a", [0, 0])], name="c")


def test_nine_boxes_stand_with_the_best_at_the_upper_right() -> None:
    counts = {(0, 0): 1, (2, 2): 9}
    names = {(2, 2): "stars"}
    chart = nine_boxes(
        "T", counts, name="c", across=("x", ("l", "m", "h")), up=("y", ("lo", "mi", "hi")), names=names
    )
    rows = _cells(chart)
    assert [row[0] for row in rows] == ["y ↑ / x →", "hi", "mi", "lo"]
    assert (rows[1][3], rows[3][1][0]) == ("9stars", "1")


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 100, [0, 25, 50, 75, 100]),
        (1200, 2100, [1000, 1250, 1500, 1750, 2000, 2250]),
        (0.21, 0.29, [0.2, 0.22, 0.24, 0.26, 0.28, 0.3]),
        (7, 7, [6, 8, 10, 12, 14]),
    ],
)
def test_the_numbers_of_an_axis_are_round_and_hold_all_there_is(
    low: float, high: float, ticks: list[float]
) -> None:
    found = find_ticks(low, high)
    assert found == ticks
    assert found[0] <= low <= high <= found[-1]
