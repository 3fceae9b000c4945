"""Addresses of account pages. django-allauth requires many of these names."""

from allauth.account import views as allauth
from allauth.mfa.base import views as base
from django.urls import path, re_path

from accounts.expired_forms import shows_again
from accounts.views import account, entrance, second_step

urlpatterns = [
    path("", account.account, name="account"),
    path("login/", shows_again(entrance.LoginView.as_view()), name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("signup/", entrance.signup, name="account_signup"),
    path("keep/", account.keep_name, name="keep_name"),
    path("keep/", account.keep_name, name="account_set_password"),
    path("password/", account.password, name="account_change_password"),
    path("email/", account.email, name="account_email"),
    path("email/<str:token>", account.prove_email, name="email_prove"),
    path("forget/", account.forget, name="forget"),
    path("forgotten/", account.forgotten, name="forgotten"),
    path("logins/others/end", account.logins_end_others, name="logins_end_others"),
    path("logins/<slug:login>/end", account.login_end, name="login_end"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("reauthenticate/", second_step.ReauthenticateView.as_view(), name="account_reauthenticate"),
    path("reset/", entrance.ResetView.as_view(), name="account_reset_password"),
    path("reset/sent/", allauth.password_reset_done, name="account_reset_password_done"),
    path("reset/done/", allauth.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[-0-9A-Za-z]+)/$",
        entrance.ResetFromKeyView.as_view(),
        name="account_reset_password_from_key",
    ),
    path("2fa/", base.index, name="mfa_index"),
    path("2fa/authenticate/", second_step.AuthenticateView.as_view(), name="mfa_authenticate"),
    path("2fa/reauthenticate/", second_step.CodeAgainView.as_view(), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", second_step.ActivateView.as_view(), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", second_step.DeactivateView.as_view(), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", second_step.ViewCodesView.as_view(), name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", second_step.GenerateCodesView.as_view(), name="mfa_generate_recovery_codes"),
    path("2fa/recovery-codes/download/", second_step.DownloadCodesView.as_view(), name="mfa_download_recovery_codes"),
]
