"""Word: a file of real headings, fields and sections. Its looks are in wordstyles, tables in wordtable."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm
from docx.text.paragraph import Paragraph as WordParagraph

from asah.portal.documents.actions.archive import pack_again
from asah.portal.documents.actions.content import (
    Bullets,
    Document,
    Letterhead,
    Note,
    PageBreak,
    Paragraph,
    Signature,
)
from asah.portal.documents.actions.layout import (
    MARGINS,
    PAPERS,
    Heading,
    Item,
    Layout,
    Numbered,
    PrintedFigures,
    PrintedTable,
    Signatures,
    free_width,
    lay_out,
)
from asah.portal.documents.actions.wordstyles import DEEPEST_IN_CONTENTS, LOCALES, draw_line, set_styles
from asah.portal.documents.actions.wordtable import escape_text, table_xml


def render_docx(document: Document) -> bytes:
    """The document as a Word file. Page numbers of its contents are filled in where it is opened."""
    made = io.BytesIO()
    word = _Word(lay_out(document))
    word.write()
    word.file.save(made)
    return pack_again(made.getvalue())


class _Word:
    """One file, filled from top to bottom."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.document = layout.document
        self.language = layout.language
        self.file = docx.Document()
        self.bookmarks = 0

    def write(self) -> None:
        set_styles(self.file, self.language)
        self._properties()
        first = self.file.sections[0]
        self._shape(first, landscape=False)
        first.different_first_page_header_footer = True
        self._header_and_footer(first)
        self._front()
        lying = False
        for run in self.layout.runs:
            begun = run.landscape != lying
            if begun:
                section = self.file.add_section(WD_SECTION.NEW_PAGE)
                section.different_first_page_header_footer = False
                self._shape(section, run.landscape)
                lying = run.landscape
            for at, item in enumerate(run.items):
                self._item(item, first=at == 0 and begun, lying=lying)

    def _properties(self) -> None:
        about, document = self.file.core_properties, self.document
        day = datetime(document.date.year, document.date.month, document.date.day, tzinfo=UTC)
        about.title = self.layout.running
        about.subject = document.subtitle[:255]
        about.author = about.last_modified_by = self._author()
        about.comments = ""
        about.keywords = about.version = document.version_hash[:255]
        about.language = LOCALES[document.language]
        about.created = about.modified = day.replace(tzinfo=None)
        about.revision = 1

    def _author(self) -> str:
        head = self.document.letterhead
        return (head.office or head.government)[:255] if head else ""

    def _shape(self, section: Any, landscape: bool) -> None:
        narrow, long = (Mm(length) for length in PAPERS[self.document.paper])
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (long, narrow) if landscape else (narrow, long)
        section.left_margin, section.right_margin = (Mm(side) for side in MARGINS[landscape])
        section.top_margin, section.bottom_margin = Mm(24), Mm(20)
        section.header_distance, section.footer_distance = Mm(12), Mm(10)

    def _header_and_footer(self, section: Any) -> None:
        header = section.header.paragraphs[0]
        header.style = "Header"
        _add_text(header, self.layout.running)
        for footer in (section.footer, section.first_page_footer):
            line = footer.paragraphs[0]
            line.style = "Footer"
            if self.layout.version:
                _add_text(line, self.layout.version + "   ·   ")
            before, between, after = self.language.say("page.of", page="\0", pages="\0").split("\0")
            for text, field in ((before, "PAGE"), (between, "NUMPAGES"), (after, "")):
                _add_text(line, text)
                if field:
                    _add_field(line, field, "1")

    # ---- front

    def _front(self) -> None:
        document = self.document
        if document.letterhead:
            self._letterhead(document.letterhead)
        title = self._paragraph(document.title, "Title")
        if document.contents:
            title.paragraph_format.space_before = Mm(60)
        if document.subtitle:
            self._paragraph(document.subtitle, "Subtitle")
        for label, text in self.layout.facts:
            self._paragraph(f"{label}: {text}", "Fact")
        if document.contents:
            self._contents()

    def _letterhead(self, head: Letterhead) -> None:
        if head.emblem:
            image = self.file.add_paragraph(style="Letterhead")
            shape = image.add_run().add_picture(io.BytesIO(head.emblem), height=Mm(20))
            shown = shape._inline.docPr
            shown.set("descr", self.language.say("page.emblem", government=head.government))
        lines = [head.government, head.office]
        for line in filter(None, lines):
            self._paragraph(line, "Letterhead")
        small = [line for line in (head.address, head.contact) if line]
        for line in small:
            self._paragraph(line, "Letterhead Small")
        draw_line(self.file.paragraphs[-1], "bottom", 18)

    def _contents(self) -> None:
        """The field of a table of contents, with its lines filled in; Word numbers the pages."""
        heading = self._paragraph(self.language.say("part.contents"), "Contents Heading")
        heading.paragraph_format.page_break_before = True
        headings = [item for run in self.layout.runs for item in run.items if isinstance(item, Heading)]
        shown = [(at, h) for at, h in enumerate(headings, start=1) if h.level <= DEEPEST_IN_CONTENTS]
        lines = [self.file.add_paragraph(style=f"toc {heading.level}") for _, heading in shown]
        if not lines:
            return
        instruction = f'TOC \\o "1-{DEEPEST_IN_CONTENTS}" \\h \\z \\u'
        _begin_field(lines[0], instruction, dirty=True)
        for line, (at, heading_of) in zip(lines, shown, strict=True):
            link = OxmlElement("w:hyperlink")
            link.set(qn("w:anchor"), _bookmark(at))
            line._p.append(link)
            link.append(_run_xml(heading_of.line + "\t"))
            for part in _field_xml(f"PAGEREF {_bookmark(at)} \\h", ""):
                link.append(part)
        _end_field(lines[-1])

    # ---- body

    def _item(self, item: Item, first: bool, lying: bool) -> None:
        if isinstance(item, Heading):
            self._heading(item, first)
        elif isinstance(item, PrintedTable):
            self._table(item, lying)
        elif isinstance(item, PrintedFigures):
            for figure in item.items:
                line = self._paragraph(f"{figure.label}: ", "Figure")
                _add_text(line, figure.value).bold = True
                _add_text(line, f" ({figure.note})" if figure.note else "")
        elif isinstance(item, Numbered):
            for text in item.items:
                self._paragraph(text, "List Number")
        elif isinstance(item, Bullets):
            for text in item.items:
                self._paragraph(text, "List Bullet")
        elif isinstance(item, Note):
            note = self.file.add_paragraph(style="Note")
            _add_text(note, self.language.say(f"note.{item.kind}") + ". ").bold = True
            _add_text(note, item.text)
        elif isinstance(item, Signatures):
            self._signatures(item, lying)
        elif isinstance(item, PageBreak):
            self.file.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        else:
            assert isinstance(item, Paragraph)
            self._paragraph(item.text, "Normal")

    def _heading(self, item: Heading, first: bool) -> None:
        heading = self.file.add_paragraph(style=f"Heading {item.level}")
        heading.paragraph_format.page_break_before = item.chapter and not first
        if item.chapter:
            heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self.bookmarks += 1
        for name in ("w:bookmarkStart", "w:bookmarkEnd"):
            mark = OxmlElement(name)
            mark.set(qn("w:id"), str(self.bookmarks))
            if name == "w:bookmarkStart":
                mark.set(qn("w:name"), _bookmark(self.bookmarks))
                heading._p.append(mark)
                _add_text(heading, item.line)
            else:
                heading._p.append(mark)

    def _table(self, item: PrintedTable, lying: bool) -> None:
        self._paragraph(f"{item.label}. {item.caption}", "Caption")
        xml = table_xml(item, free_width(self.document, lying), self.language.say("page.no_rows"))
        self.file.element.body.insert_element_before(parse_xml(xml), "w:sectPr")
        # Word joins two tables that nothing stands between.
        self._paragraph(item.source, "Source")

    def _signatures(self, item: Signatures, lying: bool) -> None:
        table = self.file.add_table(rows=1, cols=2)
        table.autofit = False
        row = table.rows[0]
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, one in zip(row.cells, (item.left, item.right), strict=True):
            cell.width = Mm(free_width(self.document, lying) / 2)
            if one:
                self._signature(cell, one)
        # A row is kept whole by Word, and with what stands before it by its first paragraph.
        before = self.file.element.body.xpath("./w:p")
        if before:
            WordParagraph(before[-1], self.file._body).paragraph_format.keep_with_next = True

    def _signature(self, cell: Any, one: Signature) -> None:
        day = self.language.date(one.day) if one.day else "." * 30
        lines = [", ".join(filter(None, (one.place, day))), one.on_behalf, one.jabatan]
        below = [one.pangkat, self.language.say("sign.nip", nip=one.nip) if one.nip else ""]
        line = cell.paragraphs[0]
        line.style = "Signature Line"
        line.paragraph_format.space_before = Mm(10)
        for number, text in enumerate(filter(None, lines)):
            line = line if number == 0 else cell.add_paragraph(style="Signature Line")
            _add_text(line, text)
        name = cell.add_paragraph(style="Signature Line")
        name.paragraph_format.space_before = Mm(20)
        written = _add_text(name, one.nama)
        written.bold = written.underline = True
        for text in filter(None, below):
            _add_text(cell.add_paragraph(style="Signature Line"), text)

    def _paragraph(self, text: str, style: str) -> Any:
        line = self.file.add_paragraph(style=style)
        _add_text(line, text)
        return line


