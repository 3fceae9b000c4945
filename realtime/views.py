"""The view that answers an HTTP request for the address of a WebSocket."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

SENTENCE = "This address is a WebSocket: open it with Upgrade: websocket, in a browser by new WebSocket(url).\n"


@csrf_exempt
def upgrade_required(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer 426, and say how to open the WebSocket (RFC 9110 15.5.22)."""
    headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
    return HttpResponse(SENTENCE, status=426, headers=headers, content_type="text/plain; charset=utf-8")
