"""What every page is sent with."""

from csp.middleware import CSPMiddleware, PolicyParts
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponseBase


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Names the page's own WebSocket in `connect-src`: older WebKit does not count it as 'self'."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        try:
            host = request.get_host()
        except DisallowedHost:  # the page says so, and opens no WebSocket
            return parts
        scheme = "wss" if request.is_secure() else "ws"
        if not host.startswith("["):  # CSP has no grammar for IPv6 addresses: browsers complain of one
            parts.update = {**(parts.update or {}), "connect-src": [f"{scheme}://{host}"]}
        return parts
