"""What people fill in about frameworks, competencies and standards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asah.portal.competency.actions import Change, LevelText
from asah.portal.competency.actions.requirements import MOST_IMPORTANT
from asah.portal.competency.enums import Basis
from asah.portal.competency.models import (
    HIGHEST,
    LOWEST,
    Competency,
    Framework,
    LevelDescriptor,
    Requirement,
)
from asah.portal.people.models import Position
from asah.portal.ui.fields import DecimalField
from asah.portal.ui.stale import StaleForm

LEVELS = range(LOWEST, HIGHEST + 1)
CLEAR = "0"
IMPORTANCE_WRONG = _("Give a number from 0 to 999.99 with at most two decimals, or leave it blank.")


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, widget=widget, initial=timezone.localdate)


class VersionForm(StaleForm, forms.ModelForm[Framework]):
    """Name, first day and source of a draft."""

    class Meta:
        model = Framework
        fields: ClassVar = ["version", "valid_from", "source", "verified"]
        widgets: ClassVar = {
            "valid_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "source": forms.Textarea(attrs={"rows": 3}),
        }

    @property
    def filled(self) -> dict[str, Any]:
        """What a draft is made or changed with; only after the form was found valid."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class CompetencyForm(StaleForm, forms.ModelForm[Competency]):
    """A competency; its code and kind are given once and stay."""

    class Meta:
        model = Competency
        fields: ClassVar = [
            "code", "kind", "stream", "name_id", "name_en", "owner", "definition_id", "definition_en",
        ]  # fmt: skip
        widgets: ClassVar = {
            "definition_id": forms.Textarea(attrs={"rows": 3}),
            "definition_en": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            del self.fields["code"], self.fields["kind"]


class LevelsForm(StaleForm):
    """All five levels of one competency in a draft. A level with nothing in it is not described."""

    PARTS: ClassVar = (
        ("title_id", _("title (Indonesian)"), 0),
        ("text_id", _("what it means (Indonesian)"), 3),
        ("anchors_id", _("behaviours, one a line (Indonesian)"), 6),
        ("title_en", _("title (English)"), 0),
        ("text_en", _("what it means (English)"), 3),
        ("anchors_en", _("behaviours, one a line (English)"), 6),
    )

    def __init__(self, *args: Any, described: Sequence[LevelDescriptor], **options: Any) -> None:
        super().__init__(*args, **options)
        rows = {row.level: row for row in described}
        for level in LEVELS:
            for part, label, lines in self.PARTS:
                self.fields[f"{part}_{level}"] = forms.CharField(
                    label=_("Level %(level)s: %(part)s") % {"level": level, "part": label},
                    required=False,
                    max_length=200 if not lines else 4000,
                    initial=_initial(rows.get(level), part),
                    widget=forms.Textarea(attrs={"rows": lines}) if lines else forms.TextInput(),
                )

    @property
    def by_level(self) -> Iterator[tuple[int, list[forms.BoundField]]]:
        """For the page: each level with its fields."""
        for level in LEVELS:
            yield level, [self[f"{part}_{level}"] for part, _label, _lines in self.PARTS]

    def clean(self) -> dict[str, Any]:
        for level in LEVELS:
            texts = {part: self._text(part, level) for part, _label, _lines in self.PARTS}
            if not any(texts.values()):
                continue
            for part in ("title_id", "text_id", "anchors_id"):
                if not texts[part]:
                    self.add_error(f"{part}_{level}", _("Fill this in, or leave the whole level blank."))
            indonesian, english = _lines(texts["anchors_id"]), _lines(texts["anchors_en"])
            if english and len(english) != len(indonesian):
                self.add_error(
                    f"anchors_en_{level}",
                    _("Give as many lines as in Indonesian, in the same order, or none."),
                )
        return self.cleaned_data

    def _text(self, part: str, level: int) -> str:
        return str(self.cleaned_data.get(f"{part}_{level}") or "").strip()

    @property
    def levels(self) -> dict[int, LevelText]:
        """What was filled in; only after the form was found valid."""
        found = {}
        for level in LEVELS:
            if not self._text("title_id", level):
                continue
            indonesian = _lines(self._text("anchors_id", level))
            english = _lines(self._text("anchors_en", level)) or [""] * len(indonesian)
            found[level] = LevelText(
                (self._text("title_id", level), self._text("title_en", level)),
                (self._text("text_id", level), self._text("text_en", level)),
                tuple(zip(indonesian, english, strict=True)),
            )
        return found


def _initial(row: LevelDescriptor | None, part: str) -> str:
    if row is None:
        return ""
    if part.startswith("anchors"):
        language = part.removeprefix("anchors_")
        return "\n".join(getattr(anchor, f"text_{language}") for anchor in row.anchors.all()).strip()
    return str(getattr(row, part))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class _EffectForm(forms.Form):
    """From which day levels hold, and where they come from."""

    on = _day(_("Valid from"), _("Today or earlier; what held before stays in the history."))
    source = forms.CharField(
        label=_("Source"),
        max_length=300,
        required=False,
        help_text=_("The decree or document that sets these levels."),
    )

    def _add_level(self, competency: Competency, choices: list[tuple[str, Any]], initial: str = "") -> None:
        label = _("%(competency)s: level") % {"competency": competency.name}
        self.fields[f"level_{competency.pk}"] = forms.ChoiceField(
            label=label,
            choices=choices,
            required=False,
            initial=initial,
            widget=forms.Select(attrs={"aria-label": label, "class": "w-auto"}),
        )

    def _add_importance(self, competency: Competency, initial: Decimal | None) -> None:
        label = _("%(competency)s: importance") % {"competency": competency.name}
        self.fields[f"importance_{competency.pk}"] = DecimalField(
            label=label,
            min_value=0,
            max_value=MOST_IMPORTANT,
            decimal_places=2,
            required=False,
            initial=initial if initial is None or initial % 1 else int(initial),
            widget=forms.TextInput(attrs={"aria-label": label}),
            error_messages=dict.fromkeys(
                ("invalid", "min_value", "max_value", "max_decimal_places", "max_digits"), IMPORTANCE_WRONG
            ),
        )

    def clean_on(self) -> Any:
        on = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError(
                _("A required level takes effect today or earlier. Enter it on the day itself.")
            )
        return on

    def clean_source(self) -> str:
        return " ".join(str(self.cleaned_data["source"]).split())


class StandardForm(_EffectForm):
    """All competencies of a kind with the level that one post demands."""

    confirm = forms.BooleanField(
        label=_("The default levels below are now stipulated"),
        required=False,
        help_text=_("Tick this once a decree confirms them as they are."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        post: Position,
        competencies: Sequence[Competency],
        standing: Mapping[int, Requirement],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.post, self.competencies, self.standing = post, competencies, standing
        self.mark = _mark_of(competencies, standing)
        self.fields["seen"].initial = self.mark
        choices: list[tuple[str, Any]] = [
            ("", _("not demanded")),
            *((str(level), str(level)) for level in LEVELS),
        ]
        for competency in competencies:
            row = standing.get(competency.pk)
            self._add_level(competency, choices, str(row.level) if row else "")
            self._add_importance(competency, row.importance if row else None)
        if not any(row.basis == Basis.DEFAULT for row in self._shown()):
            del self.fields["confirm"]

    def _shown(self) -> list[Requirement]:
        return [self.standing[one.pk] for one in self.competencies if one.pk in self.standing]

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """Those that are not of one competency."""
        return [self[name] for name in ("on", "source", "confirm") if name in self.fields]

    @property
    def rows(self) -> Iterator[tuple[Competency, Requirement | None, forms.BoundField, forms.BoundField]]:
        for one in self.competencies:
            yield one, self.standing.get(one.pk), self[f"level_{one.pk}"], self[f"importance_{one.pk}"]

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("seen") != self.mark:
            # A second sending goes through: by then the levels of now stand beside what was typed.
            self.data = {**self.data.dict(), "seen": self.mark}  # type: ignore[attr-defined]
            raise forms.ValidationError(
                _("Somebody else changed this standard meanwhile. Compare with it, and save again.")
            )
        return self.cleaned_data

    @property
    def changes(self) -> list[Change]:
        """Only what differs from what stands; only after the form was found valid."""
        found = []
        for one in self.competencies:
            level = self.cleaned_data[f"level_{one.pk}"]
            importance = self.cleaned_data[f"importance_{one.pk}"]
            row = self.standing.get(one.pk)
            if not level:
                if row is not None:
                    found.append(Change(self.post.pk, one.pk, None))
                continue
            confirmed = bool(self.cleaned_data.get("confirm"))
            stays = row is not None and row.level == int(level) and importance in (None, row.importance)
            if stays and not (confirmed and row is not None and row.basis == Basis.DEFAULT):
                continue
            # Another importance makes no decree of a default level.
            same = row is not None and row.level == int(level) and not confirmed
            basis = row.basis if row is not None and same else Basis.STIPULATED.value
            source = self.cleaned_data["source"] or None
            found.append(Change(self.post.pk, one.pk, int(level), importance, basis, source))
        return found


def _mark_of(competencies: Sequence[Competency], standing: Mapping[int, Requirement]) -> str:
    """Tells one state of a standard from another: its latest row, and how many there are."""
    rows = [standing[one.pk] for one in competencies if one.pk in standing]
    latest = max(((row.written_at.isoformat(), row.pk) for row in rows), default=("", 0))
    return f"{len(rows)}:{latest[1]}:{latest[0]}"


class BulkForm(_EffectForm):
    """Levels for many posts at once: left alone, cleared or set, competency by competency."""

    def __init__(self, *args: Any, competencies: Sequence[Competency], **options: Any) -> None:
        super().__init__(*args, **options)
        self.competencies = competencies
        choices: list[tuple[str, Any]] = [
            ("", _("leave as it is")),
            (CLEAR, _("no longer demanded")),
            *((str(level), str(level)) for level in LEVELS),
        ]
        for competency in competencies:
            self._add_level(competency, choices)
            self._add_importance(competency, None)

    @property
    def own_fields(self) -> list[forms.BoundField]:
        return [self["on"], self["source"]]

    @property
    def rows(self) -> Iterator[tuple[Competency, forms.BoundField, forms.BoundField]]:
        for one in self.competencies:
            yield one, self[f"level_{one.pk}"], self[f"importance_{one.pk}"]

    def clean(self) -> dict[str, Any]:
        if not any(self.cleaned_data.get(f"level_{one.pk}") for one in self.competencies):
            raise forms.ValidationError(_("Choose a level for at least one competency, or clear one."))
        for one in self.competencies:
            importance = self.cleaned_data.get(f"importance_{one.pk}")
            if importance is not None and self.cleaned_data.get(f"level_{one.pk}") in ("", CLEAR):
                self.add_error(f"importance_{one.pk}", _("Choose a level too: importance goes with it."))
        return self.cleaned_data

    def changes_for(self, posts: Sequence[Position]) -> list[Change]:
        """Every chosen competency for every post; only after the form was found valid."""
        found = []
        for one in self.competencies:
            level = self.cleaned_data[f"level_{one.pk}"]
            if not level:
                continue
            importance = self.cleaned_data[f"importance_{one.pk}"]
            for post in posts:
                if level == CLEAR:
                    found.append(Change(post.pk, one.pk, None))
                else:
                    source = self.cleaned_data["source"] or None
                    found.append(Change(post.pk, one.pk, int(level), importance, source=source))
        return found


class StandardsForm(forms.Form):
    """A sheet of required levels, and from when they hold."""

    on = _day(_("Valid from"), _("Today or earlier; what held before stays in the history."))
    file = forms.FileField(
        label=_("Sheet"),
        help_text=_(".xlsx or .csv with the columns named on this page; at most 20 MB."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
