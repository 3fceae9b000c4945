"""The pages of chat. A room that the reader may not see gives the same answer as a room that does not exist."""

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from math import ceil
from typing import Any, Final
from urllib.parse import urlsplit

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import expired_forms, login
from accounts.expired_forms import shows_again
from accounts.forms import EnterForm
from chat import plugin
from chat.models import Invite
from chat.pages import caller_of_request, invite_page, room_page, see_other, waiting_room_name
from chat.selectors import access
from chat.selectors.invites import invite_by_code, is_active
from chat.services.entrance import guest_enter, invite_accept
from chat.services.rooms import lounge
from realtime import LogKey, RealtimeError
from realtime.log import now_ms

LAST: Final = 2**53 - 1
"""The greatest offset for a page of history."""
View = Callable[..., HttpResponse]


def errors_as_pages(view: View) -> View:
    """Show errors of selectors and services as pages.

    404 means not found, 410 an invite that has ended, and 403 a ban or waiting for approval.
    """

    @wraps(view)
    def answered(request: HttpRequest, **given: Any) -> HttpResponse:
        if page := plugin.installed.ban_page(request, None):
            return page
        try:
            return view(request, **given)
        except RealtimeError as error:
            if error.code == 410:
                return render(request, "chat/invite_ended.html", status=410)
            if error.args[0] == "banned" and (page := plugin.installed.ban_page(request, given.get("key", ""))):
                return page
            if (room := waiting_room_name(request, given.get("key", ""))) is not None:
                return render(request, "chat/waiting.html", {"room": room}, status=403)
            raise Http404 from None

    return answered


@require_safe
@never_cache
@errors_as_pages
def home(request: HttpRequest) -> HttpResponse:
    """Show the lounge to a visitor. Redirect a user to the last room, or to the lounge."""
    caller = caller_of_request(request)
    if caller is None:
        return room_page(request, LogKey(lounge().log.key))
    last = LogKey(request.session.get("room", ""))
    return redirect("room", key=last if access.may_read(caller, last) is not None else lounge().log.key)


@require_safe
@never_cache
@errors_as_pages
def room(request: HttpRequest, key: LogKey, o: int | None = None) -> HttpResponse:
    return room_page(request, LogKey(key), focus=None if o is None else min(o, LAST))


@shows_again
@require_POST
@never_cache
@errors_as_pages
def enter(request: HttpRequest) -> HttpResponse:
    """Create a guest from the form, log them in, and redirect to the room. On an error, show the form again."""
    code, next = request.POST.get("invite"), _next(request)
    again: dict[str, Any]
    invite = _invite(code) if code else None
    key = LogKey(invite.room.log.key) if invite else _room_at(next)
    after = reverse("room", kwargs={"key": key}) if invite or not next else next
    if caller_of_request(request) is not None:
        return see_other(reverse("invite", kwargs={"code": code}) if invite else after)
    if invite:
        _active(invite)
    if expired_forms.is_expired(request):
        again = {
            "form": expired_forms.refused(EnterForm(request.POST), request),
            "next": after,
            "status": expired_forms.STATUS,
        }
        return invite_page(request, invite, **again) if invite else room_page(request, key, **again)
    form, device = EnterForm(request.POST), login.device_of(request)
    try:
        form.is_valid()
        user = guest_enter(
            **form.given, device=login.device_hash(device), place=login.place_of(request), key=key, invite=invite
        )
    except RealtimeError as error:
        if error.code in {404, 410}:
            raise
        again = {
            "form": EnterForm.refused(request.POST, error),
            "next": after,
            "status": error.code if error.code > 0 else 422,
        }
        page = invite_page(request, invite, **again) if invite else room_page(request, key, **again)
        if wait := error.more.get("retry_after_ms"):
            page["Retry-After"] = str(ceil(wait / 1000))
        return page
    login.begin(request, user)
    response = see_other(after)
    login.device_keep(response, device)
    return response


@require_safe
@never_cache
@errors_as_pages
def invite(request: HttpRequest, code: str) -> HttpResponse:
    """Show an invite. A member of the room is redirected to it, even when the invite has ended."""
    found, caller = _invite(code), caller_of_request(request)
    key = LogKey(found.room.log.key)
    if caller and "member" in (access.may_read(caller, key) or ()):
        return redirect("room", key=key)
    return invite_page(request, _active(found))


@shows_again
@require_POST
@never_cache
@errors_as_pages
def invite_join(request: HttpRequest, code: str) -> HttpResponse:
    found, caller = _invite(code), caller_of_request(request)
    key = LogKey(found.room.log.key)
    if caller is None or expired_forms.is_expired(request):
        return see_other(reverse("invite", kwargs={"code": code}))
    try:
        invite_accept(caller=caller, key=key, invite=found)
    except RealtimeError as error:
        if error.code != 409:  # the caller is a member already, after a second click or in another tab
            raise
    return see_other(reverse("room", kwargs={"key": key}))


@require_safe
@errors_as_pages
def invite_qr(request: HttpRequest, code: str) -> HttpResponse:
    """Return the invite's address as a QR code."""
    _active(_invite(code))
    picture = BytesIO()
    address = request.build_absolute_uri(reverse("invite", kwargs={"code": code}))
    segno.make(address, micro=False).save(picture, kind="svg", scale=8, border=2, light="#fff")
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


def _invite(code: str) -> Invite:
    """Return the invite of the code, or raise 404."""
    found = invite_by_code(code)
    if found is None:
        raise RealtimeError(404, "not_found")
    return found


def _active(invite: Invite) -> Invite:
    """Return the invite while it is active, or raise 410."""
    if not is_active(invite, now_ms()):
        raise RealtimeError(410, "invite_ended")
    return invite


def _next(request: HttpRequest) -> str:
    """Return the next page, if it is an address of this site, or an empty text."""
    next = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(next, {request.get_host()}, require_https=request.is_secure())
    return next if ours else ""


def _room_at(address: str) -> LogKey:
    """Return the public room of the page at this address, or the lounge."""
    try:
        match = resolve(urlsplit(address).path)
        shows = match.url_name in {"room", "line"}
        if shows and access.readable(None, match.kwargs["key"]).archived_at is None:
            return LogKey(match.kwargs["key"])
    except (Resolver404, RealtimeError):
        pass
    return LogKey(lounge().log.key)
