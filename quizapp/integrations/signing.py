"""Ed25519 signatures over canonical JSON (RFC 8785), and keyed seals of the audit chain."""

from __future__ import annotations

import hashlib
import hmac

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
#: The multicodec prefix of an Ed25519 public key in a did:key.
ED25519_PREFIX = b"\xed\x01"


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
    return f"did:key:z{_base58(ED25519_PREFIX + public_key)}"


def public_key_of(did: str) -> bytes | None:
    """The raw Ed25519 public key a did:key names, or None when it names none."""
    prefix = "did:key:z"
    if not did.startswith(prefix) or any(c not in _BASE58 for c in did[len(prefix) :]):
        return None
    number = 0
    for character in did[len(prefix) :]:
        number = number * 58 + _BASE58.index(character)
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    if not data.startswith(ED25519_PREFIX) or len(data) != len(ED25519_PREFIX) + 32:
        return None
    return data[len(ED25519_PREFIX) :]


def _base58(data: bytes) -> str:
    number, digits = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        digits = _BASE58[rest] + digits
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + digits


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
