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
from previews.pictures import picture_cid, picture_keep
from previews.reading import page_of
from previews.selectors import Found
from realtime import Caller, LogKey
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
    missing = [url for url in wanted.urls if url not in wanted.shown]
    pages = selectors.cached(missing)
    if new := [url for url in missing if url not in pages]:
        with ThreadPoolExecutor(PREVIEWS) as threads:
            fetched = dict(zip(new, threads.map(_page, new), strict=True))
        services.pages_store(fetched)
        pages |= fetched
    made = {url: _with_picture(wanted.author, LogKey(room), o, page) for url, page in pages.items() if page}
    made |= wanted.shown
    previews = [made[url] for url in wanted.urls if url in made]
    with batch([LogKey(room)]) as staged:
        services.previews_store(staged, room=LogKey(room), o=o, touched=wanted.touched, previews=previews)


@cache
def policy() -> Policy:
    networks = [ip_network(network) for network in settings.LINK_PREVIEW_NETWORKS]
    return Policy(ports=[int(port) for port in settings.LINK_PREVIEW_PORTS], networks=networks)


def agent() -> str:
    return f"ParlorPreview/1 (+{public_url('/')})"


def _with_picture(author: Caller | None, room: LogKey, o: int, page: Found) -> Preview:
    """Return the preview with the picture of its page, if that can be kept."""
    if author is None or not page.picture:
        return page.preview
    cid = picture_cid(room, o, page.preview.url)
    return services.illustrated(page.preview, picture_keep(author, cid, page.picture, policy(), agent()))


def _page(url: str) -> Found | None:
    """Return what a page shows, or None if it has no preview. Links to this site itself get none."""
    if validate_host(urlsplit(url).hostname or "", [host for host in settings.ALLOWED_HOSTS if host != "*"]):
        return None
    try:
        found = fetch(url, policy(), agent=agent(), kinds=HTML)
    except NotFetched as error:
        logger.debug("no preview: %s", error)
        return None
    page = page_of(found.url, found.body, found.charset)
    return Found(Preview(url, page.title, site=page.site, text=page.text), page.image) if page else None
