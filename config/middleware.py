"""Middleware for the headers of every page."""

from collections.abc import Callable
from typing import Any, Final

from csp.middleware import CSPMiddleware, PolicyParts
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponseBase
from django.middleware import gzip

PERMISSIONS: Final = ", ".join(
    f"{feature}=()" for feature in ("camera", "geolocation", "microphone", "midi", "payment", "serial", "usb")
)
"""No page uses these browser features."""
UNTYPED: Final = ("/admin/", "/lab/")
"""Scripts of these pages use strings that Trusted Types forbid: Django's own scripts, and workers."""


class GZipMiddleware(gzip.GZipMiddleware):
    """Compresses pages, but no body that has ranges, because their bytes must stay the same."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.has_header("Accept-Ranges"):
            return response
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed


def permissions_policy(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Any:
    """Return middleware that forbids camera, microphone, location and the like to all scripts of a page."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response

    return answered


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Adds the page's own WebSocket to `connect-src`, because older WebKit does not include it in 'self'.

    It also requires Trusted Types with one policy, `parlor`: only `static/chat/ui/html.js` adds markup to a page.
    """

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if not request.path_info.startswith(UNTYPED):
            types = {"require-trusted-types-for": ["'script'"], "trusted-types": ["parlor"]}
            parts.update = {**(parts.update or {}), **types}
        try:
            host = request.get_host()
        except DisallowedHost:  # the response is an error page without a WebSocket
            return parts
        scheme = "wss" if request.is_secure() else "ws"
        if not host.startswith("["):  # CSP has no syntax for IPv6 addresses, and browsers warn about them
            parts.update = {**(parts.update or {}), "connect-src": [f"{scheme}://{host}"]}
        return parts
