"""Decode a picture and write it anew: run as a program of its own, because a picture may take all the memory it gets.

    python -P files/pictures.py <folder of the input `in`; gets `out` and perhaps `thumb`> <what>

`what` is `picture`, or `square` for a small square picture. The program prints one JSON object: `{format, width,
height, colour, thumb}`, or `{error}` with `bad_image` or `image_too_large`. It imports nothing of Parlor. What it
writes has no EXIF, no comment and nothing that followed the picture in its file.
"""

import json
import os
import resource
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from PIL import AvifImagePlugin, Image, ImageCms, ImageFile, ImageOps, ImageSequence

MEMORY_BYTES: Final = 256 * 1024 * 1024
CPU_S: Final = 20
NICE: Final = 5
FORMATS: Final = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
COPIED: Final = ("WEBP", "AVIF")
STILL: Final = ("JPEG", "MPO")
"""Photos. The further pictures of an MPO are the same one, for other screens."""
SIDE: Final = 2560
"""A larger picture is scaled down to this side."""
THUMB_SIDE: Final = 800
SQUARE_SIDE: Final = 256
MAX_JPEG_PIXELS: Final = 120_000_000
"""A JPEG is decoded at a fraction of its size, so it may have more pixels than others."""
MAX_PIXELS: Final = 30_000_000
MAX_ALPHA_PIXELS: Final = 21_000_000
MAX_COPIED_PIXELS: Final = 13_000_000
"""The decoders of WebP and AVIF return a copy of the picture."""
MAX_FRAMES: Final = 1_000
MAX_FRAME_PIXELS: Final = 400_000_000
"""The pixels of all frames of an animation, to be decoded."""
KEPT_FRAME_PIXELS: Final = 24_000_000
"""The pixels of all frames of an animation, as it is written."""
ANIMATION_SIDE, MIN_ANIMATION_SIDE = 1024, 64
DEFAULT_FRAME_MS: Final = 100
LARGE_PNG_BYTES: Final = 3 * 1024 * 1024
"""A picture without transparency that would be larger as PNG is written as JPEG."""


class TooLarge(Exception):
    """The picture has too many pixels or frames."""


def written(folder: Path, what: str) -> dict[str, Any]:
    """Read `in` and write `out` and perhaps `thumb`. Return what is known about the picture."""
    with Image.open(folder / "in", formats=FORMATS) as image:
        if what == "square":
            return _write_square(image, folder)
        frames = 1 if image.format in STILL else getattr(image, "n_frames", 1)
        return _write_animation(image, frames, folder) if frames > 1 else _write_still(image, folder)


def _write_still(image: Any, folder: Path) -> dict[str, Any]:
    source = image.format
    still = _bounded(image, SIDE)
    name = _save(still, source, folder / "out")
    return _facts(still, name, folder)


def _write_square(image: Any, folder: Path) -> dict[str, Any]:
    """Write the middle of the picture as a small WebP, the first frame of an animation."""
    square = ImageOps.fit(_bounded(image, SIDE), (SQUARE_SIDE, SQUARE_SIDE))
    square.save(folder / "out", "WEBP", quality=85)
    return {"format": "WEBP", "width": SQUARE_SIDE, "height": SQUARE_SIDE, "colour": _colour(square), "thumb": False}


def _write_animation(image: Any, frames: int, folder: Path) -> dict[str, Any]:
    """Write an animation as WebP, scaled down until all frames together are small enough."""
    pixels = image.width * image.height
    if frames > MAX_FRAMES or pixels * frames > MAX_FRAME_PIXELS or pixels > MAX_COPIED_PIXELS:
        raise TooLarge
    scale = min(1, ANIMATION_SIDE / max(image.size), (KEPT_FRAME_PIXELS / (pixels * frames)) ** 0.5)
    size = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
    if scale < 1 and max(size) < MIN_ANIMATION_SIDE:
        raise TooLarge
    loop = 1 if image.format == "GIF" and "loop" not in image.info else 0
    shown = [(_resized(frame, size), frame.info.get("duration") or DEFAULT_FRAME_MS) for frame in _frames(image)]
    first, *rest = (frame for frame, _ in shown)
    times = [min(max(int(duration), 20), 60_000) for _, duration in shown]
    first.save(
        folder / "out", "WEBP", save_all=True, append_images=rest, duration=times, loop=loop, quality=75, method=1
    )
    return _facts(first, "WEBP", folder, always=True)


