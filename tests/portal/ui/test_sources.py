from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Count, F

from asah.portal.base.models import RoleGrant, User
from asah.portal.ui.tables.columns import Column
from asah.portal.ui.tables.sources import QuerySource, narrow


@pytest.mark.parametrize(
    ("rows", "name", "can_be_absent"),
    [
        (User.objects.all(), "name", False),
        (RoleGrant.objects.all(), "ended_at", True),
        (RoleGrant.objects.all(), "unit__name", False),
        (RoleGrant.objects.all(), "unit__parent__name", True),
        (RoleGrant.objects.all(), "granted_by__name", True),
        (User.objects.annotate(held=Count("grants")), "held", True),
        (User.objects.all(), "grants__role", True),
    ],
)
def test_only_what_can_be_absent_is_told_to_stand_last_so_that_an_index_serves_the_rest(
    rows: Any, name: str, can_be_absent: bool
) -> None:
    for falling in (False, True):
        column = Column("c", "C", value=str, order=(name,))
        found = narrow(rows, columns=[column], words=[], sort="-c" if falling else "c", chosen=[])
        assert isinstance(found, QuerySource)
        by = found.rows.query.order_by[0]
        assert by == (F(name).desc if falling else F(name).asc)(nulls_last=True if can_be_absent else None)
