"""The context of the lab for every template."""

from django.conf import settings
from django.http import HttpRequest


def lab(request: HttpRequest) -> dict[str, bool]:
    return {"lab_open": settings.LAB}
