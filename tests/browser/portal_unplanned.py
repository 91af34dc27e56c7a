"""A small simulated region whose needs are known and which nobody has planned for yet, with a user for every
role and a second planner. Run by ``portal_server`` on an empty data folder."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "asah.portal.config.settings"


def main() -> None:
    import django

    django.setup()
    from asah.portal.base.actions import create_user, grant_role
    from asah.portal.base.enums import Role
    from asah.portal.home import bridge
    from asah.portal.home.demo import clear_ground
    from asah.portal.home.demo.build import analyse, fill_region

    clear_ground()
    with tempfile.TemporaryDirectory() as folder:
        bridge.simulate("merangin", 80, 1, Path(folder))
        scenario, logins = fill_region("MR", "Kabupaten Merangin", Path(folder))
        analyse(scenario.cycle, "MR")
    password = logins[0].password
    second = create_user(actor=None, username="planner2-mr", name="Perencana Kedua", password=password)
    grant_role(actor=None, user=second, role=Role.PLANNER, unit=scenario.agency)
    print(json.dumps({"password": password}), file=sys.stdout)


if __name__ == "__main__":
    main()
