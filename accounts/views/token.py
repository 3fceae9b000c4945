"""Give a new token to a page whose own token has expired."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.login import user_of
from realtime.security import token_make


@require_GET
@never_cache
def token(request: HttpRequest) -> JsonResponse:
    """Return `{token, user}` for the user who is logged in, else 401."""
    user = user_of(request)
    if user is None or request.session.session_key is None:
        return JsonResponse({}, status=401)
    return JsonResponse({"token": token_make(request.session.session_key), "user": user.key})
