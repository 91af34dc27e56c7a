"""Where the portal's tests run.

A data folder of their own, and the database that DATABASE_URL names, if any.
"""

from __future__ import annotations

import os
import tempfile
from importlib.util import find_spec

# The engine's tests also run where Django is not installed.
if find_spec("django"):
    os.environ["ASAH_DATA"] = tempfile.mkdtemp(prefix="asah-test-")
    os.environ["ASAH_SECRET_KEY"] = "only-for-tests-" * 5
    os.environ["ASAH_HOSTS"] = "testserver,localhost,127.0.0.1"
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    import django

    django.setup()
