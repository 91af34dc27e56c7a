from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from asah.engine.report import write_report
from asah.engine.simulate import write_region
from asah.engine.tables import load
from engine.report.greedy import greedy_plan

Scheme = Literal["light", "dark"]
Open = Callable[..., Page]
WIDTHS = (1280, 320)
LANGUAGES = ("id", "en")


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of an island province: many places, offices, mandates missed, simple rules beside it."""
    folder = tmp_path_factory.mktemp("report")
    write_region(region="maluku-utara", people=400, seed=5, out=folder / "input", ratings=False)
    tables = load(folder / "input", "plan")
    plan = greedy_plan(tables)
    write_report(folder, tables, plan.frames, plan.summary, plan.simple_rules)
    return folder / "report.html"


@pytest.fixture
def show(browser: Browser, report: Path) -> Iterator[Open]:
    """Open the report as somebody sees it; every folded table is open unless ``folded``."""
    contexts = []

    def open_page(
        width: int = 1280,
        scheme: Scheme = "light",
        language: str = "id",
        *,
        folded: bool = False,
        **options: Any,
    ) -> Page:
        size = {"width": width, "height": 800}
        context = browser.new_context(viewport=size, color_scheme=scheme, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.goto(report.as_uri())
        page.check(f"#show-{language}")
        if not folded:
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        return page

    yield open_page
    for context in contexts:
        context.close()


def test_page_asks_for_nothing_and_complains_of_nothing(browser: Browser, report: Path) -> None:
    page = browser.new_page()
    requests: list[str] = []
    messages: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: messages.append(message.text))
    page.goto(report.as_uri())
    assert requests == [report.as_uri()]
    assert messages == []
    page.close()


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(1280, "light", "id"), (1280, "dark", "en"), (320, "light", "en"), (320, "dark", "id")],
)
def test_page_is_accessible(show: Open, width: int, scheme: Scheme, language: str) -> None:
    found = Axe().run(show(width, scheme, language))
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [*WIDTHS, 768, 375])
def test_page_never_scrolls_sideways(show: Open, width: int, language: str) -> None:
    page = show(width, language=language)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_wide_tables_scroll_in_their_own_box_that_the_keyboard_reaches(show: Open) -> None:
    page = show(320)
    boxes = page.evaluate(
        "[...document.querySelectorAll('.in-id .scroll')]"
        ".map(box => [box.scrollWidth > box.clientWidth, box.tabIndex, box.getBoundingClientRect().right])"
    )
    assert any(wide for wide, _, _ in boxes)
    assert all(index == 0 and right <= 320 for _, index, right in boxes)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_edge_of_a_wide_table_shows_that_there_is_more(show: Open, scheme: Scheme) -> None:
    page = show(320, scheme)
    page.add_style_tag(content="th, td, caption { color: transparent !important; border: 0 !important }")
    wide = page.locator(".in-id section[aria-labelledby=mandate-id] .scroll").first
    begun = _edges(wide)
    wide.evaluate("box => box.scrollTo(box.scrollWidth, 0)")
    ended = _edges(wide)
    assert begun[0] == ended[1]  # nothing more to see
    assert begun[1] != ended[1]
    assert begun[0] != ended[0]


def _edges(box: Locator) -> tuple[bytes, bytes]:
    """The outermost pixels of a box at the left and at the right."""
    box.evaluate("box => box.scrollIntoView({behavior: 'instant'})")
    at = box.bounding_box()
    assert at
    y = at["y"] + min(80, at["height"] / 2)
    left, right = (
        box.page.screenshot(clip={"x": x, "y": y, "width": 1, "height": 8})
        for x in (at["x"], at["x"] + at["width"] - 1)
    )
    return left, right


@pytest.mark.parametrize("width", WIDTHS)
def test_words_in_charts_are_large_enough_to_read(show: Open, width: int) -> None:
    heights = show(width).evaluate(
        "[...document.querySelectorAll('.in-id svg text')]"
        ".map(text => text.getBoundingClientRect().height).filter(height => height > 0)"
    )
    assert len(heights) > 50
    assert min(heights) >= 10


def test_charts_stay_inside_the_page_at_320(show: Open) -> None:
    outside = show(320).evaluate(
        "[...document.querySelectorAll('.in-id svg *')].map(one => one.getBoundingClientRect())"
        ".filter(box => box.width > 0 && (box.left < 0 || box.right > 320)).length"
    )
    assert outside == 0


def test_names_in_charts_are_cut_off_only_where_there_is_no_room(show: Open) -> None:
    page = show(1280)
    assert "…" not in "".join(page.locator(".in-id .chart text:visible").all_text_contents())
    outside = page.evaluate(
        "[...document.querySelectorAll('.in-id .chart > svg')].filter(bar => {"
        " const [name, figure] = [...bar.querySelectorAll('text')]"
        "  .map(text => text.getBoundingClientRect()).filter(box => box.width > 0);"
        " return figure && name.right > figure.left }).length"
    )
    assert outside == 0


@pytest.mark.parametrize("width", WIDTHS)
def test_words_in_tables_are_not_broken(show: Open, width: int) -> None:
    broken = show(width).evaluate(
        "[...document.querySelectorAll('.in-id th')].filter(cell => {"
        " const style = getComputedStyle(cell); return style.overflowWrap === 'anywhere' }).length"
    )
    assert broken == 0


def test_keyboard_alone_switches_the_language(show: Open) -> None:
    page = show(folded=True)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "show-id"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("ArrowRight")
    assert page.locator("h1:visible").all_inner_texts() == ["Plan for the development of civil servants 2027"]
    assert page.locator(".in-id:visible").count() == 0
    page.keyboard.press("ArrowLeft")
    assert page.locator("h1:visible").all_inner_texts() == ["Rencana pengembangan kompetensi ASN 2027"]


def test_switch_and_folded_tables_work_without_script(show: Open) -> None:
    page = show(language="en", folded=True, java_script_enabled=False)
    assert page.locator("h1:visible").inner_text().startswith("Plan for")
    folded = page.locator(".in-en details").first
    assert not folded.locator("table").is_visible()
    folded.locator("summary").click()
    assert folded.locator("table").is_visible()


def test_every_link_of_the_contents_leads_to_its_part(show: Open) -> None:
    page = show()
    for language in LANGUAGES:
        page.check(f"#show-{language}")
        links = page.locator("nav:visible a")
        assert links.count() == 12
        for target in [link.get_attribute("href") for link in links.all()]:
            assert page.locator(f"h2{target}").is_visible()


def test_dark_page_is_dark_and_paper_is_white(show: Open) -> None:
    page = show(scheme="dark")
    assert _lightness(page) < 0.2
    page.emulate_media(media="print")
    assert _lightness(page) == 1.0


def _lightness(page: Page) -> float:
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return max(int(part) for part in re.findall(r"\d+", colour)[:3]) / 255


def test_paper_shows_every_table_and_none_of_the_controls(show: Open) -> None:
    page = show(folded=True)
    page.emulate_media(media="print")
    tables = page.locator(".in-id table")
    assert tables.count() > 10
    assert all(table.is_visible() for table in tables.all())
    assert page.locator("nav:visible, .switch:visible, summary:visible").count() == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_prints_on_a4_in_the_language_shown(show: Open, tmp_path: Path, language: str) -> None:
    page = show(language=language, folded=True)
    printed = page.pdf(prefer_css_page_size=True)
    (tmp_path / "report.pdf").write_bytes(printed)
    assert printed.startswith(b"%PDF")
    assert 5 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 40
    sizes = {
        tuple(map(round, map(float, box)))
        for box in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    }
    assert sizes == {(595, 842)}
