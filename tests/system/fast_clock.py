"""The settings as they are, for who has no half minute: an opponent who is gone can be claimed from at once."""

from django.apps import AppConfig

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.system.fast_clock.FastClockConfig"]


class FastClockConfig(AppConfig):
    name = "tests.system"
    label = "fast_clock"

    def ready(self) -> None:
        from game.services import clock, moves, tables

        vars(moves)["ABSENT_MS"] = 1
        vars(tables)["ANSWER_MS"] = vars(clock)["ANSWER_MS"] = 1
