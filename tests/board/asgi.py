"""ASGI application of the project: pages, and the WebSocket at `/ws/`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.board.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.sessions import CookieMiddleware
from django.core.asgi import get_asgi_application

http = get_asgi_application()  # loads the apps; the imports below need models

from realtime.lifespan import LifespanMiddleware  # noqa: E402
from realtime.routing import websocket_urlpatterns  # noqa: E402
from realtime.security import OriginCheck  # noqa: E402
from tests.board.selectors import backend  # noqa: E402

websocket = OriginCheck(CookieMiddleware(URLRouter(websocket_urlpatterns(backend))))
application = LifespanMiddleware(ProtocolTypeRouter({"http": http, "websocket": websocket}), backend)
