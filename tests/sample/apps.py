"""Configuration of the sample app: its label for Django, and its plugin of chat."""

from django.apps import AppConfig


class SampleConfig(AppConfig):
    name = "tests.sample"
    label = "sample"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chat.plugin import use
        from tests.sample.game import PLUGIN

        use(PLUGIN)
