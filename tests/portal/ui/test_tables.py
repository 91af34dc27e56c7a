from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django_htmx.middleware import HtmxDetails

from asah.portal.ui.tables import ChoiceFilter, Column, Table


@dataclass(frozen=True)
class Row:
    name: str
    jp: float | None = None
    state: str = "open"
    day: date | None = None


COMPUTED = Table(
    name="rows",
    caption="Rows",
    columns=[
        Column(
            "name",
            "Name",
            value=lambda row: row.name,
            order=True,
            search=True,
            link=lambda row: f"/r/{row.name}",
        ),
        Column("jp", "JP", value=lambda row: row.jp, kind="number", order=True),
        Column(
            "state",
            "State",
            value=lambda row: row.state,
            kind="badge",
            search=lambda row: f"state {row.state}",
        ),
        Column("day", "Day", value=lambda row: row.day, kind="date"),
    ],
    filters=[
        ChoiceFilter(
            "state", "State", field=lambda row: row.state, choices=[("open", "Open"), ("shut", "Shut")]
        )
    ],
    empty="No rows yet.",
    empty_action=("Add a row", lambda request: "/add/"),
)
STORED = Table(
    name="groups",
    caption="Groups",
    columns=[
        Column("name", "Name", value=lambda group: group.name, order=("name",), search=("name__icontains",)),
        Column("number", "Number", value=lambda group: group.pk, kind="number", order=("pk",)),
    ],
    filters=[
        ChoiceFilter(
            "first",
            "First letter",
            field="name__startswith",
            choices=lambda request: [("a", "A"), ("b", "B")],
        ),
        ChoiceFilter(
            "apart", "Apart", choices=[("x", "X")], apply=lambda rows, value: rows.exclude(name=value)
        ),
    ],
    sort="name",
)
ROWS = [Row("beta", 2.5), Row("Alpha", None, "shut"), Row("gamma", 10, "open", date(2026, 11, 22))]


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def _request(query: str = "", *, target: str = "", **headers: str) -> Any:
    if target:
        headers |= {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": target}
    request: Any = RequestFactory().get(f"/rows/{query}", **headers)  # type: ignore[arg-type]
    request.htmx = HtmxDetails(request)
    return request


def _names(page: str) -> list[str]:
    body = page[page.index("<tbody>") :] if "<tbody>" in page else ""
    return [re.sub("<[^>]+>", "", cell) for cell in re.findall(r'<th scope="row".*?</th>', body)]


def _draw(query: str = "", rows: Any = ROWS, table: Table = COMPUTED, **more: Any) -> str:
    return str(table.bind(_request(query), rows, **more))


def _notices(page: str) -> int:
    return page.count('class="alert alert-warning"')


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["beta", "Alpha", "gamma"]),
        ("?sort=name", ["Alpha", "beta", "gamma"]),
        ("?sort=jp", ["beta", "gamma", "Alpha"]),
        ("?sort=-jp", ["gamma", "beta", "Alpha"]),
        ("?q=ALPHA", ["Alpha"]),
        ("?q=state+open+g", ["gamma"]),
        ("?q=nothing", []),
        ("?state=shut", ["Alpha"]),
        ("?state=open&q=a&sort=-name", ["gamma", "beta"]),
    ],
)
def test_rows_made_in_python_are_sorted_searched_and_filtered(query: str, names: list[str]) -> None:
    page = _draw(query)
    assert (_names(page), _notices(page)) == (names, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["aa", "ab c", "ba"]),
        ("?sort=-number", ["ba", "ab c", "aa"]),
        ("?q=A+c", ["ab c"]),
        ("?q=%25", []),
        ("?first=b", ["ba"]),
        ("?first=a&sort=-name", ["ab c", "aa"]),
    ],
)
def test_rows_of_the_database_are_sorted_searched_and_filtered(query: str, names: list[str]) -> None:
    for name in ("aa", "ab c", "ba"):
        Group.objects.create(name=name)
    assert _names(_draw(query, Group.objects.all(), STORED)) == names


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3, 120])
def test_a_list_asks_the_database_twice_whatever_it_holds(rows: int) -> None:
    Group.objects.bulk_create(Group(name=f"group {number:03d}") for number in range(rows))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = _draw("?q=group&sort=-name", Group.objects.all(), STORED)
    assert len(queries) == 2
    assert len(_names(page)) == min(rows, 50)


