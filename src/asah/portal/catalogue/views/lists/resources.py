"""Resources, and what is asked of one by week."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from asah.portal.catalogue.enums import ResourceKind
from asah.portal.catalogue.views.lists.words import span_in_words
from asah.portal.ui.addresses import url_of
from asah.portal.ui.formats import number
from asah.portal.ui.tables import ChoiceFilter, Column, Table

RESOURCES = Table(
    name="resources",
    caption=_("Resources"),
    columns=[
        Column(
            "name",
            _("Resource"),
            value=lambda r: r.name,
            order=("name",),
            search=("name__icontains", "code__icontains"),
            link=lambda r: url_of("catalogue:resource", r.pk),
        ),
        Column("kind", _("Kind"), value=lambda r: r.get_kind_display(), order=("kind",)),
        Column("place", _("Place"), value=lambda r: r.place.name if r.place else "", order=("place__name",)),
        Column("classes", _("Classes at once"), value=lambda r: r.classes, kind="number", order=("classes",)),
        Column(
            "used",
            _("Offerings from this year on"),
            value=lambda r: r.used_by,
            kind="number",
            order=("used_by",),
        ),
        Column("state", _("State"), value=lambda r: _("archived") if r.archived_at else "", kind="badge"),
    ],
    filters=[ChoiceFilter("kind", _("Kind"), field="kind", choices=ResourceKind.choices)],
    sort="name",
    empty=_(
        "No resources yet. Add facilitators, experts and venues that limit how many classes can be held."
    ),
    empty_action=(_("Add a resource"), "catalogue:add_resource"),
)

LOAD = Table(
    name="load",
    caption=_("Load by week"),
    prefix="l-",
    rows_per_page=60,
    columns=[
        Column("week", _("Week"), value=lambda w: number(w.week)),
        Column("days", _("Days"), value=lambda w: span_in_words(w.first, w.last), kind="date"),
        Column("asked", _("Classes asked for"), value=lambda w: w.asked, kind="number"),
        Column("classes", _("Can be held"), value=lambda w: w.classes, kind="number"),
        Column(
            "state",
            _("State"),
            value=lambda w: (
                _("too many") if w.over else (_("exceptional week") if w.exceptional else _("fits"))
            ),
            kind="badge",
            tone=lambda w: "bad" if w.over else ("info" if w.exceptional else "good"),
        ),
        Column("offerings", _("Offerings"), value=lambda w: "; ".join(o.programme.name for o in w.offerings)),
    ],
    empty=_("Nothing is asked of it in this year, and no week is exceptional."),
)
