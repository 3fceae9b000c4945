"""permessage-deflate (RFC 7692) without context takeover: nothing is kept between messages, in either direction.

So one compressed frame serves everybody who has negotiated it, and an idle connection costs nothing.
"""

import zlib
from typing import Any, Final

from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateOfferAccept

SMALLEST: Final = 300
"""bytes; below it a frame goes out plain: it would save less than a packet and cost more than a write"""
LEVEL, WINDOW_BITS, MEMORY_LEVEL = 3, 12, 5
"""small tables: to make zlib's largest takes ten times as long as to compress a line of talk, for 2 % less"""
TAIL: Final = b"\x00\x00\xff\xff"  # RFC 7692 7.2.1: not sent
Offer = tuple[str, dict[str, Any]]


def deflated(payload: bytes) -> bytes:
    """The payload of one compressed frame, to be sent with RSV1 to anyone who has negotiated compression."""
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, -WINDOW_BITS, MEMORY_LEVEL)
    return (compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH)).removesuffix(TAIL)


def understood(offers: list[Offer]) -> list[Offer]:
    """The offers in order; others are declined (RFC 7692 5.1), where autobahn would fail the handshake."""
    return [offer for offer in offers if offer[0] == PerMessageDeflateOffer.EXTENSION_NAME and _parsed(offer)]


def _parsed(offer: Offer) -> bool:
    try:
        PerMessageDeflateOffer.parse(offer[1])  # type: ignore[no-untyped-call]
    except Exception:  # autobahn raises nothing narrower
        return False
    return True


def accept(offers: list[PerMessageDeflateOffer]) -> PerMessageDeflateOfferAccept | None:
    """The first with room for our window. A client is told to keep no context, also without its hint (7.1.1.2)."""
    for offer in offers:
        if not 0 < offer.request_max_window_bits < WINDOW_BITS:
            offer.accept_no_context_takeover = True
            offer.request_no_context_takeover = True
            return PerMessageDeflateOfferAccept(offer, True)  # type: ignore[no-untyped-call]
    return None
