"""``./asah manage first_administrator``: an agency and somebody who can sign in, on an empty installation."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from asah.portal.base.actions import create_unit, create_user, give_password, grant_role
from asah.portal.base.enums import Role
from asah.portal.base.models import Unit


class Command(BaseCommand):
    help = "Makes an agency and its first administrator, and prints the password once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="the NIP of the administrator")
        parser.add_argument("--name", required=True, help="the name of the administrator")
        parser.add_argument("--agency", required=True, help='for example "Kabupaten Merangin"')
        parser.add_argument("--code", required=True, help="a short code of the agency")

    @transaction.atomic
    def handle(self, *args: Any, username: str, name: str, agency: str, code: str, **options: Any) -> None:
        if Unit.objects.filter(parent=None, code=code).exists():
            raise CommandError(
                f"an agency with the code {code} is there already; its administrator adds others"
            )
        unit = create_unit(actor=None, code=code, name=agency)
        try:
            user = create_user(actor=None, username=username, name=name)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        for role in (Role.ADMINISTRATOR, Role.PLANNER):
            grant_role(actor=None, user=user, role=role, unit=unit)
        self.stdout.write(f"{user.username}  {give_password(actor=None, user=user)}")
