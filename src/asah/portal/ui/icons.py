"""The few drawings of the pages, each on a field of 16 by 16, in the colour of the text around them."""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe

_STROKE = (
    'fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"'
)
DRAWINGS = {
    "mark": '<path d="M2 13h12" stroke="#e3b04b" stroke-width="2"/>'
    '<path d="M4 10 10.5 2.5c2 1.5 2 4 .5 6L10 10z" fill="currentColor"/>',
    "menu": '<path d="M2 4h12M2 8h12M2 12h12"/>',
    "search": '<circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.5 3.5"/>',
    "language": '<circle cx="8" cy="8" r="6"/><path d="M2 8h12M8 2c-4 4-4 8 0 12M8 2c4 4 4 8 0 12"/>',
    "moon": '<path d="M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z"/>',
    "sun": '<circle cx="8" cy="8" r="3"/>'
    '<path d="M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1"/>',
    "leave": '<path d="M9 2H3v12h6M7 8h7M11.5 5.5 14 8l-2.5 2.5"/>',
    "problem": '<path d="M5.5 1.5h5l4 4v5l-4 4h-5l-4-4v-5z"/><path d="M8 4.5v4M8 11.200v.1"/>',
    "warning": '<path d="M8 2 1.5 13.5h13z"/><path d="M8 6.5v3M8 11.700v.1"/>',
    "done": '<circle cx="8" cy="8" r="6"/><path d="m5.5 8.200 1.800 1.800 3.5-4"/>',
    "waiting": '<circle cx="8" cy="8" r="6"/><path d="M8 4.5V8l2.5 1.5"/>',
    "add": '<path d="M8 3v10M3 8h10"/>',
    "edit": '<path d="m3 10.5 8-8 2.5 2.5-8 8-3.200.7z"/>',
    "download": '<path d="M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11"/>',
    "print": '<path d="M4 6V2h8v4M4 11.5H2V6h12v5.5h-2M4 9.5h8V14H4z"/>',
    "person": '<circle cx="8" cy="5" r="3"/><path d="M2.5 14c.5-3.5 2.5-5 5.5-5s5 1.5 5.5 5"/>',
    "lock": '<path d="M3 7h10v7H3zM5 7V5a3 3 0 0 1 6 0v2"/>',
    "up": '<path d="M8 13V3M4 7l4-4 4 4"/>',
    "down": '<path d="M8 3v10M4 9l4 4 4-4"/>',
    "next": '<path d="m6 3 5 5-5 5"/>',
    "previous": '<path d="M10 3 5 8l5 5"/>',
}


def draw_icon(name: str) -> SafeString:
    """The drawing as SVG, hidden from screen readers: words beside it say the same. KeyError if unknown."""
    drawing = DRAWINGS[name]
    return mark_safe(f'<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" {_STROKE}>{drawing}</svg>')
