"""Reasons why a complete upload is refused. They are stored by name, so that a repeat gets the same answer."""

from realtime import RealtimeError, unprocessable


def problem_of(name: str) -> RealtimeError:
    """Return the error 422 for the name of a reason."""
    return {
        "bad_image": unprocessable("bad_image", "the picture is broken"),
        "image_too_large": unprocessable("image_too_large", "the picture has too many pixels or frames"),
        "heic": unprocessable("heic", "HEIC pictures cannot be shown by every browser"),
    }[name]
