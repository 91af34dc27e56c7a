from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from asah.engine.report import write_report
from asah.engine.report.facts import Facts, gather
from asah.engine.report.html import report_html
from asah.engine.report.language import ENGLISH, INDONESIAN
from asah.engine.tables import Tables, load
from engine.report.greedy import GreedyPlan, greedy_plan
from factories.problem import tiny_problem, write_problem


@pytest.fixture(scope="module")
def page(facts: Facts) -> str:
    return report_html(facts)


def _part(page: str, section: str, language: str = "id") -> str:
    """The text of one section in one language."""
    found = re.search(rf'<section aria-labelledby="{section}-{language}">(.*?)</section>', page, re.S)
    assert found, f"no section {section}"
    return _text(found[1])


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _text(markup: str) -> str:
    words = _Words()
    words.feed(markup)
    return " ".join(" ".join(words.words).split())


class _Nesting(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for key, value in attrs if key == "id" and value]
        if tag not in ("meta", "input", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_page_is_well_formed_and_names_nothing_twice(page: str) -> None:
    nesting = _Nesting()
    nesting.feed(page)
    assert nesting.open == []
    assert len(nesting.ids) == len(set(nesting.ids))


def test_page_fetches_nothing_and_runs_nothing(page: str) -> None:
    assert not re.search(r"https?:|url\(|@import|<script|<link|<img|src=|javascript:|\son\w+=", page)
    assert "default-src 'none'" in unescape(page)


def test_page_has_everything_in_both_languages(page: str) -> None:
    headings = {language: re.findall(rf'<h2 id="(\w+)-{language}">', page) for language in ("id", "en")}
    assert headings["id"] == headings["en"]
    assert headings["id"] == [
        *("tile", "mandate", "proof", "rule", "closure", "calendar"),
        *("money", "map", "left", "price", "warning", "about"),
    ]


def test_page_puts_missed_mandates_before_the_rest(page: str, region_plan: GreedyPlan) -> None:
    names = [row["name"] for row in region_plan.summary["mandates_missed"]]
    assert names
    part = _part(page, "mandate")
    assert all(name in part for name in names)
    assert page.index('id="mandate-id"') < page.index('id="proof-id"')


def test_page_tells_nobody_but_those_of_the_mandates(
    page: str, region: Tables, region_plan: GreedyPlan
) -> None:
    missed = {row["name"] for row in region_plan.summary["mandates_missed"]}
    others = set(region["people"]["name"].drop_nulls()) - missed
    text = _text(page)
    # Whole names only: a short one can be part of the name of another.
    assert others
    assert not [name for name in others if " " in name and name in text]
    assert not [person for person in region["people"]["person_id"] if person in text]


def test_page_says_the_bound_and_the_room_in_points_and_as_a_share(page: str, facts: Facts) -> None:
    plan = facts.proof
    text = _part(page, "proof")
    assert plan.reachable is not None
    assert plan.gap is not None
    for number in (plan.closed, plan.need, plan.reachable, plan.gained, plan.objective):
        assert _indonesian(number, 1) in text
    assert _indonesian(100 * plan.gap, 2) + "%" in text
    assert "Tidak ada rencana" in text


def _indonesian(number: float, digits: int) -> str:
    return f"{abs(number):,.{digits}f}".replace(",", "_").replace(".", ",").replace("_", ".")


def test_page_says_by_how_much_the_plan_beats_the_best_rule_and_ranking(page: str) -> None:
    text = _part(page, "rule")  # the rules are worth 93%, 90% and 55% of what the plan is worth
    assert "bernilai 7,5% lebih banyak daripada cara sederhana terbaik (Daring dahulu)" in text
    assert "Dibanding mengurutkan kesenjangan saja: 81,8% lebih banyak" in text


def test_page_says_it_once_where_ranking_is_the_best_rule(region: Tables, region_plan: GreedyPlan) -> None:
    rules = {"rank_by_gap": region_plan.simple_rules["rank_by_gap"]}
    text = _part(report_html(gather(region, region_plan.frames, region_plan.summary, rules)), "rule")
    assert text.count("81,8% lebih banyak") == 1


def test_page_admits_a_rule_that_is_worth_more(region: Tables, region_plan: GreedyPlan) -> None:
    best = region_plan.summary["objective"]
    rules = {
        name: rule | {"objective": 2 * best - region_plan.summary["worth_of_nothing"]}
        for name, rule in region_plan.simple_rules.items()
    }
    facts = gather(region, region_plan.frames, region_plan.summary, rules)
    assert "50,0% lebih sedikit" in _part(report_html(facts), "rule")


def test_page_without_simple_rules_leaves_them_out(region: Tables, region_plan: GreedyPlan) -> None:
    page = report_html(gather(region, region_plan.frames, region_plan.summary))
    assert 'id="rule-id"' not in page
    assert 'href="#rule-id"' not in page


def test_page_without_a_bound_says_so(region: Tables, region_plan: GreedyPlan) -> None:
    nothing = {"bound": None, "gap": None, "bound_by": None, "status": "interrupted"}
    page = report_html(gather(region, region_plan.frames, region_plan.summary | nothing))
    assert "Batas atas belum dihitung" in _part(page, "proof")
    assert "belum dihitung" in _part(page, "tile")


@pytest.mark.parametrize("bound_by", ["prices", "branches", "solver"])
@pytest.mark.parametrize("status", ["optimal", "gap_reached", "time_limit", "interrupted"])
def test_page_says_where_the_bound_comes_from_and_why_it_stopped(
    tiny: Tables, tiny_plan: GreedyPlan, bound_by: str, status: str
) -> None:
    summary = tiny_plan.summary | {"bound_by": bound_by, "status": status}
    text = _part(report_html(gather(tiny, tiny_plan.frames, summary)), "proof", "en")
    assert ("on trust" in text) == (bound_by == "solver")
    assert ("time limit" in text) == (status == "time_limit")


def test_page_of_an_optimum_says_that_none_is_worth_more(tiny: Tables, tiny_plan: GreedyPlan) -> None:
    best = tiny_plan.summary | {"bound": tiny_plan.summary["objective"], "gap": 0.0, "status": "optimal"}
    text = _part(report_html(gather(tiny, tiny_plan.frames, best)), "proof")
    assert "tidak ada yang bernilai lebih" in text


def test_page_shows_figures_that_disagree_before_anything_else(
    region: Tables, region_plan: GreedyPlan
) -> None:
    wrong = region_plan.summary | {"need_points": 1.0}
    page = report_html(gather(region, region_plan.frames, wrong))
    assert page.index("Angka yang tidak cocok") < page.index('id="tile-id"')


def test_page_of_an_agreeing_plan_raises_no_alarm(page: str) -> None:
    assert "Angka yang tidak cocok" not in page


def test_page_merges_small_offices_and_says_why(page: str) -> None:
    text = _part(page, "closure")
    assert "Unit kecil lainnya" in text
    assert "kurang dari 10 orang" in text


def test_page_shows_zones_in_whole_per_cents_only(page: str) -> None:
    table = re.search(r"<caption><span>Pemerataan</span></caption>(.*?)</table>", page, re.S)
    assert table
    assert not re.findall(r"\d,\d+%", table[1])


def test_page_gives_reasons_in_sentences(region: Tables, region_plan: GreedyPlan) -> None:
    outcome = region_plan.frames["people_outcome"].with_columns(
        pl.when(pl.col("state") != "planned").then(pl.lit("no_programme")).alias("reason")
    )
    page = report_html(gather(region, region_plan.frames | {"people_outcome": outcome}, region_plan.summary))
    for language in (INDONESIAN, ENGLISH):
        sentence = language.reason("no_programme")
        assert len(sentence) > 20
        assert sentence in _part(page, "left", language.code)


def test_page_writes_the_fingerprint_and_the_version(page: str, region: Tables) -> None:
    text = _part(page, "about")
    assert region.sha256 in text
    assert "0.0.0" in text


def test_page_says_what_is_taken_for_granted(page: str, facts: Facts) -> None:
    text = _part(page, "warning")
    effects = facts.assumptions.effects
    assert f"{effects} dari {effects} pengaruh program berasal dari katalog" in text
    assert "PerLAN 10/2018" in text


def test_page_says_in_few_words_whose_word_the_gaps_rest_on(
    tmp_path: Path,
) -> None:
    bases = ["test+self", "assessor+peer", "supervisor+self;expired", "supervisor", "self", "supervisor+peer"]
    needs = tiny_problem()["needs"]
    written = pl.Series("basis", (bases * needs.height)[: needs.height])
    tables = load(write_problem(tmp_path, tiny_problem(needs=needs.with_columns(written))), "plan")
    plan = greedy_plan(tables)
    text = _part(report_html(gather(tables, plan.frames, plan.summary)), "warning")
    told = re.search(r"Penilaian terkuat di balik kesenjangan: ([^.]*)\.", text)
    assert told
    assert {part.rpartition(" ")[0] for part in told[1].split(", ")} == {
        "atasan",
        "tes",
        "asesor",
        "diri sendiri saja",
    }


def test_page_folds_alike_warnings_and_hides_their_values(tiny: Tables, tiny_plan: GreedyPlan) -> None:
    told = [
        {
            "table": "people",
            "row": row,
            "column": "name",
            "value": f"rahasia {row}",
            "what": "nama kosong",
            "remedy": "Isi.",
        }
        for row in range(2, 12)
    ]
    text = _part(
        report_html(gather(tiny, tiny_plan.frames, tiny_plan.summary | {"warnings": told})), "warning"
    )
    assert "10 peringatan" in text
    assert "people.name, baris 2, 3, 4, 5, 6, …" in text
    assert "rahasia" not in text


def test_page_shows_text_of_the_tables_as_text(tmp_path: Path) -> None:
    attack = '<script>alert("x")</script>'
    problem = tiny_problem()
    units = problem["units"].with_columns(pl.format("{}{}", "name", pl.lit(attack)).alias("name"))
    places = problem["places"].with_columns(pl.lit('"/><svg onload=alert(1)>').alias("name"))
    people = problem["people"].with_columns(pl.lit(attack).alias("name"))
    folder = write_problem(tmp_path / "in", tiny_problem(units=units, places=places, people=people))
    tables = load(folder, "plan")
    plan = greedy_plan(tables, programmes_each=0)
    write_report(tmp_path, tables, plan.frames, plan.summary)
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "<svg onload" not in page


def test_page_without_coordinates_draws_no_map(tmp_path: Path) -> None:
    nowhere = pl.lit(None, pl.Float64)
    places = tiny_problem()["places"].with_columns(nowhere.alias("lat"), nowhere.alias("lon"))
    tables = load(write_problem(tmp_path / "in", tiny_problem(places=places)), "plan")
    plan = greedy_plan(tables)
    page = report_html(gather(tables, plan.frames, plan.summary))
    assert 'class="map"' not in page
    assert "peta tidak digambar" in _part(page, "map")


def test_page_is_the_same_for_the_same_plan(facts: Facts, page: str) -> None:
    assert report_html(facts) == page


def test_page_stays_small(page: str) -> None:
    assert len(page.encode()) < 300_000
