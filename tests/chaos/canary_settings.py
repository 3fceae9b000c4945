"""The settings as they are, and the app that breaks the build (tests/chaos/canary.py)."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.chaos.canary.CanaryConfig"]
