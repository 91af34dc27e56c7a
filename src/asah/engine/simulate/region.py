"""A whole simulated region: every table, the policy, and the truth behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from asah.engine.errors import CallError
from asah.engine.simulate.catalogue import (
    Catalogue,
    compile_catalogue,
    effects_frame,
    programme_frame,
    resource_frame,
    schedule,
)
from asah.engine.simulate.demand import Demand, budget_frame, tally
from asah.engine.simulate.layout import Layout, lay_out
from asah.engine.simulate.needs import assess, history, pair_frame
from asah.engine.simulate.policy import set_policy
from asah.engine.simulate.ratings import perform, rate, true_roles, true_spread
from asah.engine.simulate.roster import hire
from asah.engine.simulate.sources import REGIONS
from asah.engine.simulate.standards import Standards, set_standards

Name = Literal["merangin", "maluku-utara", "nation"]
Frames = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Region:
    """A simulated region. ``frames``: every input table of tables.md by name; ``policy``: the content of
    ``policy.toml``; ``truth``: what no office would know, by name."""

    frames: Frames
    policy: dict[str, Any]
    truth: Frames


@dataclass(frozen=True)
class Chunk:
    """The tables of a run of whole units, and what their people would cost in full."""

    frames: Frames
    truth: Frames
    demand: Demand


def simulate(*, region: Name, people: int | None = None, seed: int, ratings: bool = True) -> Region:
    """A region of ``people`` civil servants (None: the region's own number).

    The same region, number and seed give the same bits; leaving ratings out changes nothing else.
    """
    layout, standards, catalogue = set_up(region, people, seed)
    chunks = list(generate(layout, standards, catalogue, ratings))
    frames = {name: pl.concat([chunk.frames[name] for chunk in chunks]) for name in chunks[0].frames}
    truth = {name: pl.concat([chunk.truth[name] for chunk in chunks]) for name in chunks[0].truth}
    demand = chunks[0].demand
    for chunk in chunks[1:]:
        demand = demand + chunk.demand
    return Region(
        frames={**shared_frames(layout, standards, catalogue, demand), **frames},
        policy=set_policy(layout),
        truth={**shared_truth(standards, catalogue), **truth},
    )


def set_up(region: str, people: int | None, seed: int) -> tuple[Layout, Standards, Catalogue]:
    """What all chunks share."""
    if region not in REGIONS:
        raise CallError(f"Wilayah {region!r} tidak dikenal; pilih {', '.join(REGIONS)}. / Unknown region.")
    if (people is not None and people < 1) or seed < 0:
        raise CallError("--people harus >= 1 dan --seed >= 0. / --people must be >= 1 and --seed >= 0.")
    layout = lay_out(region, people, seed)
    standards = set_standards(layout)
    return layout, standards, compile_catalogue(layout, standards)


def generate(
    layout: Layout, standards: Standards, catalogue: Catalogue, ratings: bool, only: int | None = None
) -> Iterator[Chunk]:
    """The chunks of a region in order, or one ``only``; each depends on the seed and its own number alone."""
    for number in range(len(layout.chunks)) if only is None else [only]:
        roster = hire(layout, standards, number)
        needs = assess(layout, standards, roster, number)
        mandated, completed = history(layout, standards, catalogue, roster, number)
        frames = {
            "people": roster.frame,
            "needs": needs.frame(roster, standards),
            "mandates": pair_frame(roster, catalogue, mandated).with_columns(points=pl.lit(None, pl.Float64)),
            "completed": pair_frame(roster, catalogue, completed),
            "performance": perform(layout, roster, needs, number),
        }
        truth = {"true_levels": needs.true_levels(roster, standards)}
        if ratings:
            frames["ratings"], truth["true_raters"] = rate(layout, standards, roster, needs, number)
        yield Chunk(frames, truth, tally(layout, catalogue, roster, needs, mandated, completed))


def shared_frames(layout: Layout, standards: Standards, catalogue: Catalogue, demand: Demand) -> Frames:
    """The tables that belong to the region as a whole."""
    offerings = schedule(layout, catalogue, demand.wanted)
    return {
        "units": layout.frame(),
        "places": layout.map.frame(),
        "travel": layout.map.travel(layout.destinations),
        "competencies": standards.frame(),
        "requirements": standards.requirements(),
        "programmes": programme_frame(layout, catalogue),
        "programme_effects": effects_frame(catalogue, standards, catalogue.gains),
        "offerings": offerings,
        "resources": resource_frame(offerings),
        "budgets": budget_frame(layout, demand),
        "locks": pl.DataFrame(schema={"person_id": pl.String, "offering_id": pl.String, "state": pl.String}),
    }


def shared_truth(standards: Standards, catalogue: Catalogue) -> Frames:
    """What is true of the catalogue and of raters in general."""
    effects = effects_frame(catalogue, standards, catalogue.true_gains)
    return {
        "true_effects": effects.select("programme_id", "competency_id", "gain_levels"),
        "true_roles": true_roles(),
        "true_spread": true_spread(),
    }
