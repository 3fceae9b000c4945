"""Tests of frames: the same frames come out however the bytes are split, and all bytes pass unchanged."""

import pytest

from tests.chaos.frames import Piece, Stream

HEAD = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"


def frame(payload: bytes, *, opcode: int = 0x81, mask: bytes = b"") -> bytes:
    bit = 0x80 if mask else 0
    size = len(payload)
    if size < 126:
        length = bytes([bit | size])
    elif size < 2**16:
        length = bytes([bit | 126]) + size.to_bytes(2, "big")
    else:
        length = bytes([bit | 127]) + size.to_bytes(8, "big")
    covered = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload)) if mask else payload
    return bytes([opcode]) + length + mask + covered


def pieces(data: bytes, step: int) -> list[Piece]:
    stream = Stream()
    return [piece for start in range(0, len(data), step) for piece in stream.feed(data[start : start + step])]


@pytest.mark.parametrize("step", [1, 7, 10**6])
@pytest.mark.parametrize("mask", [b"", b"\x01\x02\x03\x04"])
@pytest.mark.parametrize("size", [0, 1, 125, 126, 300, 70_000])
def test_text_frames_come_out_whole(size: int, mask: bytes, step: int) -> None:
    payloads = [b"x" * size, b"{}"]
    data = HEAD + b"".join(frame(payload, mask=mask) for payload in payloads)
    found = pieces(data, step)
    assert b"".join(piece.raw for piece in found) == data
    assert [piece.text for piece in found] == [None, *payloads]


def test_other_frames_pass_unread() -> None:
    found = pieces(HEAD + frame(b"ping", opcode=0x89) + frame(b"part", opcode=0x01), 3)
    assert [piece.text for piece in found] == [None, None, None]


def test_bytes_that_are_no_websocket_pass_unchanged() -> None:
    data = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\x81\x7f\x00"
    assert b"".join(piece.raw for piece in pieces(data, 5)) == data
