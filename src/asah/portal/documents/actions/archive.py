"""Word and Excel files are zip archives: packed so that the same parts are the same bytes on every day."""

from __future__ import annotations

import io
import zipfile
from typing import Final

# The first day a zip archive can name.
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3


def pack_again(archive: bytes) -> bytes:
    """The same parts in the order of their names, without the time and the system they were made on."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new,
    ):
        for name in sorted(old.namelist()):
            part = zipfile.ZipInfo(name, _EPOCH)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.create_system = _UNIX
            part.external_attr = 0o600 << 16
            new.writestr(part, old.read(name), compresslevel=6)
    return made.getvalue()
