"""Give a new token to a page whose own token has expired."""

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.login import user_of
from realtime.security import token_make


@require_GET
@never_cache
def token(request: HttpRequest) -> JsonResponse:
    """Return `{token, user, csrf}` for the user who is logged in, else 401."""
    user = user_of(request)
    if user is None or request.session.session_key is None:
        return JsonResponse({}, status=401)
    token, csrf = token_make(request.session.session_key), get_token(request)
    return JsonResponse({"token": token, "user": user.key, "csrf": csrf})
