"""Law and policy as dated data: read once from ``data/*.toml``, asked by date with ``at``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any, Final, Literal

from asah.engine.errors import CallError
from asah.engine.tables.messages import language

Employment = Literal["PNS", "CPNS", "PPPK", "PPPK_PARUH_WAKTU"]
JpmPurpose = Literal["pemetaan", "pengisian_jabatan"]

SOURCES = "sources.toml"
MESSAGES: Final = tomllib.loads(resources.files(__package__).joinpath("messages.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Rule:
    """One value of one rule while it was in force, with where it stands and whether that was checked.

    ``value`` is an int, ``Decimal`` or text, or a mapping or list of these. ``valid_to`` is the last day in
    force; None = still in force as far as known. ``source``: ids of ``sources()``. ``verified``: the
    wording of the regulation was read, also in a copy that quotes it.
    """

    name: str
    key: str
    value: Any
    unit: str
    valid_from: date
    valid_to: date | None
    regulation: str
    article: str
    source: tuple[str, ...]
    verified: bool
    note: str
    file: str

    def in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True)
class Source:
    """Something that was read. ``quotes``: it repeats the wording of the regulation itself."""

    id: str
    text: str
    quotes: bool


@dataclass(frozen=True)
class Entitlement:
    """What a year of learning means by law for one kind of employment.

    ``kind``: ``minimum`` (a right of at least ``jp`` a year), ``ceiling`` (at most ``jp``, no duty to
    reach it), ``none`` (neither), ``unknown`` (no rule was found). ``jp`` is None for the last two.
    """

    kind: Literal["minimum", "ceiling", "none", "unknown"]
    jp: Decimal | None
    verified: bool


@dataclass(frozen=True)
class JpForm:
    """How one form of development turns into JP.

    ``unit``: what is counted (``jp`` hours of the programme, ``day``, ``session``, ``activity``).
    ``rate``: JP per unit. ``cap``: units that count at most per ``cap_period``, over all records of a
    person; None = no cap.
    ``international``: ``fixed`` (``international_rate`` JP per unit), ``percent`` (``international_rate``
    per cent on top) or ``none`` (as at home).
    """

    code: str
    name: str
    path: Literal["klasikal", "nonklasikal"]
    unit: Literal["jp", "day", "session", "activity"]
    rate: Decimal
    cap: Decimal | None
    cap_period: Literal["day", "month", "none"]
    international: Literal["fixed", "percent", "none"]
    international_rate: Decimal | None
    verified: bool


@dataclass(frozen=True)
class Band:
    """One band of a score: from ``from_score`` (inclusive) up to the next band."""

    from_score: Decimal
    code: str
    name: str


@dataclass(frozen=True)
class RuleSet:
    """Every rule in force on one day. Asking for a rule that is not in force raises ``CallError``."""

    on: date
    rules: Mapping[tuple[str, str], Rule]

    def get(self, name: str, key: str = "") -> Rule:
        rule = self.rules.get((name, key))
        if rule is None:
            label = f"{name}[{key}]" if key else name
            what, remedy = MESSAGES["not_in_force"][language()]
            raise CallError(f"{what.format(rule=label, on=self.on)}. {remedy}")
        return rule

    def keys(self, name: str) -> tuple[str, ...]:
        """The keys under which ``name`` is in force, in the order of the file."""
        return tuple(key for rule, key in self.rules if rule == name)

    @property
    def unverified(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules.values() if not rule.verified)

    def entitlement(self, employment: str) -> Entitlement:
        rule = self.get("jp_entitlement", employment)
        jp = rule.value.get("jp")
        return Entitlement(rule.value["kind"], None if jp is None else Decimal(jp), rule.verified)

    def jp_form(self, code: str) -> JpForm:
        rule = self.get("jp_form", code)
        return JpForm(code=code, verified=rule.verified, **_decimals(rule.value))

    def jpm_bands(self, purpose: JpmPurpose) -> tuple[Band, ...]:
        """Bands of the job-person match, highest first; scores in per cent."""
        bands = self.get("jpm_bands", purpose).value
        return tuple(Band(Decimal(b["from_score"]), b["code"], b["name"]) for b in bands)

    def budget_share_minimum(self, region: Literal["province", "district"]) -> Decimal:
        """Share (0..1) of total regional spending that must go to development of competency."""
        return Decimal(self.get("budget_share_minimum", region).value)

    def retirement_age(self, post: str) -> int:
        """Age in years (BUP) of a kind of post: one of ``keys("retirement_age")``."""
        return int(self.get("retirement_age", post).value)

    def default_level(self, position_kind: str | None, golongan: str | None) -> int | None:
        """Level to expect of a post without a stipulated standard; None where no default is known.

        A functional post has its level by rung (jenjang), which the roster does not hold: the rank
        (golongan) stands in for it. Whoever shows a default must label it.
        """
        if position_kind == "fungsional":
            rule = self.rules.get(("default_level_fungsional", (golongan or "").upper()))
        else:
            rule = self.rules.get(("default_level", position_kind or ""))
        return None if rule is None else int(rule.value)

    def evidence_validity_years(self, role: str) -> float:
        return float(self.get("evidence_validity_years", role).value)

    def number(self, name: str, key: str = "") -> float:
        """A plain number, for rules that calculate in floating point (measurement, not law)."""
        return float(self.get(name, key).value)


def at(on: date) -> RuleSet:
    """The rules in force on a day."""
    if not isinstance(on, date):
        raise CallError(f"rules.at needs a date, not {on!r}. Write for example date(2026, 1, 1).")
    return RuleSet(on, {(rule.name, rule.key): rule for rule in all_rules() if rule.in_force(on)})


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of every date, in the order of the files. Two rules in force at once are an error."""
    rules = tuple(rule for name, text in _files() if name != SOURCES for rule in read(name, text))
    by_name: dict[tuple[str, str], list[Rule]] = {}
    for rule in rules:
        by_name.setdefault((rule.name, rule.key), []).append(rule)
    for same in by_name.values():
        same.sort(key=lambda rule: rule.valid_from)
        for earlier, later in pairwise(same):
            if earlier.in_force(later.valid_from):
                raise CallError(
                    f"{later.file}: two values of {later.name}[{later.key}] are in force on "
                    f"{later.valid_from}. Give the earlier one a valid_to."
                )
    return rules