def _add_text(paragraph: Any, text: str) -> Any:
    """A run; line ends are line breaks."""
    return paragraph.add_run(text)


def _bookmark(number: int) -> str:
    return f"_Toc{number:06}"


def _run_xml(text: str) -> Any:
    return parse_xml(f"<w:r {nsdecls('w')}>{escape_text(text)}</w:r>")


def _field_xml(instruction: str, shown: str, dirty: bool = False) -> list[Any]:
    begin = parse_xml(f'<w:r {nsdecls("w")}><w:fldChar w:fldCharType="begin"/></w:r>')
    if dirty:
        begin[0].set(qn("w:dirty"), "true")
    code = parse_xml(
        f'<w:r {nsdecls("w")}><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
    )
    middle = parse_xml(f'<w:r {nsdecls("w")}><w:fldChar w:fldCharType="separate"/></w:r>')
    end = parse_xml(f'<w:r {nsdecls("w")}><w:fldChar w:fldCharType="end"/></w:r>')
    return [begin, code, middle, *([_run_xml(shown)] if shown else []), end]


def _add_field(paragraph: Any, instruction: str, shown: str) -> None:
    for part in _field_xml(instruction, shown):
        paragraph._p.append(part)


def _begin_field(paragraph: Any, instruction: str, dirty: bool) -> None:
    for part in _field_xml(instruction, "", dirty)[:3]:
        paragraph._p.append(part)


def _end_field(paragraph: Any) -> None:
    paragraph._p.append(_field_xml("", "")[-1])
