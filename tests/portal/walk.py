"""Walking the portal as somebody: every page that its links and forms lead to, a few of each address."""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass, field

from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

EACH = 3
_LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)')
_FORM = re.compile(r'<form[^>]*method="post"[^>]*>|<form[^>]*action="[^"]*"[^>]*method="post"[^>]*>')
_ACTION = re.compile(r'action="(/[^"]*)"')


@dataclass
class Walk:
    """``seen``.

    Address to status. ``forms``: addresses that a form posts to, without what follows a question mark.
    """

    seen: dict[str, int] = field(default_factory=dict)
    forms: set[str] = field(default_factory=set)
    views: Counter[str] = field(default_factory=Counter)

    @property
    def numbered(self) -> set[str]:
        """Addresses with a number in them: rows of somebody."""
        return {path.split("?")[0] for path in self.seen if re.search(r"/\d+/", path)}


def walk(client: Client, *starts: str) -> Walk:
    """Breadth first from the home page; at most EACH addresses of one view."""
    done = Walk()
    waiting = ["/", *starts]
    while waiting:
        path = waiting.pop(0)
        if path in done.seen or not _is_wanted(path, done):
            continue
        answer = client.get(path)
        done.seen[path] = answer.status_code
        if "text/html" not in answer.headers.get("Content-Type", ""):
            continue
        text = body_of(answer)
        waiting += [html.unescape(link) for link in _LINK.findall(text)]
        if answer.status_code == 302:
            waiting.append(answer.headers["Location"])
        for form in _FORM.findall(text):
            action = _ACTION.search(form)
            done.forms.add(html.unescape(action[1] if action else path).split("?")[0])
    return done


def body_of(answer: HttpResponseBase) -> str:
    return answer.content.decode() if hasattr(answer, "content") else ""


def _is_wanted(path: str, done: Walk) -> bool:
    if path.startswith(("/static/", "/sign-out")):
        return False
    try:
        match = resolve(path.split("?")[0])
    except Resolver404:
        return True
    # A list in another order is the same page; one export of it is enough.
    name = match.view_name + ("?export" if "export=" in path else "?" if "?" in path else "")
    done.views[name] += 1
    return done.views[name] <= (EACH if match.kwargs else 1)


def all_views() -> dict[str, str]:
    """Name of every view of the portal to its pattern."""

    def under(entries: list[URLPattern | URLResolver], names: tuple[str, ...], before: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for entry in entries:
            pattern = before + str(entry.pattern)
            if isinstance(entry, URLResolver):
                inside = (*names, entry.namespace) if entry.namespace else names
                found |= under(entry.url_patterns, inside, pattern)
            else:
                found[":".join((*names, str(entry.name)))] = pattern
        return found

    return under(get_resolver().url_patterns, (), "")