@pytest.mark.django_db
def test_the_pages_hold_every_row_once_even_where_all_sort_alike() -> None:
    Group.objects.bulk_create(Group(name=f"group {number:03d}") for number in range(120))
    alike = Table(
        name="alike",
        caption="Alike",
        columns=[Column("name", "Name", value=lambda group: group.name, order=("alike",))],
    )
    from django.db.models import Value

    rows = Group.objects.annotate(alike=Value(1))
    seen = [name for page in (1, 2, 3) for name in _names(_draw(f"?sort=-alike&page={page}", rows, alike))]
    assert seen == [f"group {number:03d}" for number in range(120)]


@pytest.mark.parametrize(
    "query",
    [
        "?sort=nothing",
        "?sort=state",
        "?sort=-",
        "?page=0",
        "?page=-1",
        "?page=1e3",
        "?page=%D9%A1",
        "?page=999999999999999999999999",
        "?page=2",
        "?state=%00",
        "?state=open%27--",
        "?unknown=1",
        "?export=pdf",
        "?q=" + "a+" * 200,
    ],
)
def test_what_an_address_cannot_mean_is_ignored_with_a_notice(query: str) -> None:
    page = _draw(query)
    assert _notices(page) == 1
    assert len(_names(page)) == 3


@pytest.mark.parametrize("query", ["?q=%00", "?q=", "?q=+++", "?state=&sort=&page=&q=", "?page=1"])
def test_an_address_that_asks_for_nothing_needs_no_notice(query: str) -> None:
    assert (_notices(_draw(query)), len(_names(_draw(query)))) == (0, 3)


@pytest.mark.django_db
def test_a_search_with_signs_no_database_takes_is_no_failure() -> None:
    Group.objects.create(name="a")
    assert _names(_draw("?q=a%00%F0%9F%98%80%ff", Group.objects.all(), STORED)) == []


def test_everything_that_is_written_is_escaped() -> None:
    evil = '<img src=x onerror="1">'
    table = Table(
        name="evil",
        caption=evil,
        columns=[
            Column("a", evil, value=lambda row: evil, order=True, search=True, link=lambda row: '/"><b>'),
            Column("b", "B", value=lambda row: evil, kind="badge"),
        ],
        filters=[ChoiceFilter("f", evil, field=lambda row: evil, choices=[(evil, evil)])],
    )
    page = str(table.bind(_request("?q=%3Cimg&zz%3Cb%3E=1&sort=%3Cb%3E&f=%3Cb%3E"), ROWS))
    assert not re.search(r"<img|<b>", page)


def test_the_table_says_what_it_is_and_how_it_is_sorted() -> None:
    page = _draw("?sort=-jp&q=a")
    assert '<caption class="visually-hidden">Rows</caption>' in page
    head = re.findall(r'<th scope="col"([^>]*)>(?:<a href="([^"]*)")?', page)
    assert [
        (re.findall(r'aria-sort="(\w+)"', attributes), link.replace("&amp;", "&"))
        for attributes, link in head
    ] == [
        (["none"], "?q=a&sort=name"),
        (["descending"], "?q=a&sort=jp"),
        ([], ""),
        ([], ""),
    ]
    assert re.findall(r'data-label="([^"]+)"', page[page.index("<tbody>") :])[:4] == [
        "Name",
        "JP",
        "State",
        "Day",
    ]


def test_values_are_written_as_people_read_them_and_absent_ones_as_a_dash() -> None:
    cells = re.findall(r"<td[^>]*>(.*?)</td>", _draw("?sort=-jp"))
    assert cells[:3] == ["10", '<span class="tag tag-neutral">open</span>', "22 November 2026"]
    assert cells[6:] == ["–", '<span class="tag tag-neutral">shut</span>', "–"]


