"""Count what people create, and refuse it when a quota is used up."""

import logging

from django.conf import settings
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from accounts.models import QuotaUse, User
from accounts.quotas import BURST_MS, DAY_MS, NOWHERE, Kind, Place, is_private, quotas_of
from accounts.selectors import (
    counts_as_guest,
)
from realtime import RealtimeError, too_fast

logger = logging.getLogger(__name__)


def quota_use(kind: Kind, *, pk: int, now: int) -> None:
    """Count one more use by a person. Raise 429 `quota`, with the time to wait, when a quota is used up.

    The caller's transaction must hold the lock of the `site` log, so that processes count one after the other.
    """
    quotas = quotas_of(settings.QUOTAS)
    password, account_at = User.objects.values_list("password", "account_at").get(pk=pk)
    who = "guest" if counts_as_guest(password, account_at, now) else "account"
    came_from = _place_of(pk, now)
    _check_quota(kind, getattr(quotas, f"{kind}_{who}"), _uses(kind, now).filter(user=pk), now)
    if came_from.address:
        for scope, hashed in came_from._asdict().items():
            _check_quota(kind, getattr(quotas, f"{kind}_{scope}"), _uses(kind, now).filter(**{scope: hashed}), now)
    record_use(kind, pk, came_from, now)


def check_newcomer_quota(place: Place, now: int) -> Place:
    """Return the hashed place of a new person. Raise 429 `quota` when too many have come from there, or to the site."""
    quotas, hashed = quotas_of(settings.QUOTAS), Place(*map(_hash, place))
    recent, today = _uses("guests", now, BURST_MS), _uses("guests", now)
    _check_quota("guests", quotas.guests_site_burst, recent, now, BURST_MS)
    if not hashed.address:
        return hashed
    try:
        for scope, value in hashed._asdict().items():
            burst = getattr(quotas, f"guests_{scope}_burst")
            _check_quota("guests", burst, recent.filter(**{scope: value}), now, BURST_MS)
            _check_quota("guests", getattr(quotas, f"guests_{scope}"), today.filter(**{scope: value}), now)
    except RealtimeError:
        if is_private(place):
            logger.warning("%s has used up its quota of new people; for a proxy see TRUSTED_PROXIES", place.address)
        raise
    return hashed


def _hash(text: str) -> str:
    """Return a keyed hash of an address, so that the database contains no address."""
    return salted_hmac("accounts.quotas", text).hexdigest()[:16] if text else ""


def _uses(kind: Kind, now: int, window: int = DAY_MS) -> "QuerySet[QuotaUse]":
    """Return the uses within the window. Uses in the next window count too: the clock may have gone back."""
    return QuotaUse.objects.filter(kind=kind, at__gt=now - window, at__lte=now + window)


def _check_quota(kind: Kind, most: int, uses: "QuerySet[QuotaUse]", now: int, window: int = DAY_MS) -> None:
    """Raise 429 `quota` when the window has `most` uses already. The oldest of these tells how long to wait."""
    if not most:
        return
    oldest = uses.order_by("-at").values_list("at", flat=True)[most - 1 : most].first()
    if oldest is not None:
        raise too_fast(max(1000, min(oldest + window - now, window)), "quota", quota=kind, most=most)


def _place_of(pk: int, now: int) -> Place:
    """Return the hashed place of a person who came within the last day, else `NOWHERE`."""
    came = _uses("guests", now).filter(user=pk).values_list("address", "network").first()
    return Place(*came) if came else NOWHERE


def record_use(kind: Kind, pk: int, place: Place, now: int) -> None:
    QuotaUse.objects.create(kind=kind, user_id=pk, at=now, **place._asdict())
