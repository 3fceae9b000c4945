"""The tutorial's command that tries a WebSocket without a browser."""

from typing import Final

TUTORIAL_KEY: Final = "SGVsbG8sIHdvcmxkIQ=="
"""`Hello, world!`: 13 bytes, where RFC 6455 4.1 wants 16"""
KEY: Final = "f7cb4ezEAl6C3wRaU6JORA=="
"""16 bytes, from the tutorial's own example of a handshake"""


def curl(origin: str, key: str) -> str:
    """The command for this site, `origin` as `http://host:port`; curl goes on listening after a 101."""
    headers = [
        "Connection: Upgrade",
        "Upgrade: websocket",
        f"Origin: {origin}",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
    ]
    parts = [f'--header "{header}"' for header in headers]
    return " \\\n     ".join(["curl --include", "--no-buffer", "--http1.1", *parts, f"{origin}/ws/lab/echo"])
