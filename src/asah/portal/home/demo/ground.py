"""The ground a demonstration is built on: empty, or an earlier demonstration. Never an office's own data."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from asah.portal.base.models import Unit


class NotADemonstrationError(Exception):
    """The installation holds an office's own data; the message says where a demonstration may go instead."""


def clear_ground() -> None:
    """Tables of this version with nothing in them.

    Raises NotADemonstrationError where real data would be lost.
    """
    data: Path = settings.ENVIRONMENT.data
    if not settings.DEMO and "base_unit" in connection.introspection.table_names() and Unit.objects.exists():
        raise NotADemonstrationError(
            f"{data} holds an installation with data of its own. For a demonstration set ASAH_DATA to another"
            " folder, or DATABASE_URL to another database."
        )
    if connection.vendor == "sqlite":
        path = Path(settings.DATABASES["default"]["NAME"])
        connection.close()
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            (path.parent / name).unlink(missing_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    if connection.vendor != "sqlite":
        call_command("flush", interactive=False, verbosity=0)
    for folder in ("files", "plans"):
        shutil.rmtree(data / folder, ignore_errors=True)
