"""Keep the picture of a page as a file of the message: decoded and written anew, and never linked from the page."""

import hashlib
import io
import logging
from typing import Any, Final

from files.selectors import files_by_key, own_upload_by_cid
from files.services.uploads import upload_append, upload_create
from previews.fetching import NotFetched, fetch
from previews.network import Policy
from realtime import Caller, ClientId, LogKey, RealtimeError

logger = logging.getLogger(__name__)

KINDS: Final = ("image/jpeg", "image/png", "image/gif", "image/webp")


def picture_cid(room: LogKey, o: int, url: str) -> ClientId:
    """Return the `cid` of the upload for a link in a message. A repeated task has the same one."""
    return ClientId(f"preview-{hashlib.sha256(f'{room} {o} {url}'.encode()).hexdigest()[:28]}")


def picture_kept(author: Caller, cid: ClientId) -> dict[str, Any] | None:
    """Return the picture that was kept under this `cid`, or None. Other files are no pictures, whatever they claim."""
    file = own_upload_by_cid(author.pk, cid)
    if file is None or file.ready_at is None or file.gone_at is not None or not file.width:
        return None
    return {"key": file.key, "w": file.width, "h": file.height}


def picture_is_of(key: str, log: int, offset: int) -> bool:
    """Return whether the picture was given to this message before."""
    file = files_by_key([key]).get(key)
    return file is not None and (file.log_id, file.offset) == (log, offset)


def picture_keep(author: Caller, cid: ClientId, address: str, policy: Policy, agent: str) -> dict[str, Any] | None:
    """Fetch the picture and store it as an upload of the author. Return None if there is none, or no room for it."""
    if kept := picture_kept(author, cid):
        return kept
    try:
        found = fetch(address, policy, agent=agent, kinds=KINDS)
        if not found.whole:
            raise NotFetched("the picture is too large")
        state, _ = upload_create(caller=author, cid=cid, name="preview", size=len(found.body))
        body, offset = found.body, state["offset"]
        rest = io.BytesIO(body[offset:])
        upload_append(caller=author, key=state["key"], offset=offset, length=len(body) - offset, body=rest)
    except (NotFetched, RealtimeError) as error:
        logger.debug("no picture: %s", error)
    return picture_kept(author, cid)
