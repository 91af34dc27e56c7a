"""The best bundle where trying every bundle takes too long: against a mixed-integer program of one person."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from asah.engine.check.bound import bundles, enrolment_prices
from asah.engine.check.facts import NO_LIMIT, Facts, read_facts
from asah.engine.check.prices import Prices, read_prices
from asah.engine.tables import Policy, Tables
from engine.check.oracle import price_rows, tables
from factories.problem import table

PERIODS = 6


def one_crowd(seed: int, max_programmes: int | None, jp_max: dict[str, float]) -> Tables:
    """Eight people with many needs, 16 programmes that overlap in what they close, three dates of each."""
    rng = np.random.default_rng(seed)
    persons, topics = [f"P{k}" for k in range(8)], [f"K{k}" for k in range(10)]
    programmes = [f"G{k:02}" for k in range(16)]
    offers = []
    for p in programmes:
        for n in range(3):
            first = int(rng.integers(1, PERIODS + 1)) if rng.random() < 0.8 else None
            last = None if first is None else min(PERIODS, first + int(rng.integers(0, 3)))
            offers.append(
                {"offering_id": f"{p}{n}", "programme_id": p, "period": first, "period_end": last}
                | {"seats_per_class": 5, "place_id": "T0" if first else None}
            )
    frames = {
        "people": table(
            "people",
            *(
                {"person_id": i, "unit_id": "U0", "place_id": "T0", "employment": "PNS", "jp_target": 24.0}
                for i in persons
            ),
        ),
        "units": table("units", {"unit_id": "U0", "name": "Dinas"}),
        "places": table("places", {"place_id": "T0", "name": "Kota", "connectivity": "good"}),
        "competencies": table("competencies", *({"competency_id": c, "name": c} for c in topics)),
        "needs": table(
            "needs",
            *(
                {"person_id": i, "competency_id": c}
                | {"gap_levels": float(rng.uniform(0.5, 1.5)), "weight": float(rng.uniform(0.5, 3))}
                for i in persons
                for c in topics
                if rng.random() < 0.7
            ),
        ),
        "programmes": table(
            "programmes",
            *(
                {"programme_id": p, "name": p, "form": "K3", "jp": float(rng.choice([4, 8, 12]))}
                | {"cost_per_person_idr": 0, "counts_to_max": bool(rng.random() < 0.8)}
                for p in programmes
            ),
        ),
        "programme_effects": table(
            "programme_effects",
            *(
                {"programme_id": p, "competency_id": str(c), "gain_levels": float(rng.uniform(0.3, 0.9))}
                for p in programmes
                for c in rng.choice(topics, 3, replace=False)
            ),
        ),
        "offerings": table("offerings", *offers),
    }
    policy = Policy(
        year=2027,
        periods=PERIODS,
        max_programmes=max_programmes,
        jp_max=jp_max,
        points_per_jp_short=0.05,
        default_travel_idr=0,
    )
    return tables(frames, policy)


def by_mixed_integer_program(facts: Facts, prices: Prices, person: int) -> float:
    """x: one 0-1 number per offering; z: closure per need; s: JP short."""
    needs = np.arange(facts.need_start[person], facts.need_start[person + 1])
    topics = {int(facts.need_competency[m]): k for k, m in enumerate(needs)}
    n, m = len(facts.first), len(needs)
    price = enrolment_prices(facts, prices, facts.unit_of[[person]], facts.home[[person]]).value[0]
    gain, counting = np.zeros((m, n)), np.zeros(n)
    for o in range(n):
        p = facts.programme_of[o]
        for e in range(facts.effect_start[p], facts.effect_start[p + 1]):
            k = topics.get(int(facts.effect_competency[e]))
            if k is not None:
                gain[k, o] += facts.effect_gain[e]
                counting[o] = facts.jp[p]
    to_max = facts.counts_to_max[facts.programme_of]
    once = np.array([facts.programme_of == p for p in range(facts.n_programmes)], float)
    dates = np.array([(facts.first <= t) & (t <= facts.last) for t in range(1, PERIODS + 1)], float)
    most = facts.policy.max_programmes
    limits = [once, dates, [to_max], [to_max * facts.jp[facts.programme_of]]]
    room = [
        *np.ones(len(once) + len(dates)),
        NO_LIMIT if most is None else most,
        facts.jp_max[person] - facts.jp_done[person],
    ]
    rows = np.vstack(limits)
    closes = np.hstack([-gain, np.eye(m), np.zeros((m, 1))])
    short = np.concatenate([counting, np.zeros(m), [1.0]])
    found = milp(
        c=np.concatenate([price, -facts.need_weight[needs], [facts.policy.points_per_jp_short]]),
        integrality=np.concatenate([np.ones(n), np.zeros(m + 1)]),
        bounds=Bounds(0, np.concatenate([np.ones(n), facts.need_gap[needs], [np.inf]])),
        constraints=[
            LinearConstraint(np.hstack([rows, np.zeros((len(rows), m + 1))]), ub=np.minimum(room, 1e6)),
            LinearConstraint(closes, ub=np.zeros(m)),
            LinearConstraint(short[None, :], lb=[facts.jp_target[person] - facts.jp_done[person]]),
        ],
        options={"mip_rel_gap": 0.0},
    )
    assert found.success
    return -float(found.fun)


@pytest.mark.parametrize(
    ("seed", "max_programmes", "jp_max"),
    [(1, 4, {}), (2, None, {}), (3, None, {"PNS": 20.0}), (4, 2, {"PNS": 24.0}), (5, 6, {})],
)
def test_the_best_bundle_is_that_of_a_mixed_integer_program(
    seed: int, max_programmes: int | None, jp_max: dict[str, float]
) -> None:
    facts = read_facts(one_crowd(seed, max_programmes, jp_max))
    rng = np.random.default_rng(seed)
    rows = price_rows({("seats", o, None): float(rng.uniform(0, 1.5)) for o in facts.offering_ids})
    prices = read_prices(facts, rows)
    found = bundles(facts, prices).value
    right = [by_mixed_integer_program(facts, prices, i) for i in range(facts.n_people)]
    assert found == pytest.approx(right, abs=1e-5)  # a solver keeps its rows to 1e-6
    assert found.min() > 1.0
