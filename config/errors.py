"""Pages for requests that went wrong. Unlike Django's own they do not look at the form, which may be what is wrong."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.logs import AWAY


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """What django-allauth answers where one address, or one person, has tried too often; its rates are per minute."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = "60"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls this while it handles the exception. A database or Redis that is away is nobody's mistake: 503."""
    if isinstance(sys.exc_info()[1], AWAY):
        response = render(request, "503.html", status=503)
        response["Retry-After"] = "5"
        return response
    return render(request, "500.html", status=500)
