"""A WebSocket, strictly by RFC 6455. Only this file and extension.py use private names of Twisted and autobahn."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from autobahn.websocket.protocol import WebSocketProtocol as AutobahnProtocol
from daphne.ws_protocol import WebSocketProtocol as DaphneProtocol
from twisted.internet.protocol import connectionDone

from realtime.limits import TokenBucket
from realtime.server.deflate import Offer, valid_offers
from realtime.server.extension import Extension
from realtime.server.frames import MIN_DEFLATED_BYTES, deflate, reason_bytes
from realtime.server.handshake import Pairs, checked, response
from realtime.server.inbox import Inbox

TEXT, BINARY, CLOSE = 1, 2, 8  # RFC 6455 5.2: opcodes
COMPRESSED = 4  # RFC 7692 6: RSV1
PROTOCOL_ERROR, NO_CODE, INVALID, POLICY, INTERNAL, RESTART = 1002, 1005, 1007, 1008, 1011, 1012  # RFC 6455 7.4.1
CLOSE_TIMEOUT_S: Final = 5
"""A client has this time to read what was written before a close, and to answer the close."""
MAX_FRAGMENTS: Final = 256
"""Frames of one message."""
CONTROL_FRAMES_PER_S, MAX_CONTROL_FRAMES = 20, 100
"""A client may send this many pings and pongs a second, and at once."""


class WebSocketProtocol(DaphneProtocol):
    """Connects autobahn's frames with an ASGI application.

    An error or a close takes effect after the messages that came before it have been handled.
    """

    inbox: Inbox
    extension: Extension
    websocket_extensions: list[Offer]
    handshaking = False
    """True from the moment at which the application is asked to accept the connection."""
    ending = False
    """True when incoming data is no longer read (RFC 6455 7.1.7)."""
    progress_timeout_s = 20.0
    """A reader that takes no data for this time is dropped."""
    writable: "asyncio.Future[None] | None" = None
    """A future while data is buffered for a slow reader; done when the buffer is empty."""
    _abort_timer: asyncio.TimerHandle | None = None

    # Incoming

    def connectionMade(self) -> None:
        self.inbox, self.extension = Inbox(self._continue_reading), Extension(self)
        super().connectionMade()
        self.send_queue = ()  # unused since `sendData` is ours, and an empty deque has 760 bytes

    def onConnect(self, request: Any) -> Any:
        self.handshaking, self.heard_at = True, time.monotonic()
        self.websocket_extensions = valid_offers(self.websocket_extensions)
        return super().onConnect(request)

    def onOpen(self) -> None:
        self._control_frames = TokenBucket(CONTROL_FRAMES_PER_S, MAX_CONTROL_FRAMES, time.monotonic())
        self.transport.unregisterProducer()  # the HTTP channel stops reading from a client that we cannot write to
        self.transport.registerProducer(self, True)
        self.transport.resumeProducing()
        super().onOpen()

    def dataReceived(self, data: bytes) -> None:
        """Keep what arrives before the handshake is answered. Autobahn's own method formats a log line each time."""
        if self.ending:
            return
        if self.handshaking and self.state == self.STATE_CONNECTING:
            self.data += data
            self.transport.pauseProducing()
        else:
            self._dataReceived(data)

    def processData(self) -> bool:
        """Do one step of autobahn's loop over the data, unless the inbox is full."""
        if self.inbox.full and self.state == self.STATE_OPEN:
            self.transport.pauseProducing()
            return False
        return not self.ending and bool(super().processData())

    def _continue_reading(self) -> None:
        if not self.ending:
            self.transport.resumeProducing()
            self.consumeData()

    def onFrameBegin(self) -> None:
        """Limit control frames and fragments: each costs as much as a message."""
        if self.current_frame.opcode > CLOSE:
            if self._control_frames.take(time.monotonic()):
                self._fail_connection(POLICY, "too many pings")
        elif not self.inside_message:
            self._fragments = 1
        else:
            self._fragments += 1
            if self._fragments > MAX_FRAGMENTS:
                self._fail_connection(POLICY, f"more than {MAX_FRAGMENTS} fragments")
        super().onFrameBegin()

    def onMessageEnd(self) -> None:
        """Deliver the message. Autobahn's own method creates a future for each message, and listeners that we lack."""
        if not self.failedByMe:
            self.onMessage(b"".join(self.message_data), self.message_is_binary)
        del self.message_data
        if self._isMessageCompressed:
            self._perMessageCompress._decompressor = None  # frees its window until the next message

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        self.heard_at = time.monotonic()
        if self.state == self.STATE_OPEN:
            content = {"bytes": payload} if isBinary else {"text": payload.decode()}
            self.inbox.put_nowait({"type": "websocket.receive", **content})

    def onCloseFrame(self, code: int | None, reasonRaw: bytes | None) -> bool:
        self._end_after_messages(partial(super().onCloseFrame, code, reasonRaw))
        return True

    def _end_after_messages(self, action: Callable[[], Any]) -> None:
        if self.state == self.STATE_OPEN and not self.ending:
            self.ending = True
            self.transport.pauseProducing()
            self.inbox.run_after_messages(action)
        else:
            action()

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        """Tell the application: 1006 when there was no close frame, our own code when we failed the connection."""
        for timer in filter(None, (self._abort_timer, self.closeHandshakeTimeoutCall)):
            timer.cancel()
        if not self.handshaking:
            return
        if self.failedByMe:
            code, reason, wasClean = self.localCloseCode, (self.localCloseReason or b"").decode(), True
        self.server.protocol_disconnected(self)
        details = {"code": NO_CODE if code is None else code, "reason": reason if wasClean and reason else ""}
        self.inbox.put_nowait({"type": "websocket.disconnect", **details})
        self._log("disconnected")

    # Errors of the client

    def _protocol_violation(self, reason: str) -> bool:
        self._fail_connection(PROTOCOL_ERROR, reason)
        return True

    def _invalid_payload(self, reason: str) -> bool:
        self._fail_connection(INVALID, reason)
        return True

    def _fail_connection(self, code: int = 1001, reason: str = "going away") -> None:
        self._end_after_messages(partial(self._fail, code, reason))

    def _fail(self, code: int, reason: str) -> None:
        """Send the reason, then close. A socket closed with unread data is reset, and the reason is lost."""
        if self.state == self.STATE_OPEN:
            self.failedByMe = True
            self.sendCloseFrame(code, reason_bytes(reason))
            self.transport.unregisterProducer()  # otherwise the transport waits for it
            self.transport.loseWriteConnection()
            self.transport.resumeProducing()
        else:
            self.dropConnection()

    # Outgoing

    def handle_reply(self, message: dict[str, Any]) -> None:
        if self.state == self.STATE_CONNECTING:
            self._answer_handshake(message)
        elif message["type"] == "websocket.send":
            self._send(message.get("text"), message.get("bytes"))
        elif message["type"] == "websocket.close":
            self._close(message.get("code") or 1000, message.get("reason") or "")
        else:
            raise ValueError(f"{message['type']} after the handshake")

    def _answer_handshake(self, message: dict[str, Any]) -> None:
        """Accept or deny. The response messages are ASGI's extension `websocket.http.response`."""
        match message["type"]:
            case "websocket.accept":
                self._accept(message.get("subprotocol"), message.get("headers") or ())
            case "websocket.close":
                self.serverReject()
            case "websocket.http.response.start":
                self._denial = message["status"], list(message.get("headers") or ()), b""
            case "websocket.http.response.body":
                status, headers, body = self._denial
                self._denial = status, headers, body + message.get("body", b"")
                if not message.get("more_body"):
                    self.deny(status, self._denial[2], headers)
            case other:
                raise ValueError(f"{other} before the WebSocket is accepted")

    def _accept(self, subprotocol: str | None, headers: Pairs) -> None:
        if subprotocol is not None and subprotocol not in self.websocket_protocols:
            raise ValueError(f"the client has not offered {subprotocol}")
        values = defaultdict(list)
        for name, value in checked(headers):
            values[name.decode("latin-1")].append(value.decode("latin-1"))
        self.serverAccept((subprotocol, values))

    def deny(self, status: int, body: bytes, headers: Pairs = ()) -> None:
        """Answer the handshake with an HTTP response, and close."""
        self.transport.write(response(status, body, headers))
        self.server.protocol_disconnected(self)
        self._log("rejected")
        self.dropConnection()

    def serverReject(self) -> None:
        """Answer a close before the accept (ASGI)."""
        self.deny(403, b"This WebSocket is not open to you.\n")

    def sendHttpErrorResponse(self, code: int, reason: str, responseHeaders: Any = None) -> None:
        """Send autobahn's own errors. Its method puts the reason, with the client's text, into the status line."""
        self.transport.write(response(code, b"Internal server error\n" if code >= 500 else f"{reason}\n".encode()))

    def _send(self, text: str | None, data: bytes | None) -> None:
        """Send a message, or drop it after a close, which the application receives as a message."""
        if (text is None) == (data is None):
            raise ValueError("websocket.send needs text or bytes")
        if self.state != self.STATE_OPEN:
            return
        opcode, payload = (BINARY, data or b"") if text is None else (TEXT, text.encode())
        if self.extension.deflates and len(payload) >= MIN_DEFLATED_BYTES:
            self.sendFrame(opcode, deflate(payload), rsv=COMPRESSED)
        else:
            self.sendFrame(opcode, payload)

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        """Write to the socket. Autobahn's own method formats a log line for each frame."""
        self.extension.write_data(data)

    def sendCloseFrame(self, *args: Any, **options: Any) -> None:
        """Send the last frame."""
        self.extension.on_blocked()
        super().sendCloseFrame(*args, **options)

    # `IPushProducer`: the transport calls these when its buffer fills, and when it is empty

    def pauseProducing(self) -> None:
        if self.writable is None:
            self.writable = asyncio.get_running_loop().create_future()
            self._least_unsent, self._progress_at = self.extension.unsent(), time.monotonic()

    def resumeProducing(self) -> None:
        if self.writable is not None:
            self.writable.set_result(None)
            self.writable = None

    stopProducing = resumeProducing

    def _has_stalled(self) -> bool:
        """Tell whether the reader has taken no data for `progress_timeout_s`."""
        now, unsent = time.monotonic(), self.extension.unsent()
        if unsent < self._least_unsent:
            self._least_unsent, self._progress_at = unsent, now
        return now - self._progress_at > self.progress_timeout_s

    def _close(self, code: int, reason: str) -> None:
        if code not in AutobahnProtocol.CLOSE_STATUS_CODES_ALLOWED and not 3000 <= code <= 4999:
            raise ValueError(f"{code} is not a close code")
        self.sendCloseFrame(code, reason_bytes(reason))
        loop = asyncio.get_running_loop()
        loop.call_soon(self._continue_reading)  # the client's close may come after messages that nobody received

    def application_ended(self, error: BaseException | None) -> None:
        """Close the connection, which has no reader any more: the application returned, or failed with `error`."""
        if self.state == self.STATE_CONNECTING:
            self.deny(500, b"Internal server error\n")
        else:
            self.sendCloseFrame(INTERNAL if error else 1000)

    # Closing

    def close_for_restart(self) -> None:
        if self.state == self.STATE_CONNECTING:
            self.deny(503, b"The server is restarting. Please try again.\n", [(b"retry-after", b"5")])
        else:
            self._close(RESTART, "restart")

    def dropConnection(self, abort: bool = False) -> None:
        """Close the connection. After a closing handshake never abort it: the client may still be reading.

        A browser reports a reset connection as not closed cleanly.
        """
        super().dropConnection(abort and not self.wasClean)
        self.resumeProducing()

    def connectionLost(self, reason: Any = connectionDone) -> None:
        self.factory.server_class.connection_count -= 1
        self.resumeProducing()
        super().connectionLost(reason)

    def _closeConnection(self, abort: bool = False) -> None:
        """Close, and abort after `CLOSE_TIMEOUT_S` when the client has not taken the rest."""
        super()._closeConnection(abort)
        if not abort:
            self._abort_timer = asyncio.get_running_loop().call_later(CLOSE_TIMEOUT_S, self.transport.abortConnection)

    # Time limits

    def check_timeouts(self) -> None:
        """Check every limit; daphne calls this every two seconds.

        Only one ping is open at a time: a second one would lose the timer of the first.
        """
        silent_s = time.monotonic() - self.heard_at
        if self.state == self.STATE_CONNECTING and silent_s > self.server.websocket_connect_timeout:
            self.deny(503, b"The application has not answered.\n", [(b"retry-after", b"10")])
        elif self.writable and self._has_stalled():
            self.wasNotCleanReason = "the client reads nothing"
            self.dropConnection(abort=True)
        elif self.state == self.STATE_OPEN and self.duration() > self.server.websocket_timeout:
            self._close(1000, "it has lasted long enough")
        ping: Any = self.autoPingTimeoutCall
        if self.state == self.STATE_OPEN and silent_s > self.server.ping_interval and not (ping or self.inbox.full):
            self._sendAutoPing()

    def onPong(self, payload: bytes) -> None:
        """Take any pong as a sign of life, also the answer to an older ping."""
        self.heard_at = time.monotonic()
        if self.autoPingTimeoutCall is not None:
            self._cancelAutoPingTimeoutCall()

    def onAutoPingTimeout(self) -> None:
        """Drop the client, unless the server itself has stopped reading because the inbox is full."""
        if self.inbox.full:
            self.autoPingTimeoutCall = None
        else:
            super().onAutoPingTimeout()

    def _log(self, action: str) -> None:
        client = "{}:{}".format(*self.client_addr) if self.client_addr else None
        self.server.log_action("websocket", action, {"path": self.request.path, "client": client})
