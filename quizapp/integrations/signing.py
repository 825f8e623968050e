"""Ed25519 signatures over canonical JSON (RFC 8785), and keyed seals of the audit chain."""

from __future__ import annotations

import hashlib
import hmac

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from quizapp import multibase

#: The multicodec prefix of an Ed25519 public key in a did:key.
ED25519_PREFIX = b"\xed\x01"
DID_KEY = "did:key:"


class Ed25519Signer:
    """Implements `ports.Signer` with one raw 32-byte seed; the key id is its did:key."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public_key(self) -> bytes:
        """The raw 32-byte public key."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def key_id(self) -> str:
        """did:key of the public key: the identifier says which key it is."""
        return did_key(self.public_key)

    def sign(self, data: bytes) -> bytes:
        """The 64-byte signature."""
        return self._key.sign(data)


class HmacSealer:
    """Implements `ports.Sealer`."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, previous: str, line: bytes) -> str:
        """Hex HMAC-SHA256 over the previous seal and the line."""
        return hmac.new(self._key, previous.encode() + b"\x1f" + line, hashlib.sha256).hexdigest()


def did_key(public_key: bytes) -> str:
    """The did:key of a raw Ed25519 public key."""
    return f"{DID_KEY}z{multibase.encode(ED25519_PREFIX + public_key)}"


def public_key_of(did: str) -> bytes | None:
    """The raw Ed25519 public key a did:key names, or None when it names none."""
    if not did.startswith(f"{DID_KEY}z"):
        return None
    data = multibase.decode(did.removeprefix(f"{DID_KEY}z")) or b""
    if not data.startswith(ED25519_PREFIX) or len(data) != len(ED25519_PREFIX) + 32:
        return None
    return data[len(ED25519_PREFIX) :]


def canonical(value: object) -> bytes:
    """RFC 8785 canonical JSON; raises ValueError for what JSON cannot hold."""
    return rfc8785.dumps(value)  # type: ignore[arg-type]


def verifies(public_key: bytes, signature: bytes, data: bytes) -> bool:
    """Whether ``signature`` over ``data`` was made with the private half of ``public_key``."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True
