"""The context of accounts for every template."""

from django.conf import settings
from django.http import HttpRequest


def mail(request: HttpRequest) -> dict[str, bool]:
    """Tell templates whether this site sends mail."""
    return {"mail": bool(settings.EMAIL_URL)}
