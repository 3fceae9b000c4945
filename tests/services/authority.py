"""An authority for one test: it signs a certificate for one name, and nobody else believes it."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

SIGNS = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
"""The key of an authority signs certificates and nothing else."""


@dataclass(frozen=True)
class Certificate:
    authority: Path
    chain: Path
    key: Path
    fingerprint: str
    """The hash of the public key, as Chromium's `--ignore-certificate-errors-spki-list` takes it."""


def certificate(name: str, folder: Path) -> Certificate:
    """Make a certificate for a host name, valid for an hour, with its files in the folder."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _signed("Only for a test", authority_key.public_key(), "Only for a test", authority_key, None)
    leaf = _signed(name, key.public_key(), "Only for a test", authority_key, name)
    made = Certificate(folder / "authority.pem", folder / "chain.pem", folder / "key.pem", _fingerprint(key))
    made.authority.write_bytes(authority.public_bytes(Encoding.PEM))
    made.chain.write_bytes(leaf.public_bytes(Encoding.PEM))
    made.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made


def _signed(
    subject: str, key: ec.EllipticCurvePublicKey, issuer: str, signer: ec.EllipticCurvePrivateKey, host: str | None
) -> x509.Certificate:
    now = datetime.now(UTC)
    draft = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
    )
    # Python 3.13 asks for these extensions (VERIFY_X509_STRICT).
    draft = draft.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    draft = draft.add_extension(issuer_key, critical=False)
    if host is None:
        draft = draft.add_extension(SIGNS, critical=True)
    else:
        draft = draft.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    return draft.sign(signer, SHA256())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _fingerprint(key: ec.EllipticCurvePrivateKey) -> str:
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(public).digest()).decode()
