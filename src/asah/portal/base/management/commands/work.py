"""``./asah manage work``: does the jobs that wait, those that come round by themselves among them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from asah.portal.base.jobs import start_beating


class Command(BaseCommand):
    help = "A worker: short jobs and the clock, or with --long the long ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--long", action="store_true", help="the long jobs, planning above all")

    def handle(self, *args: Any, long: bool, **options: Any) -> None:
        if not long:
            start_beating()
        call_command(
            "db_worker", queue_name="long" if long else "default", reload=False, interval=0.5, verbosity=0
        )
