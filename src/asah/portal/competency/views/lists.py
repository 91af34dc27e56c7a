"""The lists about competencies: columns, filters, what an empty one says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from asah.portal.competency.enums import Basis, CompetencyKind, FrameworkState, Standing, Stream
from asah.portal.competency.models import HIGHEST, Competency, Framework
from asah.portal.people.enums import PositionKind
from asah.portal.people.models import Position
from asah.portal.ui.addresses import url_of
from asah.portal.ui.tables import ChoiceFilter, Column, Table

BASIS_TONES = {Basis.STIPULATED.value: "good", Basis.DEFAULT.value: "warning"}
STANDING_TONES = {
    Standing.NONE.value: "bad",
    Standing.DEFAULT.value: "warning",
    Standing.MIXED.value: "warning",
    Standing.STIPULATED.value: "good",
}
STATE_TONES = {FrameworkState.DRAFT.value: "info", FrameworkState.IN_FORCE.value: "good"}


def basis_words(value: str) -> str:
    return str(Basis(value).label)


def _in_use(rows: QuerySet[Competency], value: str) -> QuerySet[Competency]:
    return rows.filter(archived_at__isnull=value == "yes")


def _level_count(competency: Any) -> str:
    return gettext("%(count)s of %(all)s levels") % {"count": competency.described, "all": HIGHEST}


COMPETENCIES = Table(
    name="competencies",
    caption=_("Competencies"),
    columns=[
        Column(
            "name",
            _("Competency"),
            value=lambda c: c.name,
            order=("name_id",),
            search=("name_id__icontains", "name_en__icontains"),
            link=lambda c: url_of("competency:competency", c.pk),
        ),
        Column("code", _("Code"), value=lambda c: c.code, order=("code",), search=("code__icontains",)),
        Column("kind", _("Kind"), value=lambda c: c.get_kind_display(), order=("kind", "code")),
        Column("stream", _("Stream"), value=lambda c: c.get_stream_display(), order=("stream",)),
        Column("posts", _("Posts"), value=lambda c: c.posts, kind="number", order=("posts",)),
        Column(
            "state",
            _("State"),
            value=lambda c: gettext("archived") if c.archived_at else gettext("in use"),
            kind="badge",
            order=("archived_at",),
        ),
    ],
    filters=[
        ChoiceFilter("kind", _("Kind"), field="kind", choices=CompetencyKind.choices),
        ChoiceFilter("stream", _("Stream"), field="stream", choices=Stream.choices),
        ChoiceFilter("use", _("State"), apply=_in_use, choices=[("yes", _("in use")), ("no", _("archived"))]),
    ],
    sort="kind",
    empty=_("No competencies yet. Adopt the starting set above, or add the first one."),
)

DEMAND = Table(
    name="demand",
    caption=_("Posts that demand it"),
    columns=[
        Column(
            "post",
            _("Post"),
            value=lambda r: r.position.name,
            order=("position__name",),
            search=("position__name__icontains", "position__code__icontains"),
            link=lambda r: url_of("competency:post", r.position_id),
        ),
        Column(
            "kind",
            _("Kind of post"),
            value=lambda r: r.position.get_kind_display(),
            order=("position__kind",),
        ),
        Column("level", _("Level"), value=lambda r: r.level, kind="number", order=("level",)),
        Column(
            "importance", _("Importance"), value=lambda r: r.importance, kind="number", order=("importance",)
        ),
        Column(
            "basis",
            _("Basis"),
            value=lambda r: r.get_basis_display(),
            kind="badge",
            tone=lambda r: BASIS_TONES[r.basis],
            order=("basis",),
        ),
        Column("since", _("Valid from"), value=lambda r: r.valid_from, kind="date", order=("valid_from",)),
    ],
    filters=[
        ChoiceFilter("kind", _("Kind of post"), field="position__kind", choices=PositionKind.choices),
        ChoiceFilter("basis", _("Basis"), field="basis", choices=Basis.choices),
    ],
    sort="post",
    empty=_("No post demands it yet. Set it on the page of a post, for many at once, or by a sheet."),
)

VERSIONS = Table(
    name="versions",
    caption=_("Versions of the framework"),
    columns=[
        Column(
            "version",
            _("Version"),
            value=lambda v: v.version,
            order=("version",),
            link=lambda v: url_of("competency:version", v.pk),
        ),
        Column(
            "state",
            _("State"),
            value=lambda v: v.get_state_display(),
            kind="badge",
            tone=lambda v: STATE_TONES.get(v.state, "neutral"),
            order=("state",),
        ),
        Column("from", _("Valid from"), value=lambda v: v.valid_from, kind="date", order=("valid_from",)),
        Column("to", _("Valid to"), value=lambda v: v.valid_to, kind="date", order=("valid_to",)),
        Column(
            "described",
            _("Competencies described"),
            value=lambda v: v.described,
            kind="number",
            order=("described",),
        ),
        Column(
            "verified",
            _("Source"),
            value=lambda v: verified_words(v),
            kind="badge",
            tone=lambda v: verified_tone(v),
        ),
    ],
    sort="-from",
    empty=_("No version yet. Adopt the starting set on the page of the framework, or make a draft."),
)


def verified_words(version: Framework) -> str:
    return (
        gettext("checked against its source")
        if version.verified
        else gettext("not checked against its source")
    )


def verified_tone(version: Framework) -> str:
    return "good" if version.verified else "warning"


def _levels_address(version: Framework, competency: Competency) -> str:
    if version.state == FrameworkState.DRAFT and competency.archived_at is None:
        return url_of("competency:levels", version.pk, competency.pk)
    return f"{url_of('competency:competency', competency.pk)}?version={version.pk}"


def described_in(version: Framework) -> Table:
    """The competencies of one version; in a draft each leads to where it is edited."""
    return Table(
        name="described",
        caption=_("Competencies of this version"),
        columns=[
            Column(
                "name",
                _("Competency"),
                value=lambda c: c.name,
                order=("name_id",),
                search=("name_id__icontains", "name_en__icontains"),
                link=lambda c: _levels_address(version, c),
            ),
            Column("code", _("Code"), value=lambda c: c.code, order=("code",), search=("code__icontains",)),
            Column("kind", _("Kind"), value=lambda c: c.get_kind_display(), order=("kind", "code")),
            Column(
                "described",
                _("Described"),
                value=_level_count,
                kind="badge",
                tone=lambda c: "good" if c.described == HIGHEST else "warning",
                order=("described",),
            ),
        ],
        filters=[ChoiceFilter("kind", _("Kind"), field="kind", choices=CompetencyKind.choices)],
        sort="kind",
        empty=_("No competencies yet. Add the first one on the page of the framework."),
    )


def _by_standing(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(standing=value)


STANDARDS = Table(
    name="standards",
    caption=_("Standards of posts"),
    columns=[
        Column(
            "name",
            _("Post"),
            value=lambda p: p.name,
            order=("name",),
            search=("name__icontains",),
            link=lambda p: url_of("competency:post", p.pk),
        ),
        Column("code", _("Code"), value=lambda p: p.code, order=("code",), search=("code__icontains",)),
        Column("kind", _("Kind of post"), value=lambda p: p.get_kind_display(), order=("kind",)),
        Column(
            "rung",
            _("Rung (jenjang)"),
            value=lambda p: p.level,
            order=("level",),
            search=("level__icontains",),
        ),
        Column("demanded", _("Competencies"), value=lambda p: p.demanded, kind="number", order=("demanded",)),
        Column(
            "standing",
            _("Basis"),
            value=lambda p: Standing(p.standing).label,
            kind="badge",
            tone=lambda p: STANDING_TONES[p.standing],
            order=("standing",),
        ),
        Column("holders", _("Held by"), value=lambda p: p.holders, kind="number", order=("holders",)),
    ],
    filters=[
        ChoiceFilter("kind", _("Kind of post"), field="kind", choices=PositionKind.choices),
        ChoiceFilter("standing", _("Basis"), apply=_by_standing, choices=Standing.choices),
    ],
    sort="name",
    empty=_("No posts yet. They come with the roster: import it first."),
)


def _tick(post: Position) -> SafeString:
    return format_html(
        '<input class="form-check-input" type="checkbox" name="post" value="{}" form="bulk" aria-label="{}"> '
        '<a href="{}">{}</a>',
        post.pk,
        gettext("Choose %(post)s") % {"post": post.name},
        url_of("competency:post", post.pk),
        post.name,
    )


# As above, with a box to tick before each post: for those who may change many at once.
STANDARDS_TO_TICK = replace(
    STANDARDS, columns=[replace(STANDARDS.columns[0], value=_tick, link=None), *STANDARDS.columns[1:]]
)

FINDINGS = Table(
    name="findings",
    caption=_("What was found in the rows"),
    columns=[
        Column("row", _("Row"), value=lambda f: f.row, kind="number", order=True),
        Column("column", _("Column"), value=lambda f: f.column, order=True, search=True),
        Column("value", _("Value"), value=lambda f: f.value, search=True),
        Column(
            "hinders",
            _("Weight of it"),
            value=lambda f: gettext("error: nothing is written") if f.hinders else gettext("to be looked at"),
            kind="badge",
            tone=lambda f: "bad" if f.hinders else "warning",
            order=lambda f: not f.hinders,
        ),
        Column("what", _("What is wrong and how to mend it"), value=lambda f: f.text, search=True),
    ],
    filters=[
        ChoiceFilter(
            "hinders",
            _("Weight of it"),
            field=lambda f: "yes" if f.hinders else "no",
            choices=[("yes", _("error: nothing is written")), ("no", _("to be looked at"))],
        )
    ],
    sort="row",
    empty=_("Nothing wrong was found."),
)

# The sheet of standards, in the columns that an import reads back.
SHEET_COLUMNS = [
    Column("post_code", _("Post code"), value=lambda r: r.position.code),
    Column("post", _("Post name"), value=lambda r: r.position.name),
    Column("competency_code", _("Competency code"), value=lambda r: r.competency.code),
    Column("competency", _("Competency name"), value=lambda r: r.competency.name),
    Column("level", _("Level"), value=lambda r: r.level),
    Column("importance", _("Importance"), value=lambda r: r.importance),
    Column("basis", _("Basis"), value=lambda r: basis_words(r.basis)),
    Column("source", _("Source"), value=lambda r: r.source_told),
]
