"""From a document to what every format shows alike: labels, printed cells, upright and lying pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from asah.portal.documents.actions.cleaning import cleaned
from asah.portal.documents.actions.columns import Setting, set_columns
from asah.portal.documents.actions.content import (
    Align,
    Block,
    Bullets,
    Col,
    DataTable,
    Document,
    Figure,
    Figures,
    Kind,
    Note,
    Numbering,
    PageBreak,
    Paragraph,
    Signature,
    Value,
)
from asah.portal.documents.actions.language import ABSENT, Language, decimals_of

# Millimetres: width and height of the sheet, and what is free between its margins, upright and lying.
PAPERS: Final = {"a4": (210, 297), "f4": (215, 330)}
MARGINS: Final = {False: (25, 20), True: (15, 15)}
_RUNNING_TITLE: Final = 100
_ROMAN: Final = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


@dataclass(frozen=True)
class Heading:
    """``label`` is "BAB I", "A.", "1.1", or "" where the heading has none."""

    text: str
    level: int = 1
    label: str = ""
    chapter: bool = False

    @property
    def line(self) -> str:
        return f"{self.label}  {self.text}".lstrip()


@dataclass(frozen=True)
class Numbered:
    """A list with numbers before its items."""

    items: Sequence[str]


@dataclass(frozen=True)
class PrintedTable:
    """A table with its cells written out. ``table`` holds them raw; ``decimals`` one number a column.

    ``setting``: shares of the width, size of the letters, how many of them fit in each column.
    ``span``: so many columns are taken by the words at the beginning of the total row.
    """

    number: int
    label: str
    caption: str
    titles: Sequence[str]
    aligns: Sequence[Align]
    decimals: Sequence[int]
    rows: Sequence[Sequence[str]]
    total: Sequence[str] | None
    span: int
    source: str
    setting: Setting
    table: DataTable


@dataclass(frozen=True)
class PrintedFigure:
    label: str
    value: str
    note: str
    decimals: int
    figure: Figure


@dataclass(frozen=True)
class PrintedFigures:
    items: Sequence[PrintedFigure]


@dataclass(frozen=True)
class Signatures:
    """Who prepared the document, at the left, and who signs it."""

    left: Signature | None
    right: Signature


Item: TypeAlias = (
    Heading | Numbered | PrintedTable | PrintedFigures | Paragraph | Bullets | PageBreak | Note | Signatures
)


@dataclass(frozen=True)
class Run:
    """What stands on pages of one orientation."""

    landscape: bool
    items: Sequence[Item]


@dataclass(frozen=True)
class Layout:
    """``facts``: label and text of number, date and version. ``running``: the title, for one line."""

    document: Document
    language: Language
    facts: Sequence[tuple[str, str]]
    running: str
    version: str
    runs: Sequence[Run]


def lay_out(document: Document) -> Layout:
    """Everything the three formats share. Texts come out clean (cleaning.py)."""
    document = cleaned(document)
    language = Language(document.language)
    facts = [
        (language.say("fact.number"), document.number),
        (language.say("fact.date"), language.date(document.date)),
        (language.say("fact.version"), document.version_hash),
    ]
    title = " ".join(document.title.split())
    short = title if len(title) <= _RUNNING_TITLE else title[: _RUNNING_TITLE - 1].rstrip() + "…"
    version = language.say("page.version", hash=document.version_hash[:12]) if document.version_hash else ""
    return Layout(
        document=document,
        language=language,
        facts=[(label, text) for label, text in facts if text],
        running=short,
        version=version,
        runs=_runs(list(_items(document, language))),
    )


def free_width(document: Document, landscape: bool) -> float:
    """Millimetres between the margins."""
    narrow, long = PAPERS[document.paper]
    return (long if landscape else narrow) - sum(MARGINS[landscape])


def print_value(value: Value, kind: Kind, language: Language, decimals: int, rupiah: bool = False) -> str:
    """One value as people read it. ``rupiah``: money with Rp before it, where no heading says so."""
    if value is None:
        return ABSENT
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return language.date(value)
    if kind == "share":
        return language.share(value, decimals)
    return language.money(value, decimals) if rupiah else language.number(value, decimals)


# ---- headings


def roman(number: int) -> str:
    """1 is I. A document has no more chapters than these signs can count."""
    text = ""
    for size, sign in _ROMAN:
        text += sign * (number // size)
        number %= size
    return text


def _items(document: Document, language: Language) -> Iterator[Item]:
    if document.legal_basis:
        yield Heading(language.say("part.legal_basis"))
        yield Numbered([b.text if b.verified else f"{b.text}*" for b in document.legal_basis])
        if not all(basis.verified for basis in document.legal_basis):
            yield Paragraph(f"* {language.say('page.unverified')}")
    # Annexes follow the signatures, which would otherwise come after thousands of names.
    signed = [Signatures(document.prepared_by, document.signature)] if document.signature else []
    tables = 0
    for label, section in zip(_labels(document, language), document.sections, strict=True):
        if section.annex and section.level == 1:
            yield from signed
            signed = []
        chapter = section.level == 1 and (document.contents or section.annex)
        yield Heading(section.heading, section.level, label, chapter)
        for block in section.blocks:
            tables += isinstance(block, DataTable)
            yield _print(block, tables, document, language)
    yield from signed


def _labels(document: Document, language: Language) -> Iterator[str]:
    counts = [0] * 5
    annexes = 0
    prefix = ""
    for section in document.sections:
        level = section.level
        if not section.numbered or document.numbering == "plain":
            yield ""
            continue
        counts[level + 1 :] = [0] * len(counts[level + 1 :])
        if level == 1 and section.annex:
            annexes += 1
            counts[2:] = [0] * 3
            prefix = roman(annexes)
            yield language.say("part.annex", number=prefix)
            continue
        counts[level] += 1
        if level == 1:
            prefix = str(counts[1])
        yield _label(document.numbering, counts, level, prefix, language)


def _label(numbering: Numbering, counts: Sequence[int], level: int, prefix: str, language: Language) -> str:
    if numbering == "decimal":
        return ".".join([prefix, *map(str, counts[2 : level + 1])])
    if level == 1:
        return language.say("part.chapter", number=roman(counts[1]))
    small = counts[level]
    return {2: f"{_letters(small).upper()}.", 3: f"{small}.", 4: f"{_letters(small)}."}[level]


def _letters(number: int) -> str:
    """1 is a, 26 is z, 27 is aa."""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("a") + rest) + text
    return text


# ---- blocks


def _print(block: Block, number: int, document: Document, language: Language) -> Item:
    if isinstance(block, DataTable):
        return _print_table(block, number, document, language)
    if isinstance(block, Figures):
        return PrintedFigures([_print_figure(figure, language) for figure in block.items])
    return block


def _print_figure(figure: Figure, language: Language) -> PrintedFigure:
    decimals = _decimals(figure.kind, [figure.value])
    value = print_value(figure.value, figure.kind, language, decimals, rupiah=figure.kind == "money")
    return PrintedFigure(figure.label, value, figure.note, decimals, figure)


def _print_table(table: DataTable, number: int, document: Document, language: Language) -> PrintedTable:
    rows = [*table.rows, *([table.total_row] if table.total_row else [])]
    decimals = [
        _decimals(column.kind, [row[at] for row in rows]) if column.decimals is None else column.decimals
        for at, column in enumerate(table.columns)
    ]
    kinds = [column.kind for column in table.columns]
    cells = [
        [
            print_value(value, kind, language, places)
            for value, kind, places in zip(row, kinds, decimals, strict=True)
        ]
        for row in rows
    ]
    total = cells.pop() if table.total_row else None
    if total and table.total_row:
        # An empty cell of a sum is not a value that is missing.
        total = ["" if raw is None else cell for raw, cell in zip(table.total_row, total, strict=True)]
    titles = [_title(column, language) for column in table.columns]
    span = 1
    if total:
        while span < len(total) and isinstance((table.total_row or [None])[0], str) and not total[span]:
            span += 1
    measured = [*cells, ["" if at < span else text for at, text in enumerate(total)]] if total else cells
    return PrintedTable(
        number=number,
        label=language.say("part.table", number=str(number)),
        caption=table.caption,
        titles=titles,
        aligns=[column.align or _aligned(column.kind) for column in table.columns],
        decimals=decimals,
        rows=cells,
        total=total,
        span=span,
        source=language.say("page.source", source=table.source_note) if table.source_note else "",
        setting=set_columns(
            titles,
            measured,
            [column.width for column in table.columns],
            free_width(document, table.landscape),
        ),
        table=table,
    )


def _title(column: Col, language: Language) -> str:
    if column.kind != "money" or column.title.endswith("(Rp)"):
        return column.title
    return language.say("table.money", title=column.title)


def _aligned(kind: Kind) -> Align:
    if kind in ("number", "money", "share"):
        return "right"
    return "center" if kind == "level" else "left"


def _decimals(kind: Kind, values: Sequence[Value]) -> int:
    if kind == "share":
        return 1
    needed = decimals_of(v for v in values if v is not None and not isinstance(v, str | date))
    # Money has no tenths: it is whole, or it has sen.
    return 2 if kind == "money" and needed else needed


# ---- pages


def _runs(items: Sequence[Item]) -> list[Run]:
    """Lying tables on lying pages, together with the headings and notes right above them."""
    runs: list[tuple[bool, list[Item]]] = []
    waiting: list[Item] = []
    for item in items:
        if isinstance(item, Heading) or (waiting and isinstance(item, Note)):
            waiting.append(item)
            continue
        lying = isinstance(item, PrintedTable) and item.table.landscape
        if not runs or runs[-1][0] != lying:
            runs.append((lying, []))
        runs[-1][1].extend([*waiting, item])
        waiting = []
    if waiting:
        if not runs or runs[-1][0]:
            runs.append((False, []))
        runs[-1][1].extend(waiting)
    return [Run(lying, parts) for lying, parts in runs]
