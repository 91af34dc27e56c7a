"""Why each person is planned, deferred or exempt: facts computed from the plan and the prices."""

from __future__ import annotations

import numpy as np

from asah.engine.plan.kernel import desk, worth_of_bundles
from asah.engine.plan.pricing import Prices, tariff
from asah.engine.plan.primal import Draft


def reason_codes(draft: Draft, prices: Prices) -> tuple[list[str], list[str]]:
    """State and reason code of every person, in the problem's order; the sentences stand in reasons.toml."""
    p = draft.problem
    b = p.bundles
    entries = np.diff(b.people["entry"])
    owner = np.repeat(np.arange(p.people), entries)
    mandated = np.bincount(owner, weights=b.entries["mandate"][:-1], minlength=p.people) > 0
    wants = (p.need_points > 0) | (b.people["short"][:-1] > 0) | mandated
    value = worth_of_bundles(b, tariff(p, prices), desk(b), prices.equity)
    state, reason = [], []
    for i in range(p.people):
        if draft.size[i]:
            state.append("planned")
            reason.append("planned")
        elif not wants[i]:
            state.append("exempt")
            reason.append("no_need")
        else:
            state.append("deferred")
            if not entries[i]:
                reason.append("no_programme")
            else:
                reason.append("no_seat" if value[i] > 1e-9 else "others_gain_more")
    return state, reason
