"""One WebSocket, RFC 6455 to the letter. With extension.py alone it touches private names of Twisted and autobahn."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from autobahn.websocket.protocol import WebSocketProtocol as Wire
from daphne.ws_protocol import WebSocketProtocol as DaphneProtocol
from twisted.internet.protocol import connectionDone

from realtime.server.deflate import Offer, understood
from realtime.server.extension import Extension
from realtime.server.handshake import Pairs, checked, response
from realtime.server.inbox import Inbox
from realtime.wire.frames import SMALLEST, deflated, reason_bytes
from realtime.wire.rate_limits import TokenBucket

TEXT, BINARY, CLOSE = 1, 2, 8  # RFC 6455 5.2: opcodes
COMPRESSED = 4  # RFC 7692 6: RSV1
PROTOCOL_ERROR, NO_CODE, INVALID, POLICY, INTERNAL, RESTART = 1002, 1005, 1007, 1008, 1011, 1012  # RFC 6455 7.4.1
FAREWELL_S: Final = 5
"""for a client to take what was written before a close, and to answer the close"""
FRAGMENTS: Final = 256
"""of one message"""
CONTROLS, CONTROLS_AT_ONCE = 20, 100
"""pings and pongs a second of one client, and at once"""


class WebSocketProtocol(DaphneProtocol):
    """Between the frames of autobahn and an ASGI application.

    What fails or closes the connection takes its turn behind the messages that came before it.
    """

    inbox: Inbox
    extension: Extension
    websocket_extensions: list[Offer]
    asked = False
    """the application knows of it"""
    ending = False
    """nothing that comes in is looked at any more (RFC 6455 7.1.7)"""
    stuck_s = 20.0
    """for a reader that takes nothing"""
    behind: "asyncio.Future[None] | None" = None
    """while its reader is: done when what was written is gone"""
    _leaving: asyncio.TimerHandle | None = None

    # Coming in

    def connectionMade(self) -> None:
        self.inbox, self.extension = Inbox(self._read_on), Extension(self)
        super().connectionMade()
        self.send_queue = ()  # nothing uses it since `sendData` is ours, and an empty deque has 760 bytes

    def onConnect(self, request: Any) -> Any:
        self.asked, self.heard_at = True, time.monotonic()
        self.websocket_extensions = understood(self.websocket_extensions)
        return super().onConnect(request)

    def onOpen(self) -> None:
        self._controls = TokenBucket(CONTROLS, CONTROLS_AT_ONCE, time.monotonic())
        self.transport.unregisterProducer()  # the HTTP channel: it would stop reading whom we cannot write to
        self.transport.registerProducer(self, True)
        self.transport.resumeProducing()
        super().onOpen()

    def dataReceived(self, data: bytes) -> None:
        """What comes before the handshake is answered waits. Autobahn's own makes a line of log that nobody reads."""
        if self.ending:
            return
        if self.asked and self.state == self.STATE_CONNECTING:
            self.data += data
            self.transport.pauseProducing()
        else:
            self._dataReceived(data)

    def processData(self) -> bool:
        """One step of autobahn's loop over what has been read."""
        if self.inbox.crowded and self.state == self.STATE_OPEN:
            self.transport.pauseProducing()
            return False
        return not self.ending and bool(super().processData())

    def _read_on(self) -> None:
        if not self.ending:
            self.transport.resumeProducing()
            self.consumeData()

    def onFrameBegin(self) -> None:
        """Each costs as much as a message, and a message has no end until it says so."""
        if self.current_frame.opcode > CLOSE:
            if self._controls.take(time.monotonic()):
                self._fail_connection(POLICY, "too many pings")
        elif not self.inside_message:
            self._fragments = 1
        else:
            self._fragments += 1
            if self._fragments > FRAGMENTS:
                self._fail_connection(POLICY, f"more than {FRAGMENTS} fragments")
        super().onFrameBegin()

    def onMessageEnd(self) -> None:
        """Without autobahn's listeners: nobody listens, and a future for each message is dear."""
        if not self.failedByMe:
            self.onMessage(b"".join(self.message_data), self.message_is_binary)
        del self.message_data
        if self._isMessageCompressed:
            self._perMessageCompress._decompressor = None  # its window, until the next message

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        self.heard_at = time.monotonic()
        if self.state == self.STATE_OPEN:
            content = {"bytes": payload} if isBinary else {"text": payload.decode()}
            self.inbox.put_nowait({"type": "websocket.receive", **content})

    def onCloseFrame(self, code: int | None, reasonRaw: bytes | None) -> bool:
        self._afterwards(partial(super().onCloseFrame, code, reasonRaw))
        return True

    def _afterwards(self, last: Callable[[], Any]) -> None:
        if self.state == self.STATE_OPEN and not self.ending:
            self.ending = True
            self.transport.pauseProducing()
            self.inbox.afterwards(last)
        else:
            last()

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        """The connection is gone. Without a close frame 1006; where we failed it, our own code."""
        for timer in filter(None, (self._leaving, self.closeHandshakeTimeoutCall)):
            timer.cancel()
        if not self.asked:
            return
        if self.failedByMe:
            code, reason, wasClean = self.localCloseCode, (self.localCloseReason or b"").decode(), True
        self.server.protocol_disconnected(self)
        told = {"code": NO_CODE if code is None else code, "reason": reason if wasClean and reason else ""}
        self.inbox.put_nowait({"type": "websocket.disconnect", **told})
        self._log("disconnected")

    # What a client does wrong

    def _protocol_violation(self, reason: str) -> bool:
        self._fail_connection(PROTOCOL_ERROR, reason)
        return True

    def _invalid_payload(self, reason: str) -> bool:
        self._fail_connection(INVALID, reason)
        return True

    def _fail_connection(self, code: int = 1001, reason: str = "going away") -> None:
        self._afterwards(partial(self._fail, code, reason))

    def _fail(self, code: int, reason: str) -> None:
        """Say why, then hang up: a line closed with unread bytes in it is reset, and the reason with it."""
        if self.state == self.STATE_OPEN:
            self.failedByMe = True
            self.sendCloseFrame(code, reason_bytes(reason))
            self.transport.unregisterProducer()  # or it would be waited for
            self.transport.loseWriteConnection()
            self.transport.resumeProducing()
        else:
            self.dropConnection()

    # Going out

    def handle_reply(self, message: dict[str, Any]) -> None:
        if self.state == self.STATE_CONNECTING:
            self._answer(message)
        elif message["type"] == "websocket.send":
            self._send(message.get("text"), message.get("bytes"))
        elif message["type"] == "websocket.close":
            self._close(message.get("code") or 1000, message.get("reason") or "")
        else:
            raise ValueError(f"{message['type']} after the handshake")

    def _answer(self, message: dict[str, Any]) -> None:
        """To the handshake. The response messages are ASGI's extension `websocket.http.response`."""
        match message["type"]:
            case "websocket.accept":
                self._accept(message.get("subprotocol"), message.get("headers") or ())
            case "websocket.close":
                self.serverReject()
            case "websocket.http.response.start":
                self._refusal = message["status"], list(message.get("headers") or ()), b""
            case "websocket.http.response.body":
                status, headers, body = self._refusal
                self._refusal = status, headers, body + message.get("body", b"")
                if not message.get("more_body"):
                    self.refuse(status, self._refusal[2], headers)
            case other:
                raise ValueError(f"{other} before the WebSocket is accepted")

    def _accept(self, subprotocol: str | None, headers: Pairs) -> None:
        if subprotocol is not None and subprotocol not in self.websocket_protocols:
            raise ValueError(f"the client has not offered {subprotocol}")
        values = defaultdict(list)
        for name, value in checked(headers):
            values[name.decode("latin-1")].append(value.decode("latin-1"))
        self.serverAccept((subprotocol, values))

    def refuse(self, status: int, body: bytes, headers: Pairs = ()) -> None:
        """Answer the handshake with something else than a WebSocket."""
        self.transport.write(response(status, body, headers))
        self.server.protocol_disconnected(self)
        self._log("rejected")
        self.dropConnection()

    def serverReject(self) -> None:
        """A bare close before the accept (ASGI)."""
        self.refuse(403, b"This WebSocket is not open to you.\n")

    def sendHttpErrorResponse(self, code: int, reason: str, responseHeaders: Any = None) -> None:
        """What autobahn itself refuses: its own puts the reason, the client's words in it, into the status line."""
        self.transport.write(response(code, b"Internal server error\n" if code >= 500 else f"{reason}\n".encode()))

    def _send(self, text: str | None, data: bytes | None) -> None:
        """Frames after a close are dropped: the application learns of the close by its own message."""
        if (text is None) == (data is None):
            raise ValueError("websocket.send needs text or bytes")
        if self.state != self.STATE_OPEN:
            return
        opcode, payload = (BINARY, data or b"") if text is None else (TEXT, text.encode())
        if self.deflates and len(payload) >= SMALLEST:
            self.sendFrame(opcode, deflated(payload), rsv=COMPRESSED)
        else:
            self.sendFrame(opcode, payload)

    @property
    def deflates(self) -> bool:
        """Has it negotiated compression?"""
        return self._perMessageCompress is not None

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        """Without a line of log for each frame, heard or not."""
        self.extension.put(data)

    def sendCloseFrame(self, *args: Any, **options: Any) -> None:
        """Nothing follows it."""
        self.extension.waits()
        super().sendCloseFrame(*args, **options)

    # `IPushProducer`: the transport tells when its reader is behind, and when it has caught up

    def pauseProducing(self) -> None:
        if self.behind is None:
            self.behind = asyncio.get_running_loop().create_future()
            self._least_unsent, self._progress_at = self.extension.unsent(), time.monotonic()

    def resumeProducing(self) -> None:
        if self.behind is not None:
            self.behind.set_result(None)
            self.behind = None

    stopProducing = resumeProducing

    def _stuck(self) -> bool:
        """Has its reader been behind for long without taking anything?"""
        now, unsent = time.monotonic(), self.extension.unsent()
        if unsent < self._least_unsent:
            self._least_unsent, self._progress_at = unsent, now
        return now - self._progress_at > self.stuck_s

    def _close(self, code: int, reason: str) -> None:
        if code not in Wire.CLOSE_STATUS_CODES_ALLOWED and not 3000 <= code <= 4999:
            raise ValueError(f"{code} is not a close code")
        self.sendCloseFrame(code, reason_bytes(reason))
        asyncio.get_running_loop().call_soon(self._read_on)  # the answer may stand behind messages nobody took

    def ended(self, error: BaseException | None) -> None:
        """The application has, by itself or by an exception: nobody would read what comes."""
        if self.state == self.STATE_CONNECTING:
            self.refuse(500, b"Internal server error\n")
        else:
            self.sendCloseFrame(INTERNAL if error else 1000)

    # Leaving

    def leave(self) -> None:
        """The server does."""
        if self.state == self.STATE_CONNECTING:
            self.refuse(503, b"The server is leaving; another one comes.\n", [(b"retry-after", b"5")])
        else:
            self._close(RESTART, "restart")

    def dropConnection(self, abort: bool = False) -> None:
        """After a closing handshake nothing is cut off: the other side may still be reading what came before it.

        And a browser says of a reset line that it was not closed cleanly.
        """
        super().dropConnection(abort and not self.wasClean)
        self.resumeProducing()

    def connectionLost(self, reason: Any = connectionDone) -> None:
        self.factory.server_class.lines -= 1
        self.resumeProducing()
        super().connectionLost(reason)

    def _closeConnection(self, abort: bool = False) -> None:
        """Nobody waits for ever until a client has taken what was written to it."""
        super()._closeConnection(abort)
        if not abort:
            self._leaving = asyncio.get_running_loop().call_later(FAREWELL_S, self.transport.abortConnection)

    # Time

    def check_timeouts(self) -> None:
        """Every two seconds. One ping at a time: a second one would orphan the timer of the first."""
        silent = time.monotonic() - self.heard_at
        if self.state == self.STATE_CONNECTING and silent > self.server.websocket_connect_timeout:
            self.refuse(503, b"The application has not answered.\n", [(b"retry-after", b"10")])
        elif self.behind and self._stuck():
            self.wasNotCleanReason = "its reader takes nothing"
            self.dropConnection(abort=True)
        elif self.state == self.STATE_OPEN and self.duration() > self.server.websocket_timeout:
            self._close(1000, "it has lasted long enough")
        waiting: Any = self.autoPingTimeoutCall
        if self.state == self.STATE_OPEN and silent > self.server.ping_interval and not (waiting or self.inbox.crowded):
            self._sendAutoPing()

    def onPong(self, payload: bytes) -> None:
        """Any pong is a sign of life, also one to an older ping."""
        self.heard_at = time.monotonic()
        if self.autoPingTimeoutCall is not None:
            self._cancelAutoPingTimeoutCall()

    def onAutoPingTimeout(self) -> None:
        """While an application is behind, its client is not read, and cannot be heard."""
        if self.inbox.crowded:
            self.autoPingTimeoutCall = None
        else:
            super().onAutoPingTimeout()

    def _log(self, action: str) -> None:
        client = "{}:{}".format(*self.client_addr) if self.client_addr else None
        self.server.log_action("websocket", action, {"path": self.request.path, "client": client})