@cache
def sources() -> Mapping[str, Source]:
    """Every source by its id."""
    text = dict(_files())[SOURCES]
    return {
        row["id"]: Source(row["id"], row["text"], _yes_no(row["quotes"]))
        for row in tomllib.loads(text)["source"]
    }


def read(file: str, text: str) -> tuple[Rule, ...]:
    """The rules of one file: every row of ``values`` takes what it does not say from its ``[[rule]]``."""
    rules = []
    for group in tomllib.loads(text, parse_float=Decimal)["rule"]:
        shared = {name: field for name, field in group.items() if name != "values"}
        for row in group["values"]:
            fields = {"valid_to": None, "note": "", "key": "", "article": "", **shared, **row}
            try:
                verified, source = _yes_no(fields["verified"]), tuple(fields["source"])
                if unknown := [name for name in source if name not in sources()]:
                    raise ValueError(f"unknown source {', '.join(unknown)}; describe it in {SOURCES}")
                if verified and not any(sources()[name].quotes for name in source):
                    raise ValueError("verified without a source that quotes the regulation")
                rules.append(Rule(file=file, **{**fields, "verified": verified, "source": source}))
            except (TypeError, KeyError, ValueError) as wrong:
                raise CallError(f"{file}: rule {fields.get('name')}[{fields['key']}]: {wrong}") from wrong
    return tuple(rules)


def _files() -> tuple[tuple[str, str], ...]:
    folder = resources.files(__package__) / "data"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return tuple((file.name, file.read_text(encoding="utf-8")) for file in files)


def _yes_no(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError(f"verified is {text!r}; write yes or no")
    return text == "yes"


def _decimals(value: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {name: Decimal(value[name]) for name in ("rate", "cap", "international_rate") if name in value}
    return {"cap": None, "international_rate": None, **value, **numbers}
