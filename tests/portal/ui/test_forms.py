from __future__ import annotations

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils import translation
from pytest_django.asserts import assertHTMLEqual

from asah.portal.ui.forms import OnceForm, Renderer
from asah.portal.ui.problems import Problem, list_problems
from asah.portal.ui.templatetags.ui import badge, icon, progress


class Proposal(OnceForm):
    title = forms.CharField(label="Title", help_text="In a few words.")
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    agreed = forms.BooleanField(label="Agreed")

    def clean(self) -> None:
        if self.cleaned_data.get("note") == "wrong":
            raise forms.ValidationError("<Note> does not fit the title.")


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def _wrong() -> Proposal:
    return Proposal({"once": "mark", "note": "wrong"})


def test_the_summary_names_every_problem_and_links_to_its_field() -> None:
    form = _wrong()
    assert list_problems(form) == [
        Problem("<Note> does not fit the title."),
        Problem("This field is required.", "Title", "id_title"),
        Problem("This field is required.", "Kind", "id_kind_0"),
        Problem("This field is required.", "Agreed", "id_agreed"),
    ]
    page = str(form)
    links = re.findall(r'<li><a href="#(\w+)">', page)
    assert links == ["id_title", "id_kind_0", "id_agreed"]
    assert all(f'id="{link}"' in page for link in links)
    assert "&lt;Note&gt; does not fit" in page
    assert page.index('role="alert"') < page.index("<input")
    assert 'tabindex="-1" data-focus' in page


def test_a_form_that_was_not_sent_has_no_summary_and_nothing_wrong() -> None:
    page = str(Proposal())
    assert "error-summary" not in page
    assert "aria-invalid" not in page
    assert list_problems(Proposal()) == []


def test_a_field_is_tied_to_its_label_help_and_error() -> None:
    page = str(_wrong())
    (field,) = re.findall(r'<input type="text" name="title"[^>]*>', page)
    (described,) = re.findall(r'aria-describedby="([^"]+)"', field)
    assert described.split() == ["id_title_helptext", "id_title_error"]
    assert 'aria-invalid="true"' in field
    assert all(f'id="{target}"' in page for target in described.split())
    assert re.search(r'<label class="form-label" for="id_title">Title', page)


def test_what_must_be_filled_in_is_said_in_words() -> None:
    page = str(Proposal())
    assert re.findall(r'(Title|Kind|Note|Agreed) <span class="required">required</span>', page) == [
        "Title",
        "Kind",
        "Agreed",
    ]


def test_radio_buttons_are_a_group_with_a_name() -> None:
    page = str(_wrong())
    (group,) = re.findall(r"<fieldset.*?</fieldset>", page, re.DOTALL)
    assert re.search(r"<legend[^>]*>Kind", group)
    assert group.count('type="radio"') == 2
    assert 'id="id_kind_error"' in group


def test_a_widget_carries_the_class_of_its_kind_beside_its_own() -> None:
    class Other(forms.Form):
        plain = forms.CharField(widget=forms.TextInput(attrs={"class": "wide"}))
        choice = forms.ChoiceField(choices=[("a", "A")])
        box = forms.BooleanField()

    page = str(Other())
    assert re.findall(r'class="(wide form-control|form-select|form-check-input)"', page) == [
        "wide form-control",
        "form-select",
        "form-check-input",
    ]
    assert page.index('type="checkbox"') < page.index('class="form-check-label"')


def test_every_form_has_a_mark_of_its_own_that_stays_when_it_is_shown_again() -> None:
    first, second = Proposal(), Proposal()
    assert first["once"].value() != second["once"].value()
    assert len(str(first["once"].value())) > 40
    assert 'name="once" value="mark"' in str(_wrong())


def test_a_form_without_its_mark_says_what_to_do() -> None:
    form = Proposal({"title": "x", "kind": "a", "agreed": "on"})
    assert [(problem.target, "Open the page again" in problem.text) for problem in list_problems(form)] == [
        ("", True)
    ]


def test_a_form_set_prints_its_forms() -> None:
    rows = forms.formset_factory(Proposal, extra=2)()
    assert str(rows).count('class="formset-row"') == 2
    assert 'name="form-TOTAL_FORMS"' in str(rows)


def test_a_badge_has_words_and_a_known_tone() -> None:
    assert badge("<Late>", "bad") == '<span class="tag tag-bad">&lt;Late&gt;</span>'
    with pytest.raises(ValueError, match="use one of neutral, good"):
        badge("Late", "red")


def test_progress_is_told_in_words_and_stays_within_its_bar() -> None:
    assert ">38%<" in progress(3, 8)
    assert 'value="100.0"' in progress(12, 8, "Classes")
    assert 'aria-label="Classes"' in progress(12, 8, "Classes")
    assert "<progress" not in progress(0, 0)


def test_a_drawing_is_hidden_from_readers_of_the_screen_and_must_exist() -> None:
    assert 'aria-hidden="true"' in icon("add")
    with pytest.raises(KeyError):
        icon("unknown")


def test_a_select_says_what_django_would_say_of_groups_choices_and_what_is_chosen() -> None:
    class Choice(forms.Form):
        unit = forms.ChoiceField(
            label="Unit",
            choices=[("", "None"), ("Group <1>", [("1", "One & only"), ("2", "Two")])],
            help_text="Where.",
        )
        several = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B"), ("c", "C")], required=False)

    class OptionByOption(Renderer):
        render = DjangoTemplates.render

    for data in (None, {"unit": "2", "several": ["a", "c"]}, {"unit": "x"}):
        ours = Choice(data, initial={"unit": "1"})
        theirs = Choice(data, initial={"unit": "1"}, renderer=OptionByOption())
        for name in ("unit", "several"):
            assertHTMLEqual(str(ours[name]), str(theirs[name]))
