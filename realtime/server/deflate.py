"""Negotiates permessage-deflate (RFC 7692) without context takeover: nothing is kept between messages, either way.

So one compressed frame serves everybody who has negotiated it, and an idle connection costs nothing.
"""

from typing import Any

from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateOfferAccept

from realtime.wire.frames import WINDOW_BITS

Offer = tuple[str, dict[str, Any]]


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
