"""A small agency: who can sign in, whom they rate. Run by ``portal_server`` on an empty data folder."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ["DJANGO_SETTINGS_MODULE"] = "asah.portal.config.settings"
STAFF = 30


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    from asah.portal.base.enums import Role
    from asah.portal.needs.enums import RaterRole
    from factories.needs import a_framework, an_open_cycle
    from factories.portal import PASSWORD, a_person, a_user, an_agency, an_office

    agency = an_agency()
    office = an_office(agency)
    framework, _ = a_framework(agency, described=True)
    chief = a_person(office, "Kepala Dinas", user=a_user(Role.SUPERVISOR, unit=office, username="kepala"))
    for number in range(1, STAFF + 1):
        a_person(office, f"Staf Nomor {number:02d}", supervisor=chief)
    a_person(office, "Orang Lain", user=a_user(Role.ASN, unit=office, username="lain"))
    a_user(Role.PLANNER, unit=agency, username="perencana")
    an_open_cycle(agency, framework, RaterRole.SELF, RaterRole.SUPERVISOR, name="AKPK 2027")
    print(json.dumps({"password": PASSWORD}))


if __name__ == "__main__":
    main()
