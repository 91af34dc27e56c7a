"""Light or dark: what the reader chose; without a choice the style sheet follows the computer."""

from __future__ import annotations

THEME_COOKIE = "asah_theme"
THEMES = ("light", "dark")
YEAR = 365 * 24 * 3600
