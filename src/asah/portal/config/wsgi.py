"""What the page server loads."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "asah.portal.config.settings")
application = get_wsgi_application()

# What is loaded now stays for good, and a page makes thousands of things that end with it: looking through
# all of them for cycles again and again would take a twentieth of the time.
gc.collect()
gc.freeze()
gc.set_threshold(100_000, 20, 20)
