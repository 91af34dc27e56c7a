"""From tables to arrays: the planning problem as the solver sees it.

Identifiers become positions, once, here. People are ordered by unit and home place, so that a *group* (people
of one unit living at one place) is a contiguous run that shares one price per offering; offerings are ordered
by programme, so that the dates of a programme are contiguous.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from asah.engine.tables import Policy, Tables

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NO_LIMIT = np.inf
MANY = 1 << 30
CONNECTIVITY = {"none": 0, "low": 1, "good": 2}


PERSON = np.dtype(
    [
        ("short", "f8"),  # JP still missing to the target
        ("room", "f8"),  # JP still allowed, inf without a ceiling
        ("floors", "u8"),  # bit f set when equity floor f counts this person
        ("need", "i8"),  # first need; the next person's is the end, and so for the three below
        ("entry", "i8"),
        ("banned", "i8"),
        ("locked", "i8"),
    ]
)
NEED = np.dtype(
    [("weight", "f8"), ("gap", "f8"), ("floors", "u8")]
)  # points per level, levels, floors of the stream
ENTRY = np.dtype(
    [
        ("mandate", "f8"),  # points earned by giving it
        ("jp", "f8"),  # JP that counts towards the target
        ("touches", "u8"),  # bit k: it closes need k (mod 64) of this person
        ("effect", "i8"),  # first effect
        ("programme", "i4"),
        ("before", "i2"),  # entry (within the person) that must come before, -1 for none
        ("opens", "i2"),  # 1 when another entry of this person needs it first
    ]
)
EFFECT = np.dtype([("gain", "f8"), ("need", "i8")])  # levels; need within the person
PROGRAMME = np.dtype(
    [("jp", "f8"), ("counts", "i8"), ("offering", "i8")]
)  # JP and 1 if it counts to the maxima
OFFERING = np.dtype(
    [("mask", "u8"), ("start", "i8"), ("end", "i8"), ("programme", "i8")]
)  # bit t: period t occupied
GROUP = np.dtype([("person", "i8"), ("unit", "i8"), ("place", "i8")])


class Bundles(NamedTuple):
    """What the kernel reads, as arrays of records: few enough to be compiled quickly, and close in memory.

    A record array of owners ends with one row more, so that `x[i + 1]["first"]` is the end of what i owns.
    """

    people: Any  # n + 1 of PERSON
    groups: Any  # G + 1 of GROUP: people of one unit at one home place
    needs: Any  # NEED
    entries: Any  # E + 1 of ENTRY: person x programme worth considering
    effects: Any  # EFFECT
    programmes: Any  # P + 1 of PROGRAMME
    offerings: Any  # O of OFFERING
    reachable: Any  # places x O: an online offering reaches the home place
    banned: Any  # offerings a person may not take though their programme is open to them
    locked: Any  # offerings decided by hand
    points_per_jp: float
    max_programmes: int
    width: int  # the most offerings one person can hold


def records(dtype: np.dtype[Any], **columns: Any) -> Any:
    """Columns as one array of records; a pointer column is one longer than the rest, which are padded with
    zero.
    """
    out = np.zeros(max(len(column) for column in columns.values()), dtype)
    for name, column in columns.items():
        out[name][: len(column)] = column
    return out


@dataclass(frozen=True)
class Problem:
    """One planning problem: money in rupiah, closure in points; `bundles` holds what concerns one person."""

    bundles: Bundles
    person_id: list[str]  # in the order of the arrays
    input_row: Ints  # n: row of that person in the people table
    unit_id: list[str]
    offering_id: list[str]
    programme_id: list[str]
    fund_id: list[str]
    resource_id: list[str]
    unit_of_person: Ints
    place_of_person: Ints
    fund: Ints  # O, -1 without a fund
    cost_per_person: Floats  # O
    cost_per_class: Floats  # O
    seats: Floats  # O: seats of one class, inf without a limit
    min_per_class: Floats  # O
    max_classes: Floats  # O; 1 where seats are not limited
    given_classes: (
        Floats  # O: what the input says, also where seats are not limited or nobody could fill them
    )
    travel: Floats  # places x O
    payer_of_unit: Ints  # U: row in unit_budget that pays the travel, -1 for none
    total_limit: float
    fund_limit: Floats  # funds, inf without a row
    unit_budget_unit: Ints  # units with a budget of their own
    unit_limit: Floats
    absence_limit: Floats  # units: people, inf without a limit
    periods: int
    resource_offerings: npt.NDArray[np.bool_]  # slots x O: offering uses that resource in that period
    resource_slot: list[tuple[int, int]]  # (resource, period) of each slot
    resource_limit: Floats  # slots: classes
    floor_key: list[str]  # "column=value"
    floor_points: Floats
    floor_need: Floats  # floor_share x need points of the group
    mandate_points: float  # points of all mandates not already given
    need_points: Floats  # n
    unpriced_loss: float  # worth of enrolling nobody, mandates and JP included
    policy: Policy

    def with_classes(self, most: Floats) -> Problem:
        """The problem with at most so many classes of each offering (O); one without any reaches nobody."""
        b = self.bundles
        return replace(
            self, max_classes=most, bundles=b._replace(reachable=b.reachable & (most > 0)[None, :])
        )

    @property
    def decided(self) -> npt.NDArray[np.bool_]:
        """Offerings whose classes are a decision (O); the others have room for all at no cost of a class."""
        used = self.resource_offerings.any(axis=0)
        return np.asarray(np.isfinite(self.seats) | (self.cost_per_class > 0) | used)

    @property
    def people(self) -> int:
        return len(self.person_id)

    @property
    def offerings(self) -> int:
        return len(self.offering_id)


def _positions(ids: pl.Series) -> dict[str, int]:
    return {key: index for index, key in enumerate(ids.to_list())}


def _codes(values: pl.Series, keys: pl.Series) -> Ints:
    """Position of each value among the keys, -1 for a blank."""
    table = pl.DataFrame({"k": keys, "i": np.arange(len(keys), dtype=np.int64)})
    joined = pl.DataFrame({"k": values}).join(table, on="k", how="left", maintain_order="left")
    return joined["i"].fill_null(-1).to_numpy().astype(np.int64)


def _pointers(owner: Ints, count: int) -> Ints:
    """Row pointers of rows sorted by owner."""
    return np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=count))]).astype(np.int64)


def build(tables: Tables) -> Problem:
    """Turn validated tables into arrays; anything wrong in them was refused by `tables.load` already."""
    if tables.policy is None:
        raise ValueError("a planning problem needs its policy")
    return _Builder(tables, tables.policy).build()


class _Builder:
    """Holds the positions of identifiers while the arrays are put together."""

    def __init__(self, tables: Tables, policy: Policy) -> None:
        self.t = tables
        self.policy = policy
        self.units = tables["units"]
        self.places = tables["places"]
        self.programmes = tables["programmes"]
        self._order_people()
        self._order_offerings()

    def _order_people(self) -> None:
        people = self.t["people"]
        unit = _codes(people["unit_id"], self.units["unit_id"])
        place = _codes(people["place_id"], self.places["place_id"])
        self.order = np.lexsort((np.arange(len(people)), place, unit))
        self.people = people[self.order]
        self.unit = unit[self.order]
        self.place = place[self.order]
        n = len(people)
        new_group = np.ones(n, dtype=bool)
        new_group[1:] = (np.diff(self.unit) != 0) | (np.diff(self.place) != 0)
        self.group_ptr = np.append(np.flatnonzero(new_group), n).astype(np.int64)

    def _order_offerings(self) -> None:
        raw = self.t["offerings"]
        programme = _codes(raw["programme_id"], self.programmes["programme_id"])
        order = np.lexsort((np.arange(len(raw)), programme))
        self.off = raw[order]
        self.off_programme = programme[order]
        self.programme_ptr = _pointers(self.off_programme, len(self.programmes))
        self.start = self.off["period"].fill_null(0).to_numpy().astype(np.int64)
        self.end = self.off["period_end"].fill_null(0).to_numpy().astype(np.int64)
        dated = self.start > 0
        length = np.where(dated, self.end - self.start + 1, 0).astype(np.uint64)
        ones = (np.uint64(1) << length) - np.uint64(1)
        self.mask = np.where(dated, ones << self.start.astype(np.uint64), np.uint64(0)).astype(np.uint64)
        self.off_place = _codes(self.off["place_id"], self.places["place_id"])

    def build(self) -> Problem:
        policy, people, off = self.policy, self.people, self.off
        entries = self._entries()
        floors = self._floors()
        funds = self.programmes["fund_id"].drop_nulls().unique().sort()
        budgets = self.t["budgets"]
        fund = _codes(self.programmes["fund_id"], funds)[self.off_programme]
        total = budgets.filter(pl.col("scope") == "total")["amount_idr"]
        unit_rows = budgets.filter(pl.col("scope") == "unit")
        unit_budget_unit = _codes(unit_rows["id"], self.units["unit_id"])
        fund_limit = np.full(len(funds), NO_LIMIT)
        fund_rows = budgets.filter(pl.col("scope") == "fund")
        fund_at = _codes(fund_rows["id"], funds)
        fund_limit[fund_at[fund_at >= 0]] = fund_rows["amount_idr"].to_numpy()[fund_at >= 0]
        resource, slots, slot_limit, slot_use = self._resources()
        need_points = np.bincount(
            self.need_owner, weights=entries["need_weight"] * entries["need_gap"], minlength=len(people)
        )
        first = self.group_ptr[:-1]
        bundles = Bundles(
            people=records(
                PERSON,
                short=self.jp_short,
                room=self.jp_room,
                floors=floors["of_person"],
                need=self.need_ptr,
                entry=entries["entry_ptr"],
                banned=entries["banned_ptr"],
                locked=self.locked_ptr,
            ),
            groups=records(GROUP, person=self.group_ptr, unit=self.unit[first], place=self.place[first]),
            needs=records(
                NEED, weight=entries["need_weight"], gap=entries["need_gap"], floors=floors["of_need"]
            ),
            entries=records(
                ENTRY,
                mandate=entries["entry_mandate"],
                jp=entries["entry_jp"],
                touches=entries["entry_touches"],
                effect=entries["effect_ptr"],
                programme=entries["entry_programme"],
                before=entries["entry_before"],
                opens=entries["entry_opens"],
            ),
            effects=records(EFFECT, gain=entries["effect_gain"], need=entries["effect_need"]),
            programmes=records(
                PROGRAMME,
                jp=np.where(self.counts, self.jp, 0.0),
                counts=self.counts,
                offering=self.programme_ptr,
            ),
            offerings=records(
                OFFERING, mask=self.mask, start=self.start, end=self.end, programme=self.off_programme
            ),
            reachable=self.reachable,
            banned=entries["banned_offering"],
            locked=self.locked_offering,
            points_per_jp=policy.points_per_jp_short,
            max_programmes=MANY if policy.max_programmes is None else policy.max_programmes,
            width=self._width(entries["entry_ptr"], entries["entry_programme"]),
        )
        loss = policy.points_per_jp_short * self.jp_short.sum() + self.mandate_total
        loss += float(floors["points"] @ floors["need"])
        seats = off["seats_per_class"].cast(pl.Float64).fill_null(NO_LIMIT).to_numpy()
        most = off["max_classes"].to_numpy().astype(float)
        most = np.where(np.isinf(seats), np.minimum(1.0, most), most)
        return Problem(
            bundles=bundles,
            person_id=people["person_id"].to_list(),
            input_row=self.order.astype(np.int64),
            unit_id=self.units["unit_id"].to_list(),
            offering_id=off["offering_id"].to_list(),
            programme_id=self.programmes["programme_id"].to_list(),
            fund_id=funds.to_list(),
            resource_id=resource,
            unit_of_person=self.unit,
            place_of_person=self.place,
            fund=fund,
            cost_per_person=self.programmes["cost_per_person_idr"]
            .to_numpy()
            .astype(float)[self.off_programme],
            cost_per_class=off["cost_per_class_idr"].to_numpy().astype(float),
            seats=seats,
            min_per_class=off["min_per_class"].to_numpy().astype(float),
            max_classes=most,
            given_classes=off["max_classes"].to_numpy().astype(float),
            travel=self.travel,
            payer_of_unit=self._payers(unit_budget_unit),
            total_limit=float(total[0]) if len(total) else NO_LIMIT,
            fund_limit=fund_limit,
            unit_budget_unit=unit_budget_unit,
            unit_limit=unit_rows["amount_idr"].to_numpy().astype(float),
            absence_limit=self._absence_limits(),
            periods=policy.periods,
            resource_offerings=slot_use,
            resource_slot=slots,
            resource_limit=slot_limit,
            floor_key=[f"{floor.column}={floor.value}" for floor in policy.equity],
            floor_points=floors["points"],
            floor_need=floors["need"],
            mandate_points=self.mandate_total,
            need_points=need_points.astype(float),
            unpriced_loss=-loss,
            policy=policy,
        )

    def _person_rows(self, table: str) -> tuple[pl.DataFrame, Ints]:
        """Rows of a table about people, sorted by person, and the position of that person."""
        frame = self.t[table]
        owner = _codes(frame["person_id"], self.people["person_id"])
        order = np.lexsort((np.arange(len(frame)), owner))
        return frame[order], owner[order]

    def _entries(self) -> dict[str, Any]:
        """Per person the programmes worth considering, what they close, and what they are worth besides."""
        policy, n = self.policy, len(self.people)
        programmes = self.programmes
        self.jp = programmes["jp"].to_numpy().astype(float)
        self.counts = programmes["counts_to_max"].to_numpy().astype(bool)
        employment = self.people["employment"]
        own = self.people["jp_target"].to_numpy().astype(float)
        target = employment.replace_strict(
            dict(policy.jp_target), default=0.0, return_dtype=pl.Float64
        ).to_numpy()
        target = np.where(np.isnan(own), target, own)
        own = self.people["jp_max"].to_numpy().astype(float)
        ceiling = employment.replace_strict(
            dict(policy.jp_max), default=NO_LIMIT, return_dtype=pl.Float64
        ).to_numpy()
        ceiling = np.where(np.isnan(own), ceiling, own)
        done = self.people["jp_done"].to_numpy().astype(float)
        self.jp_short = np.maximum(0.0, target - done)
        self.jp_room = ceiling - done

        needs, self.need_owner = self._person_rows("needs")
        self.need_ptr = _pointers(self.need_owner, n)
        competencies = self.t["competencies"]
        competency = _codes(needs["competency_id"], competencies["competency_id"])
        self.need_stream = (
            competencies["stream"][competency] if len(needs) else competencies["stream"].clear()
        )

        eligible = self._eligible()
        mandates, mandate_owner = self._person_rows("mandates")
        mandate_programme = _codes(mandates["programme_id"], programmes["programme_id"])
        points = mandates["points"].fill_null(policy.points_per_mandate_missed).to_numpy().astype(float)
        completed, completed_owner = self._person_rows("completed")
        completed_programme = _codes(completed["programme_id"], programmes["programme_id"])
        count = len(programmes)
        done_key = completed_owner * count + completed_programme
        mandate_key = mandate_owner * count + mandate_programme
        given = np.isin(mandate_key, done_key)
        self.mandate_total = float(points[~given].sum())
        locks, lock_owner = self._person_rows("locks")
        lock_offering = _codes(locks["offering_id"], self.off["offering_id"])
        locked_in = (locks["state"] == "in").to_numpy()
        self.locked_ptr = _pointers(lock_owner[locked_in], n)
        self.locked_offering = lock_offering[locked_in].astype(np.int32)
        locked_key = lock_owner[locked_in] * count + self.off_programme[lock_offering[locked_in]]

        # person x programme pairs through an effect on a need, one row per effect
        effects = self.t["programme_effects"]
        left = pl.DataFrame(
            {
                "c": competency,
                "owner": self.need_owner,
                "need": np.arange(len(needs)) - self.need_ptr[self.need_owner],
            }
        )
        right = pl.DataFrame(
            {
                "c": _codes(effects["competency_id"], competencies["competency_id"]),
                "p": _codes(effects["programme_id"], programmes["programme_id"]),
                "gain": effects["gain_levels"],
            }
        )
        pairs = left.join(right, on="c", how="inner")
        pairs = pairs.with_columns(key=pl.col("owner") * count + pl.col("p")).sort("key", "need")
        touched = pairs["key"].unique().to_numpy()

        wanted = [touched, mandate_key[~given]]
        general = np.flatnonzero(programmes["general"].to_numpy().astype(bool))
        short = np.flatnonzero(self.jp_short > 0)
        if len(general):
            wanted.append((short[:, None] * count + general[None, :]).ravel())
        keys = np.unique(np.concatenate(wanted))
        before = _codes(programmes["prerequisite_id"], programmes["programme_id"])
        keys = keys[eligible(keys) & ~np.isin(keys, done_key)]
        layer = np.union1d(keys, locked_key)
        keys = layer
        while len(layer):  # what must come first belongs to the entries too
            layer = layer[before[layer % count] >= 0]
            layer = layer // count * count + before[layer % count]
            layer = np.setdiff1d(layer[eligible(layer) & ~np.isin(layer, done_key)], keys)
            keys = np.union1d(keys, layer)
        keys = self._drop_unreachable(keys, before, done_key, locked_key)

        owner, programme = keys // count, keys % count
        entry_ptr = _pointers(owner, n)
        before_key = owner * count + before[programme]
        at = np.minimum(np.searchsorted(keys, before_key), max(len(keys) - 1, 0))
        has = (before[programme] >= 0) & ~np.isin(before_key, done_key)
        entry_before = np.where(has, at - entry_ptr[owner], -1).astype(np.int16)

        opens = np.zeros(len(keys), dtype=bool)
        opens[(entry_ptr[owner] + entry_before)[has]] = True

        mandate_points = np.zeros(len(keys))
        at = np.searchsorted(keys, mandate_key)
        inside = (at < len(keys)) & ~given
        inside[inside] = keys[at[inside]] == mandate_key[inside]
        mandate_points[at[inside]] = points[inside]
        counts_to_target = np.isin(keys, touched) | np.isin(keys, mandate_key)
        counts_to_target |= programmes["general"].to_numpy().astype(bool)[programme]

        pairs = pairs.filter(pl.Series(np.isin(pairs["key"].to_numpy(), keys)))
        entry_of_pair = np.searchsorted(keys, pairs["key"].to_numpy())
        touches = np.zeros(len(keys), dtype=np.uint64)
        bit = np.uint64(1) << (pairs["need"].to_numpy() % 64).astype(np.uint64)
        np.bitwise_or.at(touches, entry_of_pair, bit)
        banned_ptr, banned = self._banned(locks, lock_owner, lock_offering)
        return {
            "need_weight": needs["weight"].to_numpy().astype(float),
            "need_gap": needs["gap_levels"].to_numpy().astype(float),
            "entry_ptr": entry_ptr,
            "entry_programme": programme.astype(np.int32),
            "entry_mandate": mandate_points,
            "entry_touches": touches,
            "entry_jp": np.where(counts_to_target, self.jp[programme], 0.0),
            "entry_before": entry_before,
            "entry_opens": opens,
            "effect_ptr": _pointers(entry_of_pair, len(keys)),
            "effect_need": pairs["need"].to_numpy().astype(np.int16),
            "effect_gain": pairs["gain"].to_numpy().astype(float),
            "banned_ptr": banned_ptr,
            "banned_offering": banned,
        }

    def _eligible(self) -> Any:
        """A test of person x programme keys against the programme's lists of employment, kind and unit."""
        count = len(self.programmes)
        tests = []
        for column, of_person in (
            ("eligible_employment", self.people["employment"]),
            ("eligible_position_kind", self.people["position_kind"]),
            ("eligible_unit", self.people["unit_id"]),
        ):
            lists = self.programmes[column].to_list()
            values = of_person.unique().to_list()
            code = {value: index for index, value in enumerate(values)}
            allowed = np.ones((len(values), count), dtype=bool)
            for p, text in enumerate(lists):
                if text:
                    names = {name.strip() for name in text.split(";")}
                    allowed[:, p] = [value in names for value in values]
            person = of_person.replace_strict(code, return_dtype=pl.Int64).to_numpy()
            tests.append((person, allowed))

        def eligible(keys: Ints) -> npt.NDArray[np.bool_]:
            owner, programme = keys // count, keys % count
            good = np.ones(len(keys), dtype=bool)
            for person, allowed in tests:
                good &= allowed[person[owner], programme]
            return good

        return eligible

    def _drop_unreachable(self, keys: Ints, before: Ints, done_key: Ints, locked_key: Ints) -> Ints:
        """Leave out what nobody could hold: no date within reach, a ceiling below its hours, no way to what
        comes before.
        """
        count = len(self.programmes)
        off, places = self.off, self.places
        needed = (
            self.programmes["connectivity"]
            .replace_strict(CONNECTIVITY, default=1, return_dtype=pl.Int64)
            .to_numpy()
        )
        at_home = (
            places["connectivity"]
            .replace_strict(CONNECTIVITY, default=MANY, return_dtype=pl.Int64)
            .to_numpy()
        )
        online = self.off_place < 0
        self.reachable = ~online[None, :] | (at_home[:, None] >= needed[self.off_programme][None, :])
        self.reachable &= (off["max_classes"].to_numpy() > 0)[None, :]
        self.travel = self._travel()
        some = np.zeros((len(places), count), dtype=bool)
        for place in range(len(places)):
            some[place, self.off_programme[self.reachable[place]]] = True
        owner, programme = keys // count, keys % count
        keep = some[self.place[owner], programme]
        keep &= ~self.counts[programme] | (self.jp[programme] <= self.jp_room[owner] + 1e-9)
        keep |= np.isin(keys, locked_key)
        while True:
            first = owner * count + before[programme]
            missing = (before[programme] >= 0) & ~np.isin(first, done_key) & ~np.isin(first, keys[keep])
            drop = keep & missing & ~np.isin(keys, locked_key)
            if not drop.any():
                return keys[keep]
            keep &= ~drop

    def _travel(self) -> Floats:
        """Rupiah for one person from each home place to each offering; a pair nobody needs stays at 0."""
        places, off = self.places, self.off
        fare = np.full((len(places), len(places)), np.nan)
        daily = np.zeros((len(places), len(places)))
        travel = self.t["travel"]
        a = _codes(travel["from_place_id"], places["place_id"])
        b = _codes(travel["to_place_id"], places["place_id"])
        fare[a, b] = travel["cost_idr"].to_numpy()
        daily[a, b] = travel["per_day_idr"].to_numpy()
        default = self.policy.default_travel_idr
        fare[np.isnan(fare)] = 0 if default is None else default
        np.fill_diagonal(fare, 0.0)
        np.fill_diagonal(daily, 0.0)
        days = off["days"].to_numpy().astype(float)
        cost = fare[:, self.off_place] + days[None, :] * daily[:, self.off_place]
        return np.where(self.off_place[None, :] >= 0, cost, 0.0)

    def _banned(self, locks: pl.DataFrame, lock_owner: Ints, lock_offering: Ints) -> tuple[Ints, Any]:
        out = (locks["state"] == "out").to_numpy()
        owner, offering = [lock_owner[out]], [lock_offering[out]]
        ends = self.off["end_date"].to_physical().cast(pl.Float64).to_numpy()
        retires = self.people["retires_on"].to_physical().cast(pl.Float64).to_numpy()
        last = np.nanmax(ends, initial=-np.inf)
        for person in np.flatnonzero(retires < last):
            late = np.flatnonzero(ends > retires[person])
            owner.append(np.full(len(late), person))
            offering.append(late)
        who, what = np.concatenate(owner), np.concatenate(offering)
        order = np.lexsort((what, who))
        return _pointers(who[order], len(self.people)), what[order].astype(np.int32)

    def _floors(self) -> dict[str, Any]:
        n, k = len(self.people), len(self.need_owner)
        of_person = np.zeros(n, dtype=np.uint64)
        of_need = np.zeros(k, dtype=np.uint64)
        needs, _ = self._person_rows("needs")
        worth = (needs["weight"] * needs["gap_levels"]).to_numpy().astype(float)
        points, need = [], []
        for f, floor in enumerate(self.policy.equity):
            bit = np.uint64(1 << f)
            if floor.column == "stream":
                inside = (self.need_stream.fill_null("") == floor.value).to_numpy()
                of_need[inside] |= bit
            else:
                values = (
                    self.places["zone"][self.place] if floor.column == "zone" else self.people[floor.column]
                )
                member = (values.cast(pl.String).fill_null("") == floor.value).to_numpy()
                of_person[member] |= bit
                inside = member[self.need_owner]
            points.append(floor.points)
            need.append(floor.floor_share * worth[inside].sum())
        return {
            "of_person": of_person,
            "of_need": of_need,
            "points": np.array(points, float),
            "need": np.array(need, float),
        }

    def _payers(self, unit_budget_unit: Ints) -> Ints:
        """For each unit the nearest budget upward, itself included."""
        parent = _codes(self.units["parent_id"], self.units["unit_id"])
        payer = np.full(len(self.units), -1, dtype=np.int64)
        payer[unit_budget_unit] = np.arange(len(unit_budget_unit))
        up = parent.copy()
        while True:
            open_ = np.flatnonzero((payer < 0) & (up >= 0))
            if not len(open_):
                return payer
            payer[open_] = payer[up[open_]]
            up[open_] = parent[up[open_]]

    def _absence_limits(self) -> Floats:
        units, policy = self.units, self.policy
        size = np.bincount(self.unit, minlength=len(units))
        share = units["max_absent_share"].fill_null(
            np.nan if policy.max_absent_share is None else policy.max_absent_share
        )
        # 0.07 x 100 people is 7, not 8: a product a hair above a whole number is that number
        by_share = np.ceil(np.round(share.to_numpy().astype(float) * size, 9))
        people = units["max_absent_people"].cast(pl.Float64).to_numpy()
        limit = np.where(np.isnan(people), by_share, people)
        return np.where(np.isnan(limit), NO_LIMIT, limit)

    def _resources(self) -> tuple[list[str], list[tuple[int, int]], Floats, Any]:
        table = self.t["resources"]
        names = table["resource_id"].unique(maintain_order=True)
        which = _codes(table["resource_id"], names)
        of_offering = _codes(self.off["resource_id"], names)
        period = table["period"].to_numpy().astype(np.int64)
        slots = list(zip(which.tolist(), period.tolist(), strict=True))
        use = (of_offering[None, :] == which[:, None]) & (self.start[None, :] <= period[:, None])
        use &= period[:, None] <= self.end[None, :]
        return names.to_list(), slots, table["classes"].to_numpy().astype(float), use

    def _width(self, entry_ptr: Ints, entry_programme: npt.NDArray[np.int32]) -> int:
        """The most offerings one person can hold, for arrays of fixed width."""
        most = int(np.diff(entry_ptr).max(initial=0))
        free = (
            np.add.reduceat(np.append(~self.counts[entry_programme], 0).astype(np.int64), entry_ptr[:-1])
            if len(entry_ptr) > 1
            else np.zeros(1, dtype=np.int64)
        )
        free[np.diff(entry_ptr) == 0] = 0
        locked = int(np.diff(self.locked_ptr).max(initial=0))
        limit = MANY if self.policy.max_programmes is None else self.policy.max_programmes
        return max(1, min(most, limit + int(free.max(initial=0))) + locked)
