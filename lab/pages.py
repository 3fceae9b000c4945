"""The pages of the lab: the subject of each, its source code, and why a room works in another way."""

from collections.abc import Callable
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lab import consumers, route_limits, routing, source
from lab.curl import curl
from realtime import security
from realtime.server import handshake

Words = str | Promise


class Lab(NamedTuple):
    """A page of the lab. `heading` is the tutorial's own; `document` is a page of `docs/`, without its `.md`.

    `modules` are those that `static/lab/<name>.js` imports besides `page.js`. `sources` are read for each request.
    """

    name: str
    title: Words
    heading: str
    about: Words
    why: Words
    document: str
    sources: Callable[[], list[source.Source]]
    modules: tuple[str, ...] = ()

    @property
    def template(self) -> str:
        return f"lab/labs/{self.name}.html"


def find(name: str) -> Lab | None:
    return next((lab for lab in LABS if lab.name == name), None)


LABS = [
    Lab(
        "echo",
        _("WebSocket Echo Test"),
        "Go",
        _("The tutorial’s first page and its Go server: what you send comes back after “Received:” and two spaces."),
        _(
            "An echo answers everyone. A room first checks who sends a message and whether they may, writes it to "
            "disk, and only then shows it."
        ),
        "channels",
        lambda: [
            source.python(consumers.EchoConsumer),
            source.javascript("echo", "loaded", "opened", "closed", "heard", "send"),
            source.javascript("page", "Line"),
        ],
    ),
    Lab(
        "lamp",
        _("Example: turnLampOn(), turnLampOff()"),
        "Example",
        _("Send the text “on” or “off”. Open this page in a second browser: it is the same lamp."),
        _(
            "This lamp is in the memory of one process, and a group reaches only those who are connected at that "
            "moment. The state of a room comes from its log on disk, and people who were away get what they "
            "missed."
        ),
        "channels",
        lambda: [
            source.python(consumers.LampConsumer),
            source.javascript("lamp", "heard", "turnLampOn", "turnLampOff"),
        ],
    ),
    Lab(
        "updates",
        _("Example: setInterval, 50 ms"),
        "Example",
        _(
            "An update every 50 ms, sent only while bufferedAmount is 0: a slow connection gets fewer updates, "
            "not older ones."
        ),
        _(
            "An update may be skipped, because the next one replaces it. A message replaces nothing: it waits in "
            "the outbox until the server has answered. The server skips signals, such as who is typing, for slow "
            "connections."
        ),
        "protocol",
        lambda: [
            source.javascript("loop", "update"),
            source.javascript("updates", "start"),
            source.python(consumers.UpdatesConsumer),
        ],
        ("loop",),
    ),
    Lab(
        "floats",
        _("Sending binary data"),
        "Sending binary data",
        _("A Float32Array of five numbers, i / 2: 20 bytes, little-endian on every machine that runs a browser today."),
        _(
            "Bytes are useful when numbers come many times a second. Messages of a room are JSON text: each field "
            "is checked, and people can read it on the wire."
        ),
        "protocol",
        lambda: [source.python(consumers.FloatsConsumer), source.javascript("floats", "numbers")],
    ),
    Lab(
        "sensors",
        _("uWebSockets.js: app.publish()"),
        "uWebSockets.js",
        _("“22C” published to sensors/home/temperature reaches every page that is open here."),
        _(
            "group_send reaches those who are subscribed at this moment, at most once. A room’s group only says "
            "that there is an event. The event itself is in the database, where a process finds it when it missed "
            "the message."
        ),
        "channels",
        lambda: [source.python(consumers.SensorsConsumer), source.javascript("sensors", "heard")],
    ),
    Lab(
        "limits",
        _("uWebSockets.js: idleTimeout, maxBackpressure, maxPayloadLength"),
        "uWebSockets.js",
        _(
            "The tutorial’s option block on one route: 512 bytes a message, 32 s of silence, 1024 bytes that the "
            "other side has not read."
        ),
        _(
            "A room does not close a connection that is slow for a moment: above 256 KiB of unread data it stops "
            "sending, and later resumes at the same position. A client that sends more than 64 KiB at once gets "
            "the reason in a last message; above 256 KiB the server itself closes."
        ),
        "operating",
        lambda: [
            source.python(routing.tutorial_options),
            source.python(route_limits.LimitedConnection),
            source.python(consumers.LimitsConsumer),
        ],
    ),
    Lab(
        "idl",
        _("Interface definition: IDL"),
        "IDL版",
        _("Every member of WebSocket and of CloseEvent in the tutorial’s IDL, tried in this browser just now."),
        _(
            "A room’s page has one such object, in static/realtime/socket.js. The interface does not say that a "
            "connection is dead, or that a message has arrived. Parlor adds a heartbeat, a back-off and an "
            "outbox."
        ),
        "channels",
        lambda: [
            source.javascript("members", "states"),
            source.javascript("members", "buffered"),
            source.python(consumers.InterfaceConsumer),
        ],
        ("members",),
    ),
    Lab(
        "handshake",
        _("Handshake"),
        "handshake",
        _("From Sec-WebSocket-Key to Sec-WebSocket-Accept, step by step."),
        _(
            "The answer proves only that the other side speaks WebSocket: the key is no secret. The Origin, the "
            "login cookie and a token in the first message decide who may enter a room."
        ),
        "channels",
        lambda: [
            source.javascript("accept", "GUID", "accept"),
            source.javascript("accept", "sha1", "mix", "ROUNDS", "rotated"),
        ],
        ("accept",),
    ),
    Lab(
        "closing",
        _("event.code, event.reason, event.wasClean"),
        "For web developers (non-normative)",
        _("All close codes, and what the page sees of each. A reason has at most 123 bytes: 41 汉字."),
        _(
            "A room’s codes say whether to reconnect: 4000 to 4499 yes, 4500 and above no. The reason also comes "
            "as a last message, because some servers and proxies lose it."
        ),
        "protocol",
        lambda: [
            source.python(consumers.ClosingConsumer),
            source.python(consumers.RefusedConsumer),
            source.javascript("closing", "closed", "tried", "byServer", "byPage"),
        ],
    ),
    Lab(
        "curl",
        _("Testing a connection with curl"),
        "使用curl测试ws连接性",
        _("The tutorial’s command gets 400 from every correct server. Here is the reason, and a command that works."),
        _(
            "With a valid key, curl completes the handshake. It cannot enter a room, because session.hello "
            "requires a login cookie and the token of our own page."
        ),
        "protocol",
        lambda: [source.python(curl), source.python(handshake.check_handshake), source.python(handshake.check_key)],
    ),
    Lab(
        "origin",
        _("Security considerations"),
        "安全考虑",
        _("The same-origin policy does not apply to WebSockets: a foreign page may connect unless the server refuses."),
        _(
            "The handshake of a room is refused unless the Origin is one of ours. The cookie alone is not enough: "
            "session.hello requires a token that only our own page has."
        ),
        "channels",
        lambda: [
            source.python(consumers.LoginConsumer),
            source.python(routing.open_urlpatterns),
            source.python(security.OriginCheck),
            source.python(security.origin_verified),
            source.javascript("origin", "foreign"),
        ],
    ),
]
