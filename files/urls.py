"""Addresses of files. They are on a path of their own, apart from the pages."""

from django.urls import path, re_path

from files import views

app_name = "files"
KEY = r"(?P<key>[A-Za-z0-9]{22})"
urlpatterns = [
    path("", views.create, name="create"),
    re_path(rf"^{KEY}$", views.upload, name="upload"),
    re_path(rf"^{KEY}/thumb$", views.thumb, name="thumb"),
    re_path(rf"^{KEY}/(?P<name>.*)$", views.body, name="body"),
]
