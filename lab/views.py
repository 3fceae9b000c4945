"""The views of the pages. All of them answer 404 while `LAB` is off."""

import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt

from chat.pages import words
from lab.attack import attack
from lab.curl import KEY, TUTORIAL_KEY, curl
from lab.pages import LABS, find
from lab.routing import open_to_everybody

View = Callable[..., HttpResponseBase]


def lab_only(view: View) -> View:
    @wraps(view)
    def answered(request: HttpRequest, **given: str) -> HttpResponseBase:
        if not settings.LAB:
            raise Http404
        return view(request, **given)

    return require_safe(never_cache(answered))


@lab_only
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "lab/index.html", {"labs": LABS})


@lab_only
@csp_update({"worker-src": [SELF, "data:"]})  # type: ignore[arg-type]
def page(request: HttpRequest, name: str) -> HttpResponse:
    """Show a page. The page about origins needs a worker from a `data:` URL, which has an origin of its own."""
    lab = find(name)
    if lab is None:
        raise Http404
    origin = f"{request.scheme}://{request.get_host()}"
    place = LABS.index(lab)
    context = {
        "lab": lab,
        "sources": lab.sources(),
        "words": words(f"lab/{get_language()}"),
        "before": LABS[place - 1] if place else None,
        "after": LABS[place + 1] if place + 1 < len(LABS) else None,
        "open_route_is_on": open_to_everybody(),
        "tutorial_command": curl(origin, TUTORIAL_KEY),
        "command": curl(origin, KEY),
        "attack": attack(origin),
        "host": re.sub(r":\d+$", "", request.get_host()),
    }
    return render(request, "lab/page.html", context)


@lab_only
def document(request: HttpRequest, name: str) -> HttpResponse:
    """Show a page of `docs/`. Its HTML is trusted, because the page is part of Parlor."""
    path = Path(settings.FILES) / "docs" / f"{name}.md"
    if not path.is_file():
        raise Http404
    text = path.read_text("utf-8")
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    title = text.partition("\n")[0].lstrip("# ")
    return render(request, "lab/document.html", {"title": title, "html": mark_safe(html)})  # noqa: S308
