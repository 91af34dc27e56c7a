"""The sign-in page of a demonstration offers one user a role. Elsewhere there is no such list."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from asah.portal.base.enums import Role


@dataclass(frozen=True)
class Login:
    """One user of the demonstration; the password is made anew for every demonstration."""

    role: str
    username: str
    password: str
    name: str = ""
    place: str = ""

    @property
    def role_name(self) -> str:
        return str(Role(self.role).label)


def _path() -> Path:
    return Path(settings.ENVIRONMENT.data) / "logins.json"


def read_logins() -> list[Login]:
    """Nothing unless this installation is a demonstration."""
    if not settings.DEMO or not _path().exists():
        return []
    return [Login(**entry) for entry in json.loads(_path().read_text("utf-8"))]


def write_logins(logins: list[Login]) -> None:
    handle = os.open(_path(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump([asdict(login) for login in logins], stream, ensure_ascii=False, indent=1)
