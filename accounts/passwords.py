"""What a password must be, each rule with words that say what to do."""

from django.contrib.auth import password_validation as rules
from django.utils.translation import gettext as _


class LongEnough(rules.MinimumLengthValidator):
    def get_error_message(self) -> str:
        return _("At least %(length)d characters, please.") % {"length": self.min_length}


class NotOneself(rules.UserAttributeSimilarityValidator):
    def __init__(self) -> None:
        super().__init__(user_attributes=("name", "email"))

    def get_error_message(self) -> str:
        return _("That is too much like your name or e-mail. Take something else.")


class NotEverybodys(rules.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return _("That is one of the first that anybody would try. Take something else.")
