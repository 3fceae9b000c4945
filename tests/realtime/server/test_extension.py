"""Ready frames on a real socket: in order among all others, none split, also over TLS."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from websockets.sync.client import connect

from tests.realtime.server.conftest import Tiny


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and its certificate for localhost, in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name.from_rfc4514_string("CN=localhost")
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, pkcs8, plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file = tmp_path / "server.pem"
    file.write_bytes(key.private_bytes(pem, pkcs8, plain) + made.public_bytes(pem))
    return file


@pytest.fixture
def encrypted(certificate: Path) -> Iterator[Tiny]:
    with Tiny(f"ssl:0:interface=127.0.0.1:privateKey={certificate}") as tiny:
        yield tiny


def reads_mixed(url: str, context: ssl.SSLContext | None = None) -> None:
    with connect(f"{url}/mixed", ssl=context, max_queue=None, max_size=None) as websocket:
        lines = [str(websocket.recv(timeout=30)) for _ in range(2000)]
        assert lines == [f"{number} {'x' * 2000}" for number in range(2000)]
        assert len(websocket.recv(timeout=30)) == 8_000_000
        assert websocket.recv(timeout=30) == "bounded: False"


def test_ready_frames_and_others_arrive_whole_and_in_order(server: Tiny) -> None:
    """Also what fails when Twisted's private attributes are not there any more."""
    reads_mixed(server.ws)


@pytest.fixture
def deflating() -> Iterator[Tiny]:
    with Tiny(hook="deflate") as tiny:
        yield tiny


def test_compressed_for_who_has_negotiated_it(deflating: Tiny) -> None:
    reads_mixed(deflating.ws)
    with connect(f"{deflating.ws}/mixed", compression=None) as websocket:
        assert str(websocket.recv(timeout=30)) == f"0 {'x' * 2000}"


def test_over_tls_too(encrypted: Tiny, certificate: Path) -> None:
    context = ssl.create_default_context(cafile=str(certificate))
    reads_mixed(encrypted.ws.replace("ws://127.0.0.1", "wss://localhost"), context)
