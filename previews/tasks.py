"""The task that fetches what a message links to and stores its previews."""

import logging
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from ipaddress import ip_network
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

from chat.text import Preview
from previews import selectors, services
from previews.fetching import NotFetched, fetch
from previews.links import PREVIEWS
from previews.network import Policy
from previews.reading import page_of
from realtime import LogKey
from realtime.log import batch
from realtime.server.startup_banner import public_url
from tasks.interface import task

logger = logging.getLogger(__name__)

HTML = ("text/html", "application/xhtml+xml")


@task(priority=-10)
def previews_make(room: str, o: int) -> None:
    """Fetch the pages that the message links to, each once a day, and store their previews.

    The pages are fetched outside a transaction. A message that was changed meanwhile gets nothing: it has a task of
    its own.
    """
    wanted = selectors.wanted(LogKey(room), o)
    if wanted is None:
        return
    pages = selectors.cached(wanted.urls)
    if new := [url for url in wanted.urls if url not in pages]:
        with ThreadPoolExecutor(PREVIEWS) as threads:
            fetched = dict(zip(new, threads.map(_page, new), strict=True))
        services.pages_store(fetched)
        pages |= fetched
    previews = [page for url in wanted.urls if (page := pages[url])]
    with batch([LogKey(room)]) as staged:
        services.previews_store(staged, room=LogKey(room), o=o, touched=wanted.touched, previews=previews)


@cache
def policy() -> Policy:
    networks = [ip_network(network) for network in settings.LINK_PREVIEW_NETWORKS]
    return Policy(ports=[int(port) for port in settings.LINK_PREVIEW_PORTS], networks=networks)


def _page(url: str) -> Preview | None:
    """Return the preview of a page, or None if there is none. Links to this site itself get none."""
    if validate_host(urlsplit(url).hostname or "", [host for host in settings.ALLOWED_HOSTS if host != "*"]):
        return None
    try:
        found = fetch(url, policy(), agent=f"ParlorPreview/1 (+{public_url('/')})", kinds=HTML)
    except NotFetched as error:
        logger.info("no preview: %s", error)
        return None
    page = page_of(found.url, found.body, found.charset)
    return Preview(url, page.title, site=page.site, text=page.text) if page else None
