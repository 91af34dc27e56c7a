"""What a plan proves, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from asah.portal.planning.models import Plan
from asah.portal.ui.formats import number, share

# Below this share of what could be gained nobody would notice a difference.
NOTHING_LEFT = 1e-9


@dataclass(frozen=True)
class Worth:
    """A plan in points against doing nothing: ``gained`` is ``closed`` and ``avoided`` together.

    ``most``: what no plan can exceed, on the same scale. So the gap is (most - gained) / most, here as in the
    engine.
    """

    closed: float
    avoided: float
    gained: float
    most: float


def worth_of(plan: Plan) -> Worth:
    nothing, closed = plan.summary["worth_of_nothing"], plan.summary["closed_points"]
    gained = plan.objective - nothing
    return Worth(closed=closed, avoided=gained - closed, gained=gained, most=plan.bound - nothing)


def prove(plan: Plan) -> list[str]:
    """Sentences: what is gained and of what, what no plan can exceed, what at most is left, who"
    " checked it."""
    summary, worth = plan.summary, worth_of(plan)
    told = [
        _(
            "This plan is worth %(gained)s points against doing nothing: %(closed)s points of gaps closed and"
            " %(avoided)s points of penalties avoided. A point of gap is one level of one competency"
            " closed for"
            " one person, times the weight of that need; penalties are the points that the rules of"
            " the scenario"
            " take for JP below the target, mandates not given and floors of equity missed."
        )
        % {
            "gained": number(worth.gained, 1),
            "closed": number(worth.closed, 1),
            "avoided": number(worth.avoided, 1),
        }
    ]
    if plan.gap <= NOTHING_LEFT:
        told.append(
            _(
                "No plan within the same limits can be worth more: this is proved. There is nothing better to"
                " look for."
            )
        )
    else:
        told.append(
            _(
                "It is proved that no plan within the same limits can be worth more than %(most)s"
                " points. So at"
                " most %(gap)s of what could be gained is left, however long one looks; perhaps nothing is."
            )
            % {"most": number(worth.most, 1), "gap": share(plan.gap, 2)}
        )
    told.append(_of_status(summary))
    told.append(_of_check(summary))
    return [sentence for sentence in told if sentence]


def _of_status(summary: dict[str, Any]) -> str:
    status = "search_ended" if summary.get("search_ended") else summary["status"]
    return {
        "optimal": _("The search ended because the best plan was found."),
        "gap_reached": _("The search ended because what can still be left became as small as was asked for."),
        "time_limit": _(
            "The search ended because its time was up. With more time it may find a little more."
        ),
        "interrupted": _("The search was stopped by hand, and the best plan until then was kept."),
        "search_ended": _("The search ended by itself: more time would not have found more."),
    }.get(status, "")


def _of_check(summary: dict[str, Any]) -> str:
    check = summary.get("check", {})
    if not check:
        return ""
    if not check["ok"]:
        return ngettext(
            "Attention: the independent check found %(count)s fault in this plan. Do not use it; tell the"
            " administrator.",
            "Attention: the independent check found %(count)s faults in this plan. Do not use it; tell the"
            " administrator.",
            len(check["failures"]),
        ) % {"count": len(check["failures"])}
    if summary.get("bound_by") == "solver":
        return _(
            "A second program that shares nothing with the planner worked out the plan again and agrees: all"
            " rules are obeyed and every sum is right. The upper bound itself is the word of the solver."
        )
    return _(
        "A second program that shares nothing with the planner worked out everything again and agrees: all"
        " rules are obeyed, every sum is right, and the upper bound holds."
    )


def against_simple_rules(plan: Plan) -> list[tuple[str, float, float | None]]:
    """What offices reach without a planner: rule, points gained, and by which share the plan gains more."""
    nothing, gained = plan.summary["worth_of_nothing"], worth_of(plan).gained
    words = {
        "rank_by_gap": _("A list sorted by gap, from the top until the money is spent"),
        "per_rupiah": _("The cheapest courses for each first"),
        "online_first": _("Online courses first"),
    }
    rules = []
    for name, rule in plan.summary.get("rules", {}).items():
        points = rule["objective"] - nothing
        rules.append((words.get(name, name), points, gained / points - 1 if points > 0 else None))
    return sorted(rules, key=lambda rule: -rule[1])
