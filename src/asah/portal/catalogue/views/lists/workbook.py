"""What must be mended in a workbook."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from asah.portal.ui.tables import Column, Table

PROBLEMS = Table(
    name="problems",
    caption=_("What must be mended"),
    columns=[
        Column("sheet", _("Sheet"), value=lambda p: p.sheet, order=True, search=True),
        Column("row", _("Row"), value=lambda p: p.row or None, kind="number"),
        Column("column", _("Column"), value=lambda p: p.column, order=True, search=True),
        Column("value", _("Value"), value=lambda p: p.value[:80]),
        Column("said", _("What is wrong and how to mend it"), value=lambda p: p.said, search=True),
    ],
)
