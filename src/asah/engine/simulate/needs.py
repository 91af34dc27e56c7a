"""True levels, the gaps that follow from them, and what people already had or must have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from asah.engine.simulate.catalogue import Catalogue
from asah.engine.simulate.layout import Layout
from asah.engine.simulate.places import Floats
from asah.engine.simulate.roster import CPNS, PNS, PPPK, Bools, Roster
from asah.engine.simulate.sources import Stream, stream
from asah.engine.simulate.standards import KINDS, Standards

PERSON_SD = 0.40  # a person is better or worse all round
PERSON_COMPETENCY_SD = 0.45  # and at single things
REMOTE_DEFICIT = 0.15  # levels by which people in places without a good connection lie lower


@dataclass(frozen=True)
class Needs:
    """Of one chunk, each (people, competencies). ``level``: true level, NaN where neither the post held
    nor the one in view asks for it; ``gap``: levels short of the post held, 0 where none; ``weight``:
    points per level."""

    level: Floats
    gap: Floats
    weight: Floats

    def frame(self, roster: Roster, standards: Standards) -> pl.DataFrame:
        """The table ``needs``."""
        person, competency = np.nonzero(self.gap)
        return pl.DataFrame(
            {
                "person_id": roster.frame["person_id"].gather(person),
                "competency_id": pl.Series(standards.competencies).gather(competency),
                "gap_levels": self.gap[person, competency],
                "weight": self.weight[person, competency],
                "basis": pl.repeat("simulated", len(person), eager=True),
            }
        )

    def true_levels(self, roster: Roster, standards: Standards) -> pl.DataFrame:
        """The truth behind the ratings."""
        person, competency = np.nonzero(~np.isnan(self.level))
        return pl.DataFrame(
            {
                "person_id": roster.frame["person_id"].gather(person),
                "competency_id": pl.Series(standards.competencies).gather(competency),
                "level": self.level[person, competency],
            }
        )


def assess(layout: Layout, standards: Standards, roster: Roster, chunk: int) -> Needs:
    """True levels around the standard of the post held: lower on average, by person and by competency."""
    rng = stream(layout.region, layout.seed, Stream.LEVELS, chunk)
    n, competencies = len(roster.unit), len(standards.competencies)
    required = standards.required[roster.position]
    in_view = standards.required[np.where(roster.target >= 0, roster.target, roster.position)]
    remote = np.array([place.connectivity != "good" for place in layout.map.places])[roster.home]
    usual = (
        np.where(np.isnan(required), in_view - 0.5, required)
        - standards.depth
        - REMOTE_DEFICIT * remote[:, None]
    )
    level = (
        usual
        + PERSON_SD * rng.standard_normal((n, 1))
        + PERSON_COMPETENCY_SD * rng.standard_normal((n, competencies))
    )
    level = np.asarray(np.round(np.clip(level, 1.0, 5.0), 2), dtype=np.float64)
    gap = np.asarray(np.round(np.nan_to_num(np.maximum(required - level, 0.0)), 2), dtype=np.float64)
    return Needs(level, gap, standards.importance[roster.position])


def history(
    layout: Layout, standards: Standards, catalogue: Catalogue, roster: Roster, chunk: int
) -> tuple[Bools, Bools]:
    """(people, programmes) each: what is compulsory this year, and what is already behind them."""
    rng = stream(layout.region, layout.seed, Stream.HISTORY, chunk)
    n = len(roster.unit)
    due = rng.random(n)
    leader = {kind: roster.kind == KINDS.index(kind) for kind in ("jpt", "administrator", "pengawas")}
    groups = {
        "cpns": (roster.employment == CPNS, np.ones(n)),
        "pppk": (
            roster.employment == PPPK,
            np.where(roster.hired >= 2026, 1.0, np.where(roster.hired == 2025, 0.2, 0.0)),
        ),
        "pengawas": (leader["pengawas"], np.full(n, 0.25)),
        "administrator": (leader["administrator"], np.full(n, 0.20)),
        "jpt": (leader["jpt"], np.full(n, 0.15)),
    }
    before = {programme["after"] for programme in catalogue.programmes if programme["after"]}
    mandated = np.zeros((n, len(catalogue.programmes)), dtype=np.bool_)
    completed = np.zeros_like(mandated)
    for p, programme in enumerate(catalogue.programmes):
        chance = rng.random(n)
        if programme["mandate"]:
            group, share = groups[programme["mandate"]]
            mandated[:, p] = group & (due < share)
            completed[:, p] = group & ~mandated[:, p]
        else:
            completed[:, p] = chance < (0.12 if programme.name in before else 0.015)
    main = np.array([standards.competencies.index(p.competencies[0]) for p in catalogue.programmes])
    concerns = ~np.isnan(standards.required[roster.position][:, main])
    completed &= catalogue.open_to[:, roster.employment, roster.kind].T & concerns & ~mandated
    return mandated, completed & ((roster.employment == PNS) | (roster.hired < 2026))[:, None]


def pair_frame(roster: Roster, catalogue: Catalogue, chosen: Bools) -> pl.DataFrame:
    """The pairs of person and programme that are true in ``chosen``."""
    person, programme = np.nonzero(chosen)
    ids = pl.Series([p.programme_id for p in catalogue.programmes])
    return pl.DataFrame(
        {"person_id": roster.frame["person_id"].gather(person), "programme_id": ids.gather(programme)}
    )
