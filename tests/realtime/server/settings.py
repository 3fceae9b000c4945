"""Settings for `runserver` and `serve`: a database in the folder of the environment, and the tiny application."""

import os
import sys
from pathlib import Path

from realtime.server.startup_banner import adds_banner_pages

SHARED = "SHARED" in os.environ
DATABASE = Path(os.environ["DATABASE"])
if "--child" in sys.argv and (DATABASE.parent / "broken").exists():
    sys.exit("broken")

SECRET_KEY = "only-for-tests"
INSTALLED_APPS = ["realtime", "daphne"]
HOST, PORT = "127.0.0.1", int(os.environ["PORT"])
HTTPS = "HTTPS" in os.environ
ASGI_APPLICATION = f"tests.realtime.server.tiny.{'behind_a_proxy' if HTTPS else 'application'}"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "192.168.7.7"]
DATABASES = {"default": {"ENGINE": "realtime.storage.sqlite", "NAME": str(DATABASE)}}
REDIS_URL = "redis://nobody-asks" if SHARED else ""
if SHARED:
    DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "nobody-asks"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"realtime": {"level": "INFO"}},
}

adds_banner_pages(lambda: [("Open once", "/once")])
WEBSOCKET_DEFLATE = False
