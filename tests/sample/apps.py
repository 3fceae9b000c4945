"""The app's name for Django, and what it hangs into chat and the clock."""

from django.apps import AppConfig


class ToyConfig(AppConfig):
    name = "tests.sample"
    label = "toy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chat.plugin import use
        from tests.sample.game import PLUGIN

        use(PLUGIN)
