"""Bitstring Status Lists 1.0: one bit for each record, and a credential that says so."""

from __future__ import annotations

import base64
import binascii
import gzip
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from quizapp.integrations.credentials.achievements import FIRST_MOMENT, Unreadable
from quizapp.integrations.credentials.linked_data import VC_CONTEXT

TYPE = "BitstringStatusListCredential"
#: The least the standard allows, so that a single request says little about who is looked up.
BITS = 131_072
LARGEST = BITS // 8


def encode(positions: Iterable[int]) -> str:
    """The list with these bits set: most significant bit first, gzip, base64url behind a u."""
    bits = bytearray(LARGEST)
    for position in positions:
        bits[position // 8] |= 0x80 >> position % 8
    # Without a time in its header, so that the same bits are the same text.
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def is_set(encoded: str, position: int) -> bool:
    """The bit at ``position``; raises `Unreadable` for what is no list of our size, or no place in it."""
    try:
        packed = base64.b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4), altchars=b"-_", validate=True)
        # No more is unpacked than a list holds, whatever the file promises.
        bits = zlib.decompressobj(wbits=31).decompress(packed, LARGEST + 1)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise Unreadable("not an encoded status list") from error
    if not encoded.startswith("u") or len(bits) != LARGEST or not 0 <= position < BITS:
        raise Unreadable(f"a status list has {BITS} bits")
    return bool(bits[position // 8] & 0x80 >> position % 8)


def write(address: str, purpose: str, issuer: str, day: str, positions: Iterable[int]) -> dict[str, Any]:
    """The credential of a list, without its proof; ``day`` is its date with the offset ("2026-03-02Z")."""
    return _document(address, purpose, issuer, day, encode(positions))


def _document(address: str, purpose: str, issuer: str, day: str, encoded: str) -> dict[str, Any]:
    return {
        "@context": [VC_CONTEXT],
        "id": address,
        "type": ["VerifiableCredential", TYPE],
        "issuer": issuer,
        "validFrom": day[:10] + FIRST_MOMENT + day[10:],
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encoded,
        },
    }


def read(document: Mapping[str, Any]) -> tuple[str, str, str, str, datetime]:
    """Address, purpose, issuer, encoded bits and first moment of a list credential.

    Raises `Unreadable` for anything that `write` would not have written.
    """
    bare = {name: value for name, value in document.items() if name != "proof"}
    try:
        subject, (day, _, offset) = bare["credentialSubject"], bare["validFrom"].partition(FIRST_MOMENT)
        purpose, encoded = subject["statusPurpose"], subject["encodedList"]
        is_ours = bare == _document(bare["id"], purpose, bare["issuer"], day + offset, encoded)
        as_of = datetime.fromisoformat(bare["validFrom"])
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable("not a status list") from error
    if not is_ours or not all(isinstance(text, str) for text in (bare["id"], purpose, encoded)):
        raise Unreadable("not a status list")
    return bare["id"], purpose, bare["issuer"], encoded, as_of
