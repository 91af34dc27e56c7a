"""How a Word file looks: its styles, and the language its words are checked in."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from asah.portal.documents.actions.language import Language

LOCALES: Final = {"id": "id-ID", "en": "en-GB"}
DEEPEST_IN_CONTENTS: Final = 3
# Every Word has it, and programs without it have letters of the same widths.
_FONT: Final = "Arial"
_INK: Final = RGBColor(0x14, 0x21, 0x3D)
_QUIET: Final = RGBColor(0x4A, 0x54, 0x63)
_HEADINGS: Final = {1: 14, 2: 12, 3: 11, 4: 10.5}


def set_styles(file: Any, language: Language) -> None:
    """Fonts, sizes and spaces of the file, and the language its words are checked in."""
    locale = LOCALES[language.code]
    styles = file.styles
    defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    defaults.find(qn("w:lang")).set(qn("w:val"), locale)
    file.settings.element.find(qn("w:themeFontLang")).set(qn("w:val"), locale)
    _drop_thumbnail(file)
    for style in styles:
        fonts = None if style.element.rPr is None else style.element.rPr.find(qn("w:rFonts"))
        if fonts is not None:
            style.element.rPr.remove(fonts)
    fonts = defaults.find(qn("w:rFonts"))
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), _FONT)
    shape = partial(_shape_style, styles)
    shape("Normal", size=10.5, after=6)
    for level, size in _HEADINGS.items():
        shape(f"Heading {level}", size=size, bold=True, color=_INK, before=14 if level > 1 else 0, after=8)
    shape("Title", size=20, bold=True, color=_INK, center=True, before=24, after=10)
    _plain_title(styles["Title"])
    shape("Subtitle", size=13, center=True, after=24, bold=False, color=_QUIET)
    _plain_title(styles["Subtitle"])
    shape("Fact", size=10, center=True, after=3)
    shape("Letterhead", size=13, bold=True, center=True, after=0)
    shape("Letterhead Small", size=9, center=True, after=0)
    shape("Contents Heading", size=14, bold=True, color=_INK, after=10)
    shape("Caption", size=9.5, bold=True, color=_INK, before=10, after=4)
    styles["Caption"].paragraph_format.keep_with_next = True
    shape("Source", size=8.5, color=_QUIET, before=3, after=8)
    shape("Figure", size=10.5, after=3)
    shape("Note", size=10.5, before=6, after=8)
    draw_line(styles["Note"], "left", 24)
    shape("Header", size=8, color=_QUIET)
    draw_line(styles["Header"], "bottom", 4)
    shape("Footer", size=8, color=_QUIET, center=True)
    shape("Signature Line", size=10.5, after=0)
    styles["Signature Line"].paragraph_format.keep_together = True
    shape("Cell", size=9, after=0)
    styles["Cell"].paragraph_format.line_spacing = 1
    for level in range(1, DEEPEST_IN_CONTENTS + 1):
        shape(f"toc {level}", size=10, bold=level == 1, before=4 if level == 1 else 0, after=2)
        form = styles[f"toc {level}"].paragraph_format
        form.left_indent = Mm(6 * (level - 1))
        _lead_dots(form)


def _shape_style(
    styles: Any,
    name: str,
    *,
    size: float,
    bold: bool | None = None,
    color: RGBColor | None = None,
    center: bool = False,
    before: float = 0,
    after: float | None = None,
) -> None:
    if name not in styles:
        made = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=name.startswith("toc "))
        made.base_style = styles["Normal"]
    style = styles[name]
    style.font.size = Pt(size)
    style.font.bold = bold
    style.font.italic = False
    if color is not None:
        style.font.color.rgb = color
    style.paragraph_format.space_before = Pt(before)
    if after is not None:
        style.paragraph_format.space_after = Pt(after)
    if center:
        style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _plain_title(style: Any) -> None:
    """Without the line below it and the room between its letters that the template gives."""
    for place, name in ((style.element.pPr, "w:pBdr"), (style.element.rPr, "w:spacing")):
        drawn = place.find(qn(name))
        if drawn is not None:
            place.remove(drawn)


def _lead_dots(form: Any) -> None:
    form.tab_stops.add_tab_stop(Mm(165), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)


def _drop_thumbnail(file: Any) -> None:
    """The template brings the picture of another page."""
    package = file.part.package
    for key, link in list(package.rels.items()):
        if link.reltype.endswith("/thumbnail"):
            del package.rels[key]


def draw_line(place: Any, edge: str, eighths: int) -> None:
    """A line along a paragraph or all paragraphs of a style, so many eighths of a point thick."""
    properties = (place._p if hasattr(place, "_p") else place.element).get_or_add_pPr()
    edges = parse_xml(
        f"<w:pBdr {nsdecls('w')}>"
        f'<w:{edge} w:val="single" w:sz="{eighths}" w:space="4" w:color="14213D"/></w:pBdr>'
    )
    properties.insert_element_before(
        edges,
        *("w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc"),
        *("w:outlineLvl", "w:rPr", "w:sectPr"),
    )
