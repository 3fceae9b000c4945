"""The settings of Parlor, with the app that breaks the server (tests/chaos/mutants.py)."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.chaos.mutants.MutantConfig"]
