"""The context that every template has."""

from django.conf import settings
from django.http import HttpRequest


def lab(request: HttpRequest) -> dict[str, bool]:
    return {"lab_open": settings.LAB}
