"""The settings that are served, less what only slows tests down."""

from __future__ import annotations

from asah.portal.config.settings import *  # noqa: F403
from asah.portal.config.settings import STATIC_ROOT, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# What is served as static lies there after a start of the portal; its absence is warned of.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
