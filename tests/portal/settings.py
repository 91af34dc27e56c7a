"""The settings that are served, less what only slows tests down."""

from __future__ import annotations

import os
from dataclasses import replace

from asah.portal.config.settings import *  # noqa: F403
from asah.portal.config.settings import ENVIRONMENT, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Of two processes of one run each has a folder of its own, as each has a database of its own.
ENVIRONMENT = replace(ENVIRONMENT, data=ENVIRONMENT.data / os.environ.get("PYTEST_XDIST_WORKER", "alone"))
STATIC_ROOT = ENVIRONMENT.data / "static"
MEDIA_ROOT = ENVIRONMENT.data / "files"
# What is served as static lies there after a start of the portal; its absence is warned of.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
