"""The tables of a Word file, written as XML at once: many thousand cells one by one would take minutes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

from docx.oxml.ns import nsdecls

from asah.portal.documents.actions.layout import PrintedTable

_TWIPS: Final = 1440 / 25.4
# Letters of Word's font are wider than those the columns were measured for.
_NARROWER: Final = 0.9
_EDGES: Final = "".join(
    f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="8A94A3"/>'
    for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def table_xml(item: PrintedTable, free: float, no_rows: str) -> str:
    """The element w:tbl, ``free`` millimetres wide, its headings on every page and its rows whole."""
    widths = [round(share * free * _TWIPS) for share in item.setting.shares]
    half_points = max(11, int(item.setting.size * _NARROWER * 2))
    cells = _Cells(widths, item.aligns, half_points)
    body = [cells.row(row) for row in item.rows] or [cells.row([no_rows], span=len(widths))]
    head = cells.row(item.titles, head=True)
    total = []
    if item.total:
        total.append(cells.row([item.total[0], *item.total[item.span :]], span=item.span, strong=True))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblBorders>{_EDGES}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="50" w:type="dxa"/><w:right w:w="50" w:type="dxa"/></w:tblCellMar>'
        f'<w:tblLook w:val="0020" w:firstRow="1"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"{head}{''.join(body)}{''.join(total)}</w:tbl>"
    )


def escape_text(text: str) -> str:
    """What stands in a run: line ends are breaks, tabs are tabs."""
    parts = []
    for number, line in enumerate(text.split("\n")):
        parts.append("<w:br/>" if number else "")
        for at, piece in enumerate(line.split("\t")):
            parts.append("<w:tab/>" if at else "")
            parts.append(f'<w:t xml:space="preserve">{escape(piece)}</w:t>' if piece else "")
    return "".join(parts)


class _Cells:
    """Rows of one table. What is the same in every cell of a column is put together once."""

    def __init__(self, widths: Sequence[int], aligns: Sequence[str], half_points: int) -> None:
        self.widths = widths
        self.aligns = aligns
        self.size = f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'

    def row(self, texts: Sequence[str], span: int = 1, head: bool = False, strong: bool = False) -> str:
        """``span``: so many columns are taken by the first cell."""
        marks = "<w:cantSplit/><w:tblHeader/>" if head else "<w:cantSplit/>"
        places = [0, *range(span, len(self.widths))]
        cells = "".join(
            self._cell(text, at, span if at == 0 else 1, head, strong)
            for at, text in zip(places, texts, strict=True)
        )
        return f"<w:tr><w:trPr>{marks}</w:trPr>{cells}</w:tr>"

    def _cell(self, text: str, at: int, span: int, head: bool, strong: bool) -> str:
        width = sum(self.widths[at : at + span])
        spanned = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
        shade = '<w:shd w:val="clear" w:color="auto" w:fill="EEF2F6"/>' if head or strong else ""
        middle = '<w:vAlign w:val="center"/>' if head else ""
        align = "center" if head else self.aligns[at]
        bold = "<w:b/>" if head or strong else ""
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{spanned}{shade}{middle}</w:tcPr>'
            f'<w:p><w:pPr><w:pStyle w:val="Cell"/><w:jc w:val="{align}"/></w:pPr>'
            f"<w:r><w:rPr>{bold}{self.size}</w:rPr>{escape_text(text)}</w:r></w:p></w:tc>"
        )
