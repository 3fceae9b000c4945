"""Negotiates permessage-deflate (RFC 7692) without context takeover: neither side keeps anything between messages.

One compressed frame therefore serves every client that negotiated compression, and an idle connection costs nothing.
"""

from typing import Any

from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateOfferAccept

from realtime.server.frames import WINDOW_BITS

Offer = tuple[str, dict[str, Any]]


def valid_offers(offers: list[Offer]) -> list[Offer]:
    """Return the offers without errors. The others are declined (RFC 7692 5.1); autobahn fails the handshake."""
    return [offer for offer in offers if offer[0] == PerMessageDeflateOffer.EXTENSION_NAME and _is_valid(offer)]


def _is_valid(offer: Offer) -> bool:
    try:
        PerMessageDeflateOffer.parse(offer[1])  # type: ignore[no-untyped-call]
    except Exception:  # autobahn raises nothing narrower
        return False
    return True


def accept(offers: list[PerMessageDeflateOffer]) -> PerMessageDeflateOfferAccept | None:
    """Accept the first offer that allows our window. Tell every client to keep no context (RFC 7692 7.1.1.2)."""
    for offer in offers:
        if not 0 < offer.request_max_window_bits < WINDOW_BITS:
            offer.accept_no_context_takeover = True
            offer.request_no_context_takeover = True
            return PerMessageDeflateOfferAccept(offer, True)  # type: ignore[no-untyped-call]
    return None