def test_long_lists_are_paged_with_their_state_in_every_link() -> None:
    rows = [Row(f"row {number:05d}") for number in range(12000)]
    page = _draw("?q=row&page=7&sort=-name", rows)
    assert "301–350 of 12,000" in page
    pages = page[page.index('class="pages"') :]
    links = [link.replace("&amp;", "&") for link in re.findall(r'<a (?:rel="\w+" )?href="([^"]+)"', pages)]
    assert links == [
        f"?q=row&sort=-name{f'&page={number}' if number > 1 else ''}" for number in (6, 1, 6, 7, 8, 240, 8)
    ]
    assert pages.count('aria-current="page"') == 1
    assert _names(page)[0] == "row 11699"


def test_a_page_beyond_the_last_is_the_last() -> None:
    page = _draw("?page=9", [Row(str(number)) for number in range(51)])
    assert (_names(page), _notices(page)) == (["50"], 1)


def test_htmx_gets_the_list_alone_and_an_address_without_what_is_empty() -> None:
    response: Any = COMPUTED.respond(
        _request("?q=a&state=&sort=-jp", target="table-rows"), ROWS, template="none.html"
    )
    page = response.content.decode()
    assert page.strip().startswith('<div class="list-results" id="table-rows"')
    assert "<form" not in page
    assert response["HX-Push-Url"] == "/rows/?q=a&sort=-jp"
    assert {"HX-Request", "HX-Target"} <= set(response["Vary"].split(", "))
    assert 'name="sort" value="-jp" form="table-rows-form"' in page


def test_the_whole_page_is_answered_to_everybody_else(settings: Any) -> None:
    asked = [
        _request(),
        _request(target="another-part"),
        _request(target="table-rows", HTTP_HX_HISTORY_RESTORE_REQUEST="true"),
    ]
    for request in asked:
        response: Any = COMPUTED.respond(
            request, ROWS, template="ui/empty.html", context={"text": "the whole page"}
        )
        assert "the whole page" in response.content.decode()
        assert "HX-Request" in response["Vary"]


def test_without_a_script_the_form_sends_everything_that_is_asked() -> None:
    page = _draw("?q=a&state=open&sort=-jp&year=2027", keep=["year"])
    assert '<input type="hidden" name="year" value="2027">' in page
    assert 'value="open" selected' in page
    assert 'name="q" value="a"' in page
    assert '<button class="btn btn-sm btn-outline-primary" type="submit">' in page
    assert "?year=2027&amp;q=a&amp;sort=name&amp;state=open" in page
    assert _notices(page) == 0


def test_an_empty_list_says_how_to_fill_it_and_an_emptied_one_how_to_see_all() -> None:
    empty = _draw("", [])
    assert "No rows yet." in empty
    assert 'href="/add/">Add a row</a>' in empty
    emptied = _draw("?q=nothing&sort=name")
    assert "No rows yet." not in emptied
    assert 'href="?sort=name">Show all</a>' in emptied


def test_two_lists_on_a_page_do_not_hear_each_other() -> None:
    other = Table(name="other", caption="Other", columns=COMPUTED.columns, prefix="o_")
    query = "?q=alpha&o_q=gamma&o_sort=name"
    first = _draw(query, keep=other.parameters)
    second = _draw(query, table=other, keep=COMPUTED.parameters)
    assert (_names(first), _names(second)) == (["Alpha"], ["gamma"])
    assert _notices(first) + _notices(second) == 0
    assert 'name="o_q" value="gamma"' in first


def test_a_list_that_is_declared_wrongly_is_refused_at_once() -> None:
    column = Column("a", "A", value=str)
    for wrong in (
        {"columns": [column, column]},
        {"columns": [column], "filters": [ChoiceFilter("page", "P", field="a", choices=[])]},
        {"columns": [column], "sort": "b"},
    ):
        with pytest.raises(ValueError, match="table 't'"):
            Table(name="t", caption="T", **wrong)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_column_must_fit_its_rows() -> None:
    with pytest.raises(TypeError, match="for rows of the database"):
        _draw("?sort=name", Group.objects.all(), COMPUTED)
    with pytest.raises(TypeError, match="for rows made in Python"):
        _draw("?sort=name", ROWS, STORED)
