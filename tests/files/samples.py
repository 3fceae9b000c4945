"""Make the bodies of the tests: pictures, and what pretends to be one."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

HTML = b"<!doctype html><script>alert(document.domain)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>'
MP4 = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + b"\0" * 4000
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 200


def picture(format: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: Any) -> bytes:
    """Return a picture with a gradient, so that turning it can be seen."""
    image = Image.new(mode, size)
    for x in range(min(size[0], 40)):
        image.paste(tuple([x * 6, 40, 90, 128][: len(mode)]) if mode != "L" else x * 6, (x, 0, x + 1, size[1]))
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def animation(format: str = "GIF", frames: int = 3, size: tuple[int, int] = (30, 20)) -> bytes:
    colours = [(n * 7 % 256, 200 - n % 200, n % 256) for n in range(frames)]
    first, *rest = (Image.new("RGB", size, colour) for colour in colours)
    file = BytesIO()
    first.save(file, format, save_all=True, append_images=rest, duration=80, loop=0)
    return file.getvalue()


def png_header(width: int, height: int) -> bytes:
    """Return a valid PNG header of this size, with nearly no data behind it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(b"\0" * 999))
        + _chunk(b"IEND", b"")
    )


def bomb(side: int = 8_000) -> bytes:
    """Return a PNG of some KB that decodes to `side` × `side` white pixels."""
    file = BytesIO()
    Image.new("1", (side, side)).save(file, "PNG")
    return file.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def opened(body: bytes) -> Image.Image:
    image = Image.open(BytesIO(body))
    image.load()
    return image
