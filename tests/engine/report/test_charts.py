from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asah.engine.report.charts import MAP_WIDTH, Bar, Spot, bars, columns, map_of, nice_ceiling


def _shapes(svg: str, shape: str) -> list[dict[str, str]]:
    return [element.attrib for element in ElementTree.fromstring(svg).iter(shape)]


def test_bars_reach_as_far_as_their_share_and_never_beyond() -> None:
    svg = bars("Judul", [Bar("Satu", 0.25, "25%"), Bar("Dua", 1.7, "170%"), Bar("Tiga", -1, "-")])
    widths = [rect["width"] for rect in _shapes(svg, "rect") if rect["class"] == "fill"]
    assert widths == ["25.00%", "100.00%", "0.00%"]
    assert ElementTree.fromstring(svg).attrib["aria-label"] == "Judul"


def test_bars_shorten_a_long_name_and_keep_it_whole_beside() -> None:
    name = "Keselamatan pasien dan pencegahan infeksi"
    svg = bars("Judul", [Bar(name, 0.5, "50%")])
    assert "…" in svg
    assert f"<title>{name}</title>" in svg


def test_columns_stand_in_proportion_on_the_same_line() -> None:
    svg = columns("Judul", [0, 2, 4], 1, ("2", "4"))
    drawn = [(int(rect["y"]), int(rect["height"])) for rect in _shapes(svg, "rect")]
    assert len(drawn) == 2
    assert {y + height for y, height in drawn} == {150}
    assert drawn[1][1] == 2 * drawn[0][1]


@given(st.integers(0, 10**9))
def test_nice_ceiling_is_even_and_not_far_above(largest: int) -> None:
    top = nice_ceiling(largest)
    assert top % 2 == 0
    assert largest <= top <= max(2, 2.5 * largest)


def test_map_draws_area_in_proportion_to_people() -> None:
    svg = map_of("Peta", [Spot("Bangko", -2.07, 102.27, 400, 2), Spot("Jangkat", -2.6, 102.1, 100, 0)])
    radii = sorted(float(circle["r"]) for circle in _shapes(svg, "circle"))
    assert radii[1] == pytest.approx(2 * radii[0])
    assert len(_shapes(svg, "rect")) == 1


def test_map_is_north_up_and_east_right() -> None:
    svg = map_of("Peta", [Spot("Utara", 1.0, 127.0, 9, 0), Spot("Selatan", -1.0, 128.0, 4, 0)])
    north, south = ((float(c["cx"]), float(c["cy"])) for c in _shapes(svg, "circle"))
    assert north[0] < south[0]
    assert north[1] < south[1]


SPOTS = st.lists(
    st.builds(
        Spot,
        st.text("abcdefgh", min_size=1, max_size=12),
        st.floats(-10, 6),
        st.floats(95, 141),
        st.integers(0, 500),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=30,
)


@given(SPOTS)
def test_map_keeps_everything_inside(spots: list[Spot]) -> None:
    svg = map_of("Peta", spots)
    height = float(re.findall(r'viewBox="0 0 640 (\d+)"', svg)[0])
    assert len(_shapes(svg, "circle")) == sum(spot.people > 0 for spot in spots)
    for circle in _shapes(svg, "circle"):
        x, y, r = float(circle["cx"]), float(circle["cy"]), float(circle["r"])
        assert r <= x <= MAP_WIDTH - r
        assert r <= y <= height - r


@given(SPOTS)
def test_map_names_the_largest_place_and_no_place_twice(spots: list[Spot]) -> None:
    names = [text.text for text in ElementTree.fromstring(map_of("Peta", spots)).iter("text")][:-1]
    assert len(names) <= len(spots)
    assert min(spots, key=lambda spot: (-spot.people, spot.name)).name in names
