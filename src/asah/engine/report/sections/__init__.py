"""The parts of report.html in their order, one function each: facts and a language in, markup out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from asah.engine.report.facts import Facts
from asah.engine.report.language import Language
from asah.engine.report.markup import Markup
from asah.engine.report.sections import closure, delivery, limits, worth

Section: TypeAlias = Callable[[Facts, Language], Markup | None]

# What needs a decision first, then whether to trust the plan, then what is in it.
SECTIONS: Final[tuple[tuple[str, Section], ...]] = (
    ("tile", worth.tiles),
    ("mandate", worth.mandates),
    ("proof", worth.proof),
    ("rule", worth.simple_rules),
    ("closure", closure.closure),
    ("calendar", delivery.calendar),
    ("money", delivery.money),
    ("map", delivery.places),
    ("left", limits.left_out),
    ("price", limits.prices),
    ("warning", limits.warnings),
    ("about", limits.about),
)
