"""Where the lab's WebSockets are, as Channels' tutorial has it."""

from collections.abc import Callable

from channels.sessions import SessionMiddlewareStack
from django.conf import settings
from django.urls import URLPattern, path

from lab import consumers
from lab.door import Application, Door, Options

UPDATES = Options(max_payload_length=192 * 1024)


def tutorial_options() -> Options:
    """The tutorial's option block, to the letter."""
    return Options(idle_timeout=32, max_backpressure=1024, max_payload_length=512)


def lab_is_on() -> bool:
    return bool(settings.LAB)


def open_to_everybody() -> bool:
    return bool(settings.LAB and settings.DEBUG)


def route(
    name: str, application: Application, options: Options | None = None, is_open: Callable[[], bool] = lab_is_on
) -> URLPattern:
    door = Door(application, options or Options(), is_open=is_open)
    return path(f"ws/lab/{name}", door)  # type: ignore[arg-type]


def websocket_urlpatterns() -> list[URLPattern]:
    """Behind the site's Origin check."""
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
    """Before any Origin check, on purpose: what an attacker meets where somebody forgot it. Never in production."""
    return [route("open", SessionMiddlewareStack(consumers.LoginConsumer.as_asgi()), is_open=open_to_everybody)]
