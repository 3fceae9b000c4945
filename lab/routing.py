"""Route the lab's WebSockets, as in the tutorial of Channels."""

from collections.abc import Callable

from channels.sessions import SessionMiddlewareStack
from django.conf import settings
from django.urls import URLPattern, path

from lab import consumers
from lab.route_limits import Application, Options, RouteLimits

UPDATES = Options(max_payload_length=192 * 1024)


def tutorial_options() -> Options:
    """Return the tutorial's option block, unchanged."""
    return Options(idle_timeout=32, max_backpressure=1024, max_payload_length=512)


def lab_is_on() -> bool:
    return bool(settings.LAB)


def open_to_everybody() -> bool:
    return bool(settings.LAB and settings.DEBUG)


def route(
    name: str, application: Application, options: Options | None = None, is_open: Callable[[], bool] = lab_is_on
) -> URLPattern:
    limited = RouteLimits(application, options or Options(), is_open=is_open)
    return path(f"ws/lab/{name}", limited)  # type: ignore[arg-type]


def websocket_urlpatterns() -> list[URLPattern]:
    """Return the routes that the site's Origin check protects."""
    return [
        route("echo", consumers.EchoConsumer.as_asgi()),
        route("lamp", consumers.LampConsumer.as_asgi()),
        route("updates", consumers.UpdatesConsumer.as_asgi(), UPDATES),
        route("floats", consumers.FloatsConsumer.as_asgi()),
        route("sensors", consumers.SensorsConsumer.as_asgi()),
        route("limits", consumers.LimitsConsumer.as_asgi(), tutorial_options()),
        route("idl", consumers.InterfaceConsumer.as_asgi()),
        route("closing", consumers.ClosingConsumer.as_asgi()),
        route("refused", consumers.RefusedConsumer.as_asgi()),
        route("guarded", SessionMiddlewareStack(consumers.LoginConsumer.as_asgi())),
    ]


def open_urlpatterns() -> list[URLPattern]:
    """Return the route without an Origin check, to show an attack. It is never open in production."""
    return [route("open", SessionMiddlewareStack(consumers.LoginConsumer.as_asgi()), is_open=open_to_everybody)]
