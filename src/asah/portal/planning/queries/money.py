"""What a plan spends, where, against which limit, and what more of a limit would bring."""

from __future__ import annotations

from dataclasses import dataclass

from asah.portal.base.models import Unit, User
from asah.portal.catalogue.models import Fund, Offering
from asah.portal.planning.access import SEE_PLANS, sees_all_of
from asah.portal.planning.enums import LimitScope
from asah.portal.planning.models import Plan

MILLION = 1_000_000


@dataclass(frozen=True)
class Scope:
    """One purse: what it may spend (None: no limit), what it spends, what a million more would bring."""

    scope: str
    key: int | None
    name: str
    limit: int | None
    spent: int
    per_million: float | None

    @property
    def left(self) -> int | None:
        return None if self.limit is None else self.limit - self.spent


@dataclass(frozen=True)
class LimitPrice:
    """What one more of a limit other than money would bring, in points."""

    scope: str
    name: str
    period: int | None
    price: float


def money_by_scope(plan: Plan, viewer: User) -> list[Scope]:
    """In all, by fund, by unit that pays travel. Whoever sees some units only is told of those units only."""
    summary = plan.summary
    limits: dict[tuple[str, int | None], int] = {
        (scope, key): amount for scope, key, amount in summary.get("limits", [])
    }
    prices = {
        (price["scope"], price["key"]): price["price"]
        for price in summary.get("prices", [])
        if price["scope"] in LimitScope.values
    }
    spent: dict[tuple[str, int | None], int] = {(LimitScope.TOTAL.value, None): summary["spent"]["total"]}
    for scope in (LimitScope.FUND.value, LimitScope.UNIT.value):
        spent |= {(scope, int(key)): amount for key, amount in summary["spent"].get(scope, {}).items()}
    funds = {fund.pk: fund.name for fund in Fund.objects.filter(agency=plan.scenario.agency_id)}
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=[key for _, key in spent if key])}
    everything = sees_all_of(viewer, plan)
    paths = tuple(SEE_PLANS.paths(viewer))
    rows = []
    for scope, key in sorted(
        {*spent, *limits}, key=lambda pair: (LimitScope.values.index(pair[0]), pair[1] or 0)
    ):
        if not everything and not (
            scope == LimitScope.UNIT and key in units and units[key].path.startswith(paths)
        ):
            continue
        name = ""
        if scope == LimitScope.FUND:
            name = funds.get(key or 0, "")
        elif scope == LimitScope.UNIT:
            name = units[key].name if key in units else ""
        price = prices.get((scope, key))
        rows.append(
            Scope(
                scope=scope,
                key=key,
                name=name,
                limit=limits.get((scope, key)),
                spent=spent.get((scope, key), 0),
                per_million=None if price is None else price * MILLION,
            )
        )
    return rows


def prices_of_limits(plan: Plan) -> list[LimitPrice]:
    """Seats, absence, resources and floors that bind, the dearest first."""
    prices = [price for price in plan.summary.get("prices", []) if price["scope"] not in LimitScope.values]
    units = dict(
        Unit.objects.filter(pk__in=[p["key"] for p in prices if p["scope"] == "absence"]).values_list(
            "pk", "name"
        )
    )
    offerings = {
        offering.pk: str(offering)
        for offering in Offering.objects.filter(
            pk__in=[p["key"] for p in prices if p["scope"] == "seats"]
        ).select_related("programme")
    }
    names = {"absence": units, "seats": offerings}
    rows = [
        LimitPrice(
            scope=price["scope"],
            name=names.get(price["scope"], {}).get(price["key"], str(price["id"] or "")),
            period=price["period"],
            price=price["price"],
        )
        for price in prices
    ]
    return sorted(rows, key=lambda row: -row.price)
