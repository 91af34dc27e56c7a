"""Fixtures of the portal's tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from asah.portal.base import jobs
from asah.portal.base.enums import JobState
from asah.portal.base.models import Job, User


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The walk of every role takes minutes: begun first, it is done while the short ones run beside it."""
    items.sort(key=lambda item: item.path.name != "test_role_walk.py")


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """A client with the user signed in."""

    def sign_in(user: User) -> Client:
        client = Client(raise_request_exception=True)
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def work() -> Callable[[], list[Job]]:
    """Does the jobs that wait, as the worker would, and gives them back."""

    def work() -> list[Job]:
        waiting = list(Job.objects.filter(state=JobState.WAITING).order_by("pk"))
        for row in waiting:
            jobs.run_job.call(row.pk)
            row.refresh_from_db()
        return waiting

    return work
