"""Why each person is planned, deferred or exempt: a code of the closed list in reasons.toml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from asah.engine.plan.kernel import Shared
from asah.engine.plan.parts import only, spans
from asah.engine.plan.pricing import Pricer, Prices
from asah.engine.plan.primal import Draft, needed_classes, shared
from asah.engine.plan.problem import CONNECTIVITY, MANY, Floats, Ints, Problem
from asah.engine.plan.standing import EPS, Given, Use, brings, entry_owners, uses, weights
from asah.engine.tables import Tables

BLOCK = 20_000  # people looked at together: bounds the memory
JP_SLACK = 1e-9

Codes = npt.NDArray[np.object_]
Truths = npt.NDArray[np.bool_]

# What keeps everything from a person, in the order in which it is looked at.
BARRED = (
    "no_programme",
    "all_completed",
    "not_eligible",
    "not_offered",
    "unreachable_online",
    "retires_first",
    "jp_ceiling_reached",
    "programmes_not_allowed",
    "locked_out",
    "prerequisite_missing",
    "no_gain",
)


def reason_codes(draft: Draft, prices: Prices, tables: Tables | None = None) -> tuple[list[str], list[str]]:
    """State and reason code of every person, in the problem's order; the sentences stand in reasons.toml.

    Without `tables` a mandate for somebody not admitted is not seen, and whatever keeps everything from a
    person is `no_programme`.
    """
    p = draft.problem
    planned = draft.size > 0
    due = _due(p, tables)
    state = np.where(planned, "planned", np.where(due, "deferred", "exempt"))
    reason: Codes = np.where(planned, "planned", "no_need").astype(object)
    deferred = np.flatnonzero(~planned & due)
    books = shared(Draft(p, draft.bundle, draft.size, needed_classes(p, draft.enrolled())))
    for first in range(0, len(deferred), BLOCK):
        people = deferred[first : first + BLOCK]
        reason[people] = _deferred(p, books, prices, people)
    if tables is not None:
        barred = np.flatnonzero((reason == "no_programme") | (reason == "no_gain"))
        for first in range(0, len(barred), BLOCK):
            people = barred[first : first + BLOCK]
            reason[people] = _barred(p, tables, people)
    return state.tolist(), reason.tolist()


def _due(problem: Problem, tables: Tables | None) -> Truths:
    """Who has a gap, an open mandate or JP to come."""
    b = problem.bundles
    due = (np.diff(b.people["need"]) > 0) | (b.people["short"][:-1] > JP_SLACK)
    due[entry_owners(problem)[b.entries["mandate"][:-1] > 0]] = True
    if tables is not None:
        open_ = tables["mandates"].join(tables["completed"], on=["person_id", "programme_id"], how="anti")
        due |= pl.Series(problem.person_id).is_in(open_["person_id"].implode()).to_numpy()
    return np.asarray(due)


# ---- people for whom there is something to take


def _deferred(problem: Problem, books: Shared, prices: Prices, people: Ints) -> Codes:
    """Reasons of people who are given nothing; `no_programme` where there is nothing they may take at all."""
    p = only(problem, people)
    b = p.bundles
    entry, offering = _dates(p)
    owner = entry_owners(p)
    person = owner[entry]
    nothing = Given(rest=b.needs["gap"], jp=np.zeros(len(people)), held=np.zeros(len(b.entries), np.int64))
    gain = brings(p, nothing, weights(p, prices.equity), np.arange(len(owner)))
    direct = b.entries["before"][entry] < 0
    serves = (_with_what_follows(p, gain, entry) > EPS)[entry] & direct
    chained = np.setdiff1d(person[serves], person[serves & (gain[entry] > EPS)])
    serves &= np.isin(person, chained, invert=True) | np.isin(person, _takers(p, Prices.zero(p), chained))
    use = uses(p, prices, person, offering)
    payable = serves & _payable(p, person, offering, use)
    worth = gain[entry] - use.points
    good = payable & (worth > EPS) & (gain[entry] > EPS)
    # a date may be worth taking only for the sake of what asks for it first
    opens = payable & (b.entries["opens"][entry] != 0)
    chained = np.setdiff1d(person[opens], person[good])
    good |= opens & np.isin(person, _takers(p, prices, chained))

    reason: Codes = np.full(len(people), "no_programme", object)
    for code, found in (
        ("no_gain", direct),
        ("no_money", serves),
        ("others_gain_more", payable),
    ):
        reason[person[found]] = code
    best = _largest(worth, person, np.flatnonzero(good))
    chosen = Use(*(part[best] for part in use))
    reason[person[best]] = _kept_from(books, p, person[best], offering[best], chosen)
    return reason


def _largest(value: Floats, owner: Ints, rows: Ints) -> Ints:
    """Of the rows of each owner, which stand together, the first with the largest value."""
    if not len(rows):
        return rows
    first = np.flatnonzero(np.append(True, np.diff(owner[rows]) != 0))
    largest = np.repeat(np.maximum.reduceat(value[rows], first), np.diff(np.append(first, len(rows))))
    rows = rows[value[rows] == largest]
    return np.asarray(rows[np.append(True, np.diff(owner[rows]) != 0)])


def _dates(problem: Problem) -> tuple[Ints, Ints]:
    """Every date (entry, offering) that somebody who has nothing may take, what must come first set aside."""
    b = problem.bundles
    owner = entry_owners(problem)
    entry, offering = spans(b.programmes["offering"], b.entries["programme"][:-1])
    person = owner[entry]
    count = problem.offerings
    barred = np.repeat(np.arange(problem.people), np.diff(b.people["banned"])) * count + b.banned
    programme = b.programmes[b.offerings["programme"][offering]]
    free = b.reachable[problem.place_of_person[person], offering] & ~np.isin(
        person * count + offering, barred
    )
    within = (programme["jp"] <= b.people["room"][person] + JP_SLACK) & (b.max_programmes > 0)
    free &= within | (programme["counts"] == 0)
    return entry[free], offering[free]


def _with_what_follows(problem: Problem, gain: Floats, dated: Ints) -> Floats:
    """The largest gain of an entry and of whatever asks for it first, as far as there are dates."""
    b = problem.bundles
    before = b.entries["before"][:-1]
    reached = np.where(np.isin(np.arange(len(gain)), dated), gain, 0.0)
    later = np.flatnonzero((before >= 0) & np.isin(np.arange(len(gain)), dated))
    first = b.people["entry"][entry_owners(problem)[later]] + before[later]
    while True:
        after = reached.copy()
        np.maximum.at(after, first, reached[later])
        if (after == reached).all():
            return reached
        reached = after


def _payable(problem: Problem, person: Ints, offering: Ints, use: Use) -> Truths:
    """Whether a class with this person alone would stay within every budget that pays for it."""
    p = problem
    class_cost = p.cost_per_class[offering] + use.fee_idr
    payer = p.payer_of_unit[p.unit_of_person[person]]
    good = class_cost + use.travel_idr <= p.total_limit
    good &= class_cost <= np.append(p.fund_limit, np.inf)[p.fund[offering]]
    return np.asarray(good & (use.travel_idr <= np.append(p.unit_limit, np.inf)[payer]))


def _takers(problem: Problem, prices: Prices, people: Ints) -> Ints:
    """Which of some people have a best bundle at the prices that is not empty."""
    if not len(people):
        return people
    bundle = Pricer(only(problem, people)).respond(prices).bundle
    return np.asarray(people[bundle[:, 0] >= 0])


def _kept_from(books: Shared, problem: Problem, person: Ints, offering: Ints, use: Use) -> Codes:
    """What keeps each person from a date worth giving: no class, no seat, absence, money, or nothing."""
    b = problem.bundles
    unit = problem.unit_of_person[person]
    over = np.cumsum(books.absent + 1 > books.away[:, None], axis=1)
    start, end = b.offerings["start"][offering], b.offerings["end"][offering]
    away = (start > 0) & (over[unit, end] > over[unit, np.maximum(start - 1, 0)])
    short = use.fee_idr + use.travel_idr > books.money[0]
    short |= use.fee_idr > books.money[books.fund[offering]]
    short |= use.travel_idr > books.money[books.payer[unit]]
    return np.select(
        [books.room[offering] <= 0, books.enrolled[offering] + 1 > books.room[offering], away, short],
        ["class_not_opened", "class_full", "absence_limit", "money_spent"],
        "place_left",
    ).astype(object)


# ---- people for whom there is nothing to take


def _barred(problem: Problem, tables: Tables, people: Ints) -> Codes:
    """How far the programmes that would serve each person get: the furthest barrier names the reason."""
    who = tables["people"][problem.input_row[people]].with_columns(
        at=pl.Series(np.arange(len(people))),
        short=pl.Series(problem.bundles.people["short"][people]),
        room=pl.Series(problem.bundles.people["room"][people]),
    )
    pairs = _serving(who, tables).unique()
    stage = np.zeros(len(people), np.int64)
    for reached, frame in _stages(problem, pairs, who, tables):
        stage[frame["at"].to_numpy()] = np.maximum(stage[frame["at"].to_numpy()], BARRED.index(reached))
    return np.array(BARRED, object)[stage]


def _serving(who: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Pairs (at, programme_id): what touches a gap, a mandate or the shortage of JP of these people."""
    mine = who.select("person_id", "at")
    gaps = tables["needs"].join(mine, on="person_id").join(tables["programme_effects"], on="competency_id")
    mandates = tables["mandates"].join(mine, on="person_id")
    general = tables["programmes"].filter(pl.col("general"))
    hours = who.filter(pl.col("short") > JP_SLACK).join(general, how="cross")
    return pl.concat([frame.select("at", "programme_id") for frame in (gaps, mandates, hours)])


