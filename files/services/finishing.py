"""Turn a complete upload into a file: check what it is, store its body, and only then say that it is ready."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import transaction

from files import bodies, parts
from files.bodies import THUMB, Body
from files.decoding import decoded
from files.media import HEAD_BYTES, PICTURES, SUFFIXES, sniffed
from files.models import File
from files.names import with_suffix
from files.selectors import SITE, user_scope
from files.services.usage import count
from realtime import RealtimeError
from realtime.log import now_ms


def finish(file: File) -> File:
    """Store the body of a complete upload and return the ready file. Its part must be locked.

    A picture that is refused stays refused, so that a repeat of the request gets the same answer. An interruption
    leaves the upload complete and not ready: the next request finishes it.
    """
    part = parts.folder() / file.key
    with open(part, "rb") as opened:
        kind, type = sniffed(opened.read(HEAD_BYTES))
    if kind == "heic":
        return _refused(file, "heic")
    if file.square and kind == "other":
        return _refused(file, "bad_image")
    if kind == "other":
        return _ready(file, bodies.save(bodies.name_of(file.key), part), type=type)
    with _work(file.key, part) as folder:
        try:
            facts = decoded(folder, "square" if file.square else "picture")
        except RealtimeError as error:
            if error.code != 422:
                raise
            return _refused(file, error.type)
        return _picture_ready(file, folder, facts)


@contextlib.contextmanager
def _work(key: str, part: Path) -> Iterator[Path]:
    """Give the decoder a folder with the upload under the name `in`."""
    folder = parts.work_folder(key)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        os.link(part, folder / "in")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _picture_ready(file: File, folder: Path, facts: dict[str, Any]) -> File:
    name, format = bodies.name_of(file.key), facts["format"]
    if facts["thumb"]:
        bodies.save(f"{name}{THUMB}", folder / "thumb")
    return _ready(
        file,
        bodies.save(name, folder / "out"),
        type=PICTURES[format],
        name=with_suffix(file.name, SUFFIXES[format]),
        width=facts["width"],
        height=facts["height"],
        colour=facts["colour"],
        thumb=facts["thumb"],
    )


def _ready(file: File, body: Body, **facts: Any) -> File:
    stored = {"bytes": body.size, "body": body.name, "digest": body.digest, "ready_at": now_ms(), **facts}
    return _settled(file, body.size, stored)


def _refused(file: File, problem: str) -> File:
    return _settled(file, 0, {"bytes": 0, "problem": problem})


def _settled(file: File, size: int, values: dict[str, Any]) -> File:
    """Store the end of an upload in one short transaction, unless it was given up meanwhile."""
    with transaction.atomic():
        if File.objects.filter(pk=file.pk, ready_at=None, gone_at=None).update(**values):
            count([SITE, user_scope(file.owner_id)], size - file.bytes)
    file.refresh_from_db()
    return file
