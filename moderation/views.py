"""The pages of bans, appeals and the live page."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import expired_forms
from accounts.expired_forms import shows_again
from accounts.models import User
from accounts.selectors import guards_unproven
from chat.pages import see_other
from chat.selectors import ranks
from moderation.pages import banned_page, live_page, room_ban, site_ban
from moderation.services.appeals import appeal_make
from realtime import LogKey, RealtimeError


@require_safe
@never_cache
def banned(request: HttpRequest) -> HttpResponse:
    """Show the ban from the site to a person whose connection it ended."""
    ban = site_ban(request)
    return banned_page(request, ban, None) if ban else redirect("home")


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """Show the live page to moderators and admins, after their second factor. Others get 404."""
    user = request.user
    try:
        return live_page(request, ranks.on_site(user.pk or 0, "live.read"))
    except RealtimeError:
        if isinstance(user, User) and guards_unproven(user):
            return redirect("mfa_activate_totp")
        raise Http404 from None


@shows_again
@require_POST
@never_cache
def appeal(request: HttpRequest, key: str = "") -> HttpResponse:
    """Accept the one appeal, from the page of the ban."""
    ban = room_ban(request, key) if key else site_ban(request)
    if ban is None:
        return redirect("home")
    if expired_forms.is_expired(request):
        return banned_page(request, ban, key or None, problem="expired", text=request.POST.get("text"))
    try:
        appeal_make(
            user=ban.user, key=LogKey(key) if key else None, sanction=ban.key, text=request.POST.get("text", "")
        )
    except RealtimeError as error:
        if error.code != 409:  # a second click sends the appeal again
            return banned_page(request, ban, key or None, problem=str(error.args[0]), text=request.POST.get("text"))
    return see_other(reverse("room", kwargs={"key": key}) if key else reverse("banned"))