def _stages(
    problem: Problem, pairs: pl.DataFrame, who: pl.DataFrame, tables: Tables
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Barrier after barrier, the pairs that get as far as it."""
    key = ["person_id", "programme_id"]
    pairs = pairs.join(who, on="at").join(tables["programmes"], on="programme_id")
    yield "all_completed", pairs
    pairs = pairs.join(tables["completed"], on=key, how="anti")
    yield "not_eligible", pairs
    for allowed, own in (
        ("eligible_employment", "employment"),
        ("eligible_position_kind", "position_kind"),
        ("eligible_unit", "unit_id"),
    ):
        pairs = pairs.filter(pl.col(allowed).is_null() | pl.col(own).is_in(_listed(pl.col(allowed))))
    yield "not_offered", pairs
    offered = tables["offerings"].filter(pl.col("max_classes") > 0)
    there = offered.select("offering_id", "programme_id", "end_date", online=pl.col("place_id").is_null())
    homes = tables["places"].select("place_id", home=pl.col("connectivity"))
    pairs = pairs.join(there, on="programme_id").join(homes, on="place_id", how="left")
    yield "unreachable_online", pairs
    reach: dict[str, Any] = {"old": CONNECTIVITY, "return_dtype": pl.Int64}
    carried = pl.col("home").replace_strict(**reach, default=MANY) >= pl.col("connectivity").replace_strict(
        **reach
    )
    pairs = pairs.filter(~pl.col("online") | carried)
    yield "retires_first", pairs
    pairs = pairs.filter((pl.col("end_date") <= pl.col("retires_on")).fill_null(value=True))
    yield "jp_ceiling_reached", pairs
    pairs = pairs.filter(~pl.col("counts_to_max") | (pl.col("jp") <= pl.col("room") + JP_SLACK))
    yield "programmes_not_allowed", pairs
    if problem.bundles.max_programmes < 1:
        pairs = pairs.filter(~pl.col("counts_to_max"))
    yield "locked_out", pairs
    out = tables["locks"].filter(state="out")
    pairs = pairs.join(out, on=["person_id", "offering_id"], how="anti")
    yield "prerequisite_missing", pairs
    done = tables["completed"].rename({"programme_id": "prerequisite_id"})
    free = pl.concat(
        [
            pairs.filter(pl.col("prerequisite_id").is_null()),
            pairs.join(done, on=["person_id", "prerequisite_id"], how="semi"),
        ]
    )
    yield "no_gain", free


def _listed(column: pl.Expr) -> pl.Expr:
    return column.str.split(";").list.eval(pl.element().str.strip_chars())
