"""What all documents of a plan have around their sections: title, date, version, legal basis, signatures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from asah.portal.documents.actions import Document, Letterhead, Note, Section, Signature
from asah.portal.documents.actions.content import Block
from asah.portal.documents.actions.language import Code
from asah.portal.planning.actions.papers.legal import legal_basis
from asah.portal.planning.actions.submit import Signed
from asah.portal.planning.queries.papers import Content

NAME_TO_COME = "." * 40
PLACE_TO_COME = "." * 24


@dataclass(frozen=True)
class Version:
    """Which plan it is and how far: digest of the content, and the decree where there is one."""

    digest: str
    language: Code
    is_stipulated: bool
    decree_number: str
    decree_on: dt.date | None
    submitted: Signed | None
    stipulated: Signed | None


def make_document(
    content: Content,
    version: Version,
    *,
    title: str,
    sections: Sequence[Section],
    signed: bool = True,
    contents: bool = False,
    subject: str = "",
) -> Document:
    """``signed``: with the legal basis and the signatures; annexes are signed with what they belong to."""
    head = content.head
    day = version.decree_on if version.is_stipulated and version.decree_on else head.made_on
    return Document(
        title=title,
        date=day,
        language=version.language,
        subtitle=" · ".join(filter(None, (f"{head.agency}, {head.year}", subject, _state(content, version)))),
        number=version.decree_number,
        letterhead=Letterhead(government=head.agency),
        legal_basis=legal_basis(head.year) if signed else (),
        sections=sections,
        signature=_signature(version.stipulated, _("Appointing authority"), day) if signed else None,
        prepared_by=_signature(version.submitted, _("Authorised official"), None) if signed else None,
        version_hash=version.digest,
        numbering="bab" if contents else "decimal",
        contents=contents,
    )


def _state(content: Content, version: Version) -> str:
    if not version.is_stipulated:
        return _("DRAFT, not stipulated")
    if content.head.revision:
        return _("revision %(number)s") % {"number": content.head.revision}
    return ""


def _signature(signed: Signed | None, post: str, day: dt.date | None) -> Signature:
    """Room for the name where nobody has signed yet."""
    if signed is None:
        return Signature(jabatan=post, nama=NAME_TO_COME)
    return Signature(
        jabatan=signed.post,
        nama=signed.name,
        pangkat=signed.rank,
        nip=signed.nip,
        place=(signed.place or PLACE_TO_COME) if day else "",
        day=day,
    )


def of_draft(version: Version) -> list[Block]:
    """A word of warning over whatever was not stipulated."""
    if version.is_stipulated:
        return []
    return [Note(_("This plan is not stipulated yet. Its numbers may still change."), "warning")]


def how_money_is_shared() -> str:
    return _(
        "What a class costs is shared equally among its participants in whole rupiah, so that every recap"
        " comes to"
        " the same total."
    )
