"""Addresses of the pages."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from accounts.expired_forms import shows_again
from accounts.views.check import check
from accounts.views.setup import first_admin
from accounts.views.token import token
from chat import views as chat
from config.robots import robots
from config.security_txt import security_txt
from moderation import views as moderation
from realtime.views import upgrade_required

handler400 = "config.errors.bad_request"
handler429 = "config.errors.too_many_requests"
handler500 = "config.errors.server_error"
urlpatterns = [
    path("", chat.home, name="home"),
    re_path(
        r"^admin/chat/(?P<table>sanction|report|audit)/(?P<rest>.*)$",  # their addresses in release 0.1
        RedirectView.as_view(url="/admin/moderation/%(table)s/%(rest)s", query_string=True),
    ),
    path("admin/", admin.site.urls),
    path("live/", moderation.live, name="live"),
    path("enter/", chat.enter, name="enter"),
    path("r/<slug:key>/", chat.room, name="room"),
    path("r/<slug:key>/@<int:o>", chat.room, name="line"),
    path("r/<slug:key>/appeal", moderation.appeal, name="room_appeal"),
    path("banned", moderation.banned, name="banned"),
    path("banned/appeal", moderation.appeal, name="appeal"),
    path("i/<slug:code>", chat.invite, name="invite"),
    path("i/<slug:code>/join", chat.invite_join, name="invite_join"),
    path("i/<slug:code>/qr.svg", chat.invite_qr, name="invite_qr"),
    path("account/", include("accounts.urls")),
    path("lab/", include("lab.urls")),
    path("setup/<slug:token>", first_admin, name="setup"),
    path("files/", include("files.urls")),
    path("realtime/check", check, name="check"),
    path("realtime/token", token, name="token"),
    path("ws/", upgrade_required),
    path("ws/<path:rest>", upgrade_required),
    path("robots.txt", robots),
    path(".well-known/security.txt", security_txt),
    path("language/", shows_again(set_language), name="set_language"),
]
