"""Addresses of the pages; what a page shows is its view's business."""

from django.urls import path
from django.views.i18n import set_language

from accounts import views as accounts

urlpatterns = [
    path("realtime/token", accounts.token, name="token"),
    path("language/", set_language, name="set_language"),
]
