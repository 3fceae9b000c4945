"""Pages: a login without a password, which no real project has, and the token for `session.hello`."""

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from realtime.security import token_make


def enter(request: HttpRequest, name: str) -> HttpResponse:
    user, _ = User.objects.get_or_create(username=name)
    login(request, user)
    return token(request)


def token(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return JsonResponse({}, status=401)
    return JsonResponse({"user": str(request.user.pk), "token": token_make(request.session.session_key or "")})


urlpatterns = [path("enter/<name>", enter), path("realtime/token", token)]
