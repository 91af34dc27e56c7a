"""A small simulated region with plans and a user for every role. Run by ``portal_server`` on an empty data
folder."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "asah.portal.config.settings"


def main() -> None:
    import django

    django.setup()
    from asah.portal.home import bridge
    from asah.portal.home.demo import Region, build_region, clear_ground

    clear_ground()
    with tempfile.TemporaryDirectory() as folder:
        bridge.simulate("merangin", 80, 1, Path(folder))
        logins = build_region(Region("MR", "Kabupaten Merangin", Path(folder), 2), lambda _step: None)
    password = logins[0].password
    print(json.dumps({"password": password, "logins": [asdict(login) for login in logins]}), file=sys.stdout)


if __name__ == "__main__":
    main()
