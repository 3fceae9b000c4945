"""The environment without the settings of a real Parlor on this machine."""

import os

from accounts.quotas import Quotas

NO_QUOTAS = dict.fromkeys(Quotas.__struct_fields__, 0)
"""Quotas for tests in which one machine makes many people and rooms: all are off."""
SETTINGS = {
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_PASSWORD",
    "DATABASE_POOL",
    "DATABASE_URL",
    "DEBUG",
    "ECHO",
    "EMAIL_FROM",
    "EMAIL_PASSWORD",
    "EMAIL_URL",
    "FILE_LIMITS",
    "FILE_STORAGE",
    "HOST",
    "HTTPS",
    "LAB",
    "LINK_PREVIEWS",
    "LINK_PREVIEW_NETWORKS",
    "LINK_PREVIEW_PORTS",
    "LOG_LEVEL",
    "PARLOR_DATA",
    "PORT",
    "QUOTAS",
    "REALTIME",
    "REDIS_URL",
    "SEARCH_ENGINES",
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "SECURITY_CONTACT",
    "STAFF_MFA",
    "STATIC_FILES",
    "TASKS_BACKEND",
    "TASKS_OPTIONS",
    "TASKS_WORKER",
    "TRUSTED_PROXIES",
    "WEBSOCKET_DEFLATE",
}


def without_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in SETTINGS}
