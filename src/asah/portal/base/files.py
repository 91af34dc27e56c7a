"""Files that people send: looked into before they are kept, and kept where nothing is served from."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from asah.portal.base.models import StoredFile, Unit, User

LARGEST = 20_000_000
_SIGNS = ((b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"))
_OFFICE = (("xl/workbook.xml", "xlsx"), ("word/document.xml", "docx"))


class FileRefused(Exception):
    """The file is not what is asked for; the message says what to send instead."""


def kind_of(content: bytes) -> str:
    """What the bytes are, whatever the file is called: xlsx, docx, pdf, png, jpeg, csv, or ''."""
    for sign, kind in _SIGNS:
        if content.startswith(sign):
            return kind
    if content.startswith(b"PK\x03\x04"):
        try:
            names = set(zipfile.ZipFile(BytesIO(content)).namelist())
        except (zipfile.BadZipFile, NotImplementedError, ValueError):
            return ""
        return next((kind for name, kind in _OFFICE if name in names), "")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or (content and b"\0" not in content[:4096]):
        return "csv"
    return ""


def store(
    content: bytes, name: str, *, user: User | None, unit: Unit, purpose: str, allowed: set[str]
) -> StoredFile:
    """Keeps a file and its row. Raises FileRefused for one too large or not of the ``allowed`` kinds."""
    if len(content) > LARGEST:
        raise FileRefused(_("The file is larger than 20 MB. Divide it into parts."))
    kind = kind_of(content)
    if kind not in allowed:
        raise FileRefused(
            _("“%(name)s” is not one of %(kinds)s. Save it as one of these and send it again.")
            % {"name": name, "kinds": ", ".join(sorted(allowed))}
        )
    digest = hashlib.sha256(content).hexdigest()
    _write(Path(settings.MEDIA_ROOT) / digest[:2] / digest, content)
    return StoredFile.objects.create(
        name=Path(name).name[-200:],
        kind=kind,
        size=len(content),
        sha256=digest,
        unit=unit,
        purpose=purpose,
        sent_by=user,
    )


def forget(file: StoredFile) -> None:
    """Deletes a file that no row names any more, and its bytes, unless another file holds the same."""
    path = file.path
    file.delete()
    if not StoredFile.objects.filter(sha256=file.sha256).exists():
        transaction.on_commit(lambda: path.unlink(missing_ok=True))


def _write(path: Path, content: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
    os.replace(draft, path)
