from __future__ import annotations

import ast
import re
from collections import Counter

import polib

from asah.portal.ui.vendor import HERE

CATALOGUE = HERE / "locale" / "id" / "LC_MESSAGES" / "django.po"


def _sources() -> set[str]:
    """What the templates and the code of this app say through gettext, in one line each."""
    found: set[str] = set()
    for path in HERE.rglob("templates/**/*.html"):
        text = path.read_text("utf-8")
        found |= {found_text for _quote, found_text in re.findall(r"\{% translate ([\"'])(.*?)\1", text)}
    for path in HERE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                found |= {ast.literal_eval(node.args[0])} if node.func.id in ("_", "gettext_lazy") else set()
    return found


def test_everything_this_app_says_is_said_in_indonesian() -> None:
    catalogue = polib.pofile(str(CATALOGUE))
    said = {entry.msgid for entry in catalogue}
    sources = _sources()
    assert len(sources) > 80
    assert sources - said == set()
    untold = [entry.msgid for entry in catalogue if not entry.translated() or entry.fuzzy or entry.obsolete]
    assert untold == []


def test_both_languages_name_the_same_facts() -> None:
    def facts(text: str) -> Counter[str]:
        return Counter(re.findall(r"%\(\w+\)s", text))

    for entry in polib.pofile(str(CATALOGUE)):
        for told in [entry.msgstr, *entry.msgstr_plural.values()]:
            if told:
                assert facts(told) == facts(entry.msgid_plural or entry.msgid), entry.msgid
