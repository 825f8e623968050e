"""Data Integrity proofs of the cryptosuite eddsa-rdfc-2022: made, and checked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from quizapp import multibase
from quizapp.integrations.credentials.linked_data import Unsignable, canonical

PROOF_TYPE, SUITE, PURPOSE = "DataIntegrityProof", "eddsa-rdfc-2022", "assertionMethod"
MEMBERS = ("type", "created", "verificationMethod", "cryptosuite", "proofPurpose")


def signed_bytes(document: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    """What is signed: SHA-256 of the canonical proof options, then of the document without proof.

    Raises `Unsignable`.
    """
    bare = {name: value for name, value in document.items() if name != "proof"}
    hashed = (canonical({"@context": document["@context"], **options}), canonical(bare))
    return b"".join(hashlib.sha256(part).digest() for part in hashed)


def add(
    document: Mapping[str, Any], method: str, created: str, sign: Callable[[bytes], bytes]
) -> dict[str, Any]:
    """The document with a proof by the key ``method`` names; raises `Unsignable`."""
    options = dict(zip(MEMBERS, (PROOF_TYPE, created, method, SUITE, PURPOSE), strict=True))
    value = f"z{multibase.encode(sign(signed_bytes(document, options)))}"
    return {**document, "proof": [{**options, "proofValue": value}]}


def only(document: Mapping[str, Any]) -> dict[str, str] | None:
    """The one proof of a document, or None when it has not exactly one of our kind."""
    proofs = document.get("proof")
    proof = proofs[0] if isinstance(proofs, list) and len(proofs) == 1 else None
    if not isinstance(proof, dict) or set(proof) != {*MEMBERS, "proofValue"}:
        return None
    is_ours = all(isinstance(value, str) for value in proof.values())
    wanted = (proof["type"], proof["cryptosuite"], proof["proofPurpose"]) == (PROOF_TYPE, SUITE, PURPOSE)
    return proof if is_ours and wanted else None


def holds(document: Mapping[str, Any], verifies: Callable[[bytes, bytes], bool]) -> bool:
    """Whether the one proof covers exactly this document; ``verifies`` takes signature and data."""
    proof = only(document)
    signature = multibase.decode(proof["proofValue"].removeprefix("z")) if proof else None
    if proof is None or signature is None or not proof["proofValue"].startswith("z"):
        return False
    options = {name: proof[name] for name in MEMBERS}
    try:
        return verifies(signature, signed_bytes(document, options))
    except Unsignable:
        return False
