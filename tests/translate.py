"""The Indonesian of the portal: every sentence there, every catalogue compiled.

``python tests/translate.py`` brings the catalogues up to the code and compiles them; with ``--check`` it only
says what is missing and changes nothing. New sentences are read from the code with xgettext, as Django does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

TOP = Path(__file__).resolve().parent.parent
PORTAL = TOP / "src" / "asah" / "portal"
MISSING = "no xgettext on this machine; on Debian or Ubuntu: apt install gettext"
MAKE = ["-m", "django", "makemessages", "-l", "id", "--no-location", "--no-obsolete", "--no-wrap", "-v", "0"]


def main(check: bool) -> int:
    if not shutil.which("xgettext"):
        print(MISSING)
        return 1 if os.environ.get("ASAH_TEST_STRICT") == "1" or not check else 0
    wrong: list[str] = []
    for app in sorted(path.parent for path in PORTAL.glob("*/apps.py")):
        wrong += [f"{app.name}: {line}" for line in (_check(app) if check else _make(app))]
    wrong += _said_twice()
    print("\n".join(wrong) or "translations: whole")
    return 1 if wrong else 0


def _make(app: Path) -> list[str]:
    """Brings one app's catalogue up to date and compiles it; what is still to be translated."""
    (app / "locale").mkdir(exist_ok=True)
    _extract(app)
    path = app / "locale" / "id" / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return []
    catalogue = polib.pofile(str(path), wrapwidth=0)
    # Who made it and when would differ on every machine.
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": "id",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    catalogue.header = ""
    catalogue.save(str(path))
    catalogue.save_as_mofile(str(path.with_suffix(".mo")))
    return _untranslated(catalogue)


def _check(app: Path) -> list[str]:
    path = app / "locale" / "id" / "LC_MESSAGES" / "django.po"
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / app.name
        shutil.copytree(app, copy, ignore=shutil.ignore_patterns("__pycache__", "vendor", "data", "fonts"))
        (copy / "locale").mkdir(exist_ok=True)
        _extract(copy)
        fresh = copy / "locale" / "id" / "LC_MESSAGES" / "django.po"
        if not fresh.exists():
            return []
        if not path.exists():
            return ["has sentences and no catalogue"]
        wanted = {_key(entry) for entry in polib.pofile(str(fresh)) if not entry.obsolete}
    catalogue = polib.pofile(str(path), wrapwidth=0)
    held = {_key(entry) for entry in catalogue if not entry.obsolete}
    wrong = [f"not in the catalogue: {msgid!r}" for msgid in sorted(wanted - held)]
    wrong += [f"no longer said: {msgid!r}" for msgid in sorted(held - wanted)]
    wrong += _untranslated(catalogue)
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != catalogue.to_binary():
        wrong.append("not compiled: run python tests/translate.py")
    return wrong


def _key(entry: polib.POEntry) -> str:
    return f"{entry.msgctxt}: {entry.msgid}" if entry.msgctxt else str(entry.msgid)


def _said_twice() -> list[str]:
    """Sentences with another Indonesian in another app: Django shows everywhere that of the first app."""
    said: dict[str, dict[str, str]] = {}
    for app in sorted(path.parent for path in PORTAL.glob("*/apps.py")):
        path = app / "locale" / "id" / "LC_MESSAGES" / "django.po"
        for entry in polib.pofile(str(path)) if path.exists() else []:
            text = entry.msgstr or str(entry.msgstr_plural.get(0, ""))
            if text and not entry.obsolete and not entry.fuzzy:
                said.setdefault(_key(entry), {})[app.name] = text
    return [
        f"said in two ways: {key!r}: {', '.join(f'{app} {text!r}' for app, text in texts.items())}."
        " Say it in one, in other words, or with pgettext"
        for key, texts in said.items()
        if len(set(texts.values())) > 1
    ]


def _untranslated(catalogue: polib.POFile) -> list[str]:
    left = [entry.msgid for entry in catalogue.untranslated_entries()]
    fuzzy = [entry.msgid for entry in catalogue.fuzzy_entries()]
    return [f"not translated: {msgid!r}" for msgid in left] + [f"fuzzy: {msgid!r}" for msgid in fuzzy]


def _extract(app: Path) -> None:
    # Outside a project: only the files of this one app are read.
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    subprocess.run([sys.executable, *MAKE], cwd=app, env=environment, check=True)


if __name__ == "__main__":
    raise SystemExit(main("--check" in sys.argv[1:]))
