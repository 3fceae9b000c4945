"""`/.well-known/security.txt`: the contact for security reports, from `SECURITY_CONTACT`. Source: RFC 9116."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

DAYS = 180
"""The file is valid for so many days; RFC 9116 recommends less than a year."""


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    contact = settings.SECURITY_CONTACT
    if not contact:
        raise Http404
    if ":" not in contact:
        contact = f"mailto:{contact}"
    expires = (timezone.now() + timedelta(days=DAYS)).strftime("%Y-%m-%dT00:00:00Z")
    lines = [f"Contact: {contact}", f"Expires: {expires}", "Preferred-Languages: en, zh"]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
