"""For `runserver` alone: a database in the folder of the environment, and the tiny application."""

import os

from realtime.server.greeting import greets

SECRET_KEY = "only-for-tests"
INSTALLED_APPS = ["realtime", "daphne"]
ASGI_APPLICATION = "tests.realtime.server.tiny.application"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "192.168.7.7"]
DATABASES = {"default": {"ENGINE": "realtime.sqlite", "NAME": os.environ["DATABASE"]}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True

greets(lambda: [("Open once", "/once")])
WEBSOCKET_DEFLATE = False
