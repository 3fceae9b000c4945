"""Build the tutorial's command that tests a WebSocket without a browser."""

from typing import Final

TUTORIAL_KEY: Final = "SGVsbG8sIHdvcmxkIQ=="
"""`Hello, world!` has 13 bytes; RFC 6455 4.1 requires 16."""
KEY: Final = "f7cb4ezEAl6C3wRaU6JORA=="
"""A key of 16 bytes, from the tutorial's own example of a handshake."""


def curl(origin: str, key: str) -> str:
    """Return the command for `origin`, `http://host:port`. After a 101, curl waits for messages."""
    headers = [
        "Connection: Upgrade",
        "Upgrade: websocket",
        f"Origin: {origin}",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
    ]
    parts = [f'--header "{header}"' for header in headers]
    return " \\\n     ".join(["curl --include", "--no-buffer", "--http1.1", *parts, f"{origin}/ws/lab/echo"])
