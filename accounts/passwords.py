"""The rules for passwords, each with a text that says what to do."""

from django.contrib.auth import password_validation as rules
from django.utils.translation import gettext as _


class LongEnough(rules.MinimumLengthValidator):
    def get_error_message(self) -> str:
        return _("Use at least %(length)d characters.") % {"length": self.min_length}


class NotOneself(rules.UserAttributeSimilarityValidator):
    def __init__(self) -> None:
        super().__init__(user_attributes=("name", "email"))

    def get_error_message(self) -> str:
        return _("Too similar to your name or email.")


class NotEverybodys(rules.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return _("That password is too common.")
