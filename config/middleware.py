"""Middleware for the headers of every page."""

from collections.abc import Callable
from typing import Any, Final

from csp.middleware import CSPMiddleware, PolicyParts
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponseBase

PERMISSIONS: Final = ", ".join(
    f"{feature}=()" for feature in ("camera", "geolocation", "microphone", "midi", "payment", "serial", "usb")
)
"""No page asks a browser for these features."""
UNTYPED: Final = ("/admin/", "/lab/")
"""Scripts of these pages (Django's own, workers) use strings where Trusted Types forbid them."""


def permissions_policy(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Any:
    """Middleware: no script of a page, whoever wrote it, gets at camera, microphone or place."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response

    return answered


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Names the page's own WebSocket in `connect-src`: older WebKit does not count it as 'self'.

    Markup enters a page by `static/chat/ui/html.js` alone, whose policy of Trusted Types is the only one allowed.
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
        except DisallowedHost:  # the page says so, and opens no WebSocket
            return parts
        scheme = "wss" if request.is_secure() else "ws"
        if not host.startswith("["):  # CSP has no grammar for IPv6 addresses: browsers complain of one
            parts.update = {**(parts.update or {}), "connect-src": [f"{scheme}://{host}"]}
        return parts
