"""The consequences of a decision in sentences, the gravest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asah.portal.catalogue.models import Offering
from asah.portal.planning.queries.consequences.work_out import Consequences, Place
from asah.portal.planning.queries.contradictions import AT_ONCE, OVERFULL, Contradiction
from asah.portal.ui.formats import long_date, number, rupiah

SMALL = 1e-6
_TONES = ("bad", "warning", "neutral", "good")
_BROKEN = {
    "not_admitted": gettext_lazy(
        "The programme does not admit this person: the next plan keeps the place all the same."
    ),
    "retires_first": gettext_lazy("The offering ends after this person retires."),
    "network_too_weak": gettext_lazy(
        "The offering is online, and the connection where this person works is too weak."
    ),
    "over_jp_ceiling": gettext_lazy("This goes beyond the ceiling of JP of this person."),
    "too_many_away": gettext_lazy(
        "More people of this unit would be away in the same week than allowed: somebody else of the unit must"
        " stay."
    ),
    "no_class": gettext_lazy(
        "No class of this offering may be opened: with this decision no plan can be made."
    ),
    "too_few": gettext_lazy(
        "A class has a least number of people: the next plan must bring others along to fill it."
    ),
}
_GRAVE = {"no_class"}
_FALLS_OUT = {
    "same_programme": gettext_lazy(
        "Loses the place in %(offering)s, which is another date of this programme."
    ),
    "same_time": gettext_lazy("Loses the place in %(offering)s, which takes place at the same time."),
    "too_many": gettext_lazy(
        "Loses the place in %(offering)s: by the rules of the year a person has %(most)s programmes at most."
    ),
}


@dataclass(frozen=True)
class Fact:
    """One sentence; ``tone`` is one of a badge: bad, warning, neutral, good."""

    tone: str
    text: str

    @property
    def word(self) -> str:
        """The tone in a word, for those who do not see colours."""
        return str(
            {
                "bad": _("Problem"),
                "warning": _("Attention"),
                "neutral": _("Changes"),
                "good": _("Good"),
            }[self.tone]
        )


def say_consequences(found: Consequences) -> list[Fact]:
    facts = list(_say(found))
    return sorted(facts, key=lambda fact: _TONES.index(fact.tone))


def _say(found: Consequences) -> Iterator[Fact]:
    for each in found.contradictions:
        yield Fact("bad", say_contradiction(each))
    if found.nothing_changes:
        yield Fact(
            "neutral", _("The plan has it so already. The decision makes sure that the next plan keeps it.")
        )
        return
    if abs(found.points) < SMALL:
        yield Fact("neutral", _("The gap closed for this person stays the same."))
    elif found.points > 0:
        yield Fact(
            "good", _("%(points)s points of this person's gap more are closed.") % _points(found.points)
        )
    else:
        yield Fact("warning", _("%(points)s points of this person's gap stay open.") % _points(-found.points))
    if found.jp:
        words = _("%(jp)s JP more.") if found.jp > 0 else _("%(jp)s JP fewer.")
        yield Fact("neutral", words % {"jp": number(abs(found.jp))})
    yield from _money(found)
    yield from _places(found)
    for line, why in found.falls_out.items():
        facts = {"offering": call(line.offering), "most": found.most_programmes}
        yield Fact("warning", str(_FALLS_OUT[why]) % facts)
    if found.mandate_lost:
        yield Fact("bad", _("A programme that this person must be given is taken away."))
    for code in found.broken:
        yield Fact("bad" if code in _GRAVE else "warning", str(_BROKEN[code]))


def say_contradiction(found: Contradiction) -> str:
    """Why no plan can keep these decisions together."""
    first = found.locks[0]
    facts = {
        "name": first.person.full_name,
        "many": number(len(found.locks), 0),
        "most": number(found.most, 0),
    }
    if found.kind == OVERFULL:
        return _(
            "%(offering)s is full: %(many)s people are decided in, and its classes have %(most)s seats in"
            " all. No plan can keep all of these decisions."
        ) % {**facts, "offering": call(first.offering)}
    if found.kind == AT_ONCE:
        return _(
            "%(name)s is decided into %(one)s and into %(other)s, which take place at the same time. No plan"
            " can keep both decisions."
        ) % {**facts, "one": call(first.offering), "other": call(found.locks[1].offering)}
    return (
        _(
            "%(name)s is decided into %(many)s programmes, and by the rules of the year a person has %(most)s"
            " at most. No plan can keep all of these decisions."
        )
        % facts
    )


def call(offering: Offering) -> str:
    """An offering in words: the name of its programme and its first day or week; codes are for lists."""
    name = offering.programme.name
    if offering.starts_on is not None:
        return f"{name} ({long_date(offering.starts_on)})"
    if offering.period is not None:
        return _("%(name)s (week %(week)s)") % {"name": name, "week": offering.period}
    return name


def _points(value: float) -> dict[str, str]:
    return {"points": number(value)}


def _money(found: Consequences) -> Iterator[Fact]:
    whole = found.money + found.class_cost
    if whole > 0:
        yield Fact("neutral", _("Costs %(amount)s more.") % {"amount": rupiah(whole)})
    elif whole < 0:
        yield Fact("good", _("Frees %(amount)s.") % {"amount": rupiah(-whole)})
    for name, amount in found.over.items():
        purse = _("the money in all") if name == "total" else name
        yield Fact(
            "warning",
            _("Overdraws %(purse)s by %(amount)s: the next plan must take something from others.")
            % {"purse": purse, "amount": rupiah(amount)},
        )


def _places(found: Consequences) -> Iterator[Fact]:
    place = found.place
    if place is not None and found.person is not None:
        if found.class_cost and place.classes == 0 and place.may_open:
            yield Fact("warning", _("No class is open yet: one must be opened for it."))
        elif place.classes and place.seats_left is not None:
            yield _seat(found, place)
    left = found.left_place
    if found.leaves is not None and left is not None and left.classes:
        least = left.classes * left.offering.min_per_class
        if left.enrolled - 1 < least:
            yield Fact(
                "bad",
                _(
                    "The class falls below its least number of %(least)s: it is closed unless somebody else"
                    " comes."
                )
                % {"least": number(least)},
            )
        elif found.place is None:
            yield Fact("good", _("A seat becomes free for somebody else."))


def _seat(found: Consequences, place: Place) -> Fact:
    if place.seats_left and place.seats_left > 0:
        return Fact("good", _("%(seats)s seats are free in the class.") % {"seats": number(place.seats_left)})
    if found.pushed_out is not None:
        return Fact(
            "warning",
            _("The class is full: most likely %(name)s, who gains least from it, loses the place.")
            % {"name": found.pushed_out.full_name},
        )
    return Fact("warning", _("The class is full: another one must be opened for it."))
