"""What templates can say: numbers and dates as people write them, drawings, badges, progress."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BaseForm
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from asah.portal.ui import formats
from asah.portal.ui.icons import draw_icon
from asah.portal.ui.problems import Problem, list_problems

register = template.Library()
TONES = ("neutral", "good", "warning", "bad", "info")


@register.filter
def number(value: formats.Number | None, places: int | None = None) -> str:
    """``{{ 1234.56|number }}``: 1.234,56; ``{{ x|number:0 }}`` fixes the decimals."""
    return formats.number(value, places)


@register.filter
def rupiah(value: formats.Number | None) -> str:
    """``{{ 1234567|rupiah }}``: Rp 1.234.567."""
    return formats.rupiah(value)


@register.filter
def share(value: formats.Number | None, places: int = 1) -> str:
    """``{{ 0.284|share }}``: 28,4%."""
    return formats.share(value, places)


@register.filter
def long_date(value: date | None) -> str:
    """``{{ day|long_date }}``: 22 November 2026."""
    return formats.long_date(value)


@register.filter
def long_moment(value: datetime | None) -> str:
    """``{{ moment|long_moment }}``: 22 November 2026 14.05."""
    return formats.long_moment(value)


@register.simple_tag
def icon(name: str) -> SafeString:
    """``{% icon "add" %}``; the names are in ``icons.DRAWINGS``."""
    return draw_icon(name)


@register.simple_tag
def badge(text: Any, tone: str = "neutral") -> SafeString:
    """``{% badge text "good" %}``: a short state. The words carry the meaning, the tone only repeats it."""
    return draw_badge(text, tone)


def draw_badge(text: Any, tone: str = "neutral") -> SafeString:
    """A short state as a badge. ValueError for a tone that the style sheet does not know."""
    if tone not in TONES:
        raise ValueError(f"'{tone}' is no tone of a badge; use one of {', '.join(TONES)}")
    return format_html('<span class="tag tag-{}">{}</span>', tone, text)


@register.simple_tag
def progress(done: float, whole: float = 1, label: str = "") -> SafeString:
    """``{% progress done whole "Classes held" %}``: a bar with its share in words; none of an empty whole."""
    part = min(max(done / whole, 0.0), 1.0) if whole else None
    text = formats.share(part, 0)
    if part is None:
        return format_html('<span class="meter">{} {}</span>', label, text)
    return format_html(
        '<span class="meter"><progress max="100" value="{}" aria-label="{}"></progress>'
        " <span>{}</span></span>",
        round(part * 100, 1),
        label or _("Progress"),
        text,
    )


@register.inclusion_tag("ui/forms/summary.html")
def field_errors_summary(form: BaseForm) -> dict[str, list[Problem]]:
    """``{% field_errors_summary form %}``: what is wrong in the form, each with a link to its field."""
    return {"problems": list_problems(form)}
