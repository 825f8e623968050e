"""Who issues: did:web under a public https address, did:key without one; and the names that follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit
from uuid import UUID, uuid5

DID_CONTEXT = "https://www.w3.org/ns/did/v1"
KEY_CONTEXT = "https://w3id.org/security/multikey/v1"
DID_WEB, DID_KEY = "did:web:", "did:key:"
NAMESPACE = UUID("0c8f4f7e-0b0f-5a58-9d2f-3c1f6f0f9b7d")


def issuer_did(public_url: str, key_id: str) -> str:
    """did:web of an https address, else the did:key that ``key_id`` is."""
    address = urlsplit(public_url)
    if address.scheme != "https" or not address.netloc:
        return key_id
    parts = [address.netloc, *(part for part in address.path.split("/") if part)]
    return DID_WEB + ":".join(quote(part, safe="") for part in parts)


def base_of(did: str) -> str:
    """The https address of a did:web, or nothing for any other DID."""
    if not did.startswith(DID_WEB):
        return ""
    return "https://" + "/".join(unquote(part) for part in did.removeprefix(DID_WEB).split(":"))


def method_of(did: str, key_id: str) -> str:
    """How a proof names the key ``key_id`` (a did:key) of an issuer."""
    return f"{did}#{key_id.removeprefix(DID_KEY)}"


def key_of(method: str) -> str:
    """The did:key of the key a proof names; what it names need not be a key."""
    return DID_KEY + method.partition("#")[2]


def name_of(base: str, path: str, *parts: str) -> str:
    """An address under ``base``, or a name that anybody can compute where there is no address."""
    return f"{base}/{path}" if base else f"urn:uuid:{uuid5(NAMESPACE, '/'.join(parts))}"


def status_list(did: str, purpose: str, number: int) -> str:
    """Where a status list of an issuer is."""
    return name_of(base_of(did), f"status/{purpose}/{number}", did, purpose, str(number))


def did_document(did: str, keys: Mapping[str, bytes]) -> dict[str, Any]:
    """The DID document with every key that ever signed, so that old records keep verifying."""
    methods = [
        {
            "id": method_of(did, key_id),
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": key_id.removeprefix(DID_KEY),
        }
        for key_id in sorted(keys)
    ]
    return {
        "@context": [DID_CONTEXT, KEY_CONTEXT],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }
