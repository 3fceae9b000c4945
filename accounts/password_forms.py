"""Forms that ask for a password. Services check names and addresses; the forms show their errors as sentences."""

from typing import Any, Final

from allauth.account import forms as allauth
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from accounts.forms import PROBLEMS, name_problem
from accounts.models import User
from accounts.selectors import login_name
from realtime import RealtimeError

PASSWORD_LENGTH: Final = 1000
"""A longer password is refused, because hashing it would cost the server too much."""
MISSING = _("Please fill this in.")


def password_field() -> forms.CharField:
    long = _("Too long: at most %(limit_value)d characters.")
    return forms.CharField(
        strip=False, max_length=PASSWORD_LENGTH, error_messages={"required": MISSING, "max_length": long}
    )


class EmailField(forms.EmailField):
    default_error_messages = {"invalid": _("Enter a valid email address.")}

    def clean(self, value: Any) -> str:
        return str(super().clean(value)).lower()


class LoginForm(allauth.LoginForm):
    """The log-in form. It takes a visible name or an e-mail address."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["login"] = forms.CharField(max_length=254, error_messages={"required": MISSING})
        self.fields["password"] = password_field()

    def user_credentials(self) -> dict[str, str]:
        """Return the credentials with a folded name, so that attempts are counted together for all spellings."""
        return {"username": login_name(self.cleaned_data["login"]), "password": self.cleaned_data["password"]}


class ResetForm(allauth.ResetPasswordKeyForm):
    """The form for a new password after a reset. It has one field, because the page can show the password."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields = {"password1": password_field()}

    def clean_password1(self) -> str:
        password: str = self.cleaned_data["password1"]
        validate_password(password, self.user)
        return password


class NewPasswordForm(forms.Form):
    """The form for the first password of `user`, with an optional e-mail address."""

    password = password_field()
    email = EmailField(required=False)

    def __init__(self, user: User, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.user = user

    def clean_password(self) -> str:
        """Refuse a password that contains the name or the e-mail of the person."""
        password: str = self.cleaned_data["password"]
        about = User(name=self.data.get("name", "") or self.user.name, email=self.data.get("email", ""))
        validate_password(password, about)
        return password

    @property
    def given(self) -> dict[str, str]:
        """Return the arguments for the service. The e-mail is empty when the site cannot send mail to prove it."""
        email = self.cleaned_data["email"] if settings.EMAIL_URL else ""
        return {"password": self.cleaned_data["password"], "email": email}


class NewAccountForm(NewPasswordForm):
    """The form for a new account: a name too. The service checks the length, as for guests."""

    name = forms.CharField(max_length=10_000, error_messages={"required": PROBLEMS["empty"]})
    field_order = ("name", "password", "email")
    retry_after_ms = 0
    """The time until the quota of this network allows another person; 0 without an error."""

    @property
    def given(self) -> dict[str, str]:
        return {"name": self.cleaned_data["name"], **super().given}

    def refuse_name(self, error: RealtimeError) -> None:
        self.add_error("name", name_problem(error, self.cleaned_data["name"]))
        self.retry_after_ms = error.more.get("retry_after_ms", 0)


class PasswordForm(forms.Form):
    """The form to change the password. It asks for the current one."""

    old = password_field()
    password = password_field()

    def __init__(self, user: User, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.user = user

    def clean_old(self) -> str:
        old: str = self.cleaned_data["old"]
        if not self.user.check_password(old):
            raise forms.ValidationError(_("Wrong password."))
        return old

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password


class FarewellForm(forms.Form):
    """The form to delete an account. It asks for the password, if there is one."""

    old = password_field()

    def __init__(self, user: User, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.user = user
        if user.is_guest:
            del self.fields["old"]

    def clean_old(self) -> str:
        old: str = self.cleaned_data["old"]
        if not self.user.check_password(old):
            raise forms.ValidationError(_("Wrong password."))
        return old


class EmailForm(forms.Form):
    """The form to change the e-mail. It asks for the password, because the e-mail can reset it."""

    old = password_field()
    email = EmailField(required=False)

    def __init__(self, user: User, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.user = user

    clean_old = PasswordForm.clean_old

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if email and not settings.EMAIL_URL:
            raise forms.ValidationError(_("This site can't send email, so no address can be confirmed."))
        return email
