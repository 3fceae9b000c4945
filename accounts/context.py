"""What every template may ask of accounts."""

from django.conf import settings
from django.http import HttpRequest


def mail(request: HttpRequest) -> dict[str, bool]:
    """Whether this Parlor sends any."""
    return {"mail": bool(settings.EMAIL_URL)}
