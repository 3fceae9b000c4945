"""Tell the type of a body by its first bytes. Pure.

The client's claim and the name are never used: a browser would run what they promise. Only the types here are shown
inside the page; everything else is `OTHER`, which is downloaded.
"""

import re
from typing import Final, Literal

HEAD_BYTES: Final = 64
OTHER: Final = "application/octet-stream"
PICTURES: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
"""The formats that Parlor itself writes."""
SUFFIXES: Final = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
PICTURE_HEAD: Final = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF.{4}WEBP", re.DOTALL)
SOUND_OR_FILM: Final = (
    (re.compile(rb"ID3[\x02-\x04]|\xff[\xfb\xfa\xf3\xf2]"), "audio/mpeg"),
    (re.compile(rb"fLaC"), "audio/flac"),
    (re.compile(rb"RIFF.{4}WAVE", re.DOTALL), "audio/wav"),
    (re.compile(rb"OggS\0.{23}.?(?:OpusHead|\x01vorbis|\x7fFLAC)", re.DOTALL), "audio/ogg"),
    (re.compile(rb"OggS\0"), "video/ogg"),
    (re.compile(rb"\x1aE\xdf\xa3.{0,40}webm", re.DOTALL), "video/webm"),
)
BOX: Final = re.compile(rb"\0\0..ftyp(.{4}).{4}((?:.{4})*)", re.DOTALL)
"""The first box of a file in ISO's base media format: the main brand, and those that it is compatible with."""
HEIC: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
AVIF: Final = frozenset({b"avif", b"avis"})
FILM: Final = frozenset(
    {
        b"isom",
        b"iso2",
        b"iso3",
        b"iso4",
        b"iso5",
        b"iso6",
        b"mp41",
        b"mp42",
        b"avc1",
        b"dash",
        b"M4V ",
        b"MSNV",
        b"3gp4",
    }
)
SOUND: Final = frozenset({b"M4A ", b"M4B "})

Kind = Literal["picture", "heic", "other"]


def sniffed(head: bytes) -> tuple[Kind, str]:
    """Return how to treat a body that begins so, and its type. The type of a picture is told by the decoder."""
    head = head[:HEAD_BYTES]
    if PICTURE_HEAD.match(head):
        return "picture", ""
    if box := BOX.match(head):
        return _of_box(box[1], {box[2][n : n + 4] for n in range(0, len(box[2]), 4)})
    return "other", next((type for pattern, type in SOUND_OR_FILM if pattern.match(head)), OTHER)


def _of_box(main: bytes, others: set[bytes]) -> tuple[Kind, str]:
    if main in AVIF or (main in HEIC and others & AVIF):
        return "picture", ""
    if main in HEIC:
        return "heic", ""
    if main in SOUND:
        return "other", "audio/mp4"
    if main == b"qt  ":
        return "other", "video/quicktime"
    return "other", "video/mp4" if main in FILM else OTHER


def is_inline(type: str) -> bool:
    """Tell whether a body of this type may be shown inside a page. Its bytes were checked when it was stored."""
    return type != OTHER
