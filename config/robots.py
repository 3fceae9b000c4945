"""Tell search engines what they may index: nothing, or with SEARCH_ENGINES the public rooms."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.views.decorators.http import require_safe

TALK: Final = {"home", "room", "line"}
CLOSED: Final = "User-agent: *\nDisallow: /\n"
OPEN: Final = "User-agent: *\nDisallow: /account/\nDisallow: /admin/\nDisallow: /i/\nDisallow: /realtime/\n"


class RobotsMiddleware(MiddlewareMixin):
    """Adds `noindex` to each response that search engines must not index."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        match = request.resolver_match
        if not (settings.SEARCH_ENGINES and match and match.url_name in TALK):
            response["X-Robots-Tag"] = "noindex"
        return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(OPEN if settings.SEARCH_ENGINES else CLOSED, content_type="text/plain")
