"""``./asah manage verify_audit``: is every line of the audit as it was written?"""

from __future__ import annotations

import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from asah.portal.base.audit import verify


class Command(BaseCommand):
    help = "Recomputes the audit's chain. Prints its end, to be noted where nobody can change it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--noted", metavar="NUMBER:DIGEST", help="an end that was noted earlier")

    def handle(self, *args: Any, noted: str | None, **options: Any) -> None:
        end = None
        if noted is not None:
            parts = re.fullmatch(r"(\d+):([0-9a-f]{64})", noted)
            if not parts:
                raise CommandError("--noted takes what this command printed: NUMBER:DIGEST")
            end = int(parts[1]), parts[2]
        number, digest, broken = verify(end)
        for place in broken:
            self.stderr.write(f"line {place.number}: {place.what}")
        if broken:
            raise CommandError(f"the audit is broken in {len(broken)} places", returncode=1)
        self.stdout.write(f"whole: {number} lines; end {number}:{digest}")
