"""Help a page that gets no WebSocket: tell whether HTTP works and whether its Origin is allowed."""

from django.core.handlers.asgi import ASGIRequest
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from realtime.security import origin_verified


@csrf_exempt
@require_POST
@never_cache
def check(request: ASGIRequest) -> JsonResponse:
    """Return `{origin}`: whether a WebSocket from this page is allowed. It changes nothing and needs no log-in."""
    scheme = "wss" if request.scope.get("scheme") == "https" else "ws"
    return JsonResponse({"origin": origin_verified({**request.scope, "scheme": scheme})})
