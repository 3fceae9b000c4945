"""`manage.py resetlink NAME`: print the link of a password reset, for a person without e-mail who asks the admin."""

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from accounts.models import User
from accounts.selectors import login_name
from accounts.services.accounts import power_changed
from realtime.server.startup_banner import public_url


class Command(BaseCommand):
    help = "Prints the address of a page that works once and sets a new password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the name as people see it, or the e-mail")
        parser.add_argument("--drop-second-step", action="store_true", help="for a lost phone; it can be set up again")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(name_folded=login_name(options["name"])).first()
        if user is None or user.is_guest:
            raise CommandError("No account has this name. A guest has no password to forget.")
        if options["drop_second_step"]:
            Authenticator.objects.filter(user=user).delete()
            power_changed(user=user)
        place = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
        self.stdout.write(public_url(reverse("account_reset_password_from_key", kwargs=place)))
