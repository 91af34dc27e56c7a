"""Writing documents: content in, bytes out."""

from __future__ import annotations

from asah.portal.documents.actions.content import (
    Bullets,
    Col,
    ContentError,
    DataTable,
    Document,
    Figure,
    Figures,
    LegalBasis,
    Letterhead,
    Note,
    PageBreak,
    Paragraph,
    Section,
    Signature,
)
from asah.portal.documents.actions.pdf import render_pdf
from asah.portal.documents.actions.sheets import render_xlsx
from asah.portal.documents.actions.typesetter import TypesetError
from asah.portal.documents.actions.word import render_docx
from asah.portal.documents.enums import Format

__all__ = [
    "Bullets",
    "Col",
    "ContentError",
    "DataTable",
    "Document",
    "Figure",
    "Figures",
    "LegalBasis",
    "Letterhead",
    "Note",
    "PageBreak",
    "Paragraph",
    "Section",
    "Signature",
    "TypesetError",
    "render",
    "render_docx",
    "render_pdf",
    "render_xlsx",
]


def render(document: Document, form: Format) -> bytes:
    """The document as a file of this format."""
    return {Format.PDF: render_pdf, Format.DOCX: render_docx, Format.XLSX: render_xlsx}[form](document)
