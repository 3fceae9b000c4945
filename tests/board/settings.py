"""Settings of the project: SQLite, sessions that `realtime` can check, and the default limits."""

import os

SECRET_KEY = os.environ.get("SECRET_KEY", "only for the sample")
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "realtime",
    "tests.board",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
ROOT_URLCONF = "tests.board.urls"
DATABASES = {"default": {"ENGINE": "realtime.storage.sqlite", "NAME": "board.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SESSION_ENGINE = "tests.board.sessions"
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
REALTIME: dict[str, float] = {}
USE_TZ = True