def _frames(image: Any) -> Iterator[Any]:
    yield from ImageSequence.Iterator(image)


def _resized(frame: Any, size: tuple[int, int]) -> Any:
    copy = frame.convert("RGBA")
    copy = copy if copy.size == size else copy.resize(size, Image.Resampling.BILINEAR)
    copy.info = {}
    return copy


def _bounded(image: Any, side: int) -> Any:
    """Return the picture upright, in sRGB, as L, RGB or RGBA, and with no side above the limit."""
    if image.format in STILL:
        if image.width * image.height > MAX_JPEG_PIXELS:
            raise TooLarge
        image.draft(None, (side, side))
    transparent = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    most = MAX_COPIED_PIXELS if image.format in COPIED else MAX_ALPHA_PIXELS if transparent else MAX_PIXELS
    if image.width * image.height > most:
        raise TooLarge
    orientation = image.getexif().get(0x0112)
    profile = image.info.get("icc_profile")
    image.load()
    picture = _plain_mode(image, transparent)
    if max(picture.size) > side:
        picture.thumbnail((side, side))
    picture = _in_srgb(_upright(picture, orientation), profile)
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    picture.info = {}
    return picture


def _plain_mode(image: Any, transparent: bool) -> Any:
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    mode = "RGBA" if transparent else "L" if image.mode in {"1", "L"} else "CMYK" if image.mode == "CMYK" else "RGB"
    return image if image.mode == mode else image.convert(mode)


TURNED: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _upright(picture: Any, orientation: Any) -> Any:
    return picture.transpose(TURNED[orientation]) if orientation in TURNED else picture


def _in_srgb(picture: Any, profile: bytes | None) -> Any:
    """Return the picture in the colours that browsers assume, because its profile is dropped."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            mode = "RGB" if picture.mode == "CMYK" else picture.mode
            if picture.mode in {"RGB", "RGBA", "CMYK"}:
                picture = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=mode)
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return picture.convert("RGB") if picture.mode == "CMYK" else picture


def _save(picture: Any, source: str, file: Path) -> str:
    """Write the picture in the format that suits it, and return the format."""
    if source in STILL:
        picture.save(file, "JPEG", quality=85, progressive=True)
        return "JPEG"
    if source in {"WEBP", "AVIF"}:
        picture.save(file, "WEBP", quality=85)
        return "WEBP"
    picture.save(file, "PNG")
    if picture.mode != "RGBA" and file.stat().st_size > LARGE_PNG_BYTES:
        picture.save(file, "JPEG", quality=88)
        return "JPEG"
    return "PNG"


def _facts(picture: Any, format: str, folder: Path, *, always: bool = False) -> dict[str, Any]:
    """Write the thumbnail, if the picture is larger, and return the description of the picture."""
    thumb = always or max(picture.size) > THUMB_SIDE
    width, height, colour = picture.width, picture.height, _colour(picture)
    if thumb:
        picture.thumbnail((THUMB_SIDE, THUMB_SIDE))
        picture.save(folder / "thumb", "WEBP", quality=75)
    return {"format": format, "width": width, "height": height, "colour": colour, "thumb": thumb}


def _colour(picture: Any) -> str:
    """Return the mean colour, on white where the picture is transparent."""
    pixel = picture.convert("RGBA").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    red, green, blue = (round(255 + (value - 255) * pixel[3] / 255) for value in pixel[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"


def limit() -> None:
    """Bound the memory and the time of this process, so that no picture costs more."""
    size_bytes = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    memory = size_bytes + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 1))
    os.nice(NICE)
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    Image.MAX_IMAGE_PIXELS = MAX_JPEG_PIXELS  # beyond twice as many, opening it is an error
    ImageFile.LOAD_TRUNCATED_IMAGES = False


def main(folder: str, what: str) -> None:
    """Print the facts of the picture in this folder, or the error."""
    limit()
    try:
        told = written(Path(folder), what)
    except (TooLarge, MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        told = {"error": "image_too_large"}
    except Exception as error:  # a broken file makes the plugins of Pillow raise nearly anything
        print(f"a picture was not decoded: {error!r}"[:300], file=sys.stderr)
        told = {"error": "bad_image"}
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
