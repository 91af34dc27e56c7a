from __future__ import annotations

from string import Formatter

import pytest

from asah.engine.errors import Finding
from asah.engine.needs.messages import MESSAGES as STAGE
from asah.engine.tables.messages import MESSAGES as TABLES
from asah.portal.needs.bridge.messages import in_both_languages

TEXTS = {
    **{f"needs {code}": (entry["id"], entry["en"]) for code, entry in STAGE.items()},
    **{f"tables {code}": (message.texts["id"], message.texts["en"]) for code, message in TABLES.items()},
}


def _facts(*texts: str) -> dict[str, str]:
    names = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
    return {name: f"<{name}>" for name in names}


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_every_finding_of_the_engine_is_also_told_in_english(code: str) -> None:
    indonesian, english = TEXTS[code]
    facts = _facts(*indonesian, *english)
    what, remedy = (text.format(**facts) for text in indonesian)
    (message,) = in_both_languages([Finding("people", 0, "", "", what, remedy)], {})
    told = [text.format(**facts) for text in english]
    same = [list(other[1]) for other in TEXTS.values() if other[0] == indonesian]
    assert message["en"] in [told, *same]


def test_what_is_not_known_is_told_as_it_came() -> None:
    (message,) = in_both_languages([Finding("people", 0, "", "", "lain", "apa")], {})
    assert message["en"] == ["lain", "apa"]
