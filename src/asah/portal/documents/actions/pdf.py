"""PDF by Typst: tagged for readers of screens (PDF/UA-1). Texts reach Typst as data, never as its source."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from asah.portal.documents.actions.columns import break_words
from asah.portal.documents.actions.content import (
    Bullets,
    Document,
    Letterhead,
    Note,
    PageBreak,
    Paragraph,
    Signature,
)
from asah.portal.documents.actions.language import Language
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
    lay_out,
)
from asah.portal.documents.actions.typesetter import show_codes, typeset

# Rows stay whole on a page up to so many lines; a longer one may be higher than the page.
_WHOLE_LINES: Final = 25
# Letters of the body that fit in a line.
_LINE: Final = 70


def render_pdf(document: Document) -> bytes:
    """The document as tagged PDF/UA-1, with the fonts of this app only.

    Characters that no font has are shown by their codes, as [U+1F600]. A row of a wide table takes about
    1 ms and 0.2 MB of memory, so long documents belong in a job.
    """
    data = json.dumps(_payload(lay_out(document)), ensure_ascii=False)
    return typeset("document.typ", document.date, {"document": show_codes(data)})


def _payload(layout: Layout) -> dict[str, Any]:
    """What document.typ reads; it is told what to show and decides only how."""
    document, say = layout.document, layout.language.say
    of = say("page.of", page="\0", pages="\0").split("\0")
    return {
        "language": document.language,
        "title": _lines(document.title),
        "subtitle": _lines(document.subtitle),
        "running": layout.running,
        "date": [document.date.year, document.date.month, document.date.day],
        "paper": PAPERS[document.paper],
        "margins": {"upright": MARGINS[False], "lying": MARGINS[True]},
        "letterhead": _letterhead(document.letterhead, layout.language) if document.letterhead else None,
        "facts": [[label, _lines(text)] for label, text in layout.facts],
        "contents": say("part.contents") if document.contents else None,
        "page_of": of,
        "version": layout.version,
        "keywords": document.version_hash,
        "runs": [
            {"landscape": run.landscape, "items": [_item(item, layout.language) for item in run.items]}
            for run in layout.runs
        ],
    }


def _letterhead(head: Letterhead, language: Language) -> dict[str, Any]:
    return {
        "government": head.government,
        "office": head.office,
        "lines": [line for line in (head.address, head.contact) if line],
        "emblem": list(head.emblem),
        "emblem_alt": language.say("page.emblem", government=head.government),
    }


def _signature(one: Signature, language: Language) -> dict[str, Any]:
    day = language.date(one.day) if one.day else "." * 30
    return {
        "above": [line for line in (", ".join(filter(None, (one.place, day))), one.on_behalf) if line],
        "jabatan": one.jabatan,
        "nama": one.nama,
        "below": [
            line for line in (one.pangkat, language.say("sign.nip", nip=one.nip) if one.nip else "") if line
        ],
    }


def _item(item: Item, language: Language) -> dict[str, Any]:
    if isinstance(item, Heading):
        return {
            "is": "heading",
            "text": _lines(item.text),
            "label": item.label,
            "level": item.level,
            "chapter": item.chapter,
            "line": item.line,
        }
    if isinstance(item, PrintedTable):
        return _table(item, language)
    if isinstance(item, PrintedFigures):
        items = [[_lines(f.label, 24), _lines(f.value, 14), _lines(f.note, 28)] for f in item.items]
        return {"is": "figures", "items": items}
    if isinstance(item, Numbered):
        return {"is": "numbered", "items": [_lines(text) for text in item.items]}
    if isinstance(item, Bullets):
        return {"is": "bullets", "items": [_lines(text) for text in item.items]}
    if isinstance(item, Note):
        title = language.say(f"note.{item.kind}")
        return {"is": "note", "kind": item.kind, "title": title, "text": _lines(item.text)}
    if isinstance(item, Signatures):
        people = [_signature(one, language) if one else None for one in (item.left, item.right)]
        return {"is": "signatures", "people": people}
    if isinstance(item, PageBreak):
        return {"is": "break"}
    assert isinstance(item, Paragraph)
    return {"is": "paragraph", "text": _lines(item.text)}


def _table(printed: PrintedTable, language: Language) -> dict[str, Any]:
    letters = printed.setting.letters
    rows = [_cells(row, letters) for row in printed.rows]
    longest = max(
        (
            text.count("\n") + len(text) // fit
            for row in printed.rows
            for text, fit in zip(row, letters, strict=True)
        ),
        default=0,
    )
    return {
        "is": "table",
        "label": printed.label,
        "caption": _lines(printed.caption),
        # Headings are set in half-bold letters, which are wider.
        "titles": _cells(printed.titles, [max(1, int(0.9 * fit)) for fit in letters]),
        "aligns": printed.aligns,
        "shares": printed.setting.shares,
        "size": printed.setting.size,
        "rows": rows,
        "none": language.say("page.no_rows"),
        "total": _cells(printed.total, letters) if printed.total else None,
        "span": printed.span,
        "source": _lines(printed.source),
        "whole": longest <= _WHOLE_LINES,
    }


def _cells(row: Sequence[str], letters: Sequence[int]) -> list[str]:
    return [break_words(text, fit) for text, fit in zip(row, letters, strict=True)]


def _lines(text: str, letters: int = _LINE) -> str:
    return break_words(text, letters)
