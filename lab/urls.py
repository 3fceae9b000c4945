from django.urls import path

from lab import views

urlpatterns = [
    path("", views.index, name="lab"),
    path("docs/<slug:name>.md", views.document, name="lab_document"),
    path("<slug:name>/", views.page, name="lab_page"),
]
