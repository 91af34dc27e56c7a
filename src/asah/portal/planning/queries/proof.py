"""What a plan proves, in plain words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from asah.portal.planning.models import Plan
from asah.portal.ui.formats import number, share

# Below this share of what could be gained nobody would notice a difference.
NOTHING_LEFT = 1e-9


def prove(plan: Plan) -> list[str]:
    """Sentences: what is gained, what no plan can exceed, what at most is left, who checked it."""
    summary = plan.summary
    gained = plan.objective - summary["worth_of_nothing"]
    most = plan.bound - summary["worth_of_nothing"]
    told = [
        _(
            "With this plan the agency gains %(gained)s points against doing nothing. A point is one level of"
            " one competency closed for one person, times the weight of that need."
        )
        % {"gained": number(gained, 1)}
    ]
    if plan.gap <= NOTHING_LEFT:
        told.append(
            _(
                "No plan within the same limits can gain more: this is proved. There is nothing better to"
                " look for."
            )
        )
    else:
        told.append(
            _(
                "It is proved that no plan within the same limits can gain more than %(most)s points. So at"
                " most %(gap)s of what could be gained is left, however long one looks; perhaps nothing is."
            )
            % {"most": number(most, 1), "gap": share(plan.gap, 2)}
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
    nothing = plan.summary["worth_of_nothing"]
    gained = plan.objective - nothing
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
