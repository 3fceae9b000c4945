"""The pages of the lab: what each is about, which lines do it, and why a room does it otherwise."""

from collections.abc import Callable
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lab import consumers, door, routing, source
from lab.curl import curl
from realtime import security
from realtime.server import handshake

Words = str | Promise


class Lab(NamedTuple):
    """One page. `heading` is the tutorial's own; `document` a page of `docs/`, without its `.md`.

    `modules` are those that `static/lab/<name>.js` imports besides `page.js`. `sources` are read when the page is.
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
            "An echo answers whoever comes. A room first asks who says it and whether they may, writes it to disk, "
            "and only then shows it to anybody."
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
        _("The text “on” or “off”, and nothing else. Open this page in a second browser: it is the same lamp."),
        _(
            "This lamp lives in the memory of one process, and a group tells only who listens at that moment. The "
            "state of a room is what its log on disk adds up to, and who was away gets what they missed."
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
        _("An update every 50 ms, sent only while bufferedAmount is 0: a slow line gets fewer, not older ones."),
        _(
            "An update may be skipped, because the next one replaces it. A line of talk replaces nothing: it waits in "
            "the outbox until the server has answered. What may be skipped in a room, such as who is typing, the "
            "server skips for readers that lag."
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
            "Bytes pay where numbers come many times a second. What is said in a room is JSON text: it is checked "
            "field by field, and can be read on the wire."
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
            "group_send reaches who is subscribed just now, at most once. A room’s group only rings: the event is in "
            "the database, and who did not hear the bell finds it there."
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
            "A room does not drop who reads slowly for a moment: from 256 KiB on they lag, and are later resumed "
            "from where they were. Who sends more than 64 KiB at once is told why in a last message; above 256 KiB "
            "the server itself closes."
        ),
        "operating",
        lambda: [
            source.python(routing.tutorial_options),
            source.python(door.Visit),
            source.python(consumers.LimitsConsumer),
        ],
    ),
    Lab(
        "idl",
        _("Interface definition: IDL"),
        "IDL版",
        _("Every member of WebSocket and of CloseEvent in the tutorial’s IDL, tried in this browser just now."),
        _(
            "A room’s page has one such object, in static/realtime/socket.js. The interface does not tell that a line "
            "is dead, nor that a message has arrived: heartbeat, back-off and outbox stand around it."
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
            "The answer proves that the other side speaks WebSocket, and nothing else: the key is no secret. Who may "
            "come into a room is decided by the Origin, the cookie of the log-in and a token in the first message."
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
        _("Each close code that can be had, and what the page sees of it. A reason holds 123 bytes: 41 汉字."),
        _(
            "A room’s codes say whether to come back: 4000 and above yes, 4500 and above no. The reason also comes as "
            "a last message, for servers and proxies that lose it."
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
        _("The tutorial’s command gets 400 from every correct server. This is why, and what works."),
        _(
            "With a right key curl comes as far as the handshake. Into a room it comes no further: session.hello "
            "wants the cookie of a log-in and the token of our own page."
        ),
        "protocol",
        lambda: [source.python(curl), source.python(handshake.refusal), source.python(handshake.key_refusal)],
    ),
    Lab(
        "origin",
        _("Security considerations"),
        "安全考虑",
        _("The same-origin policy does not hold for WebSockets: a foreign page may connect unless the server refuses."),
        _(
            "The handshake of a room is refused unless the Origin is one of ours, and the cookie alone opens nothing: "
            "session.hello wants a token that only our own page holds."
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
