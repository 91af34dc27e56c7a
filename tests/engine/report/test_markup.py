from __future__ import annotations

from asah.engine.report.markup import Markup, join, raw, tag


def test_text_is_escaped_and_markup_is_not() -> None:
    inner = tag("b", "<script>alert(1)</script> & co")
    assert inner == "<b>&lt;script&gt;alert(1)&lt;/script&gt; &amp; co</b>"
    assert tag("p", inner, " <i>") == f"<p>{inner} &lt;i&gt;</p>"


def test_attributes_are_escaped_renamed_and_left_out() -> None:
    made = tag("a", "x", class_='"><script>', aria_label="a&b", hidden=True, id=None, lang=False)
    assert made == '<a class="&quot;&gt;&lt;script&gt;" aria-label="a&amp;b" hidden>x</a>'


def test_children_may_be_lists_numbers_and_nothing() -> None:
    assert tag("ul", [tag("li", 1), None, [tag("li", "2")]]) == "<ul><li>1</li><li>2</li></ul>"
    assert join(None) == ""


def test_elements_without_content_have_no_end() -> None:
    assert tag("meta", charset="utf-8") == '<meta charset="utf-8">'


def test_raw_text_is_ours_alone() -> None:
    assert isinstance(raw("a > b"), Markup)
    assert tag("style", raw("a > b")) == "<style>a > b</style>"
