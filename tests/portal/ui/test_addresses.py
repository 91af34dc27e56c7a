from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import NoReverseMatch, path, reverse

from asah.portal.ui.addresses import url_of


def _page(request: HttpRequest, **numbers: int) -> HttpResponse:
    return HttpResponse()


class Here:
    urlpatterns = (
        path("", _page, name="home"),
        path("plans/<int:plan>/people/<int:person>/", _page, name="person"),
    )


class Elsewhere:
    urlpatterns = (path("there/", _page, name="home"),)


def test_an_address_is_the_one_django_gives_for_every_number() -> None:
    with override_settings(ROOT_URLCONF=Here):
        assert url_of("home") == "/"
        for keys in ((1, 2), (17, 3), (987_654_321_987, 987_654_321_987)):
            assert url_of("person", *keys) == reverse("person", args=keys)


def test_other_addresses_are_not_mistaken_for_those_found_before() -> None:
    with override_settings(ROOT_URLCONF=Here):
        assert url_of("home") == "/"
    with override_settings(ROOT_URLCONF=Elsewhere):
        assert url_of("home") == "/there/"
        with pytest.raises(NoReverseMatch):
            url_of("person", 1, 2)
