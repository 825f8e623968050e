"""The file a record travels in: its signed payload and the proof, as one canonical JSON document.

The signature covers the RFC 8785 bytes of ``record`` alone. The document as a whole is canonical
too, so that a record has exactly one file: anything that was edited, re-indented or re-ordered
on the way is refused before a signature is looked at.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785

PROOF_TYPE = "ed25519-rfc8785"
ISSUER_TYPE = "quizapp-issuer"
PUBLIC_KEY_BYTES = 32


class Unreadable(ValueError):
    """This is not a record file at all; the message says what was found instead."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a record file holds, as far as its form goes; nothing here is believed yet.

    ``signed`` are the canonical bytes of the payload; ``is_canonical`` says whether the file
    was exactly the canonical document.
    """

    payload: Mapping[str, Any]
    signed: bytes
    is_canonical: bool
    key_id: str
    payload_sha256: str
    signature: bytes | None

    @property
    def digest_matches(self) -> bool:
        """Whether the stated digest is that of the payload."""
        return sha256(self.signed) == self.payload_sha256


def sha256(data: bytes) -> str:
    """Hex SHA-256."""
    return hashlib.sha256(data).hexdigest()


def write(payload: bytes, key_id: str, signature: bytes) -> bytes:
    """The file of a record from its stored canonical payload and signature."""
    proof = {
        "type": PROOF_TYPE,
        "key_id": key_id,
        "payload_sha256": sha256(payload),
        "signature": signature.hex(),
    }
    return rfc8785.dumps({"record": json.loads(payload), "proof": proof})


def read(data: bytes) -> Envelope:
    """Take a record file apart; raises `Unreadable` when it has not the shape of one."""
    told = _json(data)
    record, proof = told.get("record"), told.get("proof")
    if set(told) != {"record", "proof"} or not isinstance(record, dict) or not isinstance(proof, dict):
        raise Unreadable("not a record file: expected the two members record and proof")
    texts = {"type", "key_id", "payload_sha256", "signature"}
    if set(proof) != texts or not all(isinstance(value, str) for value in proof.values()):
        raise Unreadable(f"the proof must have exactly the texts {', '.join(sorted(texts))}")
    if proof["type"] != PROOF_TYPE:
        raise Unreadable(f"unknown type of proof {proof['type'][:40]!r}; this version knows {PROOF_TYPE}")
    return Envelope(
        payload=record,
        signed=_canonical(record),
        is_canonical=_canonical(told) == data,
        key_id=proof["key_id"],
        payload_sha256=proof["payload_sha256"],
        signature=_hex(proof["signature"]),
    )


def write_issuer(
    name: str, issuer_id: str, keys: Mapping[str, bytes], certificates: Sequence[bytes] = ()
) -> bytes:
    """The file that names an issuer's public keys and the certificates (DER) of its PDF files."""
    told = {
        "type": ISSUER_TYPE,
        "issuer": {"id": issuer_id, "name": name},
        "keys": [{"key_id": key_id, "public_key": key.hex()} for key_id, key in sorted(keys.items())],
        "certificates": [certificate.hex() for certificate in certificates],
    }
    return json.dumps(told, indent=2, ensure_ascii=False).encode() + b"\n"


def read_issuer(data: bytes) -> dict[str, bytes]:
    """Public keys by key id from an issuer file; raises `Unreadable`."""
    told = _json(data)
    entries = told.get("keys")
    if told.get("type") != ISSUER_TYPE or not isinstance(entries, list) or not entries:
        raise Unreadable("not an issuer file: expected its type and a list of keys")
    return dict(_key(entry) for entry in entries)


def read_certificates(data: bytes) -> list[bytes]:
    """The certificates (DER) of an issuer file, none in a file of an older version; raises `Unreadable`."""
    read_issuer(data)
    entries = _json(data).get("certificates", [])
    found = [_hex(entry) if isinstance(entry, str) else None for entry in entries]
    if not isinstance(entries, list) or None in found:
        raise Unreadable("the certificates of an issuer file must be texts of hex digits")
    return [entry for entry in found if entry is not None]


def _key(entry: object) -> tuple[str, bytes]:
    if not isinstance(entry, dict):
        raise Unreadable("a key must have key_id and public_key")
    key_id, key = entry.get("key_id"), _hex(str(entry.get("public_key")))
    if not isinstance(key_id, str) or key is None or len(key) != PUBLIC_KEY_BYTES:
        raise Unreadable("a key must have key_id and a public_key of 64 hex digits")
    return key_id, key


def _json(data: bytes) -> dict[str, Any]:
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unreadable("not JSON") from error
    if not isinstance(told, dict):
        raise Unreadable("not a JSON object")
    return told


def _canonical(value: dict[str, Any]) -> bytes:
    try:
        return rfc8785.dumps(value)
    except (ValueError, RecursionError) as error:
        raise Unreadable("holds values canonical JSON cannot express") from error


def _hex(text: str) -> bytes | None:
    # fromhex also takes capitals and spaces; one signature must have one spelling.
    try:
        data = bytes.fromhex(text)
    except ValueError:
        return None
    return data if data.hex() == text else None
