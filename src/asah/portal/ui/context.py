"""What every page needs besides its own content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from asah.portal.ui.navigation import read_navigation
from asah.portal.ui.themes import THEME_COOKIE, THEMES

# In their own words: whoever needs the switch may not read the language the page is in.
LANGUAGE_NAMES = {"id": "Bahasa Indonesia", "en": "English"}


def page(request: HttpRequest) -> dict[str, Any]:
    """``navigation``, ``languages`` (code, own name, if current), ``language``, ``theme``, ``is_htmx``."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    language = getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
    return {
        # An answer to htmx has no menu, and then nothing of it is worked out.
        "navigation": SimpleLazyObject(lambda: read_navigation(request)),
        "language": language,
        "languages": [(code, LANGUAGE_NAMES[code], code == language) for code, _ in settings.LANGUAGES],
        "theme": theme if theme in THEMES else "",
        "is_htmx": bool(getattr(request, "htmx", False)),
    }
