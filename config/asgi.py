"""The ASGI application. It connects the apps, and no app imports it.

HTTP goes to Django. A WebSocket passes the Origin check, gets its cookies, and is routed to the consumer.
`session.hello` reads the user behind the cookie (docs/channels.md explains why AuthMiddlewareStack does not).
"""

import os

from config.private import UMASK

os.umask(UMASK)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.sessions import CookieMiddleware
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import re_path

http = get_asgi_application()  # loads the apps; the imports below need their models

# ruff: noqa: E402, I001
import accounts.selectors
import accounts.services.people
import accounts.services.profiles
import chat.rendering
import chat.selectors
import chat.unread
import lab.routing
from files.gate import UploadGate
import search.services.erase
import search.services.follow
from realtime.echo import EchoMiddleware
from realtime.server.forwarded import ForwardedMiddleware
from realtime.health import Probes
from realtime import METHODS, Backend
from realtime.lifespan import LifespanMiddleware
from realtime.routing import websocket_urlpatterns
from realtime.security import DefaultPorts, OriginCheck


backend = Backend(
    methods=METHODS,
    user=accounts.selectors.caller_of,
    people=accounts.selectors.people,
    may_read=chat.selectors.may_open,
    may_read_all=chat.selectors.may_read_all,
    memberships_of=chat.selectors.welcome,
    snapshot=chat.selectors.snapshot,
    changes=chat.unread.changes,
    start=chat.rendering.start,
    users_seen=accounts.services.people.users_seen,
    facts=accounts.selectors.facts,
    moved_logins=accounts.selectors.logins_moved,
    housekeeping=[search.services.follow.work, search.services.erase.work],
)

routes = [*lab.routing.websocket_urlpatterns(), *websocket_urlpatterns(backend)]
guarded = OriginCheck(CookieMiddleware(URLRouter(routes)))
websocket = EchoMiddleware(URLRouter([*lab.routing.open_urlpatterns(), re_path("", guarded)]))  # type: ignore[arg-type]

serving = LifespanMiddleware(ProtocolTypeRouter({"http": UploadGate(http), "websocket": websocket}), backend)
application = Probes(ForwardedMiddleware(DefaultPorts(serving), settings.TRUSTED_PROXIES))
