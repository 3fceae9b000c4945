"""The app's name for Django, and what the server says for it when it starts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import setup
        from realtime.server.greeting import greets

        greets(setup.greeting)
